"""Which reads get the value of an expression, or read the same variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment
from msgspec.structs import replace

from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.callee import argument_parameter, project_function
from lambdalint.syntax.names_in_scope import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.rules.fixes.path_origins import Stage
    from lambdalint.syntax.module import Module


def reads_of(stage: Stage) -> Iterator[Stage]:
    """Yield the reads of the name that the value at *stage* is bound to, by an assignment or a call."""
    module, outer = stage.module, stage.module.parent(stage.node)
    name: cst.CSTNode | None = None
    if isinstance(outer, cst.Assign) and len(outer.targets) == 1:
        name = outer.targets[0].target
    elif isinstance(outer, cst.AnnAssign):
        name = outer.target
    elif isinstance(outer, cst.Param):
        name = outer.name
    elif isinstance(outer, cst.Arg):
        call = module.parent(outer)
        function = project_function(module, call) if isinstance(call, cst.Call) else None
        if function is not None and isinstance(call, cst.Call):
            parameter = argument_parameter(module, function, call, outer)
            name = None if parameter is None else parameter.name
    binding = binding_of(module, name) if isinstance(name, cst.Name) else None
    for read in binding.reads if binding is not None else ():
        if isinstance(read, cst.BaseExpression):
            yield replace(stage, node=read)


def same_reads(stage: Stage) -> list[Stage]:
    """Return all reads of the variable, attribute or element that is read at *stage*, as far as its module shows."""
    module, node = stage.module, stage.node
    if isinstance(node, cst.Name):
        scope = module.scope(node)
        found = [one for one in scope[node.value] if isinstance(one, Assignment)] if scope is not None else []
        reads = {access.node for one in found for access in one.references}
        is_open = any(one.scope is module.scope(module.tree) for one in found)
        if is_open or not all(isinstance(read, cst.Name) for read in reads):
            return []
        return [replace(stage, node=read) for read in sorted(reads, key=module.span) if isinstance(read, cst.Name)]
    code = module.code(node)
    return [
        replace(stage, node=other)
        for other in nodes_in(module.tree)
        if isinstance(other, type(node)) and module.code(other) == code and not _is_target(module, other)
    ]


def _is_target(module: Module, node: cst.CSTNode) -> bool:
    outer = module.parent(node)
    return isinstance(outer, cst.AssignTarget) or (
        isinstance(outer, (cst.AnnAssign, cst.AugAssign)) and outer.target is node
    )
