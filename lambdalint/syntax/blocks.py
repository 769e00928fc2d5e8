"""Wraps, moves and removes whole statements, line by line, so that comments and formatting stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Span

if TYPE_CHECKING:
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
    return _margin(module.lines[first_line(module, statement) - 1])


def indent_unit(module: Module, line: int) -> str:
    """Return what one more level adds to the indentation of *line*: as the block around it does, or the default."""
    margin = _margin(module.lines[line - 1])
    inside = module.lines_inside_strings if margin else frozenset()
    for number in range(line - 1, 0, -1):
        above = module.lines[number - 1]
        if number in inside or not above.strip() or above.lstrip().startswith("#"):
            continue
        outer = _margin(above)
        if len(outer) < len(margin) and margin.startswith(outer):
            return margin[len(outer) :]
    return str(module.tree.default_indent)


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def lines_of(module: Module, first: int, last: int) -> str:
    """Return the lines from *first* to *last*, both included, with their ends; one without an end gets one."""
    text = "".join(module.lines[first - 1 : last])
    return text if text.endswith(("\n", "\r")) else text + "\n"


def indented(module: Module, first: int, last: int) -> str:
    """Return the lines from *first* to *last* one level deeper; what lies inside of strings stays as it is."""
    inside = module.lines_inside_strings
    unit = indent_unit(module, first)
    parts = []
    for number in range(first, last + 1):
        line = lines_of(module, number, number)
        parts.append(line if number in inside or not line.strip() else unit + line)
    return "".join(parts)


def replaced_lines(module: Module, first: int, last: int, text: str) -> Edit:
    """Return the edit that puts *text*, whole lines, in the place of the lines from *first* to *last*.

    Where the file ends without a line end, so does the text.
    """
    end = module.lines[last - 1]
    body = end.rstrip("\r\n")
    text = text.removesuffix("\n")
    return Edit(Span(module.path, first, 1, last, len(body) + 1), text)


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
