"""Runs ``with`` statements: what each kind of context binds, and what it does on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import calls, evaluate, execute, externals, objects
from lambdalint.flow.exits import (
    Exits,
    Passing,
    any_live_way,
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
    UNKNOWN,
    ExternalObject,
    GeneratorCall,
    Instance,
    Made,
    Value,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.facts import ir
    from lambdalint.flow.machine import Machine


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
    _leave_early(machine, context, since, raised, start, suppressing=suppressing)
    leave(machine, context)
    if restored is not None:
        machine.store.set(PROCESS, "cwd", restored)
    return live or suppressing


def _leave_early(
    machine: Machine, context: Value, since: Passing, raised: Exits, start: int, *, suppressing: bool
) -> None:
    """Run the exits on the ways of ``return``, ``continue`` and exceptions, where they may remove something."""
    store = machine.store
    if any_live_way(since) or raised.live:
        end = store.changes(start)
        store.undo(start)

        def exit_context() -> bool:
            leave(machine, context)
            return True

        lead_through(machine, since, start, exit_context)
        if raised.live:
            store.apply(end)
            set_live(machine, tuple(raised.live))
            leave(machine, context)
            raised.keep(live_now(machine))
            store.undo(start)
        store.apply(end)
    if suppressing:
        set_live(machine, tuple(dict.fromkeys((*live_now(machine), *raised.live))))
    else:
        machine.exits[-1].absorb(raised)


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


def leave(machine: Machine, context: Value) -> None:
    """Run the exits of the analysed code's own context managers."""
    for atom in context:
        if isinstance(atom, Instance):
            method = objects.attribute(machine, (atom,), "__exit__") or objects.attribute(machine, (atom,), "__aexit__")
            if method:
                calls.call(machine, method, calls.Arguments((NOTHING, NOTHING, NOTHING)))
        elif isinstance(atom, ExternalObject):
            externals.left(machine, atom)
