"""Takes an element out of a list of them: an argument of a call, a name of an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from lambdalint.syntax.module import Module


def without_element(module: Module, elements: Sequence[cst.CSTNode], element: cst.CSTNode) -> tuple[Edit, ...]:
    """Return the edit that takes *element* out of *elements*, which commas separate; none where it is the only one."""
    index = next(index for index, one in enumerate(elements) if one is element)
    own = module.span(element)
    if index + 1 < len(elements):
        following = module.span(elements[index + 1])
        return (Edit(Span(module.path, own.line, own.column, following.line, following.column), ""),)
    if index:
        before = module.span(elements[index - 1])
        return (Edit(Span(module.path, before.end_line, before.end_column, own.end_line, own.end_column), ""),)
    return ()
