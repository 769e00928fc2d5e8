"""Runs ``with`` statements: what each kind of context binds, and what it does on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import calls, evaluate, execute, externals, objects
from lambdalint.flow.catching import uncaught
from lambdalint.flow.exits import (
    Exits,
    Passing,
    forget_on_ways,
    lead_through,
    live_on_ways,
    passing,
    set_live,
)
from lambdalint.flow.exits import live as live_now
from lambdalint.flow.machine import Refused
from lambdalint.flow.store import PROCESS
from lambdalint.flow.values import (
    NOTHING,
    TRUE,
    UNKNOWN,
    ExternalObject,
    GeneratorCall,
    Instance,
    Made,
    Opaque,
    Value,
    join,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.machine import Machine


_RAISED: Value = (Opaque(Hole(HoleKind.UNKNOWN, "exception"), truthy=True),)


def run_with(machine: Machine, node: ir.With) -> bool:
    """Run a ``with`` statement."""
    return _enter_from(machine, node, 0)


def _enter_from(machine: Machine, node: ir.With, position: int) -> bool:
    if position == len(node.items):
        return execute.block(machine, node.body)
    item = node.items[position]
    context = evaluate.expression(machine, item.context)

    def go_on(value: Value) -> bool:
        if item.target is not None:
            execute.assign(machine, item.target, value)
        return _enter_from(machine, node, position + 1)

    if len(context) == 1 and isinstance(context[0], GeneratorCall):
        return _run_generator(machine, context[0], go_on)
    suppressing = any(isinstance(atom, ExternalObject) and atom.type == "contextlib.suppress" for atom in context)
    restored = None
    for atom in context:
        if isinstance(atom, ExternalObject) and atom.type == "contextlib.chdir":
            restored = machine.store.get(PROCESS, "cwd")
            machine.store.set(PROCESS, "cwd", machine.store.get(atom.uid, "<path>") or UNKNOWN)
    live_now(machine)
    value = enter(machine, context)
    machine.fallbacks += suppressing
    live = False
    start = machine.store.mark()
    since = passing(machine.frame)
    raised = Exits()
    machine.exits.append(raised)
    try:
        live = go_on(value)
    except Refused:
        if not suppressing:
            raise
    finally:
        machine.exits.pop()
        machine.fallbacks -= suppressing
    swallowing = _leave_early(machine, context, since, raised, start)
    leave(machine, context)
    if swallowing or (suppressing and raised.points):
        at_end = live_now(machine) if live else ()
        set_live(machine, tuple(dict.fromkeys((*at_end, *machine.ledger.fail(raised)))))
        raised = Exits() if swallowing else _unsuppressed(machine, item.context, raised)
    machine.exits[-1].absorb(raised)
    if restored is not None:
        machine.store.set(PROCESS, "cwd", restored)
    return live or suppressing or swallowing


def _unsuppressed(machine: Machine, context: ir.Expr, raised: Exits) -> Exits:
    """Return the exceptions that ``contextlib.suppress`` does not name."""
    types = context.args if isinstance(context, ir.Call) else ()
    if not types or any(isinstance(part, ir.Star) for part in types):
        return Exits()
    return uncaught(machine, types, raised)


def _leave_early(machine: Machine, context: Value, since: Passing, raised: Exits, start: int) -> bool:
    """Run the exits on the ways of ``return``, ``continue`` and exceptions, where they may remove something.

    Tell whether they swallow the exceptions.
    """
    store = machine.store
    swallowing = False
    if live_on_ways(since) or raised.live:
        end = store.changes(start)
        store.undo(start)

        def exit_context() -> bool:
            leave(machine, context)
            return True

        lead_through(machine, since, start, exit_context)
        if raised.live:
            store.apply(end)
            set_live(machine, tuple(raised.live))
            swallowing = leave(machine, context, _RAISED)
            raised.keep(live_now(machine))
            store.undo(start)
        store.apply(end)
    return swallowing


def _run_generator(machine: Machine, generator: GeneratorCall, go_on: Callable[[Value], bool]) -> bool:
    """Run a generator context manager: the statement's body takes the place of its ``yield``."""
    outcome = {"live": True, "reached": False}
    since = passing(machine.frame)
    before: set[Made] = set()

    def on_yield(value: Value) -> Value:
        outcome["reached"] = True
        outcome["live"] = go_on(value)
        # What follows the yield is run once, for the end of the body and for each early way out of it.
        ways = live_on_ways(since)
        present: Value = (*live_now(machine), *ways) if outcome["live"] else ways or live_now(machine)
        set_live(machine, tuple(dict.fromkeys(present)))
        before.update(live_now(machine))
        return NOTHING

    calls.run_generator(machine, generator, on_yield)
    if not outcome["reached"]:
        return go_on(UNKNOWN)
    forget_on_ways(since, before - set(live_now(machine)))
    return outcome["live"]


def enter(machine: Machine, context: Value) -> Value:
    """Return what ``with context as`` binds."""
    result: Value = ()
    for atom in context:
        if isinstance(atom, Instance):
            method = objects.attribute(machine, (atom,), "__enter__") or objects.attribute(
                machine, (atom,), "__aenter__"
            )
            result = join(result, calls.call(machine, method, calls.Arguments()) if method else (atom,))
        elif isinstance(atom, GeneratorCall):
            result = join(result, calls.run_generator(machine, atom))
        elif isinstance(atom, ExternalObject):
            result = join(result, externals.entered(machine, atom))
        else:
            result = join(result, (atom,))
    return result or UNKNOWN


def leave(machine: Machine, context: Value, exception: Value = NOTHING) -> bool:
    """Run the exits of the analysed code's own context managers; tell whether they swallow an exception for certain."""
    answers: list[Value] = []
    for atom in context:
        if isinstance(atom, Instance):
            method = objects.attribute(machine, (atom,), "__exit__") or objects.attribute(machine, (atom,), "__aexit__")
            if method:
                details = (exception, exception, exception)
                answers.append(calls.call(machine, method, calls.Arguments(details)))
        elif isinstance(atom, ExternalObject):
            externals.left(machine, atom)
    return len(answers) == len(context) and all(answer == TRUE for answer in answers)
