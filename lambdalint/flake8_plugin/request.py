"""What flake8 is asked to check, in the engine's terms: paths, and content that is not saved yet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

UNNAMED = "stdin"
"""What flake8 calls standard input when it is not told a name."""


class Request(NamedTuple):
    """The paths to analyse.

    ``unsaved`` maps the absolute path that standard input stands for to its content. Where flake8 is not told that
    path, it is ``place_of_unnamed``: a new module in the working directory.
    """

    paths: tuple[Path, ...]
    unsaved: Mapping[Path, bytes]
    place_of_unnamed: Path | None = None


def absolute(path: str | Path) -> Path:
    """Return the normalised absolute *path*; symbolic links are not followed."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links


def request_of(options: argparse.Namespace) -> Request:
    """Return what *options* ask for, without what is not there: flake8 itself reports that."""
    paths: list[Path] = []
    unsaved: dict[Path, bytes] = {}
    place_of_unnamed: Path | None = None
    for name in options.filenames or ["."]:
        path = Path(name)
        if name == "-":
            if options.stdin_display_name in (None, "", UNNAMED):
                path = place_of_unnamed = _new_module()
            else:
                path = absolute(options.stdin_display_name)
            unsaved[path] = _standard_input()
        elif not (os.path.isdir(name) or os.path.isfile(name)):  # noqa: PTH112, PTH113 - those of Path may raise
            continue
        paths.append(path)
    return Request(tuple(paths), unsaved, place_of_unnamed)


def _new_module() -> Path:
    path = absolute(f"{UNNAMED}.py")
    while os.path.lexists(path):
        path = path.with_stem(path.stem + "_")
    return path


def _standard_input() -> bytes:
    """Return what flake8 reads, or has read, from standard input, in the encoding that it declares."""
    import io
    import tokenize

    from flake8.utils import stdin_get_value  # type: ignore[import-untyped]  # flake8 has no type information

    text: str = stdin_get_value()
    content = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content if encoding.startswith("utf-8") else text.encode(encoding)
    except (LookupError, SyntaxError, UnicodeError):
        return content
