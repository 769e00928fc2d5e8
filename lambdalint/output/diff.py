"""What fixes would change, as a unified diff that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Contents = tuple["bytes | None", bytes]
"""What a file holds before and after; None before it is there."""

_NO_LINE_END = b"\n\\ No newline at end of file\n"


def render(files: Mapping[str, Contents]) -> bytes:
    """Return the differences of *files*, by their paths, in the files' own encodings; nothing where there are none."""
    return b"".join(part for path, (before, after) in sorted(files.items()) for part in _of_file(path, before, after))


def _of_file(path: str, before: bytes | None, after: bytes) -> Iterator[bytes]:
    name = path.encode("utf-8", "surrogateescape")
    old = b"/dev/null" if before is None else b"a/" + name
    lines = difflib.diff_bytes(difflib.unified_diff, _lines(before or b""), _lines(after), old, b"b/" + name)
    for line in lines:
        yield line if line.endswith(b"\n") else line + _NO_LINE_END


def _lines(content: bytes) -> list[bytes]:
    *lines, last = content.split(b"\n")
    return [*(line + b"\n" for line in lines), *([last] if last else [])]
