"""One whole Python file as concrete syntax, with the place, the surroundings and the scope of each node."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeVar

import libcst as cst
from libcst.metadata import PositionProvider

from lambdalint.model import Span
from lambdalint.syntax.excerpt import Source
from lambdalint.syntax.metadata import Wrapper
from lambdalint.syntax.scopes import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from libcst.metadata import CodeRange, Scope

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
"""What a block consists of: a line of simple statements, or a compound statement."""

_NodeT = TypeVar("_NodeT", bound=cst.CSTNode)
_MAX_CHARACTERS = 500_000
_MAX_DEPTH = 50
"""Deeper syntax trees would need more of Python's stack than there is by default."""


class Module:
    """A Python file that LibCST understands. Nodes belong to it and are compared by identity.

    ``path`` is the file's path as spans name it, ``text`` its content without a byte order mark, ``lines`` its lines
    with their ends.
    """

    def __init__(self, path: str, text: str, lines: Sequence[str], tree: cst.Module) -> None:
        self.path = path
        self.text = text
        self.lines = lines
        wrapper = Wrapper(tree, unsafe_skip_copy=True)
        self.tree = wrapper.module
        self._positions: Mapping[cst.CSTNode, CodeRange] = wrapper.resolve(PositionProvider)
        self._parents = _parents_in(self.tree)

    @classmethod
    def parse(cls, path: str, text: str) -> Module | None:
        """Return the module with this *text*; None if it cannot be parsed, or is too large or too deep to try."""
        text = text.removeprefix("\ufeff")
        if len(text) > _MAX_CHARACTERS:
            return None
        try:
            source = Source(text)
            if source.whole().depth > _MAX_DEPTH:
                return None
            return cls(path, text, source.lines, cst.parse_module(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError, cst.ParserSyntaxError):
            return None
        except BaseException as error:
            # A panic of the native parser is no Exception.
            if isinstance(error, Exception) or type(error).__name__ == "PanicException":
                return None
            raise

    def span(self, node: cst.CSTNode) -> Span:
        """Return where *node* stands, without the parentheses and the spacing around it."""
        position = self._positions[node]
        start, end = position.start, position.end
        return Span(self.path, start.line, start.column + 1, end.line, end.column + 1)

    def code(self, node: cst.CSTNode) -> str:
        """Return how *node* is written, with its own parentheses."""
        return self.tree.code_for_node(node)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return the node that *node* is a part of; None for the module."""
        return self._parents.get(node)

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yield the nodes that *node* is a part of, the innermost first."""
        outer = self._parents.get(node)
        while outer is not None:
            yield outer
            outer = self._parents.get(outer)

    def nearest(self, node: cst.CSTNode, kind: type[_NodeT] | tuple[type[_NodeT], ...]) -> _NodeT | None:
        """Return the innermost node of a *kind* that *node* is a part of."""
        return next((outer for outer in self.above(node) if isinstance(outer, kind)), None)

    def at(self, span: Span, kind: type[_NodeT]) -> _NodeT | None:
        """Return the outermost node of a *kind* that stands exactly at *span*."""
        found = (node for node in self._by_span.get(span, ()) if isinstance(node, kind))
        return min(found, key=lambda node: sum(1 for _ in self.above(node)), default=None)

    @cached_property
    def _by_span(self) -> Mapping[Span, Sequence[cst.CSTNode]]:
        found: defaultdict[Span, list[cst.CSTNode]] = defaultdict(list)
        for node in self._positions:
            if isinstance(node, (cst.BaseExpression, cst.Import, cst.ImportFrom)):
                found[self.span(node)].append(node)
        return found

    @cached_property
    def lines_inside_strings(self) -> frozenset[int]:
        """The lines that begin inside of a string."""
        found: set[int] = set()
        for node, position in self._positions.items():
            if position.start.line < position.end.line and isinstance(node, (cst.SimpleString, cst.FormattedString)):
                found.update(range(position.start.line + 1, position.end.line + 1))
        return frozenset(found)

    def call_at(self, span: Span) -> cst.Call | None:
        """Return the call that stands exactly at *span*."""
        return self.at(span, cst.Call)

    @cached_property
    def _scopes(self) -> Mapping[cst.CSTNode, Scope | None]:
        return scopes_of(self.tree, self._parents)

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """Return the scope in which the names of *node* are looked up; None where LibCST knows none."""
        for one in (node, *self.above(node)):
            scope = self._scopes.get(one)
            if scope is not None:
                return scope
        return None

    def statement(self, node: cst.CSTNode) -> Statement | None:
        """Return the innermost statement that *node* is, or is a part of; None for one outside of all blocks."""
        return next((one for one in (node, *self.above(node)) if self._is_statement(one)), None)  # type: ignore[return-value]  # _is_statement tells that

    def block(self, statement: Statement) -> Sequence[Statement]:
        """Return the statements of the block that *statement* stands in, with itself."""
        outer = self._parents[statement]
        assert isinstance(outer, (cst.IndentedBlock, cst.Module)), "a statement stands in a block"
        return outer.body  # type: ignore[return-value]  # LibCST's own type of a block's statements is wider

    def _is_statement(self, node: cst.CSTNode) -> bool:
        return isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)) and isinstance(
            self._parents.get(node), (cst.IndentedBlock, cst.Module)
        )

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """Return the function whose body *node* is a part of; None at module or class level."""
        for outer in self.above(node):
            if isinstance(outer, (cst.Lambda, cst.ClassDef)):
                return None
            if isinstance(outer, cst.FunctionDef):
                return outer
        return None


def _parents_in(tree: cst.Module) -> dict[cst.CSTNode, cst.CSTNode]:
    """Return what each node of a tree is a part of: as LibCST's own provider does, without a visit of each node."""
    parents: dict[cst.CSTNode, cst.CSTNode] = {}
    waiting: list[cst.CSTNode] = [tree]
    while waiting:
        node = waiting.pop()
        for name in _fields_of(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode):
                parents[value] = node
                waiting.append(value)
            elif isinstance(value, (list, tuple)):
                for part in value:
                    if isinstance(part, cst.CSTNode):
                        parents[part] = node
                        waiting.append(part)
    return parents


@cache
def _fields_of(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
