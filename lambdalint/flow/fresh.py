"""What follows from values that are new in each invocation: a hash of an identifier, a row that a request asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lambdalint.flow.values import (
    MAY_BE_FRESH,
    TRUE,
    Atom,
    ExternalObject,
    Instance,
    ListOf,
    Mapping,
    Opaque,
    Value,
    is_fresh,
)
from lambdalint.model import Hole, HoleKind, Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import Called, ExternalCall
    from lambdalint.flow.machine import Machine

_MARK = "<fresh>"
_QUEUES = re.compile(r"boto3\.(?:client|resource)\.(?:sqs\..*receive_messages?|kinesis\.get_records)$")
"""Calls that answer with messages of a queue: each is there once."""
_DEEPEST = 3
_MOST_KEYS = 12


def new_hole(external: ExternalCall) -> Hole:
    """Return the hole of a text that is new each time a call is made; at import, that is once in an environment."""
    machine, span = external.machine, external.span
    site = f"{span.path}:{span.line}:{span.column}"
    machine.ledger.renew(site)
    kind = HoleKind.LOOP if machine.phase is Phase.INIT else HoleKind.UNIQUE
    return Hole(kind, f"{external.method}()", confined=True, site=site)


def from_queue(called: Called) -> bool:
    """Tell whether what is called answers with messages of a queue: what a handler takes from there is fresh.

    A listing is not: a store may hold the same objects for ever.
    """
    return _QUEUES.match(called.name) is not None


def takes_fresh(external: ExternalCall) -> bool:
    """Tell whether a call's receiver or an argument is fresh; an object that takes one is fresh from then on."""
    machine, receiver = external.machine, external.receiver
    for value in external.given:
        if _is_fresh(machine, value, _DEEPEST):
            if isinstance(receiver, ExternalObject) and receiver.uid:
                machine.store.set(receiver.uid, _MARK, TRUE)
            return True
    return receiver is not None and _is_fresh(machine, (receiver,), 1)


def holds_fresh(machine: Machine, value: Value) -> bool:
    """Tell whether a value, or something in it, is fresh."""
    return _is_fresh(machine, value, _DEEPEST)


def renewed(value: Value) -> Value:
    """Return a value with what is unknown in it marked as fresh."""
    return tuple(_renewed(atom) for atom in value)


def _renewed(atom: Atom) -> Atom:
    if isinstance(atom, ExternalObject) and not atom.fresh:
        return ExternalObject(atom.type, atom.uid, fresh=True)
    if isinstance(atom, Opaque) and atom.hole.kind is HoleKind.UNKNOWN and not atom.hole.fresh:
        hole = atom.hole
        return Opaque(Hole(hole.kind, hole.origin, hole.confined, hole.site, fresh=True), atom.truthy, atom.size)
    return atom


def _is_fresh(machine: Machine, value: Value, depth: int) -> bool:
    for atom in value:
        kind = type(atom)
        if kind not in _TELLING:
            continue
        if is_fresh(atom):
            return True
        look_inside = _INSIDE.get(kind) if depth else None
        if look_inside is not None and look_inside(machine, atom, depth - 1):
            return True
    return False


def _is_marked(machine: Machine, atom: ExternalObject, depth: int) -> bool:
    return bool(atom.uid and machine.store.get(atom.uid, _MARK))


def _holds_fresh_elements(machine: Machine, atom: ListOf, depth: int) -> bool:
    return _is_fresh(machine, machine.store.get(atom.uid, "*") or (), depth)


def _holds_fresh_names(machine: Machine, atom: Mapping | Instance, depth: int) -> bool:
    return any(_is_fresh(machine, value, depth) for value in machine.store.values(atom.uid)[:_MOST_KEYS])


_INSIDE: dict[type[Atom], Callable[[Machine, Any, int], bool]] = {
    ExternalObject: _is_marked,
    ListOf: _holds_fresh_elements,
    Mapping: _holds_fresh_names,
    Instance: _holds_fresh_names,
}
"""What to look at inside of the kinds of atoms that hold others, so many levels deep."""
_TELLING = frozenset({*MAY_BE_FRESH, *_INSIDE})
"""The kinds of atoms that may be fresh, or hold something that is."""
