"""Whether a function spells a path a second time, in other words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.syntax import known_calls
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.names_in_scope import nodes_in

if TYPE_CHECKING:
    from lambdalint.syntax.module import Module

_HOLE = "{}"


def is_spelled_again(module: Module, function: cst.FunctionDef, path: cst.BaseExpression) -> bool:
    """Tell whether another expression in *function* has the literal parts of *path*, and may be the same path."""
    spelled = _spelled(module, path)
    wanted = _outline(module, spelled)
    if len(wanted.replace(_HOLE, "")) < len("/tmp"):
        return True
    inside = {id(node) for node in nodes_in(spelled)}
    for node in nodes_in(function):
        if id(node) in inside or not isinstance(node, (cst.BinaryOperation, cst.FormattedString, cst.Call)):
            continue
        if module.code(node) != module.code(path) and _outline(module, node) == wanted:
            return True
    return False


def _spelled(module: Module, path: cst.BaseExpression) -> cst.BaseExpression:
    binding = binding_of(module, path) if isinstance(path, cst.Name) else None
    value = None if binding is None else binding.assigned(module)
    return path if value is None else value


def _outline(module: Module, node: cst.BaseExpression) -> str:
    """Return the literal parts of *node* with a sign for each of the others."""
    if isinstance(node, cst.SimpleString):
        value = node.evaluated_value
        return value if isinstance(value, str) else _HOLE
    if isinstance(node, cst.FormattedString):
        parts = [part.value if isinstance(part, cst.FormattedStringText) else _HOLE for part in node.parts]
        return "".join(parts)
    if isinstance(node, cst.BinaryOperation):
        between = "/" if isinstance(node.operator, cst.Divide) else ""
        return f"{_outline(module, node.left)}{between}{_outline(module, node.right)}"
    if isinstance(node, cst.Call):
        if known_calls.last_name(node) == "format" and isinstance(node.func, cst.Attribute):
            return _outline(module, node.func.value)
        if known_calls.qualified_name(module, node) in {"os.path.join", "pathlib.Path", "builtins.str"}:
            return "/".join(_outline(module, argument.value) for argument in node.args)
        if known_calls.qualified_name(module, node) == "tempfile.gettempdir":
            return "/tmp"
    return _HOLE
