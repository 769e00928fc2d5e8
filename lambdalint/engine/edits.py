"""Applies edits to the bytes of a file; whatever they do not touch stays as it is, byte for byte."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from lambdalint.engine.syntax import is_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdalint.model import Edit

_LINE_END = re.compile(r"\r\n|\r|\n")

Position = tuple[int, int]
"""A line and a column, both from 1."""


class EditError(Exception):
    """Edits that cannot be made; the message says why, and is for the user."""


def start_of(edit: Edit) -> Position:
    """Return where the text begins that *edit* replaces."""
    return edit.span.line, edit.span.column


def end_of(edit: Edit) -> Position:
    """Return where the text ends that *edit* replaces, exclusive."""
    return edit.span.end_line, edit.span.end_column


def exclude_each_other(first: Edit, second: Edit) -> bool:
    """Tell whether two edits cannot be made together: they overlap, or begin at the same place.

    One and the same edit, which several fixes may need, excludes nothing.
    """
    if first == second or first.span.path != second.span.path:
        return False
    if start_of(first) == start_of(second):
        return True
    first, second = sorted((first, second), key=start_of)
    return end_of(first) > start_of(second)


def line_starts(text: str) -> list[int]:
    """Return the offset of each line of *text*, as ``split_lines`` counts lines."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def apply_edits(path: str, content: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the *content* of the file at *path* after *edits* of it.

    Encoding, byte order mark, line ends and a missing final line end are kept; a line end in an edit's text becomes one
    of those around it. An edit that is there twice is made once.

    Raises:
        EditError: the content cannot be decoded or encoded without loss, or edits overlap or lie outside.
    """
    encoding = _encoding(path, content)
    text = _decode(content, encoding)
    edited = edit_text(text, edits)
    try:
        changed = edited.encode(encoding)
    except UnicodeError as error:
        sign = ascii(edited[error.start]) if isinstance(error, UnicodeEncodeError) else "it"
        raise EditError(f"the file's encoding, {encoding}, cannot express {sign}") from None
    if _encoding(path, changed) != encoding:
        raise EditError("the file would declare another encoding")
    return changed


def _encoding(path: str, content: bytes) -> str:
    if not is_python(path):
        return "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError as error:
        raise EditError(f"its encoding is not known: {error}") from None


def _decode(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
        exact = text.encode(encoding) == content
    except (ValueError, LookupError):
        raise EditError(f"it is not valid {encoding}") from None
    if not exact:
        raise EditError(f"its encoding, {encoding}, cannot be written back as it was")
    return text


def edit_text(text: str, edits: Iterable[Edit]) -> str:
    """Return *text* after *edits*, whose order does not matter.

    Raises:
        EditError: edits overlap, or lie outside of the text.
    """
    starts = line_starts(text)
    parts: list[str] = []
    done = 0
    last: Edit | None = None
    for edit in sorted(set(edits), key=lambda edit: (start_of(edit), end_of(edit), edit.text)):
        if last is not None and exclude_each_other(last, edit):
            raise EditError(f"two edits of line {edit.span.line} overlap")
        start, end = _offset(text, starts, start_of(edit)), _offset(text, starts, end_of(edit))
        if start is None or end is None or start > end:
            raise EditError(f"an edit at line {edit.span.line} lies outside of the file")
        parts += (text[done:start], _with_line_ends(edit.text, text, starts, edit.span.line))
        done, last = end, edit
    return "".join((*parts, text[done:]))


def _offset(text: str, starts: Sequence[int], position: Position) -> int | None:
    """Return the offset of *position*, None if it is nowhere; it may be the start of the line behind the last one."""
    line, column = position
    if line == len(starts) + 1 and column == 1:
        return len(text)
    if not (1 <= line <= len(starts) and column >= 1):
        return None
    offset = starts[line - 1] + column - 1
    end = len(text) if line == len(starts) else starts[line] - len(_line_end(text, starts, line))
    return offset if offset <= end else None


def _line_end(text: str, starts: Sequence[int], line: int) -> str:
    """Return what ends *line*, which is not the last one."""
    end = starts[line]
    return "\r\n" if text.startswith("\r\n", max(end - 2, 0)) else text[end - 1]


def _with_line_ends(new: str, text: str, starts: Sequence[int], line: int) -> str:
    if len(starts) == 1:
        return new
    return _line_end(text, starts, min(line, len(starts) - 1)).join(_LINE_END.split(new))
