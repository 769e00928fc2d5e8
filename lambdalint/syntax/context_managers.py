"""Encloses statements of one block in a ``with`` or a ``try``, and changes what stands in them at the same time."""

from __future__ import annotations

import re
from itertools import accumulate, count
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Span
from lambdalint.syntax import blocks
from lambdalint.syntax.callee import own_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambdalint.syntax.module import Module, Statement

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")


def can_be_enclosed(module: Module, statements: Sequence[Statement]) -> bool:
    """Tell whether *statements*, which follow each other in one block, can be put into a block of their own.

    They stand on lines of their own, and nothing in them leaves and comes back: no ``yield`` and no ``await``.
    """
    if not all(blocks.owns_its_lines(module, statement) for statement in statements):
        return False
    nodes = (node for statement in statements for node in own_nodes(statement))
    return not any(isinstance(node, (cst.Yield, cst.Await)) for node in nodes)


def enclosed(
    module: Module,
    statements: Sequence[Statement],
    header: str,
    *,
    instead_of: Statement | None = None,
    footer: str = "",
    also: Sequence[Statement] = (),
    changes: Iterable[Edit] = (),
) -> Edit:
    """Return the edit that puts *statements*, which follow each other in one block, below *header*.

    The header, without its indentation, takes the place of the statement *instead_of*, if that stands before them.
    ``footer``, whole lines with their indentation, takes the place of the statements *also* behind them. ``changes``
    are edits within the statements, made at the same time; they take either parts of lines away or whole ones.
    """
    margin = blocks.indentation(module, statements[0])
    first = start = blocks.first_line_with_comments(module, statements[0])
    if instead_of is not None:
        first, start = blocks.first_line(module, instead_of), blocks.last_line(module, instead_of) + 1
        while not module.lines[start - 1].strip():
            start += 1
    last = blocks.last_line(module, statements[-1])
    body = _indented(module, start, last, changes)
    end = blocks.last_line(module, also[-1]) if also else last
    return blocks.replaced_lines(module, first, end, f"{margin}{header}\n{body}{footer}")


def _indented(module: Module, first: int, last: int, changes: Iterable[Edit]) -> str:
    """Return the lines from *first* to *last* one level deeper, after *changes*."""
    numbers = range(first, last + 1)
    lines = _LINE.findall(blocks.indented(module, first, last))
    pairs = zip(numbers, lines, strict=True)
    added = [len(line) - len(blocks.lines_of(module, number, number)) for number, line in pairs]
    starts = [0, *accumulate(map(len, lines))]
    text = "".join(lines)

    def offset(line: int, column: int) -> int:
        # A change that begins with a line takes its indentation away, too.
        return starts[line - first] + (0 if column == 1 else added[line - first] + column - 1)

    for edit in sorted(changes, key=lambda edit: edit.span, reverse=True):
        span = edit.span
        text = text[: offset(span.line, span.column)] + edit.text + text[offset(span.end_line, span.end_column) :]
    return text


def moved_lines(module: Module, statement: Statement) -> str:
    """Return *statement* with the comments right above it, one level deeper."""
    return blocks.indented(
        module, blocks.first_line_with_comments(module, statement), blocks.last_line(module, statement)
    )


def whole_lines(module: Module, statement: Statement) -> Edit:
    """Return the edit that takes away *statement* with the comments right above it."""
    first = blocks.first_line_with_comments(module, statement)
    return Edit(Span(module.path, first, 1, blocks.last_line(module, statement) + 1, 1), "")


def free_name(module: Module, wishes: Sequence[str]) -> str:
    """Return the first of *wishes*, or the last one with a number, that is no name anywhere in *module*."""
    taken = {node.value for node in _names(module.tree)}
    numbered = (f"{wishes[-1]}_{number}" for number in count(2))
    return next(name for wished in (wishes, numbered) for name in wished if name not in taken)


def _names(tree: cst.CSTNode) -> Iterator[cst.Name]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.Name):
            yield node
        waiting.extend(node.children)


def text_at(module: Module, span: Span) -> str:
    """Return what is written at *span*."""
    lines = list(module.lines[span.line - 1 : span.end_line])
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "".join(lines)


def arguments_of(module: Module, call: cst.Call) -> str:
    """Return the arguments of *call* as they are written, with their parentheses."""
    func, whole = module.span(call.func), module.span(call)
    written = text_at(module, Span(module.path, func.end_line, func.end_column, whole.end_line, whole.end_column))
    return written[written.index("(") :]


def comment_of(statement: cst.SimpleStatementLine) -> str:
    """Return the comment behind *statement* with the space before it; empty if there is none."""
    white = statement.trailing_whitespace
    return "" if white.comment is None else f"{white.whitespace.value}{white.comment.value}"
