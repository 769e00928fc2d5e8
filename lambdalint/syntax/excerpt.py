"""Cuts the statements that hold effects out of a file, so that LibCST parses nothing else.

An excerpt keeps whole physical lines, so columns stay what they are in the file. A method is kept without
its class: the header becomes ``if 1:``, behind which an indented block parses.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_NEWLINES = "\r\n"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")

MAX_DEPTH = 250
"""How deep a statement's syntax tree may be.

LibCST's parser recurses in native code without a limit of its own: it ends the process at 300 to 500 levels
on a thread with a stack of 512 KB, and at 6,000 to 8,000 levels on one of 8 MB.
"""


class Piece(msgspec.Struct, frozen=True):
    """The lines from ``first`` to ``last`` (1-based, inclusive), which hold whole statements of one block.

    ``classes`` are the lines of the headers of the enclosing classes, outermost first. ``depth`` is the
    depth of the syntax tree.
    """

    first: int
    last: int
    classes: tuple[int, ...]
    depth: int


class Excerpt(msgspec.Struct, frozen=True):
    """Some lines of a file, as a module. ``lines`` gives, for each line of ``text``, the line of the file."""

    text: str
    lines: tuple[int, ...]
    depth: int = 0

    def original(self, line: int) -> int:
        """Return the line of the file of a 1-based *line* of the excerpt."""
        return self.lines[min(line, len(self.lines)) - 1]


class Source:
    """A file's text, split into the lines that Python counts.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: As ``ast.parse`` does.
    """

    def __init__(self, text: str) -> None:
        self.lines: list[str] = _LINE.findall(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are about the analysed code, and ours to report or not
            self._tree = ast.parse(text)

    def pieces(self, wanted: Iterable[int]) -> list[Piece]:
        """Return the smallest pieces that hold the *wanted* lines, in order."""
        return list(self._cut(self._tree.body, sorted(set(wanted)), ()))

    def excerpt(self, pieces: Sequence[Piece]) -> Excerpt:
        """Return the module that consists of *pieces*, which are in the order of the file."""
        text: list[str] = []
        numbers: list[int] = []
        opened: tuple[int, ...] = ()
        for piece in pieces:
            for depth, header in enumerate(piece.classes):
                if opened[depth : depth + 1] != (header,):
                    opened = (*opened[:depth], header)
                    text.append(self._opening(header))
                    numbers.append(header)
            opened = piece.classes
            text += self.lines[piece.first - 1 : piece.last]
            numbers += range(piece.first, piece.last + 1)
        return Excerpt("".join(text), tuple(numbers) or (1,), max((piece.depth for piece in pieces), default=0))

    def whole(self) -> Excerpt:
        """Return the whole file as an excerpt."""
        return Excerpt("".join(self.lines), tuple(range(1, len(self.lines) + 1)) or (1,), _depth([self._tree]))

    def _cut(self, body: list[ast.stmt], wanted: list[int], classes: tuple[int, ...]) -> Iterator[Piece]:
        for first, last, group in self._groups(body):
            inside = [line for line in wanted if first <= line <= last]
            if not inside:
                continue
            statement = group[0]
            if len(group) == 1 and isinstance(statement, ast.ClassDef) and self._opens_below(statement, inside[0]):
                yield from self._cut(statement.body, inside, (*classes, statement.lineno))
            else:
                yield Piece(first, last, classes, _depth(group))

    def _groups(self, body: list[ast.stmt]) -> Iterator[tuple[int, int, list[ast.stmt]]]:
        """Yield a block's statements, those that share a line together, with their first and last line."""
        group: list[ast.stmt] = []
        first = last = 0
        for statement in body:
            start, end = self._first_line(statement, last), statement.end_lineno or statement.lineno
            if group and start > last:
                yield first, last, group
                group = []
            if not group:
                first = start
            group.append(statement)
            last = max(end, last)
        if group:
            yield first, last, group

    def _first_line(self, statement: ast.stmt, floor: int) -> int:
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        if not decorators:
            return statement.lineno
        first = decorators[0].lineno
        # A parenthesised decorator may stand below its `@`.
        while first > floor + 1 and not self.lines[first - 1].lstrip().startswith("@"):
            first -= 1
        return first

    def _opens_below(self, statement: ast.ClassDef, wanted: int) -> bool:
        """Tell whether a class's block starts on a line of its own, at or above the first *wanted* line."""
        first = self._first_line(statement.body[0], statement.lineno)
        return (
            wanted >= first > statement.lineno
            and self._starts_line(statement)
            and self._starts_line(statement.body[0])
            and not self.lines[first - 2].rstrip(_NEWLINES).endswith("\\")
        )

    def _starts_line(self, statement: ast.stmt) -> bool:
        before = self.lines[statement.lineno - 1].encode("utf-8", "surrogatepass")[: statement.col_offset]
        return not before.strip()

    def _opening(self, header: int) -> str:
        line = self.lines[header - 1]
        indentation = line[: len(line) - len(line.lstrip())]
        return f"{indentation}if 1:{line[len(line.rstrip(_NEWLINES)) :]}"


def _depth(roots: Sequence[ast.AST]) -> int:
    level: list[ast.AST] = list(roots)
    depth = 0
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth
