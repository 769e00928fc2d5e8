"""Says where and why a text is no YAML, from what the parser raises."""

from __future__ import annotations

import re

from lambdalint.model import Span

_BREAK = re.compile("\r\n|\r|\n")


def span_of(path: str, error: Exception, text: str) -> Span:
    """Return the place of an *error* of the parser in the *text* of the file at *path*."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    odd = _not_allowed(text) if not mark else None
    if odd is not None:
        before = _BREAK.split(text[: odd.start()])
        return Span.point(path, len(before), len(before[-1]) + 1)
    if not mark:
        return Span.point(path)
    lines = _BREAK.split(text)
    if mark.line < len(lines):
        return Span.point(path, mark.line + 1, mark.column + 1)
    # to the parser, a text without a line break at its end goes on for one more line
    return Span.point(path, len(lines), len(lines[-1]) + 1)


def _not_allowed(text: str) -> re.Match[str] | None:
    """Return the first character that YAML does not allow; the parser counts bytes, and tells no line."""
    from yaml.reader import Reader

    return Reader.NON_PRINTABLE.search(text)


def explain(error: Exception, text: str) -> str:
    """Return what an *error* of the parser says."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        lines = text.split("\n")
        line = lines[mark.line] if mark.line < len(lines) else ""
        if "\t" in line[: mark.column + 1]:
            return "a tab where YAML allows spaces only"
    elif getattr(error, "context_mark", None) is None and (odd := _not_allowed(text)) is not None:
        return f"the character U+{ord(odd[0]):04X} is not allowed"
    context, problem = getattr(error, "context", None), getattr(error, "problem", None)
    return ", ".join(part for part in (context, problem) if part) or " ".join(str(error).split())[:200]
