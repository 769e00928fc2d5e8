"""What follows from values that are new in each invocation: a hash of an identifier, a row that a request asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.flow.values import (
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
    from lambdalint.flow.external_call import ExternalCall
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


def takes_fresh(external: ExternalCall) -> bool:
    """Tell whether a call's receiver or an argument is fresh; an object that takes one is fresh from then on.

    What a handler takes from a queue is fresh, too. A listing is not: a store may hold the same objects for ever.
    """
    machine, receiver = external.machine, external.receiver
    if machine.phase is Phase.INVOKE and external.name.startswith("boto3.") and _QUEUES.match(external.name):
        return True
    if any(_is_fresh(machine, value, _DEEPEST) for value in external.given):
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
        return msgspec.structs.replace(atom, fresh=True)
    if isinstance(atom, Opaque) and atom.hole.kind is HoleKind.UNKNOWN and not atom.hole.fresh:
        return msgspec.structs.replace(atom, hole=replace(atom.hole, fresh=True))
    return atom


def _is_fresh(machine: Machine, value: Value, depth: int) -> bool:
    for atom in value:
        if is_fresh(atom):
            return True
        if not depth:
            continue
        if isinstance(atom, ExternalObject):
            if atom.uid and machine.store.get(atom.uid, _MARK):
                return True
        elif isinstance(atom, ListOf):
            if _is_fresh(machine, machine.store.get(atom.uid, "*") or (), depth - 1):
                return True
        elif isinstance(atom, (Mapping, Instance)):
            for name in machine.store.names(atom.uid)[:_MOST_KEYS]:
                if _is_fresh(machine, machine.store.get(atom.uid, name) or (), depth - 1):
                    return True
    return False
