"""Finds what is text, not code, in shell scripts, Makefiles, JavaScript and Terraform: no comment begins there."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.edits import line_starts
from lambdalint.engine.source_text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Stretch = tuple[int, int]
    """Offsets, the end exclusive."""


class _Grammar(msgspec.Struct, frozen=True):
    """What changes the meaning of code, and of a text in which code may stand, by groups of two expressions.

    ``string`` is a whole text, ``quote`` begins one with code in it, ``opens`` and ``closes`` are brackets of code,
    ``document`` announces one that begins behind the ``line``; in a text, ``hole`` begins code and ``end`` ends it.
    """

    code: re.Pattern[str]
    text: re.Pattern[str]


_JAVASCRIPT = _Grammar(
    re.compile(
        r"""//[^\r\n]*|(?P<string>/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\r\n])*"?|'(?:\\.|[^'\\\r\n])*'?"""
        r"""|(?<=[(,=:\[!&|?{};+\-*%>~^\n])[ \t]{0,80}/(?![*/>])"""
        r"""(?:\\.|\[(?:\\.|[^\]\\\r\n]){0,200}\]|[^/\\\[\r\n]){1,500}/)"""
        r"""|(?P<quote>`)|(?P<opens>\{)|(?P<closes>\})""",
        re.DOTALL,
    ),
    re.compile(r"\\.|(?P<end>`)|(?P<hole>\$\{)", re.DOTALL),
)
_SHELL = _Grammar(
    re.compile(
        r"""\\.|(?:^|(?<=[\s;&|()]))\#[^\r\n]*|<<<|(?P<document><<-?[ \t]*(?:'[^'\r\n]+'|"[^"\r\n]+"|\\?\w+))"""
        r"""|(?P<string>\$'(?:\\.|[^'\\])*(?:'|\Z)|'[^']*(?:'|\Z))|(?P<quote>")|(?P<opens>\()|(?P<closes>\))"""
        r"""|(?P<line>\n)""",
        re.DOTALL | re.MULTILINE,
    ),
    re.compile(r'\\.|(?P<end>")|(?P<hole>\$\()', re.DOTALL),
)
_TERRAFORM = _Grammar(
    re.compile(
        r"""\#[^\r\n]*|//[^\r\n]*|(?P<string>/\*.*?(?:\*/|\Z))|(?P<document><<-?\w+)|(?P<quote>")"""
        r"""|(?P<opens>\{)|(?P<closes>\})|(?P<line>\n)""",
        re.DOTALL,
    ),
    re.compile(r'\\.|\$\$\{|%%\{|(?P<end>")|(?P<hole>[$%]\{)', re.DOTALL),
)
_QUOTES = "<- \t'\"\\"


def strings_in_javascript(text: str) -> list[Stretch]:
    """Return the strings, regular expressions and block comments of JavaScript or TypeScript."""
    return _Scan(text, _JAVASCRIPT).strings()


def strings_in_shell(text: str) -> list[Stretch]:
    """Return the strings and here-documents of a shell script."""
    return _Scan(text, _SHELL).strings()


def strings_in_terraform(text: str) -> list[Stretch]:
    """Return the strings, here-documents and block comments of a Terraform file."""
    return _Scan(text, _TERRAFORM).strings()


def strings_in_makefile(text: str) -> list[Stretch]:
    """Return the strings in the recipes of a Makefile; elsewhere, quotes mean nothing to make."""
    starts = line_starts(text)
    found: list[Stretch] = []
    for lines in joined_lines(split_lines(text)):
        start = starts[lines.start - 1]
        end = starts[lines.stop - 1] if lines.stop <= len(starts) else len(text)
        if text.startswith("\t", start):
            found += ((start + first, start + last) for first, last in strings_in_shell(text[start:end]))
    return found


def joined_lines(lines: Sequence[str]) -> Iterator[range]:
    """Yield the numbers, from 1, of those *lines* that are one: all but the last end with a backslash."""
    first = 1
    for number, line in enumerate(lines, 1):
        if not ends_joined(line) or number == len(lines):
            yield range(first, number + 1)
            first = number + 1


def ends_joined(line: str) -> bool:
    """Tell whether *line* goes on with the next one; a comment of a shell does not."""
    stripped = line.rstrip("\\")
    return (len(line) - len(stripped)) % 2 == 1 and not line.lstrip().startswith("#")


class _Scan:
    """One pass over a text."""

    def __init__(self, text: str, grammar: _Grammar) -> None:
        self._text = text
        self._grammar = grammar
        self._found: list[Stretch] = []
        self._around: list[int] = []
        """The open brackets around each text that the code stands in."""
        self._lines: defaultdict[str, list[Stretch]] | None = None

    def strings(self) -> list[Stretch]:
        position = depth = 0
        documents: list[str] = []
        while (match := self._grammar.code.search(self._text, position)) is not None:
            position = match.end()
            kind = match.lastgroup
            if kind == "string":
                self._found.append(match.span())
            elif kind == "quote":
                position, depth = self._in_text(match.start(), position, depth)
            elif kind == "opens":
                depth += 1
            elif kind == "closes" and depth:
                depth -= 1
            elif kind == "closes" and self._around:
                position, depth = self._in_text(position, position, self._around.pop())
            elif kind == "document":
                documents.append(match[0].strip(_QUOTES))
            elif kind == "line" and documents:
                for end in documents:
                    position = self._document(end, position)
                documents = []
        return self._found

    def _in_text(self, start: int, position: int, depth: int) -> tuple[int, int]:
        """Return where code goes on behind, or within, the text from *start* on, and how deep that is in brackets."""
        for match in self._grammar.text.finditer(self._text, position):
            if match.lastgroup is None:
                continue
            self._found.append((start, match.end()))
            if match.lastgroup == "hole":
                self._around.append(depth)
                return match.end(), 0
            return match.end(), depth
        self._found.append((start, len(self._text)))
        return len(self._text), depth

    def _document(self, end: str, position: int) -> int:
        """Return where the document from *position* on ends; there is none where nothing ends it.

        In a pipeline, all its lines are indented.
        """
        if self._lines is None:
            self._lines = defaultdict(list)
            for start, line in zip(line_starts(self._text), split_lines(self._text), strict=True):
                self._lines[line.strip(" \t")].append((start, start + len(line)))
            for places in self._lines.values():
                places.reverse()
        ends = self._lines.get(end, [])
        while ends and ends[-1][0] < position:
            ends.pop()
        if not ends:
            return position
        _, end_of_line = ends[-1]
        self._found.append((position, end_of_line + 1))
        return end_of_line
