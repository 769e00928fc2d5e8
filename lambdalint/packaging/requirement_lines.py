"""Splits a requirements file into logical lines as pip does, and keeps where each character stands.

See ``preprocess`` and ``_decode_req_file`` in
https://github.com/pypa/pip/blob/main/src/pip/_internal/req/req_file.py.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Span
from lambdalint.packaging.comment_lines import CommentLine

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_JOINED = 2_000
"""How many lines a continued line may have: one with the hashes of all wheels has hundreds."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
# Codecs that are no encodings of text, or slow on hostile input, are left out.
_KNOWN_CODING = re.compile(
    r"utf-?8(?:-sig)?|(?:us-)?ascii|latin-?1|iso-?8859-\d{1,2}|(?:cp|windows-)\d{3,4}|koi8-[ru]|gbk|gb2312|gb18030"
    r"|big5|shift[-_]jis|euc[-_](?:jp|kr)"
)
_BREAK = re.compile("\r\n|\r|\n")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of *data*, without its mark, and what is wrong with it, or an empty text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    for line in data.split(b"\n", 2)[:2]:
        declared = _CODING.search(line[:200]) if line.startswith(b"#") else None
        if declared is not None:
            name = declared[1].decode("ascii", "replace").lower().replace("_", "-")
            if _KNOWN_CODING.fullmatch(name):
                return _decoded(data, name)
            return _decoded(data, "utf-8")
    return _decoded(data, "utf-8")


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), ""
    except LookupError:
        return data.decode("utf-8", "replace"), f"the encoding {encoding} is not known"
    except UnicodeDecodeError:
        # without a mark, pip falls back to the encoding of its machine: one character a byte keeps the columns
        fallback = "latin-1" if encoding == "utf-8" else encoding
        return data.decode(fallback, "replace"), f"not {encoding.upper()}: the text cannot be read in full"


class LogicalLine(msgspec.Struct, frozen=True):
    """One line of requirements or options, joined from *pieces*: offset in ``text``, line and column of each.

    ``text`` has neither comment nor spaces around it; ``last`` is the last line that belongs to it.
    """

    path: str
    text: str
    pieces: tuple[tuple[int, int, int], ...]
    last: int

    @property
    def first(self) -> int:
        """The line that it starts on."""
        return self._place(0)[0]

    def span(self, start: int, end: int) -> Span:
        """Return where the characters from *start* to *end*, not included, stand."""
        line, column = self._place(start)
        last, end_column = self._place(max(start, end - 1))
        return Span(self.path, line, column, last, end_column + (1 if end > start else 0))

    def _place(self, offset: int) -> tuple[int, int]:
        index = max(bisect_right(self.pieces, (offset, 1 << 60, 0)) - 1, 0)
        start, line, column = self.pieces[index]
        return line, column + offset - start


class _Physical(msgspec.Struct, frozen=True):
    text: str
    line: int
    column: int


def _physical_lines(text: str) -> Iterator[_Physical]:
    """Yield the lines that pip sees: it also ends them at form feeds and the like, which no editor counts."""
    for number, line in enumerate(_BREAK.split(text), 1):
        column = 1
        for part in line.splitlines(keepends=True) or [""]:
            yield _Physical("".join(part.splitlines()), number, column)
            column += len(part)


def logical_lines(path: str, text: str) -> tuple[list[LogicalLine], dict[int, CommentLine]]:
    """Return the logical lines of *text*, and its comments by line."""
    found: list[LogicalLine] = []
    comments: dict[int, CommentLine] = {}
    held: list[_Physical] = []
    for physical in _physical_lines(text):
        comment = _COMMENT.search(physical.text)
        alone = comment is not None and not physical.text[: comment.start()].strip()
        if comment is not None:
            comments[physical.line] = CommentLine(comment[0][1:], alone and not held)
        # pip puts a space before a line of comment, so that it is a comment behind a continued line, too
        held.append(_Physical(" " + physical.text, physical.line, physical.column - 1) if alone else physical)
        if physical.text.endswith("\\") and not alone and len(held) < MAX_JOINED:
            continue
        line = _joined(path, held)
        held = []
        if line is not None:
            found.append(line)
    line = _joined(path, held) if held else None
    return [*found, line] if line is not None else found, comments


def _joined(path: str, held: list[_Physical]) -> LogicalLine | None:
    pieces: list[tuple[int, int, int]] = []
    joined: list[str] = []
    length = 0
    for physical in held:
        text, column = physical.text, physical.column
        if text.endswith("\\"):
            column += len(text) - len(text.lstrip("\\"))
            text = text.strip("\\")
        pieces.append((length, physical.line, column))
        joined.append(text)
        length += len(text)
    whole = "".join(joined)
    comment = _COMMENT.search(whole)
    code = whole[: comment.start()] if comment is not None else whole
    text = code.strip()
    if not text:
        return None
    start = len(code) - len(code.lstrip())
    moved = tuple((offset - start, line, column) for offset, line, column in pieces)
    return LogicalLine(path, text, moved, held[-1].line)
