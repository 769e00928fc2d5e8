"""Which names a piece of code reads, and where in a block they are bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.syntax.module import Module, Statement


def nodes_in(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield *node* and all nodes in it, in the order of the file."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(one.children))


def names_read(module: Module, node: cst.CSTNode) -> list[cst.Name]:
    """Return the names of variables in *node*: not those of attributes and keywords."""
    found = []
    for one in nodes_in(node):
        if isinstance(one, cst.Name):
            outer = module.parent(one)
            if isinstance(outer, cst.Attribute) and one is outer.attr:
                continue
            if isinstance(outer, cst.Arg) and one is outer.keyword:
                continue
            found.append(one)
    return found


def places_of_binding(module: Module, name: cst.Name) -> list[cst.CSTNode] | None:
    """Return what binds *name*; empty for a built-in. None if it may be bound where that cannot be seen."""
    scope = module.scope(name)
    if scope is None:
        return None
    found = [one for one in scope[name.value] if isinstance(one, Assignment)]
    for one in found:
        if any(isinstance(module.parent(access.node), cst.NameItem) for access in one.references):
            return None
    return [one.node for one in found]


def index_in(module: Module, block: Sequence[Statement], node: cst.CSTNode) -> int | None:
    """Return which statement of *block* is, or holds, *node*; None if none does."""
    around = {id(one) for one in (node, *module.above(node))}
    return next((index for index, statement in enumerate(block) if id(statement) in around), None)


def bound_before(
    module: Module, block: Sequence[Statement], names: Sequence[cst.Name], moved: range
) -> list[int] | None:
    """Return which statements of *moved* bind *names*, so that these are bound before it only if they go there.

    ``moved`` are indices of statements of *block*. None if a name is bound anew in one of them.
    """
    inside: set[int] = set()
    for name in names:
        places = places_of_binding(module, name)
        if places is None:
            return None
        indices = [index_in(module, block, place) for place in places]
        within = [index for index in indices if index in moved]
        if within and len(indices) > 1:
            return None
        inside.update(index for index in within if index is not None)
    return sorted(inside)


def is_repeatable(module: Module, node: cst.BaseExpression) -> bool:
    """Tell whether *node* has the same value and no other effect each time, as long as its names keep theirs."""
    if isinstance(node, (cst.Name, cst.SimpleString, cst.Integer)):
        return True
    if isinstance(node, cst.ConcatenatedString):
        return is_repeatable(module, node.left) and is_repeatable(module, node.right)
    if isinstance(node, cst.FormattedString):
        parts = [part for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
        return all(is_repeatable(module, part.expression) and not part.format_spec for part in parts)
    if isinstance(node, cst.BinaryOperation):
        return is_repeatable(module, node.left) and is_repeatable(module, node.right)
    if isinstance(node, cst.Call):
        from lambdalint.syntax import known_calls

        pure = known_calls.qualified_name(module, node) in {"os.path.join", "builtins.str", "pathlib.Path"}
        return pure and all(not one.star and is_repeatable(module, one.value) for one in node.args)
    return False
