"""The scopes of a module's names, as LibCST's own provider tells them, with one walk over the tree in place of four."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst.metadata import ExpressionContext, ScopeProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libcst.metadata import Scope

_TARGETS: dict[type[cst.CSTNode], str] = {
    cst.AssignTarget: "target",
    cst.AnnAssign: "target",
    cst.AugAssign: "target",
    cst.NamedExpr: "target",
    cst.CompFor: "target",
    cst.For: "target",
    cst.AsName: "name",
    cst.ClassDef: "name",
    cst.FunctionDef: "name",
    cst.Param: "name",
}
"""What binds the names in one of its parts."""


def scopes_of(tree: cst.Module, parents: Mapping[cst.CSTNode, cst.CSTNode]) -> Mapping[cst.CSTNode, Scope | None]:
    """Return the scopes of the nodes of *tree* that LibCST knows one of; *parents* says what each is a part of."""
    provider = _Scopes(parents)
    provider.visit_Module(tree)
    return provider.known


class _Scopes(ScopeProvider):
    """Asks of a name whether it is bound there only where the walk meets it: all other contexts are alike to it."""

    def __init__(self, parents: Mapping[cst.CSTNode, cst.CSTNode]) -> None:
        super().__init__()
        self.known: dict[cst.CSTNode, Scope | None] = {}
        self._parents = parents

    def set_metadata(self, node: cst.CSTNode, value: Any) -> None:
        self.known[node] = value

    def get_metadata(self, key: Any, node: cst.CSTNode, default: Any = None) -> Any:
        del key, default
        return ExpressionContext.STORE if self._is_bound(node) else ExpressionContext.LOAD

    def _is_bound(self, node: cst.CSTNode) -> bool:
        outer = self._parents.get(node)
        while outer is not None and not isinstance(outer, (cst.Attribute, cst.Subscript, cst.BaseSuite)):
            part = _TARGETS.get(type(outer))
            if part is not None and getattr(outer, part) is node:
                return True
            node, outer = outer, self._parents.get(outer)
        return False
