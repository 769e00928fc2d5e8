"""FastAPI, Starlette and Litestar: routes, routers, mounts, middleware, and what runs when they start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.containers import elements, known_items, known_lists, new_mapping, set_item
from lambdalint.flow.models.web.registration import (
    CALLABLES,
    VERBS,
    decorating,
    functions_of,
    literal,
    mount,
    owner_of,
    owners_of,
    path_text,
    register,
    verbs_of,
)
from lambdalint.flow.site import Route, joined
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    Class,
    ExternalObject,
    Text,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.site import Owner

FASTAPI: tuple[str, ...] = (
    "fastapi.FastAPI",
    "fastapi.applications.FastAPI",
    "fastapi.APIRouter",
    "fastapi.routing.APIRouter",
)
STARLETTE: tuple[str, ...] = ("starlette.applications.Starlette", "starlette.routing.Router")
LITESTAR: tuple[str, ...] = ("litestar.Litestar", "litestar.app.Litestar", "litestar.Router", "litestar.router.Router")
_ROUTES = tuple(
    f"{module}.{name}"
    for module in ("starlette.routing", "fastapi.routing")
    for name in ("Route", "WebSocketRoute", "APIRoute", "APIWebSocketRoute", "Mount", "Host")
)
_WEBSOCKET = "WEBSOCKET"


def _calling(name: str) -> str:
    return "fastapi" if name.startswith("fastapi") else "starlette"


def _elements(machine: Machine, value: Value | None) -> list[Value]:
    """Return the elements of a list one by one, or joined where they are not known one by one."""
    if not value:
        return []
    found = known_items(machine, value)
    if found is None:
        found = [item for items in known_lists(machine, value) for item in items]
    return [*found, elements(machine, value)]


def _application(call: ExternalCall) -> Value | None:
    """``FastAPI(...)``, ``APIRouter(prefix=...)``, ``Starlette(routes=...)``, ``Litestar(route_handlers=...)``."""
    receiver = call.receiver
    if isinstance(receiver, ExternalObject) and receiver.uid and call.method == "__init__":
        uid, made = receiver.uid, NOTHING
    else:
        uid = call.machine.store.new_uid()
        made = (ExternalObject(call.name, uid),)
    _configure(call, uid)
    return made


def _configure(call: ExternalCall, uid: Owner) -> None:
    machine, given = call.machine, call.arguments.keywords
    prefix = literal(given.get("prefix"))
    litestar = call.name.startswith("litestar")
    if litestar:
        prefix = literal(call.argument("path")) if ".Router" in call.name else ""
    machine.site.bases[uid] = prefix
    positional = call.arguments.at_position(0) if litestar and ".Litestar" in call.name else None
    routes = given.get("route_handlers" if litestar else "routes") or positional
    if routes is None and call.name == "starlette.routing.Router":
        routes = call.arguments.at_position(0)
    for route in _elements(machine, routes):
        mount(machine, uid, owners_of(route), prefix)
        for atom in route:
            if isinstance(atom, CALLABLES):
                _mount_marked(machine, uid, atom, prefix)
            elif isinstance(atom, Class):
                _mount_controller(machine, uid, atom, prefix)
    for name in ("on_startup", "on_shutdown"):
        for started in _elements(machine, given.get(name)):
            register(machine, uid, started, _event(name.removeprefix("on_")))
    for context in _elements(machine, given.get("lifespan")) if litestar else [given.get("lifespan") or ()]:
        register(machine, uid, context, Route(None, "lifespan", "lifespan", starts=True))
    for added in _elements(machine, given.get("middleware")):
        for atom in added:
            held = machine.site.held.get(atom.uid, ()) if isinstance(atom, ExternalObject) else (atom,)
            _middleware(machine, uid, held)
    _dependencies(call, uid)


def _dependencies(call: ExternalCall, owner: Owner) -> None:
    """Register what ``dependencies=[Depends(...)]`` runs before the routes."""
    machine = call.machine
    for dependency in _elements(machine, call.arguments.keywords.get("dependencies")):
        for atom in dependency:
            if isinstance(atom, ExternalObject):
                needed = machine.store.get(atom.uid, "<dependency>") or ()
                register(machine, owner, needed, Route(None, "fastapi", "dependency"))


def _event(name: str) -> Route:
    return Route(None, "hook", f"on_event {name}", starts=name == "startup")


def _middleware(machine: Machine, owner: Owner, given: Value) -> None:
    """Register what a middleware's class does with a request."""
    for atom in given:
        if not isinstance(atom, Class):
            continue
        found = functions_of(machine, atom)
        method = next((name for name in ("dispatch", "__call__") if name in found), None)
        if method is not None:
            route = Route(found[method], "middleware", f"middleware {atom.name}", view=atom, method=method)
            machine.site.register(owner, route)


def _add_middleware(call: ExternalCall) -> Value | None:
    if call.receiver is not None:
        _middleware(call.machine, owner_of(call.receiver), call.argument("middleware_class@0") or ())
    return NOTHING


def _decorator(call: ExternalCall) -> Value | None:
    """``app.get(path)``, ``app.api_route(path, methods=...)``, ``app.websocket(path)``, ``app.route(path)``."""
    verbs = call.method.upper() if call.method in VERBS else verbs_of(call.machine, call.argument("methods"), "GET")
    if call.method.startswith("websocket"):
        verbs = _WEBSOCKET
    owner = owner_of(call.receiver) if call.receiver else 0
    base = call.machine.site.bases.get(owner, "")
    address = path_text(call.argument("path@0"))
    calling = "starlette" if call.method in ("route", "websocket_route") else _calling(call.name)
    _dependencies(call, owner)
    path = joined(base, address) if address is not None else None
    return decorating(call, owner, [Route(None, calling, verbs, path)])


def _add_route(call: ExternalCall) -> Value | None:
    verbs = (
        _WEBSOCKET if "websocket" in call.method else verbs_of(call.machine, call.arguments.keywords.get("methods"), "")
    )
    owner = owner_of(call.receiver) if call.receiver else 0
    address = path_text(call.argument("path@0"))
    calling = _calling(call.name) if "api" in call.method else "starlette"
    path = joined(call.machine.site.bases.get(owner, ""), address) if address is not None else None
    given = call.argument("endpoint@1") or call.argument("route@1") or ()
    register(call.machine, owner, given, Route(None, calling, verbs, path))
    return NOTHING


def _include_router(call: ExternalCall) -> Value | None:
    owner = owner_of(call.receiver) if call.receiver else 0
    prefix = joined(call.machine.site.bases.get(owner, ""), literal(call.arguments.keywords.get("prefix")))
    mount(call.machine, owner, owners_of(call.argument("router@0") or ()), prefix)
    _dependencies(call, owner)
    return NOTHING


def _mount(call: ExternalCall) -> Value | None:
    owner = owner_of(call.receiver) if call.receiver else 0
    mount(call.machine, owner, owners_of(call.argument("app@1") or ()), path_text(call.argument("path@0")) or "")
    return NOTHING


def _hook(call: ExternalCall) -> Value | None:
    """``on_event``, ``middleware``, ``exception_handler``: they decorate; ``add_...`` takes the function."""
    owner = owner_of(call.receiver) if call.receiver else 0
    name = call.method.removeprefix("add_").replace("event_handler", "on_event")
    subject = literal(call.arguments.at_position(0))
    route = _event(subject) if name == "on_event" else Route(None, name, f"{name} {subject}".strip())
    if call.method.startswith("add_"):
        register(call.machine, owner, call.arguments.at_position(1) or (), route)
        return NOTHING
    return decorating(call, owner, [route])


def _route(call: ExternalCall) -> Value | None:
    """``Route(path, endpoint)``, ``WebSocketRoute``, ``Mount(path, app=..., routes=[...])``."""
    machine, kind = call.machine, call.method
    uid = machine.store.new_uid()
    path = path_text(call.argument("path@0")) or ""
    if kind in ("Mount", "Host"):
        prefix = path if kind == "Mount" else ""
        mount(machine, uid, owners_of(call.argument("app@1") or ()), prefix)
        for route in _elements(machine, call.arguments.keywords.get("routes")):
            mount(machine, uid, owners_of(route), prefix)
    else:
        verbs = _WEBSOCKET if "WebSocket" in kind else verbs_of(machine, call.arguments.keywords.get("methods"), "")
        calling = "fastapi" if kind.startswith("API") else "starlette"
        register(machine, uid, call.argument("endpoint@1") or (), Route(None, calling, verbs, path))
    return (ExternalObject(call.name, uid),)


def _depends(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    call.machine.store.set(uid, "<dependency>", call.argument("dependency@0") or UNKNOWN)
    return (ExternalObject("fastapi.Depends", uid),)


def _declared(call: ExternalCall) -> Value | None:
    """``Query(...)`` and its kin: the pattern that a value has to match."""
    uid = call.machine.store.new_uid()
    pattern = call.arguments.keywords.get("pattern") or call.arguments.keywords.get("regex")
    if pattern:
        call.machine.store.set(uid, "<pattern>", pattern)
    return (ExternalObject(call.name, uid),)


def _dumped(call: ExternalCall) -> Value | None:
    """``model.dict()``: a mapping of the fields that are known."""
    machine = call.machine
    uid = owner_of(call.receiver) if call.receiver else 0
    names = machine.store.names(uid) if isinstance(uid, int) and uid else []
    if not names or not isinstance(uid, int):
        return None
    mapping = new_mapping(machine)
    for name in names:
        if not name.startswith("<"):
            set_item(machine, mapping, (Text(name),), machine.store.get(uid, name) or UNKNOWN)
    return mapping


def _litestar_decorator(call: ExternalCall) -> Value | None:
    """``@get("/path")``: the function is served once an application is given it."""
    uid = call.machine.store.new_uid()
    verbs = call.method.upper() if call.method in VERBS else verbs_of(call.machine, call.argument("http_method"), "ANY")
    paths = [path_text((atom,)) or "" for atom in call.argument("path@0") or ()] or ["/"]
    routes = tuple(Route(None, "litestar", _WEBSOCKET if "websocket" in call.method else verbs, path) for path in paths)
    call.machine.site.pending[uid] = (uid, routes)
    return (ExternalObject("<route>", uid),)


def _mount_marked(machine: Machine, owner: Owner, atom: object, prefix: str) -> None:
    for part, (target, _) in machine.site.pending.items():
        for entry in machine.site.entries.get(target, ()) if part == target else ():
            if isinstance(entry, Route) and entry.function == atom:
                mount(machine, owner, [part], prefix)


def _mount_controller(machine: Machine, owner: Owner, cls: Class, prefix: str) -> None:
    own = next((one.text for one in machine.store.get(cls.uid, "path") or () if isinstance(one, Text)), "")
    for function in functions_of(machine, cls).values():
        _mount_marked(machine, owner, function, joined(prefix, own))


_METHODS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **dict.fromkeys((*VERBS, "route", "api_route", "websocket", "websocket_route"), _decorator),
    **dict.fromkeys(("add_api_route", "add_route", "add_websocket_route", "add_api_websocket_route"), _add_route),
    **dict.fromkeys(
        ("on_event", "middleware", "exception_handler", "add_event_handler", "add_exception_handler"), _hook
    ),
    "include_router": _include_router,
    "mount": _mount,
    "add_middleware": _add_middleware,
    "__init__": _application,
}
OWNERS: dict[str, dict[str, Callable[[ExternalCall], Value | None]]] = dict.fromkeys(
    (*FASTAPI, *STARLETTE, *LITESTAR), _METHODS
)
MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **dict.fromkeys((*FASTAPI, *STARLETTE, *LITESTAR), _application),
    **dict.fromkeys(_ROUTES, _route),
    "fastapi.Depends": _depends,
    "fastapi.Security": _depends,
    "fastapi.params.Depends": _depends,
    **{
        f"{module}.{name}": _declared
        for module in (
            "fastapi",
            "fastapi.params",
            "fastapi.param_functions",
            "aws_lambda_powertools.event_handler.openapi.params",
        )
        for name in ("Query", "Path", "Header", "Cookie", "Form", "Body", "File")
    },
    **{f"pydantic.BaseModel.{name}": _dumped for name in ("dict", "model_dump")},
    **{f"litestar.{name}": _litestar_decorator for name in (*VERBS, "route", "websocket")},
    **{f"litestar.handlers.{name}": _litestar_decorator for name in (*VERBS, "route", "websocket")},
}
