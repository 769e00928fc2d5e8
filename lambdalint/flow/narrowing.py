"""What the outcome of a test says of the variables that it mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import conditions, declarations, evaluate, name_checks
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.instance_checks import is_instance
from lambdalint.flow.store import PROCESS
from lambdalint.flow.values import (
    FALSE,
    NOTHING,
    TRUE,
    External,
    ExternalObject,
    Instance,
    Nothing,
    Opaque,
    Text,
    Value,
    confined,
    holes_of,
    texts_of,
)
from lambdalint.model import HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.machine import Machine


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
                name_checks.note(machine, part)
        return
    if isinstance(node, ir.Walrus):
        assume(machine, ir.Name(node.name), holds=holds)
        return
    if isinstance(node, (ir.Name, ir.Attr)):
        narrow(machine, node, lambda value: conditions.only(machine, value, truthy=holds))
    elif isinstance(node, ir.Compare) and len(node.ops) == 1:
        _assume_comparison(machine, node, holds=holds)
    elif isinstance(node, ir.Call):
        _assume_call(machine, node, holds=holds)
    name_checks.note(machine, node)


def _assume_comparison(machine: Machine, node: ir.Compare, *, holds: bool) -> None:
    operator, right = node.ops[0], node.rights[0]
    if isinstance(right, ir.Const) and right.value is None and operator in ("is", "is not", "==", "!="):
        is_none = (operator in ("is", "==")) == holds

        def keep(value: Value) -> Value:
            return tuple(atom for atom in value if isinstance(atom, Opaque) or isinstance(atom, Nothing) == is_none)

        narrow(machine, node.left, keep)
    elif (operator in ("==", "in")) == holds and operator in ("==", "in", "!=", "not in"):
        _note_known(machine, node)
    if operator in ("==", "in") and holds and isinstance(node.left, (ir.Name, ir.Attr)):
        # Equal to one of known values: nothing the sender chose is left.
        narrow(machine, node.left, confined)


def _note_known(machine: Machine, node: ir.Compare) -> None:
    """Note that a value is one of a few that the code names: names that are made of it are few, too."""
    few = evaluate.expression(machine, node.rights[0])
    for atom in few:
        if isinstance(atom, (Opaque, ExternalObject)):
            return
        if any(hole.kind in (HoleKind.REQUEST, HoleKind.UNIQUE) for hole in holes_of(atom)):
            return
    if few in (NOTHING, _EMPTY):
        return
    for atom in evaluate.expression(machine, node.left):
        for hole in holes_of(atom):
            machine.store.set(PROCESS, f"<known {hole.origin}>", TRUE)


_EMPTY: Value = (Text(""),)
_EXISTENCE = frozenset({"exists", "isfile", "lexists", "is_file"})
_OTHER_TESTS = frozenset({"isdir", "is_dir", "access"})


def _assume_call(machine: Machine, node: ir.Call, *, holds: bool) -> None:
    test = _name_of(machine, node.func)
    if test in _EXISTENCE | _OTHER_TESTS and (node.args or isinstance(node.func, ir.Attr)):
        given = node.args[0] if node.args or not isinstance(node.func, ir.Attr) else node.func.value
        tested = evaluate.expression(machine, given)
        if holds and test in _EXISTENCE:
            for text in texts_of(tested):
                machine.store.set(PROCESS, f"<found {text}>", TRUE)
        machine.ledger.tested(machine, places_of(machine, tested), found=holds)
    if isinstance(node.func, ir.Name) and node.func.id == "isinstance" and len(node.args) == 2 and holds:
        wanted = evaluate.expression(machine, node.args[1])

        def keep(value: Value) -> Value:
            left = tuple(atom for atom in value if is_instance(machine, atom, wanted) != FALSE)
            return declarations.as_instance(machine, left, wanted)

        narrow(machine, node.args[0], keep)


def _name_of(machine: Machine, node: ir.Expr) -> str:
    """Return the last part of the name of a function from elsewhere, however it was imported."""
    if isinstance(node, ir.Attr):
        return node.name
    function = evaluate.lookup(machine, node.id) if isinstance(node, ir.Name) else ()
    return function[0].name.rpartition(".")[2] if len(function) == 1 and isinstance(function[0], External) else ""


def narrow(machine: Machine, node: ir.Expr, keep: Callable[[Value], Value]) -> None:
    """Replace the value of a variable or attribute by what *keep* leaves of it, unless that is nothing."""
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
