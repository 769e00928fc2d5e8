"""Reads the comments that silence findings, in Python code and in YAML templates."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.engine.source_text import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

_NOQA = re.compile(r"#\s*noqa(?::\s?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
_OWN = re.compile(r"#\s*lambdalint:\s*(?P<kind>ignore-file|ignore)\s*\[(?P<codes>[^\]#]*)\]", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]+[0-9]*", re.IGNORECASE)
_YAML_COMMENT = re.compile(r"(?:^|\s)(#.*)")
_LAYOUT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER})


@dataclass(frozen=True, slots=True)
class Suppression:
    """What one comment silences.

    ``codes`` are prefixes, none means all; ``lines`` is None for the whole file.
    """

    codes: tuple[str, ...]
    lines: range | None

    def covers(self, code: str, line: int) -> bool:
        """Tell whether a finding of *code* that starts on *line* is silenced."""
        if self.lines is not None and line not in self.lines:
            return False
        return not self.codes or code.startswith(self.codes)


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All suppressions of one file."""

    entries: tuple[Suppression, ...] = ()

    def cover(self, code: str, line: int) -> bool:
        """Tell whether any comment of the file silences a finding of *code* that starts on *line*."""
        return any(entry.covers(code, line) for entry in self.entries)


def _parse(comment: str, lines: range) -> Iterator[Suppression]:
    for match in _OWN.finditer(comment):
        codes = tuple(code.upper() for code in _CODE.findall(match["codes"]))
        if codes:
            yield Suppression(codes, None if match["kind"].lower() == "ignore-file" else lines)
    noqa = _NOQA.search(comment)
    if noqa:
        yield Suppression(tuple(code.upper() for code in _CODE.findall(noqa["codes"] or "")), lines)


def _python_comments(text: str) -> Iterator[tuple[str, range]]:
    """Yield each comment with the lines of the statement that it belongs to.

    A comment of its own between statements belongs to the statement that follows, if it is not a ``noqa``:
    those hold, as in flake8, for their own lines only.
    """
    comments: list[tuple[str, int]] = []
    standing: list[tuple[str, int]] = []
    first: int | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            line = token.start[0]
            if token.type == tokenize.COMMENT:
                (standing if first is None else comments).append((token.string, line))
            elif token.type == tokenize.NEWLINE:
                lines = range(first or line, line + 1)
                yield from ((comment, lines) for comment, _ in comments)
                yield from _standing(standing, lines)
                comments, standing, first = [], [], None
            elif token.type not in _LAYOUT and first is None:
                first = line
    except (tokenize.TokenError, SyntaxError):
        pass
    yield from ((comment, range(line, line + 1)) for comment, line in (*comments, *standing))


def _standing(comments: Iterable[tuple[str, int]], following: range) -> Iterator[tuple[str, range]]:
    for comment, line in comments:
        own = range(line, line + 1)
        yield comment, following if _OWN.search(comment) and not _NOQA.search(comment) else own


def python_suppressions(text: str) -> Suppressions:
    """Read the suppressions of Python source; a file that breaks off half-way has those above the break."""
    return _gather(text, _python_comments)


def _gather(text: str, comments: Callable[[str], Iterable[tuple[str, range]]]) -> Suppressions:
    lowered = text.lower()
    if "noqa" not in lowered and "lambdalint:" not in lowered:
        return Suppressions()
    return Suppressions(tuple(found for comment, lines in comments(text) for found in _parse(comment, lines)))


def yaml_suppressions(text: str, code_lines: Container[int] = frozenset()) -> Suppressions:
    """Read the suppressions in the ``#`` comments of a YAML file.

    *code_lines* are the lines that hold inline code, whose comments are that code's own. A comment alone on
    its line also covers the next line.
    """

    def comments(content: str) -> Iterator[tuple[str, range]]:
        for number, line in enumerate(split_lines(content), 1):
            match = None if number in code_lines else _YAML_COMMENT.search(line)
            if match:
                alone = not line[: match.start(1)].strip()
                yield match[1], range(number, number + (2 if alone else 1))

    return _gather(text, comments)
