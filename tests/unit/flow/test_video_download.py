"""Downloads by yt-dlp: where the files lie, and what becomes of them."""

from __future__ import annotations

import pytest
from snippets import invoked

from lambdalint.model import HoleKind, Removal

IMPORTS = "import yt_dlp\nfrom yt_dlp import YoutubeDL\n"
URL = "[event['url']]"


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ("{'outtmpl': '/tmp/%(title)s.%(ext)s'}", "/tmp/{title}.{ext}"),
        ("{'outtmpl': {'default': '/tmp/%(id)05d.mp4'}}", "/tmp/{id}.mp4"),
        ("{'outtmpl': '%(id)s.mp4', 'paths': {'home': '/tmp/films'}}", "/tmp/films/{id}.mp4"),
        ("{'outtmpl': '/tmp/film.mp4', 'format': 'best'}", "/tmp/film.mp4"),
        ("{**{'quiet': True}, 'outtmpl': '/tmp/film.mp4'}", "/tmp/film.mp4"),
    ],
)
@pytest.mark.parametrize("call", ["download", "extract_info"])
def test_the_template_names_the_files(options: str, path: str, call: str) -> None:
    body = f"with YoutubeDL({options}) as loader:\n    loader.{call}({URL})  # made"
    effect = invoked(body, IMPORTS).effect()
    assert (effect.place.path, effect.callee) == (path, f"yt_dlp.YoutubeDL.{call}")


def test_a_film_that_the_request_names_differs() -> None:
    body = f"yt_dlp.YoutubeDL({{'outtmpl': '/tmp/%(id)s.mp4'}}).download({URL})  # made"
    lifetime = invoked(body, IMPORTS).lifetime()
    assert (lifetime.bounded, lifetime.kind, lifetime.removed) == (False, HoleKind.REQUEST, Removal.NEVER)
    assert lifetime.fetched is not None


def test_the_name_that_the_downloader_tells_is_that_of_the_file() -> None:
    body = f"""
        loader = YoutubeDL({{'outtmpl': '/tmp/%(id)s.mp4'}})
        try:
            found = loader.extract_info({URL})  # made
        finally:
            os.remove(loader.prepare_filename({{}}))
    """
    assert invoked(body, IMPORTS).lifetime().removed is not Removal.NEVER


def test_information_alone_makes_no_file() -> None:
    body = f"YoutubeDL({{'outtmpl': '/tmp/%(id)s.mp4'}}).extract_info({URL}, download=False)  # made"
    assert invoked(body, IMPORTS).effects() == []
