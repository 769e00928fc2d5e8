"""Bottle and Falcon, views made from classes, and classes that answer requests by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import objects
from lambdalint.flow.containers import elements
from lambdalint.flow.models.web.registration import (
    ROUTE,
    VERBS,
    VIEW,
    decorating,
    functions_of,
    mount,
    owner_of,
    owners_of,
    path_text,
    register,
    verbs_of,
)
from lambdalint.flow.site import Route
from lambdalint.flow.values import NOTHING, UNKNOWN, Class, ExternalObject, Instance, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine

BOTTLE: tuple[str, ...] = ("bottle.Bottle", "bottle.default_app", "bottle.app")
FALCON: tuple[str, ...] = ("falcon.App", "falcon.API", "falcon.asgi.App", "falcon.app.App")
DEFAULT_APPLICATION = "bottle"
"""The owner of what is registered with Bottle's own functions: its default application."""
_REQUEST_HANDLERS = frozenset({"http.server.BaseHTTPRequestHandler", "http.server.SimpleHTTPRequestHandler"})


def _bottle(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    if call.method in ("default_app", "app"):
        mount(call.machine, uid, [DEFAULT_APPLICATION], "")
    return (ExternalObject("bottle.Bottle", uid),)


def _bottle_decorator(call: ExternalCall) -> Value | None:
    owner = owner_of(call.receiver) if call.receiver else DEFAULT_APPLICATION
    if call.method in VERBS:
        verbs = call.method.upper()
    else:
        verbs = verbs_of(call.machine, call.argument("method@1"), "GET")
    routes = [Route(None, "flask", verbs, path_text((atom,))) for atom in call.argument("path@0") or ()]
    given = call.argument("callback@2")
    if given:
        for route in routes:
            register(call.machine, owner, given, route)
    return decorating(call, owner, routes or [Route(None, "flask", verbs)])


def _bottle_hook(call: ExternalCall) -> Value | None:
    owner = owner_of(call.receiver) if call.receiver else DEFAULT_APPLICATION
    return decorating(call, owner, [Route(None, "hook", call.method)])


def _bottle_mount(call: ExternalCall) -> Value | None:
    if call.receiver is not None:
        mount(
            call.machine,
            owner_of(call.receiver),
            owners_of(call.argument("app@1") or ()),
            path_text(call.argument("prefix@0")),
        )
    return NOTHING


def _falcon_route(call: ExternalCall) -> Value | None:
    """``app.add_route(path, resource)``: an object whose methods ``on_get`` and so on answer."""
    owner = owner_of(call.receiver) if call.receiver else 0
    address = path_text(call.argument("uri_template@0"))
    for atom in call.argument("resource@1") or ():
        if not isinstance(atom, Instance):
            continue
        for name, function in functions_of(call.machine, Class(atom.cls, "")).items():
            verb = name.removeprefix("on_")
            if name != verb and verb in VERBS:
                bound = objects.attribute(call.machine, (atom,), name) or (function,)
                register(call.machine, owner, bound, Route(None, "falcon", verb.upper(), address))
    return NOTHING


def _falcon(call: ExternalCall) -> Value | None:
    machine = call.machine
    uid = machine.store.new_uid()
    for atom in elements(machine, call.arguments.keywords.get("middleware") or ()):
        if isinstance(atom, Instance):
            for name in ("process_request", "process_resource", "process_response"):
                method = objects.class_attribute(machine, atom.cls, name)
                if method:
                    bound = objects.attribute(machine, (atom,), name)
                    register(machine, uid, bound, Route(None, "falcon", f"middleware {name}"))
    return (ExternalObject("falcon.App", uid),)


def _as_view(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    call.machine.store.set(uid, "<class>", call.arguments.at_position(0) or UNKNOWN)
    actions = call.arguments.at_position(1) or call.arguments.keywords.get("actions")
    if actions:
        call.machine.store.set(uid, "<actions>", actions)
    return (ExternalObject(VIEW, uid),)


def _decorate(call: ExternalCall) -> Value | None:
    """A framework's decorator that is called by hand: ``app.get(path)(function)``."""
    given = call.arguments.at_position(0) or ()
    if isinstance(call.receiver, ExternalObject):
        owner, routes = call.machine.site.pending.get(call.receiver.uid, (0, ()))
        for route in routes:
            register(call.machine, owner, given, route)
    return given or UNKNOWN


def register_request_handler(machine: Machine, cls: Class) -> None:
    """Register ``do_GET`` and its kin of a class that is derived from ``http.server.BaseHTTPRequestHandler``.

    A platform that serves such a class makes an instance for each request.
    """
    if _REQUEST_HANDLERS.isdisjoint(machine.classes[cls.uid].external_bases):
        return
    for name, function in functions_of(machine, cls).items():
        if name.startswith("do_"):
            machine.site.register(0, Route(function, "hook", name.removeprefix("do_"), view=cls, method=name))


_BOTTLE_METHODS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **dict.fromkeys((*VERBS, "route"), _bottle_decorator),
    **dict.fromkeys(("hook", "error"), _bottle_hook),
    "mount": _bottle_mount,
}
_FALCON_METHODS: dict[str, Callable[[ExternalCall], Value | None]] = {"add_route": _falcon_route}
OWNERS: dict[str, dict[str, Callable[[ExternalCall], Value | None]]] = {
    **dict.fromkeys(("bottle", *BOTTLE), _BOTTLE_METHODS),
    **dict.fromkeys(FALCON, _FALCON_METHODS),
}
MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **dict.fromkeys(BOTTLE, _bottle),
    **dict.fromkeys(FALCON, _falcon),
    "web.as_view": _as_view,
    f"{ROUTE}.__call__": _decorate,
}
