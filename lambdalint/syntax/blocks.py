"""Wraps, moves and removes whole statements, line by line, so that comments and formatting stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.syntax.module import Module, Statement


def first_line(module: Module, statement: Statement) -> int:
    """Return the line on which *statement* begins, with its decorators, without the comments above it."""
    line = module.span(statement).line
    decorators = getattr(statement, "decorators", ())
    return min([line, *(module.span(one).line for one in decorators)])


def first_line_with_comments(module: Module, statement: Statement) -> int:
    """Return the line on which *statement* begins, or its comments: those right above it, indented alike."""
    line = first_line(module, statement)
    while line > 1 and module.lines[line - 2].startswith(f"{indentation(module, statement)}#"):
        line -= 1
    return line


def last_line(module: Module, statement: Statement) -> int:
    """Return the line on which *statement* ends."""
    return module.span(statement).end_line


def indentation(module: Module, statement: Statement) -> str:
    """Return the white space before *statement*."""
    line = module.lines[first_line(module, statement) - 1]
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def indent_unit(module: Module) -> str:
    """Return what one level more of indentation adds."""
    return str(module.tree.default_indent)


def lines_of(module: Module, first: int, last: int) -> str:
    """Return the lines from *first* to *last*, both included, with their ends; a last one without gets one."""
    text = "".join(module.lines[first - 1 : last])
    return text if text.endswith(("\n", "\r")) else text + "\n"


def indented(module: Module, first: int, last: int) -> str:
    """Return the lines from *first* to *last* one level deeper; what lies inside of strings stays as it is."""
    inside = _lines_inside_strings(module)
    unit = indent_unit(module)
    parts = []
    for number in range(first, last + 1):
        line = lines_of(module, number, number)
        parts.append(line if number in inside or not line.strip() else unit + line)
    return "".join(parts)


def _lines_inside_strings(module: Module) -> frozenset[int]:
    """Return the lines that begin inside of a string."""
    found: set[int] = set()
    waiting: list[cst.CSTNode] = [module.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (cst.SimpleString, cst.FormattedString)):
            span = module.span(node)
            found.update(range(span.line + 1, span.end_line + 1))
        else:
            waiting.extend(node.children)
    return frozenset(found)


def replaced_lines(module: Module, first: int, last: int, text: str) -> Edit:
    """Return the edit that puts *text*, whole lines, in the place of the lines from *first* to *last*.

    Where the file ends without a line end, so does the text.
    """
    end = module.lines[last - 1]
    body = end.rstrip("\r\n")
    text = text.removesuffix("\n")
    return Edit(Span(module.path, first, 1, last, len(body) + 1), text)


def wrapped(module: Module, statements: Sequence[Statement], header: str, footer: Sequence[str] = ()) -> str:
    """Return *statements*, which follow each other in one block, one level deeper below *header*, then *footer*.

    ``header`` and the lines of ``footer`` are written without the indentation of the block. Comments above the first
    statement stay above the header only if they are not part of the result: it begins with the statement itself.
    """
    margin = indentation(module, statements[0])
    body = indented(module, first_line(module, statements[0]), last_line(module, statements[-1]))
    return "".join([f"{margin}{header}\n", body, *(f"{margin}{line}\n" for line in footer)])


def owns_its_lines(module: Module, statement: Statement) -> bool:
    """Tell whether nothing else stands on the lines of *statement*, so that they can be moved."""
    span = module.span(statement)
    before = module.lines[first_line(module, statement) - 1][: span.column - 1]
    return not before.strip() and not (isinstance(statement, cst.SimpleStatementLine) and len(statement.body) > 1)


def removed(module: Module, statement: Statement) -> Edit | None:
    """Return the edit that removes *statement* with the comments right above it; None where its block needs another."""
    if len(module.block(statement)) == 1 or not owns_its_lines(module, statement):
        return None
    first, last = first_line_with_comments(module, statement), last_line(module, statement)
    return Edit(Span(module.path, first, 1, last + 1, 1), "")
