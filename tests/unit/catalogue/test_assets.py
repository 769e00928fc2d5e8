"""Each asset of the catalogue proves itself: its example fetches it into /tmp, and its size is known there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.catalogue import CatalogueError, parse_file
from lambdalint.model import Base, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.catalogue.schema import AssetRow
    from lambdalint.model import Effect

ROWS = [row for _, content in catalogue.load().files for row in content.asset]


def _sized(root: Path, code: str) -> list[Effect]:
    body = "\n".join(f"    {line}" for line in code.splitlines())
    (root / "app.py").write_text(f"def handler(event, context):\n{body}\n")
    tree, settings, rows = Tree(root, ("app.py",)), Settings(cache=False), catalogue.load()
    effects = flow.analyse(tree, deployment.read(tree, settings, rows).functions, rows, settings).effects
    return [effect for effect in effects if effect.size is not None]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.calls[0]}:{row.names[0]}")
def test_each_row_proves_itself(row: AssetRow, tmp_path: Path) -> None:
    (effect,) = _sized(tmp_path, row.example)
    assert (effect.place.base, effect.size) == (Base.TMP, row.mb * 2**20)
    assert effect.place.path.startswith("/tmp/x")


def test_no_name_is_given_twice() -> None:
    seen = [(call, name) for row in ROWS for call in row.calls for name in row.names]
    assert len(seen) == len(set(seen))


def test_each_call_has_an_effect() -> None:
    effects = catalogue.load().effects
    assert [call for row in ROWS for call in row.calls if call not in effects] == []


@pytest.mark.parametrize(
    "code",
    [
        "import whisper\nwhisper.load_model('unheard-of', download_root='/tmp/x')",
        "import whisper\nwhisper.load_model(event['name'], download_root='/tmp/x')",
        "import whisper\nwhisper.load_model('large')",
        "import huggingface_hub as h\nh.snapshot_download('facebook/bart-large', cache_dir='/tmp', allow_patterns='a')",
        "import transformers\ntransformers.AutoTokenizer.from_pretrained('facebook/bart-large', cache_dir='/tmp/x')",
        "import keras\nkeras.applications.VGG16(include_top=False, weights='imagenet')",
    ],
)
def test_what_else_is_fetched_has_no_known_size(code: str, tmp_path: Path) -> None:
    assert _sized(tmp_path, code) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('arguments = ["name at 0"]', "is not a parameter reference"),
        ('arguments = ["name@0"]\nunless = ["@x"]', "is not a parameter reference"),
        ('arguments = ["name@0"]\nsize = 3', "unknown field `size`"),
        ("", "missing required field `arguments`"),
    ],
)
def test_wrong_rows_are_refused(line: str, problem: str) -> None:
    text = f'[[asset]]\ncalls = ["a.b"]\nnames = ["large"]\nmb = 1\nexample = ""\nsource = "https://x"\n{line}\n'
    with pytest.raises(CatalogueError, match=problem):
        parse_file("assets.toml", text)
