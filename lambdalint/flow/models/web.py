"""Web frameworks: which functions are routes, and what they are called with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import calls, imports
from lambdalint.flow.containers import new_list, new_mapping, set_item
from lambdalint.flow.machine import Route
from lambdalint.flow.models.settings import FLASK_CONFIG, of_module
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    Atom,
    Bound,
    Class,
    ExternalMethod,
    ExternalObject,
    Function,
    Items,
    Module,
    Opaque,
    Partial,
    Text,
    Value,
    Wrapped,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.facts import ir
    from lambdalint.flow.externals import ExternalCall
    from lambdalint.flow.machine import Machine

_ROUTERS = (
    "flask.Flask", "flask.Blueprint", "fastapi.FastAPI", "fastapi.APIRouter", "starlette.applications.Starlette",
    "aws_lambda_powertools.event_handler.APIGatewayRestResolver",
    "aws_lambda_powertools.event_handler.APIGatewayHttpResolver",
    "aws_lambda_powertools.event_handler.ALBResolver",
    "aws_lambda_powertools.event_handler.LambdaFunctionUrlResolver",
    "aws_lambda_powertools.event_handler.AppSyncResolver",
    "aws_lambda_powertools.event_handler.BedrockAgentResolver",
    "aws_lambda_powertools.event_handler.VPCLatticeV2Resolver",
    "aws_lambda_powertools.event_handler.api_gateway.ApiGatewayResolver",
    "aws_lambda_powertools.event_handler.router.Router",
    "aws_lambda_powertools.event_handler.api_gateway.Router",
    "chalice.Chalice", "chalice.Blueprint",
)  # fmt: skip
_ROUTE_METHODS = (
    "route", "get", "post", "put", "patch", "delete", "head", "options", "websocket", "api_route", "tool", "resolver",
    "before_request", "after_request", "teardown_request", "errorhandler", "exception_handler", "on_event",
    "middleware", "before_first_request", "lambda_function", "on_s3_event", "on_sqs_message", "on_sns_message",
    "schedule",
    "not_found", "on_cw_event", "on_kinesis_record", "on_dynamodb_record", "authorizer",
)  # fmt: skip
_ADDING = ("add_url_rule", "add_api_route", "add_route", "add_websocket_route", "add_resource")
_VERBS = ("get", "post", "put", "patch", "delete", "head", "dispatch", "form_valid")
_REQUEST_HANDLERS = frozenset({"http.server.BaseHTTPRequestHandler", "http.server.SimpleHTTPRequestHandler"})
_SAFE_TYPES = frozenset(
    {"int", "float", "bool", "UUID", "UUID4", "datetime", "date", "Decimal", "conint", "PositiveInt", "Literal"}
)


def _route_decorator(call: ExternalCall) -> Value | None:
    given = call.arguments.at_position(0) or ()
    functions = [atom for atom in given if isinstance(atom, (Function, Bound))]
    if functions:
        for function in functions:
            _register(call.machine, function, call.method)
        return given
    uid = call.machine.store.new_uid()
    path = next(iter(texts_of(given)), "") if given else ""
    call.machine.store.set(uid, "<label>", (Text(_label(call.method, path)),))
    return (ExternalObject("<route>", uid),)


def _label(method: str, path: str) -> str:
    verb = method.upper() if method in _VERBS else method
    return f"{verb} {path}".strip() if not has_holes(path) else verb


def register_decorated(machine: Machine, decorator: Atom, value: Value) -> None:
    """Note the functions that a route decorator decorates."""
    label = ""
    if isinstance(decorator, ExternalObject) and decorator.type == "<route>":
        label = next(iter(texts_of(machine.store.get(decorator.uid, "<label>") or ())), "")
    elif isinstance(decorator, ExternalMethod) and isinstance(decorator.receiver, ExternalObject):
        owner = machine.catalogue.canonical(decorator.receiver.type)
        if owner not in _ROUTERS or decorator.name not in _ROUTE_METHODS:
            return
        label = decorator.name
    else:
        return
    for atom in value:
        _register(machine, atom, label)


def _register(machine: Machine, atom: Atom, label: str) -> None:
    if isinstance(atom, (Function, Bound)):
        route = Route(atom, label)
        if route not in machine.routes:
            machine.routes.append(route)
    elif isinstance(atom, (Wrapped, Partial)):
        _register(machine, atom.function, label)
    elif isinstance(atom, Class):
        _register_class(machine, atom, label)
    elif isinstance(atom, ExternalObject) and atom.type == "<view>":
        for cls in machine.store.get(atom.uid, "<class>") or ():
            if isinstance(cls, Class):
                _register_class(machine, cls, label)


def _register_class(machine: Machine, cls: Class, label: str) -> None:
    """Register the methods of a view class: those named after a verb, and those that take a request."""
    instance = machine.new_instance(cls)
    seen: set[str] = set()
    for uid in machine.classes[cls.uid].linear:
        for name in machine.store.names(uid):
            if name in seen or name.startswith(("_", "<")):
                continue
            seen.add(name)
            for found in machine.store.get(uid, name) or ():
                facts = machine.facts_of(found) if isinstance(found, Function) else None
                if facts is None or not isinstance(found, Function):
                    continue
                takes_request = len(facts.parameters) > 1 and facts.parameters[1].name == "request"
                if name in _VERBS or takes_request:
                    _register(machine, Bound(found, instance), f"{label} {name}".strip())


def register_request_handler(machine: Machine, cls: Class) -> None:
    """Register ``do_GET`` and its kin of a class that is derived from ``http.server.BaseHTTPRequestHandler``.

    A platform that serves such a class makes an instance for each request.
    """
    info = machine.classes[cls.uid]
    if _REQUEST_HANDLERS.isdisjoint(info.external_bases):
        return
    instance = machine.new_instance(cls)
    names = dict.fromkeys(name for uid in info.linear for name in machine.store.names(uid) if name.startswith("do_"))
    for name in names:
        found = next((value for uid in info.linear if (value := machine.store.get(uid, name)) is not None), ())
        for atom in found:
            if isinstance(atom, Function):
                _register(machine, Bound(atom, instance), name.removeprefix("do_"))


def _add_route(call: ExternalCall) -> Value | None:
    view: Value | None = None
    for reference in ("view_func@2", "endpoint@1", "route@1", "resource@0"):
        found = call.argument(reference)
        if found and any(isinstance(atom, (Function, Bound, Class, ExternalObject)) for atom in found):
            view = found
            break
    path = next((text for value in call.arguments.positional for text in texts_of(value) if text.startswith("/")), "")
    for atom in view or ():
        _register(call.machine, atom, _label("route", path))
    return NOTHING


def _as_view(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    call.machine.store.set(uid, "<class>", call.arguments.at_position(0) or UNKNOWN)
    return (ExternalObject("<view>", uid),)


def _django_path(call: ExternalCall) -> Value | None:
    route = next(iter(texts_of(call.arguments.at_position(0) or ())), "")
    for atom in call.argument("view@1") or ():
        _register(call.machine, atom, _label("path", f"/{route}"))
    return (ExternalObject("django.urls.URLPattern", call.machine.store.new_uid()),)


def _django_include(call: ExternalCall) -> Value | None:
    for name in texts_of(call.arguments.at_position(0) or ()):
        if not has_holes(name):
            imports.load(call.machine, name, None)
    return UNKNOWN


def _register_viewset(call: ExternalCall) -> Value | None:
    for atom in call.argument("viewset@1") or ():
        if isinstance(atom, Class):
            _register_class(call.machine, atom, "viewset")
    return NOTHING


def _settings(machine: Machine) -> Module | None:
    value = machine.environment.get(machine, "DJANGO_SETTINGS_MODULE", ())
    for name in texts_of(value):
        if not has_holes(name):
            return imports.load(machine, name, None)
    return None


def _django_application(call: ExternalCall) -> Value | None:
    """Loading the application loads the settings and the URL configuration that they name."""
    settings = _settings(call.machine)
    if settings is not None:
        of_module(call, settings)
        for name in texts_of(imports.member(call.machine, settings, "ROOT_URLCONF")):
            if not has_holes(name):
                imports.load(call.machine, name, None)
    return (ExternalObject("django.core.handlers.wsgi.WSGIHandler", call.machine.store.new_uid()),)


def _depends(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    call.machine.store.set(uid, "<dependency>", call.arguments.at_position(0) or UNKNOWN)
    return (ExternalObject("fastapi.Depends", uid),)


_FILE_STORAGE = "werkzeug.datastructures.FileStorage"


def attribute(machine: Machine, dotted: str, atom: Atom | None) -> Value | None:
    """Return what a framework's request holds."""
    if dotted in ("flask.request.files", "django.http.HttpRequest.FILES"):
        kind = _FILE_STORAGE if dotted.startswith("flask") else "django.core.files.uploadedfile.UploadedFile"
        uid = machine.store.new_uid()
        machine.store.set(uid, "<elements>", (ExternalObject(kind, machine.store.new_uid()),))
        return (ExternalObject("web.Files", uid),)
    if dotted in ("flask.Flask.config", "flask.current_app.config"):
        return _flask_config(machine)
    if dotted == f"{_FILE_STORAGE}.filename":
        return machine.request("request.files[].filename")
    if dotted == "django.core.files.uploadedfile.UploadedFile.name":
        return (Opaque(Hole(HoleKind.REQUEST, "request.FILES[].name", confined=True)),)
    if dotted in ("starlette.datastructures.UploadFile.filename", "fastapi.UploadFile.filename"):
        return machine.request("file.filename")
    if dotted.startswith("django.conf.settings."):
        settings = _settings(machine)
        if settings is not None:
            return imports.member(machine, settings, dotted.rpartition(".")[2])
    return None


def _flask_config(machine: Machine) -> Value:
    """Return the application's configuration: one mapping, whichever way the code comes by the application."""
    known = machine.store.get(PROCESS, FLASK_CONFIG)
    if known is None:
        known = new_mapping(machine)
        machine.store.set(PROCESS, FLASK_CONFIG, known)
    return known


def _config_from_object(call: ExternalCall) -> Value | None:
    """``config.from_object``: the upper-case names of a module or class, which may be given by its dotted name."""
    machine = call.machine
    owners = list(call.arguments.at_position(0) or ())
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


def _files_item(call: ExternalCall) -> Value | None:
    if isinstance(call.receiver, ExternalObject):
        return call.machine.store.get(call.receiver.uid, "<elements>") or UNKNOWN
    return UNKNOWN


def _files_listed(call: ExternalCall) -> Value | None:
    """``files.getlist(name)``, ``files.values()``, ``files.items()``."""
    file = _files_item(call) or UNKNOWN
    element: Value = (Items((call.machine.request("request.files"), file)),) if call.method == "items" else file
    return new_list(call.machine, [element], complete=False)


def route_arguments(machine: Machine, route: Route) -> calls.Arguments:
    """Return what a framework calls a route's function with: by name, from the request."""
    function = route.function.function if isinstance(route.function, Bound) else route.function
    facts = machine.facts_of(function) if isinstance(function, Function) else None
    if facts is None or not isinstance(function, Function):
        return calls.Arguments(rest=machine.request("request"))
    parameters = facts.parameters[1:] if isinstance(route.function, Bound) else facts.parameters
    keywords: dict[str, Value] = {}
    positional: list[Value] = []
    for parameter in parameters:
        if parameter.kind in ("args", "kwargs"):
            continue
        default = machine.store.get(function.scope, f"<default {function.index} {parameter.name}>")
        value = _route_argument(machine, route, function, parameter, default)
        if parameter.kind == "positional":
            positional.append(value)
        else:
            keywords[parameter.name] = value
    return calls.Arguments(tuple(positional), keywords)


def _route_argument(
    machine: Machine, route: Route, function: Function, parameter: ir.Parameter, default: Value | None
) -> Value:
    for atom in default or ():
        if isinstance(atom, ExternalObject) and atom.type == "fastapi.Depends":
            dependency = machine.store.get(atom.uid, "<dependency>") or UNKNOWN
            return calls.call(machine, dependency, calls.Arguments(rest=machine.request(parameter.name)))
    name = parameter.name
    if name == "request" and parameter.annotation is None:
        return (ExternalObject("django.http.HttpRequest", machine.store.new_uid()),)
    in_path = f"{{{name}}}" in route.label or f"<{name}>" in route.label or f":{name}>" in route.label
    greedy = f"{{{name}:path}}" in route.label or f"<path:{name}>" in route.label or "(?P" in route.label
    hole = Hole(HoleKind.REQUEST, name, confined=in_path and not greedy)
    if parameter.annotation is None:
        return (Opaque(hole),)
    annotation = imports.annotation_name(parameter.annotation) or ""
    if annotation.rpartition(".")[2] in _SAFE_TYPES:
        return (Opaque(Hole(HoleKind.REQUEST, name, confined=True)),)
    value = imports.from_annotation(machine, function.scope, parameter.annotation, hole)
    if any(isinstance(atom, ExternalObject) and atom.type == "fastapi.Depends" for atom in value):
        return (Opaque(hole),)
    return value


def _view_decorator(call: ExternalCall) -> Value | None:
    return call.arguments.at_position(0) or UNKNOWN


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **{f"{router}.{method}": _route_decorator for router in _ROUTERS for method in _ROUTE_METHODS},
    **{f"{router}.{method}": _add_route for router in _ROUTERS for method in _ADDING},
    "dict.from_object": _config_from_object,
    "flask_restful.Api.add_resource": _add_route,
    "flask_restx.Api.add_resource": _add_route,
    "web.as_view": _as_view,
    "web.Files.get": _files_item,
    "web.Files.pop": _files_item,
    **{f"web.Files.{name}": _files_listed for name in ("getlist", "values", "items")},
    "django.urls.path": _django_path,
    "django.urls.re_path": _django_path,
    "django.conf.urls.url": _django_path,
    "django.urls.include": _django_include,
    "django.conf.urls.include": _django_include,
    "django.core.wsgi.get_wsgi_application": _django_application,
    "django.core.asgi.get_asgi_application": _django_application,
    "rest_framework.routers.DefaultRouter.register": _register_viewset,
    "rest_framework.routers.SimpleRouter.register": _register_viewset,
    "fastapi.Depends": _depends,
    "django.views.decorators.csrf.csrf_exempt": _view_decorator,
}
