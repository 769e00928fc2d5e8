"""Flask, Quart and what is built on them: routes, blueprints, views, resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import imports
from lambdalint.flow.containers import new_list, new_mapping, set_item
from lambdalint.flow.models.settings import FLASK_CONFIG
from lambdalint.flow.models.web.registration import (
    CALLABLES,
    VERBS,
    decorating,
    literal,
    mount,
    owner_of,
    owners_of,
    path_text,
    register,
    verbs_of,
)
from lambdalint.flow.site import Route
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    Class,
    ExternalObject,
    Items,
    Module,
    Nothing,
    Text,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.values import Atom

CALLING = "flask"
_FILES = ("flask.request.files", "quart.request.files")
_CONFIG = ("flask.Flask.config", "flask.current_app.config")
FILE_STORAGE = "werkzeug.datastructures.FileStorage"
APPLICATIONS: tuple[str, ...] = (
    "flask.Flask", "flask.app.Flask", "quart.Quart", "quart.app.Quart", "apiflask.APIFlask", "flask_openapi3.OpenAPI",
)  # fmt: skip
BLUEPRINTS: tuple[str, ...] = (
    "flask.Blueprint", "flask.blueprints.Blueprint", "quart.Blueprint", "apiflask.APIBlueprint",
    "flask_smorest.Blueprint", "flask_openapi3.APIBlueprint",
)  # fmt: skip
_RESOURCES = ("flask_restful.Api", "flask_restx.Api", "flask_restplus.Api", "flask_smorest.Api")
_NAMESPACES = ("flask_restx.Namespace", "flask_restplus.Namespace")
HOOKS = (
    "before_request", "after_request", "teardown_request", "before_first_request", "teardown_appcontext",
    "before_app_request", "after_app_request", "before_app_first_request", "teardown_app_request", "context_processor",
    "app_context_processor", "url_value_preprocessor", "errorhandler", "app_errorhandler", "register_error_handler",
)  # fmt: skip
_HOOK_NAMES = {"register_error_handler": "errorhandler"}


def _blueprint(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    call.machine.site.prefixes[uid] = literal(call.arguments.keywords.get("url_prefix"))
    return (ExternalObject(call.name, uid),)


def _decorator(call: ExternalCall) -> Value | None:
    """``app.route(path, methods=...)``, ``app.get(path)`` and their kin."""
    verbs = call.method.upper() if call.method in VERBS else ""
    given = verbs or verbs_of(call.machine, call.arguments.keywords.get("methods"), "")
    if call.method == "websocket":
        given = "WEBSOCKET"
    routes = [
        Route(None, CALLING, given, path_text(value))
        for value in (call.arguments.positional[:1] if call.name not in _SEVERAL_PATHS else call.arguments.positional)
        or (call.argument("rule") or (),)
    ]
    return decorating(call, owner_of(call.receiver) if call.receiver else 0, routes)


def _hook(call: ExternalCall) -> Value | None:
    """A hook that is given its function, or (an error handler) what it is for, and decorates the function."""
    owner = owner_of(call.receiver) if call.receiver else 0
    name = _HOOK_NAMES.get(call.method, call.method)
    route = Route(None, "hook", f"{name} {literal(call.arguments.at_position(0))}".strip())
    for value in call.arguments.positional:
        if any(isinstance(atom, CALLABLES) for atom in value):
            register(call.machine, owner, value, route)
            return value
    return decorating(call, owner, [route])


def _add_url_rule(call: ExternalCall) -> Value | None:
    verbs = verbs_of(call.machine, call.arguments.keywords.get("methods"), "")
    route = Route(None, CALLING, verbs, path_text(call.argument("rule@0")))
    register(call.machine, owner_of(call.receiver) if call.receiver else 0, call.argument("view_func@2") or (), route)
    return NOTHING


def _register_blueprint(call: ExternalCall) -> Value | None:
    prefix = call.argument("url_prefix@1") if call.name not in _SEVERAL_PATHS else call.argument("url_prefix")
    known = None if prefix is None or all(isinstance(atom, Nothing) for atom in prefix) else path_text(prefix)
    owner = owner_of(call.receiver) if call.receiver else 0
    mount(call.machine, owner, owners_of(call.argument("blueprint@0") or ()), known)
    return NOTHING


def _api(call: ExternalCall) -> Value | None:
    """``Api(app)``: what is added to it, is added to the application or blueprint."""
    uid = call.machine.store.new_uid()
    machine = call.machine
    prefix = literal(call.arguments.keywords.get("prefix"))
    for owner in owners_of(call.argument("app@0") or ()):
        mount(machine, owner, [uid], prefix)
    machine.site.bases[uid] = prefix
    return (ExternalObject(call.name, uid),)


def _init_api(call: ExternalCall) -> Value | None:
    if call.receiver is not None:
        uid = owner_of(call.receiver)
        for owner in owners_of(call.argument("app@0") or ()):
            mount(call.machine, owner, [uid], call.machine.site.bases.get(uid, ""))
    return NOTHING


def _add_resource(call: ExternalCall) -> Value | None:
    paths = [path_text(value) for value in call.arguments.positional[1:]] or [path_text(call.argument("urls"))]
    owner = owner_of(call.receiver) if call.receiver else 0
    for path in paths:
        register(call.machine, owner, call.argument("resource@0") or (), Route(None, CALLING, "", path))
    return NOTHING


def _namespace(call: ExternalCall) -> Value | None:
    """``Namespace(name, path=...)`` or ``api.namespace(name, path=...)``: without a path, the name is the path."""
    uid = call.machine.store.new_uid()
    name = literal(call.argument("name@0"))
    path = call.argument("path@2" if call.receiver is None else "path")
    call.machine.site.prefixes[uid] = literal(path) if path is not None else f"/{name}"
    if call.receiver is not None:
        mount(call.machine, owner_of(call.receiver), [uid], None)
    return (ExternalObject("flask_restx.Namespace", uid),)


def _add_namespace(call: ExternalCall) -> Value | None:
    path = call.argument("path@1")
    known = None if path is None or all(isinstance(atom, Nothing) for atom in path) else path_text(path)
    owner = owner_of(call.receiver) if call.receiver else 0
    mount(call.machine, owner, owners_of(call.argument("ns@0") or ()), known)
    return NOTHING


def _files_item(call: ExternalCall) -> Value | None:
    if isinstance(call.receiver, ExternalObject):
        return call.machine.store.get(call.receiver.uid, "<elements>") or UNKNOWN
    return UNKNOWN


def _files_listed(call: ExternalCall) -> Value | None:
    """``files.getlist(name)``, ``files.values()``, ``files.items()``."""
    file = _files_item(call) or UNKNOWN
    element: Value = (Items((call.machine.request("request.files"), file)),) if call.method == "items" else file
    return new_list(call.machine, [element], complete=False)


def files(machine: Machine, kind: str) -> Value:
    """Return the uploaded files of a request, each of a type."""
    uid = machine.store.new_uid()
    machine.store.set(uid, "<elements>", (ExternalObject(kind, machine.store.new_uid()),))
    return (ExternalObject("web.Files", uid),)


def has_attribute(dotted: str) -> bool:
    """Tell whether a dotted name is that of an attribute of a request or application."""
    return dotted in (*_FILES, *_CONFIG, f"{FILE_STORAGE}.filename")


def attribute(machine: Machine, dotted: str) -> Value | None:
    """Return what a request of Flask holds, and its application's configuration."""
    if dotted in _FILES:
        return files(machine, FILE_STORAGE)
    if dotted in _CONFIG:
        return _config(machine)
    if dotted == f"{FILE_STORAGE}.filename":
        return machine.request("request.files[].filename")
    return None


def _config(machine: Machine) -> Value:
    """Return the application's configuration: one mapping, whichever way the code comes by the application."""
    known = machine.store.get(PROCESS, FLASK_CONFIG)
    if known is None:
        known = new_mapping(machine)
        machine.store.set(PROCESS, FLASK_CONFIG, known)
    return known


def _config_from_object(call: ExternalCall) -> Value | None:
    """``config.from_object``: the upper-case names of a module or class, which may be given by its dotted name."""
    machine = call.machine
    owners: list[Atom] = list(call.arguments.at_position(0) or ())
    for atom in list(owners):
        if isinstance(atom, Text) and not has_holes(atom.text):
            owners.extend(_named(machine, atom.text))
    for atom in owners:
        scopes = [machine.module_scope(atom)] if isinstance(atom, Module) else []
        if isinstance(atom, Class):
            scopes = list(reversed(machine.classes[atom.uid].linear))
        for scope in scopes:
            for name in machine.store.names(scope):
                if name.isupper() and call.receiver is not None:
                    set_item(machine, (call.receiver,), (Text(name),), machine.store.get(scope, name) or UNKNOWN)
    return NOTHING


def _named(machine: Machine, dotted: str) -> Value:
    module = imports.load(machine, dotted, None)
    if module is not None:
        return (module,)
    owner, _, name = dotted.rpartition(".")
    module = imports.load(machine, owner, None) if owner else None
    return imports.member(machine, module, name) if module is not None else ()


_ROUTING: dict[str, Callable[[ExternalCall], Value | None]] = {
    "route": _decorator,
    "websocket": _decorator,
    **dict.fromkeys(VERBS, _decorator),
    **dict.fromkeys(HOOKS, _hook),
    "add_url_rule": _add_url_rule,
    "register_blueprint": _register_blueprint,
    "register_api": _register_blueprint,
}
_ADDING: dict[str, Callable[[ExternalCall], Value | None]] = {
    "add_resource": _add_resource,
    "resource": _decorator,
    "route": _decorator,
    "init_app": _init_api,
    "add_namespace": _add_namespace,
    "namespace": _namespace,
    "errorhandler": _hook,
    "register_blueprint": _register_blueprint,
}
_SEVERAL_PATHS = frozenset(
    f"{owner}.{method}"
    for owner in (*_RESOURCES, *_NAMESPACES)
    for method in ("route", "resource", "register_blueprint")
)
OWNERS: dict[str, dict[str, Callable[[ExternalCall], Value | None]]] = {
    **dict.fromkeys((*APPLICATIONS, *BLUEPRINTS), _ROUTING),
    **dict.fromkeys((*_RESOURCES, *_NAMESPACES), _ADDING),
}
MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **dict.fromkeys(BLUEPRINTS, _blueprint),
    **dict.fromkeys(_RESOURCES, _api),
    **dict.fromkeys(_NAMESPACES, _namespace),
    "dict.from_object": _config_from_object,
    "web.Files.get": _files_item,
    "web.Files.pop": _files_item,
    "web.Files.getone": _files_item,
    "web.Files.to_dict": lambda call: (call.receiver,) if call.receiver else None,
    **{f"web.Files.{name}": _files_listed for name in ("getlist", "values", "items", "getall")},
}
