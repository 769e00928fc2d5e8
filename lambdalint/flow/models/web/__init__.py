"""Web frameworks: which functions are routes, what they are called with, and which of them a handler serves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.models.web import asgi, custom_resource, django, events, flask, wsgi
from lambdalint.flow.models.web.parameters import call_route, start
from lambdalint.flow.models.web.registration import (
    CALLABLES,
    ROUTE,
    VERBS,
    VIEW,
    literal,
    owner_of,
    owners_of,
    path_text,
    register,
    verbs_of,
)
from lambdalint.flow.models.web.wsgi import register_request_handler
from lambdalint.flow.site import Mount, Route
from lambdalint.flow.values import (
    Atom,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Instance,
    Items,
    ListOf,
    Mapping,
    Nothing,
    Number,
    Opaque,
    PathText,
    Text,
    Truth,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.site import Owner

_OWNERS = {
    **flask.OWNERS,
    **asgi.OWNERS,
    **events.OWNERS,
    **django.OWNERS,
    **wsgi.OWNERS,
    **custom_resource.OWNERS,
}
MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **flask.MODELS,
    **asgi.MODELS,
    **events.MODELS,
    **django.MODELS,
    **wsgi.MODELS,
}
_APPLICATIONS = frozenset(
    {*flask.APPLICATIONS, *asgi.FASTAPI, *asgi.STARLETTE, *asgi.LITESTAR, *events.RESOLVERS, *events.CHALICE}
    | {*wsgi.BOTTLE, *wsgi.FALCON, django.APPLICATION, *custom_resource.RESOURCES}
)
APPLICATION_NAMES: frozenset[str] = frozenset(name for name in (*_OWNERS, *_APPLICATIONS) if name[:1] != "<")
"""The names of calls that make applications, or parts of them."""
FRAMEWORKS: frozenset[str] = frozenset(name.partition(".")[0] for name in (*MODELS, *APPLICATION_NAMES)) - {
    "dict", "web", "pydantic"
}  # fmt: skip
"""The libraries that may give requests to an application."""
_FILE_NAMES = ("starlette.datastructures.UploadFile.filename", "fastapi.UploadFile.filename")
_ROUTING = frozenset({*VERBS, "route", "api_route"})
_SERVING = re.compile(
    r"__call__$|(?!current_).*(?:[aw]sgi|dispatch|handle|resolve|process|serve|proxy|run|test_|request|respond|lambda)"
)
"""How the methods of applications are named that answer a request, or make what does."""
_SERVED = frozenset({ExternalObject, Instance, ExternalMethod, External})
_NEVER_HELD = frozenset({Text, PathText, Number, Truth, Nothing, Opaque, Items, ListOf, Mapping})
_REMARKS = ("logging.", "builtins.print", "builtins.isinstance", "builtins.type", "builtins.repr", "builtins.getattr",
            "builtins.hasattr", "builtins.id", "builtins.dir", "builtins.vars", "builtins.str")  # fmt: skip


def find(name: str) -> Callable[[ExternalCall], Value | None] | None:
    """Return the model of a method of an application or router, or of a decorator of views."""
    owner, _, method = name.rpartition(".")
    methods = _OWNERS.get(owner)
    return (methods.get(method) if methods is not None else None) or django.find(name)


def has_attribute(dotted: str) -> bool:
    """Tell whether a dotted name may be that of an attribute which a framework's model knows."""
    return dotted in _FILE_NAMES or any(framework.has_attribute(dotted) for framework in (flask, events, django))


def attribute(machine: Machine, dotted: str, atom: Atom | None) -> Value | None:
    """Return what a framework's request, application or settings hold."""
    found = flask.attribute(machine, dotted) or events.attribute(machine, dotted)
    if found is not None:
        return found
    if dotted in _FILE_NAMES:
        return machine.request("file.filename")
    return django.attribute(machine, dotted, atom)


def register_decorated(machine: Machine, decorator: Atom, value: Value) -> None:
    """Note the functions that a framework's decorator decorates."""
    if isinstance(decorator, ExternalObject) and decorator.uid in machine.site.pending:
        owner, routes = machine.site.pending.get(decorator.uid, (0, ()))
        for route in routes:
            register(machine, owner, value, route)
        return
    name = ""
    if isinstance(decorator, External):
        name = machine.catalogue.canonical(decorator.name)
    elif isinstance(decorator, ExternalMethod) and isinstance(decorator.receiver, ExternalObject):
        _register_bare(machine, decorator, value)
        return
    django.decorated(machine, decorator, name, value)


def _register_bare(machine: Machine, decorator: ExternalMethod, value: Value) -> None:
    """A decorator without parentheses: ``@app.before_request``, ``@app.not_found``."""
    from lambdalint.flow import calls, externals

    assert isinstance(decorator.receiver, ExternalObject)
    owner = machine.catalogue.canonical(decorator.receiver.type)
    if decorator.name not in _OWNERS.get(owner, {}):
        return
    for atom in externals.call(machine, decorator, calls.Arguments()):
        if isinstance(atom, ExternalObject) and atom.type == ROUTE:
            register_decorated(machine, atom, value)


def note_held(external: ExternalCall, result: Value) -> None:
    """Note what a call that nobody knows makes its result of: an adapter, a middleware, a decorated view."""
    site = external.machine.site
    if site.frozen or not result or not isinstance(result[0], ExternalObject) or not result[0].uid:
        return
    made = result[0].uid
    _note_address(external, made)
    held = tuple([atom for value in external.given for atom in value if _may_hold(external.machine, atom)])
    if not held or result[0].type == ROUTE:
        return
    external.machine.note("held", made, held)
    for owner in owners_of(held):
        if owner != made:
            site.register(made, Mount(owner))
    if literal(external.arguments.keywords.get("lifespan")) == "off":
        site.asleep.update(owners_of(held))


def _note_address(external: ExternalCall, made: int) -> None:
    """Note the address that a method gives which is named as those of known applications are.

    Only if the result decorates a function, and the application is served, this becomes a route.
    """
    given = external.arguments.positional
    if external.method not in _ROUTING or external.machine.site.listening or not given:
        return
    address = path_text(given[0])
    if address is None or address[:1] != "/":
        return
    owner: Owner = owner_of(external.receiver) if external.receiver is not None else external.name.rpartition(".")[0]
    verbs = external.method.upper() if external.method in VERBS else ""
    verbs = verbs or verbs_of(external.machine, external.arguments.keywords.get("methods"), "GET")
    if owner:
        calling = "flask" if "<" in address else "fastapi"
        external.machine.site.pending[made] = (owner, (Route(None, calling, verbs, address),))


def _may_hold(machine: Machine, atom: Atom) -> bool:
    if type(atom) in _NEVER_HELD:
        return False
    if isinstance(atom, (*CALLABLES, Class)):
        return True
    if isinstance(atom, ExternalMethod):
        return _is_application(machine, owner_of(atom), atom)
    if isinstance(atom, (ExternalObject, Instance)):
        return _is_application(machine, atom.uid, atom)
    return isinstance(atom, External) and atom.name in machine.site.entries


def _is_application(machine: Machine, owner: Owner, atom: Atom) -> bool:
    if not owner:
        return False
    if owner in machine.site.entries or owner in machine.site.held:
        return True
    while isinstance(atom, ExternalMethod):
        atom = atom.receiver
    if isinstance(atom, Instance):
        bases = machine.classes[atom.cls].external_bases
        return not _APPLICATIONS.isdisjoint(bases)
    return isinstance(atom, ExternalObject) and (atom.type in _APPLICATIONS or atom.type == VIEW)


def note_served(external: ExternalCall) -> None:
    """Note which application the code of a handler gives a request to."""
    machine = external.machine
    site = machine.site
    if site.frozen:
        return
    for value in external.given:
        for atom in value:
            if type(atom) in _SERVED and _may_hold(machine, atom) and not external.name.startswith(_REMARKS):
                site.served[owner_of(atom)] = None
    receiver = external.receiver
    if receiver is None or not _may_hold(machine, receiver):
        return
    below = receiver
    first = external.method
    while isinstance(below, ExternalMethod):
        first = below.name
        below = below.receiver
    registers = first in _OWNERS.get(machine.catalogue.canonical(getattr(below, "type", "")), {})
    if _SERVING.match(first) and not registers:
        site.served[owner_of(receiver)] = None


def served_by(machine: Machine, value: Value) -> list[Owner]:
    """Return the applications that a handler is, or wraps."""
    return owners_of(tuple(atom for atom in value if not isinstance(atom, CALLABLES) and _may_hold(machine, atom)))


__all__ = [
    "MODELS",
    "attribute",
    "call_route",
    "find",
    "note_held",
    "note_served",
    "register_decorated",
    "register_request_handler",
    "served_by",
    "start",
]
