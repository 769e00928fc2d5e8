"""Objects: attributes, classes, instances, properties and decorators."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lambdalint.flow import calls, declarations, defaults, externals, imports, records
from lambdalint.flow.store import PROCESS
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    Atom,
    Bound,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    Instance,
    Items,
    ListOf,
    Mapping,
    Module,
    Number,
    Opaque,
    Partial,
    PathText,
    SuperOf,
    Text,
    Truth,
    Value,
    Wrapped,
    join,
)
from lambdalint.model import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.definitions import ClassInfo
    from lambdalint.flow.machine import Machine

_RECORD_DECORATORS = frozenset(
    {"dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define", "attrs.frozen", "attr.dataclass",
     "pydantic.dataclasses.dataclass"}
)  # fmt: skip
_RECORD_BASES = frozenset(
    {"pydantic.BaseModel", "pydantic_settings.BaseSettings", "pydantic.BaseSettings", "typing.NamedTuple",
     "msgspec.Struct", "sqlmodel.SQLModel"}
)  # fmt: skip


def attribute(machine: Machine, owner: Value, name: str) -> Value:
    """Return ``owner.name``; ``()`` where it certainly does not exist."""
    if len(owner) == 1:
        return _attribute_of(machine, owner[0], name)
    result: Value = ()
    for atom in owner:
        result = join(result, _attribute_of(machine, atom, name))
    return result


def _attribute_of(machine: Machine, atom: Atom, name: str) -> Value:
    look_up = _attributes().get(type(atom))
    return () if look_up is None else look_up(machine, atom, name)


@lru_cache(maxsize=1)
def _attributes() -> dict[type[Atom], Callable[[Machine, Any, str], Value]]:
    """The table is made on first use: the modules of the interpreter need each other."""
    return {
        Module: imports.member,
        Instance: _instance_attribute,
        Class: _class_member,
        External: externals.constant,
        ExternalObject: _object_attribute,
        ExternalMethod: externals.object_attribute,
        SuperOf: _super_attribute,
        Opaque: externals.opaque_attribute,
        **dict.fromkeys((Text, PathText, ListOf, Mapping, Items, Number, Truth), externals.value_attribute),
        **dict.fromkeys((Function, Bound, Partial, Wrapped), _function_attribute),
    }


def _object_attribute(machine: Machine, atom: ExternalObject, name: str) -> Value:
    return machine.store.get(atom.uid, name) or externals.object_attribute(machine, atom, name)


def _function_attribute(machine: Machine, atom: Atom, name: str) -> Value:
    if isinstance(atom, Partial) and name == "func":
        return (atom.function,)
    if name == "__wrapped__":
        return (atom,)
    return (ExternalMethod(atom, name),)


def _instance_attribute(machine: Machine, atom: Instance, name: str) -> Value:
    stored = machine.store.get(atom.uid, name)
    declared = _declared(machine, atom.cls, name)
    if stored is not None:
        return declarations.refined(machine, stored, declared)
    if name == "__class__":
        return (Class(atom.cls, machine.classes[atom.cls].facts.name),)
    if name == "__dict__":
        return UNKNOWN
    found = class_attribute(machine, atom.cls, name) or declared
    if found:
        if all(isinstance(one, Wrapped) and one.kind == "cached property" for one in found):
            machine.store.set(atom.uid, name, bind_to(machine, found, atom))
        return machine.store.get(atom.uid, name) or bind_to(machine, found, atom)
    getter = class_attribute(machine, atom.cls, "__getattr__")
    if getter and not name.startswith("__"):
        return calls.call(machine, bind_to(machine, getter, atom), calls.Arguments(((Text(name),),)))
    info = machine.classes[atom.cls]
    if info.external_bases and not name.startswith("__"):
        return externals.object_attribute(machine, ExternalObject(info.external_bases[0], atom.uid), name)
    return ()


def _declared(machine: Machine, cls: int, name: str) -> Value:
    """Return what the annotation of an attribute tells of it."""
    for uid in machine.classes[cls].linear:
        known = machine.classes[uid].declared.get(name)
        if known is not None:
            return known
    return ()


def bind_to(machine: Machine, value: Value, receiver: Atom) -> Value:
    """Return what an attribute of a class is for one of its instances."""
    result: Value = ()
    for atom in value:
        if isinstance(atom, Function):
            result = join(result, (Bound(atom, receiver),))
        elif isinstance(atom, Wrapped) and atom.kind in ("property", "cached property"):
            result = join(result, calls.call(machine, (Bound(atom.function, receiver),), calls.Arguments()))
        elif isinstance(atom, Wrapped) and atom.kind == "classmethod":
            owner = Class(receiver.cls, "") if isinstance(receiver, Instance) else receiver
            result = join(result, (Bound(atom.function, owner),))
        elif isinstance(atom, Wrapped) and atom.kind == "staticmethod":
            result = join(result, (atom.function,))
        elif isinstance(atom, Wrapped):
            result = join(result, (Bound(atom.function, receiver),))
        else:
            result = join(result, (atom,))
    return result


def _class_member(machine: Machine, atom: Class, name: str) -> Value:
    if name == "__name__":
        return (Text(atom.name),)
    if name == "as_view" and machine.classes[atom.uid].external_bases:
        return (Partial(External("web.as_view"), ((atom,),), ()),)
    result: Value = ()
    for found in class_attribute(machine, atom.uid, name):
        if isinstance(found, Wrapped) and found.kind in ("classmethod", "staticmethod"):
            result = join(result, bind_to(machine, (found,), atom))
        else:
            result = join(result, (found,))
    if result and _is_enum(machine, atom.uid) and not isinstance(result[0], (Function, Bound, Wrapped)):
        return _enum_member(machine, atom, name, result)
    if not result and machine.classes[atom.uid].external_bases:
        return (ExternalMethod(ExternalObject(machine.classes[atom.uid].external_bases[0]), name),)
    return result


def _is_enum(machine: Machine, cls: int) -> bool:
    return any(base.startswith("enum.") for base in machine.classes[cls].external_bases)


def _enum_member(machine: Machine, cls: Class, name: str, value: Value) -> Value:
    member = machine.store.get(cls.uid, f"<member {name}>")
    if member is None:
        if any("str" in base or "Str" in base for base in machine.classes[cls.uid].external_bases):
            return value
        instance = machine.new_instance(cls)
        machine.store.set(instance.uid, "value", value)
        machine.store.set(instance.uid, "name", (Text(name),))
        member = (instance,)
        machine.store.set(cls.uid, f"<member {name}>", member)
    return member


def class_attribute(machine: Machine, cls: int, name: str) -> Value:
    """Return what a class or its bases bind a name to; ``()`` if none does."""
    return machine.store.lookup(machine.classes[cls].linear, name) or ()


def settle_bases(machine: Machine, uid: int, info: ClassInfo) -> None:
    """Compute the order in which a class and its bases are searched, and which bases are from elsewhere."""
    linear = [uid]
    external: list[str] = []
    for base in info.bases:
        if isinstance(base, Class):
            parent = machine.classes[base.uid]
            linear.extend(other for other in parent.linear if other not in linear)
            external.extend(parent.external_bases)
            info.is_record = info.is_record or parent.is_record
            info.fields = [*info.fields, *parent.fields]
        elif isinstance(base, External):
            name = machine.catalogue.canonical(base.name)
            external.append(name)
            info.is_record = info.is_record or name in _RECORD_BASES
    info.linear = tuple(linear)
    info.external_bases = tuple(dict.fromkeys(external))


def construct(machine: Machine, cls: Class, arguments: calls.Arguments) -> Value:
    """Return a new instance of a class, after its ``__init__``."""
    if _is_enum(machine, cls.uid):
        return UNKNOWN
    instance = machine.new_instance(cls)
    info = machine.classes[cls.uid]
    if machine.phase is Phase.INVOKE and class_attribute(machine, cls.uid, "__del__"):
        machine.finalized.append(instance)
    maker = class_attribute(machine, cls.uid, "__init__")
    if maker:
        calls.call(machine, bind_to(machine, maker, instance), arguments)
    elif info.is_record:
        records.fill(machine, instance, info, arguments)
    elif info.external_bases:
        externals.construct_base(machine, instance, info.external_bases[0], arguments)
    return (instance,)


def finalize(machine: Machine) -> None:
    """Run what runs when an invocation ends: ``__del__`` of the objects that it made, and what it has put off."""
    for function, arguments in list(machine.deferred):
        calls.call(machine, function, arguments)
    for instance in list(machine.finalized):
        finalizer = class_attribute(machine, instance.cls, "__del__")
        calls.call(machine, bind_to(machine, finalizer, instance), calls.Arguments())


def set_attribute(machine: Machine, owner: Value, name: str, value: Value) -> None:
    """Run ``owner.name = value``: it replaces where the owner is one object, else it joins."""
    for atom in owner:
        uid = 0
        if isinstance(atom, Instance):
            setter = class_attribute(machine, atom.cls, name)
            if any(isinstance(found, Wrapped) and found.kind == "property" for found in setter):
                machine.store.set(atom.uid, f"_{name}", value)
                continue
            uid = atom.uid
        elif isinstance(atom, (Class, ExternalObject)):
            uid = atom.uid
            if isinstance(atom, ExternalObject):
                defaults.assigned(machine, f"{atom.type}.{name}")
        elif isinstance(atom, Module):
            uid = machine.module_scope(atom)
        elif isinstance(atom, External) and f"{atom.name}.{name}" == "tempfile.tempdir":
            machine.store.set(PROCESS, "tempdir", value)
        elif isinstance(atom, External):
            defaults.assigned(machine, f"{atom.name}.{name}")
        if uid and len(owner) == 1:
            machine.store.set(uid, name, value)
        elif uid:
            machine.store.add(uid, name, value)


def super_value(machine: Machine, given: list[Value]) -> Value:
    """Return ``super()`` of the method that is being run, or ``super(Class, receiver)``."""
    if len(given) == 2 and len(given[0]) == len(given[1]) == 1 and isinstance(given[0][0], Class):
        return (SuperOf(given[0][0].uid, given[1][0]),)
    for frame in reversed(machine.frames):
        if frame.owner and frame.receiver is not None:
            return (SuperOf(frame.owner, frame.receiver),)
    return UNKNOWN


def _super_attribute(machine: Machine, atom: SuperOf, name: str) -> Value:
    receiver = atom.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver.uid if isinstance(receiver, Class) else 0
    linear = machine.classes[cls].linear if cls in machine.classes else ()
    after = linear[linear.index(atom.owner) + 1 :] if atom.owner in linear else machine.classes[atom.owner].linear[1:]
    found = machine.store.lookup(after, name)
    if found is not None:
        return bind_to(machine, found, receiver)
    external = machine.classes[atom.owner].external_bases
    if external and isinstance(receiver, Instance):
        if name == "__init__":
            return (ExternalMethod(ExternalObject(external[0], receiver.uid), "__init__"),)
        return externals.object_attribute(machine, ExternalObject(external[0], receiver.uid), name)
    if name == "__init__" and isinstance(receiver, Instance) and machine.classes[receiver.cls].is_record:
        return UNKNOWN
    return ()


_WRAPPERS = {
    "builtins.property": "property", "abc.abstractproperty": "property", "builtins.classmethod": "classmethod",
    "functools.cached_property": "cached property", "django.utils.functional.cached_property": "cached property",
    "werkzeug.utils.cached_property": "cached property", "builtins.staticmethod": "staticmethod",
    "functools.cache": "kept", "functools.lru_cache": "kept",
    "contextlib.contextmanager": "contextmanager", "contextlib.asynccontextmanager": "contextmanager",
}  # fmt: skip


def apply_decorator(machine: Machine, decorator: Value, value: Value) -> Value:
    """Return what a decorator makes of a definition."""
    result: Value = ()
    for atom in decorator:
        if isinstance(atom, External):
            name = machine.catalogue.canonical(atom.name)
            if name in _WRAPPERS and isinstance(value[0], (Function, Wrapped)):
                result = join(result, (Wrapped(_WRAPPERS[name], value[0]),))
                continue
            if name in _RECORD_DECORATORS:
                _mark_record(machine, value)
            externals.decorated(machine, atom, value)
            result = join(result, value)
        elif isinstance(atom, (Function, Bound, Class, Instance, Partial)):
            made = calls.call(machine, (atom,), calls.Arguments((value,)))
            result = join(result, _callable_or(made, value))
        else:
            externals.decorated(machine, atom, value)
            if isinstance(atom, ExternalObject) and atom.type in _RECORD_DECORATORS:
                _mark_record(machine, value)
            result = join(result, value)
    return result or value


def _callable_or(made: Value, value: Value) -> Value:
    """A decorator whose result is not understood still leads to the function it decorates."""
    known = tuple(atom for atom in made if not isinstance(atom, (Opaque, ExternalObject, ExternalMethod)))
    return known if known and known != NOTHING else value


def _mark_record(machine: Machine, value: Value) -> None:
    for atom in value:
        if isinstance(atom, Class):
            machine.note("class", atom.uid, replace(machine.classes[atom.uid], is_record=True))


def file_system_path(machine: Machine, instance: Instance) -> Value:
    """Return what ``os.fspath`` gives for an instance; ``()`` where it is no path."""
    method = class_attribute(machine, instance.cls, "__fspath__")
    return calls.call(machine, bind_to(machine, method, instance), calls.Arguments()) if method else ()


def external_item_set(machine: Machine, atom: Opaque, value: Value) -> None:
    """Note what is put into an unknown value."""
    externals.put(machine, atom, value)


def external_item(machine: Machine, atom: Atom, index: Value) -> Value:
    """Return ``atom[index]`` of something from elsewhere."""
    return externals.item(machine, atom, index)


def set_external_item(machine: Machine, atom: Atom, index: Value, value: Value) -> None:
    """Run ``atom[index] = value`` on something from elsewhere."""
    externals.set_item(machine, atom, index, value)
