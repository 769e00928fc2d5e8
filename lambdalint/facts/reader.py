"""From the bytes of a source file to its facts, or to one clear reason why not."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import warnings
from typing import TYPE_CHECKING

from lambdalint.facts.lower import lower_module
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from lambdalint.facts.ir import ModuleFacts


class CannotParse(Exception):
    """A source that Python cannot read; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def decode(path: str, content: bytes) -> str:
    """Decode a source file as Python does; raise CannotParse for a wrong or unknown encoding and for null bytes."""
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise CannotParse(Problem(Span.point(path, line), "not Python source: it holds a null byte"))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        line = 1
        if isinstance(error, UnicodeDecodeError):
            line = content[: error.start].count(b"\n") + 1
            reason = f"byte 0x{content[error.start]:02x} is not {error.encoding}"
        else:
            reason = error.msg if isinstance(error, SyntaxError) and error.msg else str(error)
        raise CannotParse(Problem(Span.point(path, line), f"cannot decode the source: {reason}")) from None


def parse(path: str, text: str) -> ast.Module:
    """Parse *text*; raise CannotParse with the place of the error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        span = Span.point(path, max(1, error.lineno or 1), max(1, error.offset or 1))
        raise CannotParse(Problem(span, _syntax_message(error, text))) from None
    except (ValueError, MemoryError, RecursionError, OverflowError) as error:
        reason = "it is nested too deeply" if not isinstance(error, ValueError) else str(error)
        raise CannotParse(Problem(Span.point(path), f"cannot parse: {reason}")) from None


def _syntax_message(error: SyntaxError, text: str) -> str:
    message = (error.msg or "invalid syntax").partition(" (<")[0]
    running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    if "Missing parentheses in call to 'print'" in message:
        return f"cannot parse: {message} (Python 2 code?)"
    if "multiple exception types must be" in message and sys.version_info < (3, 14):
        newer = f"or newer than {running}, which runs lambdalint: 3.14 accepts it"
        return f"cannot parse: {message} (Python 2 code, {newer})"
    if "{%" in text or ("{{" in text and "}}" in text and "{{" in (error.text or "")):
        return f"cannot parse: {message} (a template, not Python?)"
    return f"cannot parse with {running}: {message}; if a newer Python accepts the file, run lambdalint with that one"


def read_module(path: str, content: bytes) -> ModuleFacts:
    """Return the facts of a source file; raise CannotParse."""
    return read_text(path, decode(path, content))


def read_text(path: str, text: str) -> ModuleFacts:
    """Return the facts of source text; raise CannotParse."""
    tree = parse(path, text)
    try:
        return lower_module(path, text, tree)
    except RecursionError:
        raise CannotParse(Problem(Span.point(path), "cannot parse: it is nested too deeply")) from None
