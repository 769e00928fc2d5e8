"""Names the user's Python files that do not parse although no function reaches them."""

from __future__ import annotations

import ast
import re
import sys
import warnings

from lambdalint.engine.source_text import decode_python, split_lines
from lambdalint.model import Problem, Span

_PYTHON_2_MESSAGE = re.compile(
    r"Missing parentheses in call to '(print|exec)'|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer|inconsistent use of tabs|invalid decimal literal"
)
_PYTHON_2_LINE = re.compile(
    r"^\s*(?:print\s+[^=(\s]|exec\s+[^=(\s]|raise\s+\w[\w.]*\s*,|except\s+[\w.()]+\s*,\s*\w+\s*:)"
    r"|<>|`[^`]+`|\bur['\"]|\b0\d+\b|\b\d+L\b"
)


def _without_breaks(message: str) -> str:
    return " ".join(message.split())


def parse_problem(path: str, content: bytes) -> Problem | None:
    """Return why the Python file *path* with *content* does not parse, or None if it does. Never raises."""
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        return Problem(Span.point(path, line), "cannot be parsed: the file contains null bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(content)
    except SyntaxError as error:
        return _from_syntax_error(path, content, error)
    except ValueError as error:
        return Problem(Span.point(path), f"cannot be parsed: {_without_breaks(str(error))}")
    except (RecursionError, MemoryError, OverflowError):
        return Problem(Span.point(path), "cannot be parsed: the code is nested too deeply")
    return None


def _from_syntax_error(path: str, content: bytes, error: SyntaxError) -> Problem:
    message = _without_breaks(error.msg or "invalid syntax")
    try:
        lines = split_lines(decode_python(content))
    except (SyntaxError, ValueError, LookupError) as decoding:
        line = 1
        if isinstance(decoding, UnicodeDecodeError):
            line = content.count(b"\n", 0, decoding.start) + 1
            message = f"the file is not valid {decoding.encoding.upper()}"
        return Problem(Span.point(path, line), f"cannot be parsed: {message}")
    line = min(max(error.lineno or 1, 1), len(lines))
    column = max(error.offset or 1, 1)
    if "multiple exception types must be" in message and sys.version_info < (3, 14):
        running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        message = f"Python 2 syntax, or newer than {running}, which runs lambdalint (3.14 accepts it)? {message}"
    elif _PYTHON_2_MESSAGE.search(message) or _PYTHON_2_LINE.search(lines[line - 1]):
        message = f"Python 2 syntax? {message}"
    return Problem(Span.point(path, line, column), f"cannot be parsed: {message}")


def is_python(path: str) -> bool:
    """Tell whether the file at *path* holds Python by its name."""
    return path.endswith(".py")
