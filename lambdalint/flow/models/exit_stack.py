"""Clean-up that is registered for later: ``ExitStack``, ``contextlib.closing``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import calls, contexts, externals, objects
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    Bound,
    ExternalObject,
    Instance,
    Partial,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.values import Atom

_CALLBACKS = "<callbacks>"
_STACKS = ("contextlib.ExitStack", "contextlib.AsyncExitStack")


def _register(call: ExternalCall, callbacks: Value) -> None:
    if isinstance(call.receiver, ExternalObject):
        call.machine.store.add(call.receiver.uid, _CALLBACKS, callbacks)
        call.machine.exit_spans.setdefault(call.receiver.uid, call.span)


def _callback(call: ExternalCall) -> Value | None:
    given = call.argument("@0") or ()
    rest = call.arguments.positional[1:]
    keywords = tuple(sorted(call.arguments.keywords.items()))
    _register(call, tuple(Partial(atom, rest, keywords) for atom in given))
    return given


def _push(call: ExternalCall) -> Value | None:
    given = call.argument("@0") or ()
    _register(call, tuple(callback for atom in given for callback in _exits_of(call.machine, atom)))
    return given


def _enter_context(call: ExternalCall) -> Value | None:
    given = call.argument("@0") or UNKNOWN
    entered = contexts.enter(call.machine, given)
    _register(call, tuple(callback for atom in given for callback in _exits_of(call.machine, atom)))
    return entered


def _exits_of(machine: Machine, atom: Atom) -> Value:
    """Return what leaves a context: the exit of an instance, and what another stack or ``closing`` holds."""
    if isinstance(atom, Instance):
        found = objects.attribute(machine, (atom,), "__exit__") or objects.attribute(machine, (atom,), "__aexit__")
        return tuple(Partial(method, (NOTHING, NOTHING, NOTHING), ()) for method in found if isinstance(method, Bound))
    return (atom,) if isinstance(atom, ExternalObject) else ()


def _close(call: ExternalCall) -> Value | None:
    if isinstance(call.receiver, ExternalObject):
        leave(call.machine, call.receiver)
    return NOTHING


def _pop_all(call: ExternalCall) -> Value | None:
    """Hand all that is registered over to a new stack: the old one leaves it as it is."""
    store = call.machine.store
    uid = store.new_uid()
    if isinstance(call.receiver, ExternalObject):
        old = call.receiver.uid
        store.set(uid, _CALLBACKS, store.get(old, _CALLBACKS) or ())
        store.drop(old, _CALLBACKS)
        if old in call.machine.exit_spans:
            call.machine.exit_spans[uid] = call.machine.exit_spans[old]
    return (ExternalObject(call.name.rpartition(".")[0], uid),)


def _closing(call: ExternalCall) -> Value | None:
    machine = call.machine
    uid = machine.store.new_uid()
    thing = call.arguments.at_position(0) or UNKNOWN
    machine.store.set(uid, "<closing>", thing)
    machine.store.set(uid, "<enter>", thing)
    return (ExternalObject("contextlib.closing", uid),)


def leave(machine: Machine, context: ExternalObject) -> None:
    """Run what an object of these types does when its context ends."""
    if context.type == "contextlib.closing":
        for atom in machine.store.get(context.uid, "<closing>") or ():
            if isinstance(atom, (Instance, ExternalObject)):
                calls.call(machine, objects.attribute(machine, (atom,), "close"), calls.Arguments())
    if context.type not in _STACKS:
        return
    at = machine.exit_spans.get(context.uid)
    for callback in reversed(machine.store.get(context.uid, _CALLBACKS) or ()):
        if isinstance(callback, ExternalObject):
            externals.left(machine, callback)
        else:
            calls.call_atom(machine, callback, calls.Arguments(at=at))
    machine.store.drop(context.uid, _CALLBACKS)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "contextlib.closing": _closing,
    **{f"{stack}.{name}": _callback for stack in _STACKS for name in ("callback", "push_async_callback")},
    **{f"{stack}.{name}": _push for stack in _STACKS for name in ("push", "push_async_exit")},
    **{f"{stack}.{name}": _enter_context for stack in _STACKS for name in ("enter_context", "enter_async_context")},
    **{f"{stack}.pop_all": _pop_all for stack in _STACKS},
    **{f"{stack}.{name}": _close for stack in _STACKS for name in ("close", "aclose")},
}
