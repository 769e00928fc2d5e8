"""Conditions: what is known of a test's outcome, and what each outcome says of the variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import evaluate, objects
from lambdalint.flow.containers import known_items, note_checked
from lambdalint.flow.instance_checks import is_instance
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import has_holes, without_marks
from lambdalint.flow.values import (
    EITHER,
    FALSE,
    TRUE,
    Atom,
    Bound,
    Class,
    External,
    ExternalObject,
    Function,
    Instance,
    Items,
    ListOf,
    Mapping,
    Module,
    Nothing,
    Number,
    Opaque,
    PathText,
    Text,
    Truth,
    Value,
    configuration_hole,
    confined,
    join,
    request_hole,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.machine import Machine


def truth(machine: Machine, value: Value) -> Value:
    """Return TRUE, FALSE or EITHER."""
    result: Value = ()
    for atom in value:
        result = join(result, _atom_truth(machine, atom))
    return result or EITHER


def _atom_truth(machine: Machine, atom: Atom) -> Value:
    if isinstance(atom, (Truth, Number)):
        return TRUE if atom.value else FALSE
    if isinstance(atom, Nothing):
        return FALSE
    if isinstance(atom, Text):
        if not atom.text:
            return FALSE
        return EITHER if all(has_holes(character) for character in atom.text) else TRUE
    if isinstance(atom, Opaque):
        return TRUE if atom.truthy else EITHER
    if isinstance(atom, Items):
        return TRUE if atom.items else FALSE
    if isinstance(atom, ListOf):
        items = known_items(machine, (atom,))
        return EITHER if items is None else (TRUE if items else FALSE)
    if isinstance(atom, (Function, Bound, Class, Module, PathText)):
        return TRUE
    if isinstance(atom, Instance):
        has_length = objects.class_attribute(machine, atom.cls, "__len__") or objects.class_attribute(
            machine, atom.cls, "__bool__"
        )
        return EITHER if has_length else TRUE
    return EITHER


def negate(outcome: Value) -> Value:
    """Return the outcome of ``not``."""
    if outcome == TRUE:
        return FALSE
    return TRUE if outcome == FALSE else EITHER


def both(left: Value, right: Value) -> Value:
    """Return the outcome of ``and``."""
    if FALSE in (left, right):
        return FALSE
    return TRUE if left == right == TRUE else EITHER


def with_origin(outcome: Value, value: Value) -> Value:
    """Return an outcome; an undecided one that rests on the deployment's environment remembers which part of it."""
    hole = configuration_hole(value) if outcome == EITHER else None
    return outcome if hole is None else (Opaque(hole),)


def environment_membership(compared: Value) -> Value:
    """Return the operands of an undecided ``name in os.environ``, with the variable in place of its name."""
    if External("os.environ") not in compared:
        return compared
    names = [atom.text for atom in compared if isinstance(atom, Text)]
    return (Opaque(Hole(HoleKind.ENVIRONMENT, f"${names[0]}" if names else "environment")),)


def configured(value: Value, hole: Hole) -> Value:
    """Mark a value that configuration chose among others; only paths are worth it."""
    if any(isinstance(atom, (Text, PathText)) for atom in value):
        return join(value, (Opaque(hole),))
    return value


def only(machine: Machine, value: Value, *, truthy: bool) -> Value:
    """Return the part of a value that may be true, or may be false."""
    wanted = TRUE[0] if truthy else FALSE[0]
    return tuple(atom for atom in value if wanted in _atom_truth(machine, atom))


def test(machine: Machine, node: ir.Expr) -> Value:
    """Evaluate a condition; return TRUE, FALSE or EITHER."""
    return truth(machine, evaluate.expression(machine, node))


def compare(machine: Machine, operator: str, left: Value, right: Value) -> Value:
    """Return the outcome of a comparison."""
    if operator in ("is", "is not", "==", "!="):
        outcome = _equal(left, right, identity=operator.startswith("is"))
        return outcome if operator in ("is", "==") else negate(outcome)
    if operator in ("in", "not in"):
        outcome = _contains(machine, right, left)
        return outcome if operator == "in" else negate(outcome)
    if len(left) == len(right) == 1:
        first, second = left[0], right[0]
        if isinstance(first, Number) and isinstance(second, Number):
            outcomes = {
                "<": first.value < second.value,
                "<=": first.value <= second.value,
                ">": first.value > second.value,
                ">=": first.value >= second.value,
            }
            return TRUE if outcomes[operator] else FALSE
        if isinstance(first, External) and first.name == "sys.version_info" and operator in (">", ">="):
            return _at_least(right)
    return EITHER


def _at_least(right: Value) -> Value:
    """A test for a Python version that every supported runtime has."""
    atom = right[0]
    if isinstance(atom, Items):
        wanted = tuple(item[0].value for item in atom.items[:2] if len(item) == 1 and isinstance(item[0], Number))
        if wanted <= (3, 9):
            return TRUE
    return EITHER


def _equal(left: Value, right: Value, *, identity: bool) -> Value:
    result: Value = ()
    for first in left:
        for second in right:
            result = join(result, _atoms_equal(first, second, identity=identity))
    return result or EITHER


_SCALAR = (Text, Number, Truth, Nothing)
_NEVER_NONE = (Function, Bound, Class, Instance, Module, Items, ListOf, Mapping, PathText, ExternalObject)


def _atoms_equal(first: Atom, second: Atom, *, identity: bool) -> Value:
    if isinstance(first, Nothing) or isinstance(second, Nothing):
        other = second if isinstance(first, Nothing) else first
        if isinstance(other, Nothing):
            return TRUE
        if isinstance(other, Opaque):
            return FALSE if other.truthy else EITHER
        if isinstance(other, ExternalObject):
            return EITHER
        return FALSE if isinstance(other, (*_SCALAR, *_NEVER_NONE)) else EITHER
    if isinstance(first, Text) and isinstance(second, Text):
        left, right = without_marks(first.text), without_marks(second.text)
        if has_holes(left) or has_holes(right):
            return EITHER
        return TRUE if left == right else FALSE
    if isinstance(first, _SCALAR) and isinstance(second, _SCALAR):
        if type(first) is not type(second):
            return EITHER if isinstance(first, (Number, Truth)) and isinstance(second, (Number, Truth)) else FALSE
        return TRUE if first == second else FALSE
    if identity and first == second and isinstance(first, (Instance, Class)):
        return TRUE
    return EITHER


def _contains(machine: Machine, container: Value, item: Value) -> Value:
    if len(container) != 1:
        return EITHER
    atom = container[0]
    if isinstance(atom, External) and atom.name == "os.environ":
        return _in_environment(machine, item)
    if isinstance(atom, External) and atom.name == "sys.modules":
        # Neither a test runner nor its fakes run in a deployed function.
        names = texts_of(item)
        return FALSE if names and all(name in ("pytest", "unittest", "moto", "_pytest") for name in names) else EITHER
    if isinstance(atom, Text) and len(item) == 1 and isinstance(item[0], Text):
        whole, part = without_marks(atom.text), item[0].text
        if part and part in whole:
            return TRUE
        return EITHER if has_holes(whole) or has_holes(part) else FALSE
    items = known_items(machine, container)
    if items is not None:
        outcome: Value = FALSE
        for element in items:
            equal = _equal(element, item, identity=False)
            if equal == TRUE:
                return TRUE
            if equal != FALSE:
                outcome = EITHER
        return outcome
    if isinstance(atom, Mapping) and len(item) == 1 and isinstance(item[0], Text) and not has_holes(item[0].text):
        if machine.store.get(atom.uid, f"[{item[0].text}]"):
            return TRUE if len(machine.store.get(atom.uid, f"[{item[0].text}]") or ()) else EITHER
        return EITHER if machine.store.get(atom.uid, "*") else FALSE
    return EITHER


def _in_environment(machine: Machine, item: Value) -> Value:
    result: Value = ()
    for atom in item:
        if isinstance(atom, Text) and not has_holes(atom.text):
            result = join(result, machine.environment.contains(machine, atom.text))
        else:
            return EITHER
    return result or EITHER


_VALIDATING_METHODS = frozenset(
    {"match", "fullmatch", "isalnum", "isidentifier", "isdigit", "isnumeric", "isdecimal", "isalpha", "is_relative_to",
     "commonpath", "commonprefix", "is_safe_path"}
)  # fmt: skip


def assume(machine: Machine, node: ir.Expr, *, holds: bool) -> None:
    """Narrow the variables that a test mentions to what its outcome allows."""
    if isinstance(node, ir.Unary) and node.op == "not":
        assume(machine, node.value, holds=not holds)
        return
    if isinstance(node, ir.Bool):
        if (node.op == "and") == holds:
            for part in node.values:
                assume(machine, part, holds=holds)
        else:
            for part in node.values:
                _note_validation(machine, part)
        return
    if isinstance(node, ir.Walrus):
        assume(machine, ir.Name(node.name), holds=holds)
        return
    if isinstance(node, (ir.Name, ir.Attr)):
        _narrow(machine, node, lambda value: only(machine, value, truthy=holds))
    elif isinstance(node, ir.Compare) and len(node.ops) == 1:
        _assume_comparison(machine, node, holds=holds)
    elif isinstance(node, ir.Call):
        _assume_call(machine, node, holds=holds)
    _note_validation(machine, node)


def _assume_comparison(machine: Machine, node: ir.Compare, *, holds: bool) -> None:
    operator, right = node.ops[0], node.rights[0]
    if isinstance(right, ir.Const) and right.value is None and operator in ("is", "is not", "==", "!="):
        is_none = (operator in ("is", "==")) == holds

        def keep(value: Value) -> Value:
            return tuple(atom for atom in value if isinstance(atom, Opaque) or isinstance(atom, Nothing) == is_none)

        _narrow(machine, node.left, keep)
    elif operator in ("==", "in") and holds and isinstance(node.left, (ir.Name, ir.Attr)):
        # Equal to one of known values: nothing the sender chose is left.
        _narrow(machine, node.left, confined)


_EXISTENCE = frozenset({"exists", "isfile", "lexists", "is_file"})


def _assume_call(machine: Machine, node: ir.Call, *, holds: bool) -> None:
    if holds and isinstance(node.func, ir.Attr) and node.func.name in _EXISTENCE:
        tested = node.args[0] if node.args else node.func.value
        for text in texts_of(evaluate.expression(machine, tested)):
            machine.store.set(PROCESS, f"<found {text}>", TRUE)
    if isinstance(node.func, ir.Name) and node.func.id == "isinstance" and len(node.args) == 2 and holds:
        wanted = evaluate.expression(machine, node.args[1])

        def keep(value: Value) -> Value:
            return tuple(atom for atom in value if is_instance(machine, atom, wanted) != FALSE)

        _narrow(machine, node.args[0], keep)


def _narrow(machine: Machine, node: ir.Expr, keep: Callable[[Value], Value]) -> None:
    if isinstance(node, ir.Name):
        for scope in machine.frame.scopes:
            value = machine.store.get(scope, node.id)
            if value is not None:
                kept = keep(value)
                if kept and kept != value:
                    machine.store.set(scope, node.id, kept)
                return
    elif isinstance(node, ir.Attr) and isinstance(node.value, ir.Name):
        owner = evaluate.lookup(machine, node.value.id)
        if len(owner) == 1 and isinstance(owner[0], Instance):
            value = machine.store.get(owner[0].uid, node.name)
            if value is not None:
                kept = keep(value)
                if kept and kept != value:
                    machine.store.set(owner[0].uid, node.name, kept)


def _note_validation(machine: Machine, node: ir.Expr) -> None:
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
            _narrow(machine, name, lambda value: confined(value) if request_hole(value) else value)


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
        return [left, right]
    if operator in ("is", "is not", "==", "!=", "<", ">", "<=", ">="):
        return [name for side in (left, right) if _is_path_check(side) for name in _mentioned(side)]
    return []


def _literal(node: ir.Expr) -> str:
    return node.value if isinstance(node, ir.Const) and isinstance(node.value, str) else ""


def _checks(machine: Machine, name: str) -> bool:
    """Tell whether a function is one that checks names, or is called like one."""
    for atom in evaluate.lookup(machine, name):
        if isinstance(atom, External):
            name = atom.name.rpartition(".")[2]
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
