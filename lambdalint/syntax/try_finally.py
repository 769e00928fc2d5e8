"""Puts statements of one block into ``try``, and what must happen in any case into its ``finally``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Edit, Span
from lambdalint.syntax import blocks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import libcst as cst

    from lambdalint.syntax.module import Module, Statement


def can_be_tried(module: Module, statements: Sequence[Statement]) -> bool:
    """Tell whether *statements*, which follow each other in one block, stand on lines of their own."""
    if not all(blocks.owns_its_lines(module, one) for one in (*statements,)):
        return False
    ends = [blocks.last_line(module, one) for one in statements]
    starts = [blocks.first_line(module, one) for one in statements]
    return all(end < start for end, start in zip(ends, starts[1:], strict=False))


def tried(
    module: Module,
    block: Sequence[Statement],
    tried_ones: range,
    footer: str,
    *,
    before: Collection[int] = (),
    until: int | None = None,
) -> Edit:
    """Return the edit that puts the statements *tried_ones* of *block* into ``try``, with *footer* in ``finally``.

    ``footer`` are whole lines with the indentation of the block and one level. The statements ``before`` of them go
    above the ``try``. ``until`` is the last statement that the edit replaces, if those behind *tried_ones* are moved
    into the footer.
    """
    margin = blocks.indentation(module, block[tried_ones.start])
    first, last = blocks.first_line(module, block[tried_ones.start]), end_of(module, block, tried_ones[-1])
    while not module.lines[last - 1].strip():
        last -= 1
    replaced = last if until is None else blocks.last_line(module, block[until])
    above, body, line = "", "", first
    for index in sorted(before):
        start, end = blocks.first_line_with_comments(module, block[index]), blocks.last_line(module, block[index])
        body += blocks.indented(module, line, start - 1)
        above += blocks.lines_of(module, start, end)
        line = end + 1
        while not body.strip() and line <= last and not module.lines[line - 1].strip():
            line += 1
    body += blocks.indented(module, line, last)
    text = f"{above}{margin}try:\n{body}{margin}finally:\n{footer}"
    return blocks.replaced_lines(module, first, replaced, text)


def finally_of(module: Module, statement: cst.Try, footer: str, *, until: int | None = None) -> Edit:
    """Return the edit that gives *statement*, which has none, a ``finally`` clause with the lines of *footer*.

    What stands in its block behind it, up to the statement ``until``, is replaced with it.
    """
    block = module.block(statement)
    last = end_of(module, block, list(block).index(statement))
    end = last if until is None else blocks.last_line(module, block[until])
    margin = blocks.indentation(module, statement)
    body, replaced = module.lines[last - 1].rstrip("\r\n"), module.lines[end - 1].rstrip("\r\n")
    text = f"\n{margin}finally:\n{footer}".removesuffix("\n")
    return Edit(Span(module.path, last, len(body) + 1, end, len(replaced) + 1), text)


def pulled(module: Module, block: Sequence[Statement], first: int, statement: cst.Try) -> Edit:
    """Return the edit that pulls the statements of *block* from *first* on into *statement*, which follows them."""
    start, line = blocks.first_line(module, block[first]), module.span(statement).line
    end = line - 1
    while not module.lines[end - 1].strip():
        end -= 1
    header = blocks.lines_of(module, line, line)
    return blocks.replaced_lines(module, start, line, f"{header}{blocks.indented(module, start, end)}")


def end_of(module: Module, block: Sequence[Statement], index: int) -> int:
    """Return the last line of a statement of *block*, with the comments behind it that are indented deeper."""
    last = blocks.last_line(module, block[index])
    margin = len(blocks.indentation(module, block[index]))
    stop = blocks.first_line(module, block[index + 1]) if index + 1 < len(block) else len(module.lines) + 1
    for line in range(last + 1, stop):
        text = module.lines[line - 1]
        stripped = text.lstrip(" \t")
        if stripped.startswith("#") and len(text) - len(stripped) > margin:
            last = line
        elif stripped.strip():
            break
    return last
