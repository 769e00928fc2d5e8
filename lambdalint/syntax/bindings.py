"""Where a name gets its value and where it is read, as far as one module shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from libcst.metadata import Assignment

if TYPE_CHECKING:
    from libcst.metadata import Scope

    from lambdalint.syntax.module import Module


class Binding(msgspec.Struct, frozen=True):
    """The one place that binds a name in its scope, and all places that read it there or in scopes within.

    ``target`` is the name where it is bound: the target of an assignment, of ``as``, a parameter. ``reads`` are in the
    order of the file. ``scope`` is that of a function, a class or the module.
    """

    target: cst.CSTNode
    reads: tuple[cst.CSTNode, ...]
    scope: Scope

    def assigned(self, module: Module) -> cst.BaseExpression | None:
        """Return the expression whose value the name has: of ``name = value`` and ``name: type = value`` alone."""
        outer = module.parent(self.target)
        if isinstance(outer, cst.AssignTarget):
            statement = module.parent(outer)
            return statement.value if isinstance(statement, cst.Assign) and len(statement.targets) == 1 else None
        return outer.value if isinstance(outer, cst.AnnAssign) and outer.target is self.target else None


def binding_of(module: Module, name: cst.Name) -> Binding | None:
    """Return where *name*, which is bound or read here, gets its value; None if there is not exactly one place.

    A name that a ``global`` or ``nonlocal`` statement mentions, or that a ``del`` removes, has none.
    """
    scope = module.scope(name)
    if scope is None:
        return None
    found = list(scope[name.value])
    if len(found) != 1 or not isinstance(found[0], Assignment):
        return None
    assignment = found[0]
    target = assignment.node
    reads = [access.node for access in assignment.references]
    if any(isinstance(module.parent(node), cst.Del) for node in reads):
        return None
    if any(isinstance(node, cst.NameItem) for node in (target, *reads)):
        return None
    return Binding(target, tuple(sorted(set(reads), key=module.span)), assignment.scope)
