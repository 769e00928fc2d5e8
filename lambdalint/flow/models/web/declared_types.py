"""Values of the types that a route's parameters are declared with, holding what the sender of the request chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import imports, objects
from lambdalint.flow.containers import new_list
from lambdalint.flow.values import (
    UNKNOWN,
    Class,
    External,
    ExternalObject,
    Items,
    Opaque,
    Value,
)
from lambdalint.model import Hole

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

_SAFE_TYPES = frozenset(
    {"int", "float", "bool", "complex", "UUID", "UUID1", "UUID3", "UUID4", "UUID5", "datetime", "date", "time"}
    | {"timedelta", "Decimal", "conint", "confloat", "PositiveInt", "NonNegativeInt", "NegativeInt", "PositiveFloat"}
    | {"Literal", "IPv4Address", "IPv6Address", "IPvAnyAddress", "StrictInt", "StrictBool", "ULID", "ObjectId"}
)
_WRAPPING = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Union"})
_SEQUENCES = frozenset({"List", "list", "Sequence", "Set", "set", "Iterable", "tuple", "Tuple", "FrozenSet"})
_FROM_FRAMEWORK = frozenset(
    {"Request", "WebSocket", "HTTPConnection", "Response", "BackgroundTasks", "SecurityScopes", "Session", "State"}
)
_DEEPEST = 4


def alias_of(machine: Machine, scope: int, annotation: ir.Expr) -> tuple[Value, ...]:
    """Return the parts of ``CurrentUser = Annotated[User, Depends(get_user)]``, where that is what a name means."""
    if isinstance(annotation, (ir.Name, ir.Attr)):
        for atom in evaluated(machine, scope, annotation):
            if isinstance(atom, ExternalObject) and atom.type.endswith(".Annotated"):
                for parts in machine.store.get(atom.uid, "<annotated>") or ():
                    if isinstance(parts, Items):
                        return parts.items
    return ()


def evaluated(machine: Machine, scope: int, expression: ir.Expr) -> Value:
    """Return what a name or a dotted name in a signature means."""
    if isinstance(expression, ir.Name):
        return named(machine, scope, expression.id) or UNKNOWN
    if isinstance(expression, ir.Attr):
        return objects.attribute(machine, evaluated(machine, scope, expression.value), expression.name) or UNKNOWN
    return UNKNOWN


def named(machine: Machine, scope: int, name: str) -> Value:
    """Return what a name means in a scope and those around it."""
    for owner in (scope, *machine.scope_parents.get(scope, ())):
        value = machine.store.get(owner, name)
        if value is not None:
            return value
    return ()


def last_name(expression: ir.Expr) -> str:
    """Return the last part of an annotation's dotted name."""
    return (imports.annotation_name(expression) or "").rpartition(".")[2]


def typed(machine: Machine, scope: int, annotation: ir.Expr, hole: Hole, depth: int = 0) -> Value:
    """Return a value of the annotated type that holds what the sender of the request chose."""
    name = imports.annotation_name(annotation) or ""
    last = name.rpartition(".")[2]
    confined = Hole(hole.kind, hole.origin, confined=True)
    if isinstance(annotation, ir.Subscript):
        owner = last_name(annotation.value)
        inner = annotation.index.items if isinstance(annotation.index, ir.Seq) else (annotation.index,)
        if owner in _WRAPPING and inner and depth < _DEEPEST:
            return typed(machine, scope, inner[0], hole, depth)
        if owner in _SEQUENCES and inner and depth < _DEEPEST:
            element = Hole(hole.kind, f"{hole.origin}[]", confined=hole.confined)
            return new_list(machine, [typed(machine, scope, inner[0], element, depth + 1)], complete=False)
        if owner == "Literal":
            return (Opaque(confined),)
        return (Opaque(hole),)
    if last in _SAFE_TYPES:
        return (Opaque(confined),)
    alias = alias_of(machine, scope, annotation)
    if alias:
        return _of_alias(machine, alias[0], hole, depth)
    value = imports.from_annotation(machine, scope, annotation, hole)
    if len(value) == 1 and isinstance(value[0], ExternalObject):
        return value if _is_given(value[0].type) else (Opaque(hole),)
    found = named(machine, scope, name) if isinstance(annotation, ir.Name) else ()
    if len(found) == 1 and isinstance(found[0], Class) and machine.classes[found[0].uid].is_record and depth < _DEEPEST:
        return _record(machine, found[0], hole, depth)
    return value


def _of_alias(machine: Machine, value: Value, hole: Hole, depth: int) -> Value:
    for atom in value:
        if isinstance(atom, External):
            dotted = machine.catalogue.canonical(atom.name)
            if dotted.rpartition(".")[2] in _SAFE_TYPES:
                return (Opaque(Hole(hole.kind, hole.origin, confined=True)),)
            if _is_given(dotted):
                return (ExternalObject(dotted, machine.store.new_uid()),)
        elif isinstance(atom, Class) and machine.classes[atom.uid].is_record and depth < _DEEPEST:
            return _record(machine, atom, hole, depth)
    return (Opaque(hole),)


def _is_given(name: str) -> bool:
    """Tell whether a type from elsewhere is more than data of the request: an upload, the request itself."""
    return name.rpartition(".")[2] in _FROM_FRAMEWORK or "UploadFile" in name or "FileStorage" in name


def _record(machine: Machine, cls: Class, hole: Hole, depth: int) -> Value:
    """Return an instance of a model of the analysed code, each field of its own type."""
    instance = machine.new_instance(cls)
    info = machine.classes[cls.uid]
    fields: dict[str, tuple[ir.Expr, int]] = {}
    for uid in reversed(info.linear):
        for statement in machine.classes[uid].facts.body:
            if isinstance(statement, ir.Assign) and statement.annotation is not None:
                target = statement.targets[0]
                if isinstance(target, ir.Name):
                    fields[target.id] = (statement.annotation, uid)
    for name, (annotation, uid) in fields.items():
        owner = Hole(hole.kind, f"{hole.origin}.{name}", confined=hole.confined)
        scopes = machine.scope_parents.get(uid) or _module_scopes(machine, uid)
        machine.store.set(instance.uid, name, typed(machine, scopes[0], annotation, owner, depth + 1))
    return (instance,)


def _module_scopes(machine: Machine, uid: int) -> tuple[int, ...]:
    scope = machine.module_scopes.get(machine.classes[uid].module)
    return (scope,) if scope is not None else (uid,)


def is_safe(annotation: ir.Expr | None) -> bool:
    """Tell whether the text of a value of the annotated type holds no separator."""
    name = imports.annotation_name(annotation) if annotation is not None else None
    return name is not None and name.rpartition(".")[2] in _SAFE_TYPES
