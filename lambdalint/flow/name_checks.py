"""Recognises tests that keep a name that the sender chose from leaving its directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import evaluate, narrowing
from lambdalint.flow.containers import note_checked
from lambdalint.flow.values import (
    External,
    Function,
    confined,
    request_hole,
    texts_of,
)

_VALIDATING_METHODS = frozenset(
    {"match", "fullmatch", "isalnum", "isidentifier", "isdigit", "isnumeric", "isdecimal", "isalpha", "is_relative_to",
     "commonpath", "commonprefix", "is_safe_path"}
)  # fmt: skip

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine


def note(machine: Machine, node: ir.Expr) -> None:
    """Mark what a test checks against leaving its directory.

    Which way the test turned out is not asked: code that tests for ``..`` and goes on regardless is rarer by far than
    the many shapes that a right check takes.
    """
    checked: list[ir.Expr] = []
    if isinstance(node, ir.Compare) and len(node.ops) == 1:
        checked.extend(_compared(machine, node))
    elif isinstance(node, ir.Call) and isinstance(node.func, ir.Attr):
        method = node.func.name
        if method in _VALIDATING_METHODS:
            checked.extend([node.func.value, *node.args])
        elif method == "startswith" and node.args:
            literal = _literal(node.args[0])
            if not literal or literal.startswith(("/", "..")):
                checked.append(node.func.value)
        elif method == "isabs" or _checks(machine, method):
            checked.extend(node.args)
    elif isinstance(node, ir.Call) and isinstance(node.func, ir.Name):
        if node.func.id in ("any", "all"):
            checked.extend(_checked_each(node))
        elif _checks(machine, node.func.id):
            checked.extend(node.args)
    elif isinstance(node, ir.BinOp) and node.op == "-":
        checked.append(node)
    for target in checked:
        if isinstance(target, (ir.Subscript, ir.Call)):
            note_checked(machine, evaluate.expression(machine, target))
        for name in _mentioned(target):
            note_checked(machine, evaluate.expression(machine, name))
            narrowing.narrow(machine, name, lambda value: confined(value) if request_hole(value) else value)


def _checked_each(node: ir.Call) -> list[ir.Expr]:
    """Return what ``any(c in name for c in "/.")`` or ``all(c.isalnum() for c in name)`` checks."""
    comprehension = node.args[0] if node.args else None
    if not isinstance(comprehension, ir.Comprehension):
        return []
    element = comprehension.element
    if isinstance(element, ir.Unary):
        element = element.value
    iterables = [generator.iterable for generator in comprehension.generators]
    if isinstance(element, ir.Call) and isinstance(element.func, ir.Attr):
        return iterables if element.func.name in _VALIDATING_METHODS else []
    if isinstance(element, ir.Compare) and element.ops[0] in ("in", "not in"):
        parts = [part for iterable in iterables for part in _literals(iterable)]
        if any(separator in part for part in parts for separator in ("/", "..")):
            return [element.rights[0]]
        return [] if parts else [element.rights[0], *iterables]
    return []


def _literals(node: ir.Expr) -> list[str]:
    if isinstance(node, ir.Seq):
        return [text for item in node.items for text in _literals(item)]
    return [node.value] if isinstance(node, ir.Const) and isinstance(node.value, str) else []


_SEPARATORS = ("..", "/", "../", "\\", "/..")


def _compared(machine: Machine, node: ir.Compare) -> list[ir.Expr]:
    """Return what a comparison checks: for separators, against known names, or against its own last part."""
    operator, left, right = node.ops[0], node.left, node.rights[0]
    if operator in ("in", "not in"):
        texts = texts_of(evaluate.expression(machine, left)) if isinstance(left, (ir.Const, ir.Attr)) else []
        if isinstance(left, ir.Const) or texts == ["/"]:
            return [right] if any(text in _SEPARATORS for text in texts) else []
        return [side for side in (left, right) if _is_whole(side)]
    if operator in ("is", "is not", "==", "!=", "<", ">", "<=", ">="):
        return [name for side in (left, right) if _is_path_check(side) for name in _mentioned(side)]
    return []


_KEEPING = frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "casefold", "get"})


def _is_whole(node: ir.Expr) -> bool:
    """Tell whether an expression is a name as the sender gave it, not a part of one such as its extension."""
    if isinstance(node, (ir.Name, ir.Seq)):
        return True
    if isinstance(node, (ir.Attr, ir.Subscript)):
        return not (isinstance(node, ir.Attr) and node.name == "suffix") and _is_whole(node.value)
    if isinstance(node, ir.Call) and isinstance(node.func, ir.Attr):
        return node.func.name in _KEEPING and _is_whole(node.func.value)
    return isinstance(node, ir.Call) and node.func == ir.Name("set")


def _literal(node: ir.Expr) -> str:
    return node.value if isinstance(node, ir.Const) and isinstance(node.value, str) else ""


def _checks(machine: Machine, name: str) -> bool:
    """Tell whether a function is one that checks names, or is called like one."""
    for atom in evaluate.lookup(machine, name):
        if isinstance(atom, External):
            name = atom.name.rpartition(".")[2]
        elif isinstance(atom, Function):
            # The tests in its body speak for themselves.
            return False
    if name in _VALIDATING_METHODS:
        return True
    lowered = name.lower()
    verb = lowered.startswith(("is_", "valid", "check", "allowed", "ensure", "verify"))
    return verb and any(word in lowered for word in ("safe", "valid", "allowed", "path", "name"))


_PATH_CHECKS = _VALIDATING_METHODS | {
    "basename", "dirname", "normpath", "secure_filename", "realpath", "abspath", "relpath", "search", "resolve",
}  # fmt: skip


def _is_path_check(node: ir.Expr) -> bool:
    """Tell whether an expression takes a path apart, or asks what is in it."""
    if isinstance(node, ir.Attr):
        return node.name in ("name", "stem", "parts", "parent")
    if not isinstance(node, ir.Call):
        return False
    name = node.func.name if isinstance(node.func, ir.Attr) else getattr(node.func, "id", "")
    if name == "len":
        return any(_is_path_check(argument) for argument in node.args)
    if name in ("find", "rfind", "index", "count"):
        return bool(node.args) and _literal(node.args[0]) in _SEPARATORS
    return name in _PATH_CHECKS


def _mentioned(node: ir.Expr) -> list[ir.Expr]:
    """Return the variables that an expression is made of."""
    if isinstance(node, ir.Name):
        return [node]
    if isinstance(node, ir.Attr):
        return [node, *_mentioned(node.value)]
    if isinstance(node, ir.Call):
        found = _mentioned(node.func)
        for argument in node.args:
            found.extend(_mentioned(argument))
        return found
    if isinstance(node, ir.Subscript):
        return _mentioned(node.value)
    if isinstance(node, (ir.Seq, ir.Join)):
        parts = node.items if isinstance(node, ir.Seq) else node.parts
        return [name for item in parts for name in _mentioned(item)]
    if isinstance(node, ir.BinOp):
        return [*_mentioned(node.left), *_mentioned(node.right)]
    if isinstance(node, ir.Comprehension):
        found = _mentioned(node.element)
        for generator in node.generators:
            found.extend(_mentioned(generator.iterable))
        return found
    if isinstance(node, ir.Compare):
        return [name for part in (node.left, *node.rights) for name in _mentioned(part)]
    if isinstance(node, ir.Unary):
        return _mentioned(node.value)
    return []
