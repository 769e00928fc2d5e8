"""Runs ``with`` statements: what each kind of context binds, and what it does on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import calls, evaluate, execute, externals, objects
from lambdalint.flow.machine import Refused
from lambdalint.flow.store import PROCESS
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    ExternalObject,
    GeneratorCall,
    Instance,
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
    try:
        live = go_on(value)
    except Refused:
        if not suppressing:
            raise
    finally:
        machine.fallbacks -= suppressing
    leave(machine, context)
    if restored is not None:
        machine.store.set(PROCESS, "cwd", restored)
    return live or suppressing


def _run_generator(machine: Machine, generator: GeneratorCall, go_on: Callable[[Value], bool]) -> bool:
    """Run a generator context manager: the statement's body takes the place of its ``yield``."""
    outcome = {"live": True, "reached": False}

    def on_yield(value: Value) -> Value:
        outcome["reached"] = True
        outcome["live"] = go_on(value)
        return NOTHING

    calls.run_generator(machine, generator, on_yield)
    if not outcome["reached"]:
        return go_on(UNKNOWN)
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
