"""What a function's answer tells of ``/tmp``: one that says "done" has made something, one that says "failed" has not.

The ways out of a function are joined where it returns. What lies in ``/tmp`` after the ways that answer something true,
and after those that answer something false, is kept for as long as the answer may be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import conditions
from lambdalint.flow.exits import live, set_live
from lambdalint.flow.store import LIVE, PROCESS
from lambdalint.flow.values import FALSE, TRUE, Items, Value

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.store import Changes


def told_by(machine: Machine, returns: list[tuple[Value, Changes]]) -> Value:
    """Return what lies in ``/tmp`` after true and after false answers; nothing where that is the same."""
    truths = [conditions.truth(machine, value) for value, _ in returns]
    if not any((PROCESS, LIVE) in changes for _, changes in returns) and _says_both(truths):
        return ()
    before = machine.store.get(PROCESS, LIVE) or ()
    after_true: Value = ()
    after_false: Value = ()
    for truth, (_, changes) in zip(truths, returns, strict=True):
        present = changes.get((PROCESS, LIVE), before)
        if truth != FALSE:
            after_true += present
        if truth != TRUE:
            after_false += present
    if set(after_true) == set(after_false):
        return ()
    return (Items((after_true, after_false)),)


def _says_both(truths: list[Value]) -> bool:
    return any(truth != FALSE for truth in truths) and any(truth != TRUE for truth in truths)


def merge(machine: Machine, outcomes: list[Changes]) -> None:
    """Join the outcomes of a ``try`` statement; a variable that tells them apart is an answer, too."""
    frame = machine.frame
    flags = {
        name
        for outcome in outcomes
        for (owner, name), value in outcome.items()
        if owner == frame.scope and value in (TRUE, FALSE)
    }
    told: dict[str, Value] = {}
    if len(outcomes) > 1:
        for name in flags:
            before = machine.store.get(frame.scope, name) or ()
            told[name] = told_by(machine, [(outcome.get((frame.scope, name), before), outcome) for outcome in outcomes])
    machine.store.merge(outcomes)
    for name, answer in told.items():
        keep(machine, name, answer)


def keep(machine: Machine, name: str, answer: Value) -> None:
    """Remember what the value tells that a variable of the running function is given."""
    frame = machine.frames[-1]
    owner = frame.outer.get(name, frame.scopes[0])
    key = f"<answer {name}>"
    if answer:
        machine.store.set(owner, key, answer)
    else:
        machine.store.drop(owner, key)


def of_test(machine: Machine, test: ir.Expr, answer: Value, *, holds: bool) -> None:
    """Drop what cannot lie in ``/tmp`` where a test has this outcome; *answer* is that of a call in it."""
    while isinstance(test, ir.Unary) and test.op == "not":
        test, holds = test.value, not holds
    if isinstance(test, ir.Name):
        owner = machine.frame.outer.get(test.id, machine.frame.scope)
        answer = machine.store.get(owner, f"<answer {test.id}>") or ()
    elif not isinstance(test, ir.Call):
        return
    for atom in answer:
        if isinstance(atom, Items):
            possible, other = atom.items if holds else reversed(atom.items)
            gone = set(other) - set(possible)
            set_live(machine, tuple(made for made in live(machine) if made not in gone))
