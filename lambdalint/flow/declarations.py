"""What annotations, ``isinstance`` and ``cast`` tell of values that are not known otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow.values import (
    CONTENT,
    UNKNOWN,
    Atom,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Items,
    ListOf,
    Mapping,
    Module,
    Opaque,
    Value,
    is_fresh,
    join,
)
from lambdalint.model import HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

_WRAPPING = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"})
_ALIKE = frozenset({"list", "set", "frozenset", "deque", "collection", "sequence", "mutablesequence", "iterable"}) | {
    "iterator", "generator", "asyncgenerator", "asynciterator", "asynciterable", "abstractset", "mutableset"
}  # fmt: skip
_MAPPINGS = frozenset({"dict", "mapping", "mutablemapping", "defaultdict", "ordereddict"})
_MODELLED = frozenset(
    {"argparse", "asyncio", "builtins", "collections", "concurrent", "contextlib", "datetime", "decimal", "enum", "io",
     "os", "pathlib", "subprocess", "tempfile", "threading", "typing", "typing_extensions", "uuid"}
)  # fmt: skip
"""Modules whose objects the interpreter knows by where they come from: a type alone says less."""
_DEEPEST = 4


def declared(machine: Machine, scopes: tuple[int, ...], annotation: ir.Expr, depth: int = 0) -> Value:
    """Return the value that an annotation stands for, made of objects from elsewhere whose types the catalogue knows.

    It is ``()`` where the annotation may be of any other type.
    """
    if depth > _DEEPEST:
        return ()
    if isinstance(annotation, ir.Const) and isinstance(annotation.value, str):
        annotation = _dotted(annotation.value)
    if isinstance(annotation, ir.BinOp) and annotation.op == "|":
        return _one_of(machine, scopes, (annotation.left, annotation.right), depth)
    if isinstance(annotation, ir.Subscript):
        return _parametrised(machine, scopes, annotation, depth)
    found: Value = ()
    for atom in _meaning(machine, scopes, annotation):
        known = _object_of(machine, atom)
        if not known:
            return ()
        found = join(found, known)
    return found


def _parametrised(machine: Machine, scopes: tuple[int, ...], annotation: ir.Subscript, depth: int) -> Value:
    name = annotation.value.name if isinstance(annotation.value, ir.Attr) else None
    name = annotation.value.id if isinstance(annotation.value, ir.Name) else name or ""
    index = annotation.index
    inner = index.items if isinstance(index, ir.Seq) else (index,)
    kind = name.lower()
    if not inner:
        return ()
    if name in _WRAPPING:
        return declared(machine, scopes, inner[0], depth + 1)
    if name == "Union":
        return _one_of(machine, scopes, inner, depth)
    if kind in _ALIKE or (kind == "tuple" and len(inner) == 2 and isinstance(inner[1], ir.Other)):
        element = declared(machine, scopes, inner[0], depth + 1)
        return _several(machine, element) if element else ()
    if kind == "tuple":
        items = [declared(machine, scopes, part, depth + 1) for part in inner]
        return (Items(tuple(item or UNKNOWN for item in items)),) if any(items) else ()
    if kind in _MAPPINGS and len(inner) == 2:
        element = declared(machine, scopes, inner[1], depth + 1)
        return _mapping_of(machine, element) if element else ()
    return declared(machine, scopes, annotation.value, depth + 1)


def _several(machine: Machine, element: Value) -> Value:
    uid = machine.store.new_uid()
    machine.store.set(uid, "*", element)
    return (ListOf(uid),)


def _mapping_of(machine: Machine, element: Value) -> Value:
    uid = machine.store.new_uid()
    machine.store.set(uid, "*", element)
    return (Mapping(uid),)


def _one_of(machine: Machine, scopes: tuple[int, ...], parts: tuple[ir.Expr, ...], depth: int) -> Value:
    found: Value = ()
    for part in parts:
        if part == ir.Const(None):
            continue
        known = declared(machine, scopes, part, depth + 1)
        if not known:
            return ()
        found = join(found, known)
    return found


def _meaning(machine: Machine, scopes: tuple[int, ...], expression: ir.Expr) -> Value:
    """Return what a dotted name in an annotation means."""
    if isinstance(expression, ir.Name):
        return machine.store.lookup(scopes, expression.id) or ()
    if isinstance(expression, ir.Attr):
        owner = _meaning(machine, scopes, expression.value)
        if len(owner) == 1 and isinstance(owner[0], External):
            return (External(f"{owner[0].name}.{expression.name}"),)
        if len(owner) == 1 and isinstance(owner[0], Module):
            return machine.store.get(machine.module_scope(owner[0]), expression.name) or ()
    return ()


def _object_of(machine: Machine, kind: Atom) -> Value:
    """Return an object of a type from elsewhere that the catalogue knows; ``()`` of any other type."""
    if not isinstance(kind, External):
        return ()
    name = machine.catalogue.canonical(kind.name)
    if name.partition(".")[0] in _MODELLED or not machine.catalogue.receivers.knows(name):
        return ()
    return (ExternalObject(name),)


def _dotted(text: str) -> ir.Expr:
    """Return the expression that a dotted name stands for; a text that is none means nothing."""
    head, *rest = text.split(".")
    expression: ir.Expr = ir.Name(head)
    for name in rest:
        expression = ir.Attr(expression, name)
    return expression


def scopes_of(machine: Machine, scope: int) -> tuple[int, ...]:
    """Return a scope and those around it."""
    return (scope, *machine.scope_parents.get(scope, ()))


def typed(machine: Machine, value: Value, annotation: ir.Expr | None, scopes: tuple[int, ...]) -> Value:
    """Return a value that is declared to be of a type: what is not known of it is of that type."""
    if annotation is not None:
        for atom in value:
            if _is_unknown(machine, atom):
                return refined(machine, value, declared(machine, scopes, annotation))
    return value


def as_instance(machine: Machine, value: Value, kinds: Value) -> Value:
    """Return a value that is an instance of one of *kinds*: what is not known of it is."""
    wanted: Value = ()
    for kind in kinds:
        inner = [part for item in kind.items for part in item] if isinstance(kind, Items) else [kind]
        for one in inner:
            known = _object_of(machine, one)
            if not known:
                return value
            wanted = join(wanted, known)
    return refined(machine, value, wanted)


def refined(machine: Machine, value: Value, known: Value) -> Value:
    """Put *known* in the place of what is not known of a value."""
    if not known:
        return value
    result: Value = ()
    for atom in value:
        if not _is_unknown(machine, atom):
            result = join(result, (atom,))
        elif len(known) == 1 and isinstance(known[0], ExternalObject):
            uid = atom.uid if isinstance(atom, ExternalObject) else 0
            result = join(result, (ExternalObject(known[0].type, uid, is_fresh(atom)),))
        else:
            result = join(result, known)
    return result


def _is_unknown(machine: Machine, atom: Atom) -> bool:
    """Tell whether the type of a value is not known, and what is known of it is not lost with a type."""
    if isinstance(atom, Opaque):
        return atom.hole.kind is HoleKind.UNKNOWN and not atom.hole.origin.startswith(CONTENT)
    if isinstance(atom, ExternalObject):
        name = machine.catalogue.canonical(atom.type)
        ours = name.startswith("<") or name.partition(".")[0] in _MODELLED
        return not ours and not machine.catalogue.receivers.knows(name)
    return isinstance(atom, ExternalMethod) and _is_unknown(machine, atom.receiver)


def named_type(machine: Machine, dotted: str) -> Value:
    """Return what a dotted name in a text, as ``cast`` takes it, means where it stands."""
    return _meaning(machine, machine.frame.scopes, _dotted(dotted)) or (Class(0, ""),)
