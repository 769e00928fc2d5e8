"""Records that a call makes: named tuples, namespaces, copies of dataclass instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import objects
from lambdalint.flow.containers import known_items
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import UNKNOWN, Class, ExternalObject, Instance, Items, Value, text, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall


def _named_tuple(call: ExternalCall) -> Value | None:
    """``collections.namedtuple``: the result makes records of the given fields."""
    given = call.argument("field_names@1") or ()
    items = known_items(call.machine, given)
    names = [name for item in items or [] for name in texts_of(item)]
    if not names:
        names = [name for found in texts_of(given) for name in found.replace(",", " ").split() if not has_holes(name)]
    uid = call.machine.store.new_uid()
    call.machine.store.set(uid, "<fields>", (Items(tuple(text(name) for name in names)),))
    return (ExternalObject("<namedtuple>", uid),)


def _make_record(call: ExternalCall) -> Value | None:
    machine = call.machine
    if not isinstance(call.receiver, ExternalObject):
        return UNKNOWN
    fields = known_items(machine, machine.store.get(call.receiver.uid, "<fields>") or ()) or []
    uid = machine.store.new_uid()
    values: list[Value] = []
    for number, field in enumerate(fields):
        name = next(iter(texts_of(field)), "")
        value = call.argument(f"{name}@{number}") or UNKNOWN
        machine.store.set(uid, name, value)
        values.append(value)
    machine.store.set(uid, "<items>", (Items(tuple(values)),))
    return (ExternalObject("<record>", uid),)


def _namespace(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    for name, value in call.arguments.keywords.items():
        call.machine.store.set(uid, name, value)
    return (ExternalObject("types.SimpleNamespace", uid),)


def _replaced(call: ExternalCall) -> Value | None:
    """``dataclasses.replace``: a copy with other values in some fields."""
    machine = call.machine
    results: list[Instance] = []
    for atom in call.arguments.at_position(0) or ():
        if not isinstance(atom, Instance):
            return UNKNOWN
        copy = machine.new_instance(Class(atom.cls, ""))
        for name in machine.store.names(atom.uid):
            machine.store.set(copy.uid, name, machine.store.get(atom.uid, name) or UNKNOWN)
        for name, value in call.arguments.keywords.items():
            objects.set_attribute(machine, (copy,), name, value)
        results.append(copy)
    return tuple(results) or UNKNOWN


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "collections.namedtuple": _named_tuple,
    "<namedtuple>.__call__": _make_record,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "dataclasses.replace": _replaced,
    "copy.replace": _replaced,
}
