"""Conditions: what is known of a test's outcome, and what each outcome says of the variables."""

from __future__ import annotations

from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from lambdalint.flow import evaluate, objects
from lambdalint.flow.containers import known_items
from lambdalint.flow.text import has_holes, is_hole, without_marks
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
    join,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.facts import ir
    from lambdalint.flow.machine import Machine


def truth(machine: Machine, value: Value) -> Value:
    """Return TRUE, FALSE or EITHER."""
    if len(value) == 1:
        return _atom_truth(machine, value[0])
    result: Value = ()
    for atom in value:
        result = join(result, _atom_truth(machine, atom))
    return result or EITHER


def _atom_truth(machine: Machine, atom: Atom) -> Value:
    tell = _TRUTHS.get(type(atom))
    return EITHER if tell is None else tell(machine, atom)


def _number_truth(machine: Machine, atom: Truth | Number) -> Value:
    return TRUE if atom.value else FALSE


def _text_truth(machine: Machine, atom: Text) -> Value:
    if not atom.text:
        return FALSE
    return EITHER if not atom.text.isascii() and all(map(is_hole, atom.text)) else TRUE


def _list_truth(machine: Machine, atom: ListOf) -> Value:
    items = known_items(machine, (atom,))
    return EITHER if items is None else (TRUE if items else FALSE)


def _instance_truth(machine: Machine, atom: Instance) -> Value:
    names = ("__len__", "__bool__")
    return EITHER if any(objects.class_attribute(machine, atom.cls, name) for name in names) else TRUE


_TRUTHS: dict[type[Atom], Callable[[Machine, Any], Value]] = {
    Truth: _number_truth,
    Number: _number_truth,
    Nothing: lambda machine, atom: FALSE,
    Text: _text_truth,
    Opaque: lambda machine, atom: TRUE if atom.truthy else EITHER,
    Items: lambda machine, atom: TRUE if atom.items else FALSE,
    ListOf: _list_truth,
    Instance: _instance_truth,
    **dict.fromkeys((Function, Bound, Class, Module, PathText), lambda machine, atom: TRUE),
}
"""What is known of the truth of each kind of atom; of the others, nothing is."""


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
    if outcome is TRUE or outcome is FALSE:
        return outcome
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
    if len(value) == 1:
        return value if (FALSE if truthy else TRUE) != _atom_truth(machine, value[0]) else ()
    wanted = TRUE[0] if truthy else FALSE[0]
    return tuple(atom for atom in value if wanted in _atom_truth(machine, atom))


def test(machine: Machine, node: ir.Expr) -> Value:
    """Evaluate a condition; return TRUE, FALSE or EITHER."""
    return truth(machine, evaluate.expression(machine, node))


_ORDERS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def compare(machine: Machine, operator: str, left: Value, right: Value) -> Value:
    """Return the outcome of a comparison."""
    if operator in ("==", "!=", "is", "is not"):
        outcome = _equal(left, right, identity=operator.startswith("is"))
        return outcome if operator in ("is", "==") else negate(outcome)
    if operator in ("in", "not in"):
        outcome = _contains(machine, right, left)
        return outcome if operator == "in" else negate(outcome)
    if len(left) == len(right) == 1:
        first, second = left[0], right[0]
        if isinstance(first, Number) and isinstance(second, Number):
            return TRUE if _ORDERS[operator](first.value, second.value) else FALSE
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
    if len(left) == len(right) == 1:
        return _atoms_equal(left[0], right[0], identity=identity)
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
