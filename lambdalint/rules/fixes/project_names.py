"""What names of other modules, and attributes of a class, stand for, where that is one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from libcst.metadata import Assignment

from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.names_in_scope import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project

Found = tuple["Module", cst.BaseExpression]


def imported_constant(project: Project, module: Module, name: cst.Name) -> Found | None:
    """Return the value of the constant of another module of the project that *name* is imported as."""
    binding = binding_of(module, name)
    if binding is None or not isinstance(binding.target, cst.ImportFrom):
        return None
    statement = binding.target
    if isinstance(statement.names, cst.ImportStar):
        return None
    for alias in statement.names:
        if (alias.evaluated_alias or alias.evaluated_name) == name.value:
            other = _module_of(project, module, statement)
            return None if other is None else _constant(other, alias.evaluated_name)
    return None


def constant_of_module(project: Project, module: Module, node: cst.Attribute) -> Found | None:
    """Return the value of ``config.NAME``, where ``config`` is an imported module of the project."""
    if not isinstance(node.value, cst.Name):
        return None
    binding = binding_of(module, node.value)
    if binding is None:
        return None
    dotted = ""
    if isinstance(binding.target, cst.Import):
        for alias in binding.target.names:
            if (alias.evaluated_alias or alias.evaluated_name) == node.value.value:
                dotted = alias.evaluated_name
    elif isinstance(binding.target, cst.ImportFrom) and not isinstance(binding.target.names, cst.ImportStar):
        start = _dotted(binding.target.module)
        for alias in binding.target.names:
            if (alias.evaluated_alias or alias.evaluated_name) == node.value.value:
                dotted = ".".join(part for part in (start, alias.evaluated_name) if part)
    other = _file(project, module.path, dotted) if dotted else None
    return None if other is None else _constant(other, node.attr.value)


def readers_of(project: Project, module: Module, owner: Module, name: str) -> Iterator[cst.Name | cst.Attribute]:
    """Yield where *module* reads the constant *name* of the module *owner*: names, and attributes of the module."""
    for node in nodes_in(module.tree):
        if isinstance(node, cst.Attribute) and node.attr.value == name:
            found = constant_of_module(project, module, node)
            if found is not None and found[0] is owner:
                yield node
        elif isinstance(node, cst.ImportFrom) and _module_of(project, module, node) is owner:
            yield from _reads_of_import(module, node, name)


def _reads_of_import(module: Module, statement: cst.ImportFrom, name: str) -> Iterator[cst.Name]:
    """Yield the reads of the names that *statement* binds to what it imports as *name*."""
    scope = module.scope(statement)
    if isinstance(statement.names, cst.ImportStar) or scope is None:
        return
    for alias in statement.names:
        if alias.evaluated_name != name:
            continue
        for assignment in scope[alias.evaluated_alias or name]:
            if isinstance(assignment, Assignment) and assignment.node is statement:
                yield from (one.node for one in assignment.references if isinstance(one.node, cst.Name))


def _module_of(project: Project, module: Module, statement: cst.ImportFrom) -> Module | None:
    dotted = _dotted(statement.module)
    return _file(project, module.path, dotted) if dotted else None


def _dotted(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _file(project: Project, importer: str, dotted: str) -> Module | None:
    """Return the module *dotted*: the one file of the project below a folder at or above the importing one."""
    path = dotted.replace(".", "/")
    folder = importer.rpartition("/")[0]
    while True:
        for ending in (".py", "/__init__.py"):
            candidate = f"{folder}/{path}{ending}" if folder else f"{path}{ending}"
            if candidate in project.tree:
                return project.module(candidate)
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _constant(module: Module, name: str) -> Found | None:
    scope = module.scope(module.tree)
    found = list(scope[name]) if scope is not None else []
    if len(found) != 1 or not isinstance(found[0], Assignment) or not isinstance(found[0].node, cst.Name):
        return None
    binding = binding_of(module, found[0].node)
    value = None if binding is None else binding.assigned(module)
    return None if value is None else (module, value)


class AttributeUses(msgspec.Struct, frozen=True):
    """All that a module says of an attribute: where it is assigned, and where it is read."""

    values: tuple[cst.BaseExpression, ...]
    targets: tuple[cst.BaseExpression, ...]
    reads: tuple[cst.Attribute, ...]


def attribute_value(project: Project, module: Module, node: cst.Attribute) -> Found | None:
    """Return the one value of ``self.name`` or ``Class.name``, or of ``module.NAME``."""
    other = constant_of_module(project, module, node)
    if other is not None:
        return other
    if not isinstance(node.value, cst.Name):
        return None
    binding = binding_of(module, node.value)
    is_class = binding is not None and isinstance(binding.target, cst.ClassDef)
    if node.value.value not in {"self", "cls"} and not is_class:
        return None
    uses = attribute_uses(module, node.attr.value)
    return (module, uses.values[0]) if len(uses.values) == 1 else None


def attribute_uses(module: Module, name: str) -> AttributeUses:
    """Return where *module* assigns and reads an attribute *name*, of whatever object."""
    values: list[cst.BaseExpression] = []
    targets: list[cst.BaseExpression] = []
    reads: list[cst.Attribute] = []
    for node in nodes_in(module.tree):
        if isinstance(node, cst.Attribute) and node.attr.value == name:
            value = _assigned(module, node)
            if value is None:
                reads.append(node)
            else:
                values.append(value)
                targets.append(node)
        elif isinstance(node, cst.Name) and node.value == name and _in_class(module, node):
            value = _assigned(module, node)
            if value is not None:
                values.append(value)
                targets.append(node)
    return AttributeUses(tuple(values), tuple(targets), tuple(reads))


def _in_class(module: Module, node: cst.CSTNode) -> bool:
    outer = module.nearest(node, (cst.ClassDef, cst.FunctionDef))
    return isinstance(outer, cst.ClassDef)


def _assigned(module: Module, node: cst.BaseExpression) -> cst.BaseExpression | None:
    outer = module.parent(node)
    if isinstance(outer, cst.AssignTarget):
        statement = module.parent(outer)
        return statement.value if isinstance(statement, cst.Assign) else None
    if isinstance(outer, (cst.AnnAssign, cst.AugAssign)) and outer.target is node:
        return outer.value
    return None
