"""Records: dataclasses, named tuples, settings classes and their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import calls, declarations, objects
from lambdalint.flow.values import UNKNOWN, Class, ExternalObject, Instance, Mapping, Value, join, texts_of

if TYPE_CHECKING:
    from lambdalint.flow.definitions import ClassInfo
    from lambdalint.flow.machine import Machine


def declare_field(machine: Machine, target: ir.Expr, annotation: ir.Expr | None, *, has_default: bool) -> None:
    """Note an annotated name of a class body: a record's field."""
    info = machine.classes.get(machine.frame.scope)
    if info is not None and isinstance(target, ir.Name):
        info.fields.append((target.id, has_default))
        known = declarations.declared(machine, machine.frame.scopes, annotation) if annotation is not None else ()
        if known:
            info.declared[target.id] = known


def fill(machine: Machine, instance: Instance, info: ClassInfo, arguments: calls.Arguments) -> None:
    """Set the fields of a new record."""
    positional = list(arguments.positional)
    for name, has_default in info.fields:
        if name in arguments.keywords:
            value = arguments.keywords[name]
        elif positional:
            value = positional.pop(0)
        elif has_default:
            value = join(_default(machine, info, name), arguments.others)
            if _SETTINGS_BASES & set(info.external_bases):
                value = _from_environment(machine, info, name, value)
        elif _SETTINGS_BASES & set(info.external_bases):
            value = _from_environment(machine, info, name, UNKNOWN)
        else:
            value = arguments.others or arguments.rest or UNKNOWN
        machine.store.set(instance.uid, name, value)
    post = objects.class_attribute(machine, instance.cls, "__post_init__")
    if post:
        calls.call(machine, objects.bind_to(machine, post, instance), calls.Arguments())


_SETTINGS_BASES = frozenset({"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings"})


def _from_environment(machine: Machine, info: ClassInfo, name: str, default: Value) -> Value:
    """A field of a settings class takes its value from the environment variable of its name, or of its alias."""
    prefix = ""
    for holder in ("model_config", "Config"):
        for atom in objects.class_attribute(machine, info.linear[0], holder):
            if isinstance(atom, Mapping):
                prefix = next(iter(texts_of(machine.store.get(atom.uid, "[env_prefix]") or ())), prefix)
            elif isinstance(atom, Class):
                prefix = next(iter(texts_of(objects.class_attribute(machine, atom.uid, "env_prefix"))), prefix)
    variable = f"{prefix}{name}".upper()
    for atom in objects.class_attribute(machine, info.linear[0], name):
        if isinstance(atom, ExternalObject):
            variable = next(iter(texts_of(machine.store.get(atom.uid, "<alias>") or ())), variable)
    return machine.environment.get(machine, variable, default)


def _default(machine: Machine, info: ClassInfo, name: str) -> Value:
    value: Value = ()
    for uid in info.linear:
        value = machine.store.get(uid, name) or ()
        if value:
            break
    for atom in value:
        if isinstance(atom, ExternalObject) and machine.store.get(atom.uid, "<default>") is not None:
            return machine.store.get(atom.uid, "<default>") or UNKNOWN
        if isinstance(atom, ExternalObject) and machine.store.get(atom.uid, "<factory>") is not None:
            factory = machine.store.get(atom.uid, "<factory>") or UNKNOWN
            return calls.call(machine, factory, calls.Arguments())
    return value or UNKNOWN


def tuple_items(machine: Machine, atom: Instance) -> list[Value] | None:
    """Return the fields of a named tuple, one by one; None of another object."""
    info = machine.classes[atom.cls]
    if not any(base.endswith(".NamedTuple") for base in info.external_bases):
        return None
    return [objects.attribute(machine, (atom,), name) for name, _ in info.fields]
