"""Registers what web frameworks call: functions, the methods of view classes, and what wraps either of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.flow import objects
from lambdalint.flow.containers import known_items
from lambdalint.flow.site import Mount, Owner, Route
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    Atom,
    Bound,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    Instance,
    Module,
    Partial,
    Truth,
    Value,
    Wrapped,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine

CALLABLES = (Function, Bound, Partial, Wrapped)
VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
ROUTE = "<route>"
"""The type of what a framework's method returns to decorate a function with."""
VIEW = "<view>"
"""The type of what ``as_view`` of a class returns."""
ACTION = "<action>"
"""What marks a method of a viewset that has an address of its own."""
_DEEPEST = 8
_OF_REQUEST = {
    "dispatch": "ANY", "dispatch_request": "GET",
    "get_queryset": "GET", "get_context_data": "GET", "get_object": "GET", "form_valid": "POST",
    "form_invalid": "POST", "perform_create": "POST", "perform_update": "PUT", "perform_destroy": "DELETE",
}  # fmt: skip
"""Methods that the frameworks' own views call, and the request that is most likely behind it."""
_OF_VIEWSET = {
    "list": ("GET", False), "create": ("POST", False), "retrieve": ("GET", True), "update": ("PUT", True),
    "partial_update": ("PATCH", True), "destroy": ("DELETE", True),
}  # fmt: skip


def owner_of(atom: Atom) -> Owner:
    """Return the application or router that an atom is, or is an attribute of; 0 for what is none."""
    for _ in range(_DEEPEST):
        if not isinstance(atom, ExternalMethod):
            break
        atom = atom.receiver
    if isinstance(atom, Module):
        return atom.path
    if isinstance(atom, External):
        return atom.name
    return atom.uid if isinstance(atom, (ExternalObject, Instance)) else 0


def owners_of(value: Value) -> list[Owner]:
    """Return the applications and routers that a value may be."""
    return [owner for atom in value if (owner := owner_of(atom))]


def literal(value: Value | None) -> str:
    """Return the first text of a value that is known as a whole, else nothing."""
    return next((text for text in texts_of(value or ()) if not has_holes(text)), "")


def path_text(value: Value | None) -> str | None:
    """Return an address; what is not known of it is left out, and all of it where nothing is known."""
    texts = texts_of(value or ())
    if not texts:
        return None
    return "".join(one if not has_holes(one) else "{...}" for one in texts[0])


def verbs_of(machine: Machine, value: Value | None, default: str = "ANY") -> str:
    """Return the methods of requests that a route takes, as they are listed in its label."""
    given: list[str] = []
    for item in known_items(machine, value or ()) or ([value] if value else []):
        given.extend(text.upper() for text in texts_of(item) if not has_holes(text))
    return ", ".join(dict.fromkeys(given)) or default


def register(machine: Machine, owner: Owner, value: Iterable[Atom], route: Route, depth: int = 0) -> None:
    """Register what a route leads to: of a view class each method that a request is given to."""
    for atom in value:
        if isinstance(atom, (Wrapped, Partial)) and depth < _DEEPEST:
            register(machine, owner, (atom.function,), route, depth + 1)
        elif isinstance(atom, (Function, Bound)):
            verbs = route.verbs or ("GET" if route.path is not None else "")
            machine.site.register(owner, replace(route, function=atom, verbs=verbs))
        elif isinstance(atom, Class):
            register_view(machine, owner, atom, route)
        elif isinstance(atom, ExternalObject) and atom.type == VIEW:
            classes = machine.store.get(atom.uid, "<class>") or ()
            actions = machine.store.get(atom.uid, "<actions>") or ()
            for cls in classes:
                if isinstance(cls, Class):
                    register_view(machine, owner, cls, route, actions)
        elif isinstance(atom, Instance):
            method = objects.class_attribute(machine, atom.cls, "__call__")
            register(machine, owner, [Bound(one, atom) for one in method if isinstance(one, Function)], route)
        elif isinstance(atom, ExternalObject) and depth < _DEEPEST:
            register(machine, owner, machine.site.held.get(atom.uid, ()), route, depth + 1)


def functions_of(machine: Machine, cls: Class) -> dict[str, Function]:
    """Return the methods of a class and its bases in the analysed code, by name."""
    found: dict[str, Function] = {}
    for uid in machine.classes[cls.uid].linear:
        for name in machine.store.names(uid):
            if name in found or name.startswith("<"):
                continue
            for atom in machine.store.get(uid, name) or ():
                while isinstance(atom, (Wrapped, Partial)):
                    atom = atom.function
                if isinstance(atom, Function) and machine.facts_of(atom) is not None:
                    found.setdefault(name, atom)
    return found


def register_view(machine: Machine, owner: Owner, cls: Class, route: Route, actions: Value = ()) -> None:
    """Register the methods of a view class: those named after a verb, and those that its framework's bases call."""
    named = _named_actions(machine, actions)
    for name, function in functions_of(machine, cls).items():
        facts = machine.facts_of(function)
        parameters = facts.parameters if facts is not None else ()
        if name in named:
            verbs = named[name]
        elif name in VERBS:
            verbs = name.upper()
        elif named or name.startswith("_") or mark_of(machine, function, ACTION):
            continue
        elif name in _OF_REQUEST:
            verbs = _OF_REQUEST[name] if route.verbs in ("", "ANY") else route.verbs
        elif route.calling in ("django", "drf") and len(parameters) > 1 and parameters[1].name == "request":
            verbs = route.verbs
        else:
            continue
        machine.site.register(owner, replace(route, function=function, verbs=verbs, view=cls, method=name))


def _named_actions(machine: Machine, actions: Value) -> dict[str, str]:
    """Return what ``as_view({"get": "list"})`` says: the verbs, by method."""
    found: dict[str, str] = {}
    for atom in actions:
        uid = getattr(atom, "uid", 0)
        for key in machine.store.names(uid) if uid else ():
            if key.startswith("["):
                for name in texts_of(machine.store.get(uid, key) or ()):
                    found[name] = ", ".join(filter(None, (found.get(name), key[1:-1].upper())))
    return found


def register_viewset(machine: Machine, owner: Owner, cls: Class, prefix: str) -> None:
    """Register the actions of a viewset of Django REST framework below a prefix."""
    for name, function in functions_of(machine, cls).items():
        if name in _OF_VIEWSET:
            verbs, detail = _OF_VIEWSET[name]
            paths = [f"{prefix}<pk>/" if detail else prefix]
        elif name in _OF_REQUEST:
            verbs, paths = _OF_REQUEST[name], [prefix]
        else:
            verbs, paths = _action(machine, function, name, prefix)
        for path in paths:
            machine.site.register(owner, Route(function, "drf", verbs, path, view=cls, method=name))


def _action(machine: Machine, function: Atom, name: str, prefix: str) -> tuple[str, list[str]]:
    """Return the verbs and the addresses that a decorator gives to another method of a viewset."""
    for atom in mark_of(machine, function, ACTION):
        if isinstance(atom, ExternalObject):
            own = literal(machine.store.get(atom.uid, "<path>")) or name
            verbs = verbs_of(machine, machine.store.get(atom.uid, "<verbs>"), "GET")
            detail = Truth(value=True) in (machine.store.get(atom.uid, "<detail>") or ())
            return verbs, [f"{prefix}<pk>/{own}/" if detail else f"{prefix}{own}/"]
    return "", []


def mark(machine: Machine, value: Value, kind: str, what: Value) -> None:
    """Remember what a decorator says of a function."""
    for atom in value:
        while isinstance(atom, (Wrapped, Partial)):
            atom = atom.function
        if isinstance(atom, Function):
            machine.store.set(atom.scope, f"{kind} {atom.index}", what)


def mark_of(machine: Machine, atom: Atom, kind: str) -> Value:
    """Return what a decorator has said of a function."""
    if isinstance(atom, (Bound, Wrapped, Partial)):
        return mark_of(machine, atom.function, kind)
    return (machine.store.get(atom.scope, f"{kind} {atom.index}") or ()) if isinstance(atom, Function) else ()


def mount(machine: Machine, owner: Owner, parts: Iterable[Owner], prefix: str | None) -> None:
    """Mount parts below a prefix."""
    for part in parts:
        machine.site.register(owner, Mount(part, prefix))


def decorating(call: ExternalCall, owner: Owner, routes: Iterable[Route]) -> Value:
    """Return what decorates a function as one of *owner*'s routes."""
    machine = call.machine
    uid = machine.store.new_uid()
    machine.site.pending[uid] = (owner, tuple(routes))
    return (ExternalObject(ROUTE, uid),)
