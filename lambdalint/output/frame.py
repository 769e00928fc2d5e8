"""Draws the lines of code that a finding stands in, with line numbers and carets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.output.escape import escape, width

if TYPE_CHECKING:
    from lambdalint.model import Severity, Span
    from lambdalint.output.style import Style

_LINE_END = re.compile(r"\r\n|\r|\n")
_MAX_LINES = 6
_MAX_WIDTH = 140
_MARGIN = 30
"""Code points that stay before the marked ones where a long line is cut."""
_TAB = " " * 4


def _shown(text: str) -> str:
    return escape(text.replace("\t", _TAB).replace("\f", " "))


def _cut(line: str, first: int, last: int) -> tuple[str, int, int]:
    """Cut a long *line* to the part around the code points *first* to *last* (0-based, end exclusive)."""
    if len(line) <= _MAX_WIDTH:
        return line, first, last
    start = max(0, min(first - _MARGIN, len(line) - _MAX_WIDTH))
    end = min(len(line), start + _MAX_WIDTH)
    head, tail = "…" if start else "", "…" if end < len(line) else ""
    shift = len(head) - start
    first = first + shift
    last = max(first, min(last + shift, len(head) + end - start))
    return head + line[start:end] + tail, first, last


def _marks(line: str, number: int, span: Span) -> tuple[int, int]:
    indent = len(line) - len(line.lstrip())
    first = span.column - 1 if number == span.line else indent
    last = span.end_column - 1 if number == span.end_line else len(line.rstrip())
    first = max(0, min(first, len(line)))
    return first, max(first, min(last, len(line)))


def split_source(source: str) -> list[str]:
    """Split a file's text into the lines that spans count."""
    return _LINE_END.split(source)


def draw(lines: list[str], span: Span, severity: Severity, style: Style) -> list[str]:
    """Return the frame for *span* in a file's *lines*; empty where the file has no such line."""
    if not 1 <= span.line <= len(lines):
        return []
    end = max(span.line, min(span.end_line, len(lines)))
    numbers = list(range(span.line, end + 1))
    if len(numbers) > _MAX_LINES:
        numbers = [*numbers[: _MAX_LINES - 2], 0, numbers[-1]]
    gutter = len(str(end))
    bar = style.rule("|")
    drawn = [f"{' ' * gutter} {bar}"]
    for number in numbers:
        if number == 0:
            drawn.append(style.rule("…".rjust(gutter)) + f" {bar}")
            continue
        code = lines[number - 1]
        text, first, last = _cut(code, *_marks(code, number, span))
        drawn.append(f"{style.rule(str(number).rjust(gutter))} {bar} {_shown(text)}".rstrip())
        before = " " * width(_shown(text[:first]))
        carets = "^" * max(1, width(_shown(text[first:last])))
        drawn.append(f"{' ' * gutter} {bar} {before}{style.severity(carets, severity)}")
    return drawn
