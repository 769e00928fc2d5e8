"""Powertools' resolvers and Chalice: functions that a decorator binds to requests and events.

What a decorator of Chalice binds to something else than an address is a function of its own, see
``deployment.chalice``.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from lambdalint.flow.containers import elements
from lambdalint.flow.models.web.registration import (
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
from lambdalint.flow.values import NOTHING, ExternalObject, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine

_POWERTOOLS = "aws_lambda_powertools.event_handler"
_MODULES = (
    "", ".api_gateway", ".router", ".appsync", ".graphql_appsync", ".graphql_appsync.appsync",
    ".graphql_appsync.router", ".bedrock_agent", ".bedrock_agent_function", ".vpc_lattice", ".lambda_function_url",
    ".events_appsync", ".events_appsync.appsync_events", ".events_appsync.router", ".http_resolver",
)  # fmt: skip
_CLASSES = (
    "ApiGatewayResolver", "APIGatewayRestResolver", "APIGatewayHttpResolver", "ALBResolver", "VPCLatticeResolver",
    "LambdaFunctionUrlResolver", "VPCLatticeV2Resolver", "BedrockAgentResolver", "BedrockAgentFunctionResolver",
    "AppSyncResolver", "AppSyncEventsResolver", "HttpResolverLocal", "Router", "APIGatewayRouter",
    "APIGatewayHttpRouter", "ALBRouter", "LambdaFunctionUrlRouter", "VPCLatticeRouter", "VPCLatticeV2Router",
)  # fmt: skip
RESOLVERS: tuple[str, ...] = tuple(f"{_POWERTOOLS}{module}.{name}" for module, name in product(_MODULES, _CLASSES))
CHALICE: tuple[str, ...] = ("chalice.Chalice", "chalice.app.Chalice", "chalice.Blueprint", "chalice.app.Blueprint")


def _decorator(call: ExternalCall) -> Value | None:
    """``app.get(path)``, ``app.route(path, method=...)``; Chalice calls the methods ``methods``."""
    chalice = call.name.startswith("chalice")
    if call.method in VERBS:
        verbs = call.method.upper()
    else:
        given = call.arguments.keywords.get("methods") if chalice else call.argument("method@1")
        verbs = verbs_of(call.machine, given, "GET" if chalice else "ANY")
    route = Route(
        None,
        "chalice" if chalice else "powertools",
        verbs,
        path_text(call.argument("path@0") or call.argument("rule@0")),
    )
    for value in () if chalice else (call.arguments.keywords.get("middlewares") or (),):
        _register_middlewares(call, value)
    return decorating(call, owner_of(call.receiver) if call.receiver else 0, [route])


def _register_middlewares(call: ExternalCall, value: Value) -> None:
    if call.receiver is not None and value:
        given = elements(call.machine, value)
        register(call.machine, owner_of(call.receiver), given, Route(None, "hook", "middleware"))


def _use(call: ExternalCall) -> Value | None:
    _register_middlewares(call, call.argument("middlewares@0") or ())
    return NOTHING


def _resolver(call: ExternalCall) -> Value | None:
    """``app.resolver(type_name="Query", field_name="getTodo")``."""
    kind = literal(call.argument("type_name@0")) or "*"
    field = literal(call.argument("field_name@1"))
    calling = "batch" if "batch" in call.method else "appsync"
    route = Route(None, calling, f"{kind}.{field}" if field else kind)
    return decorating(call, owner_of(call.receiver) if call.receiver else 0, [route])


def _event(call: ExternalCall) -> Value | None:
    """``app.on_publish(path)``, ``app.tool(name=...)``."""
    subject = path_text(call.argument("path@0")) if call.method.endswith(("publish", "subscribe")) else ""
    subject = subject or (literal(call.arguments.keywords.get("name")) if call.method == "tool" else "")
    calling = "appsync" if call.method == "tool" else "event"
    route = Route(None, calling, f"{call.method} {subject}".strip())
    return decorating(call, owner_of(call.receiver) if call.receiver else 0, [route])


def _hook(call: ExternalCall) -> Value | None:
    label = f"{call.method} {literal(call.arguments.at_position(0))}".strip()
    return decorating(call, owner_of(call.receiver) if call.receiver else 0, [Route(None, "hook", label)])


def _include(call: ExternalCall) -> Value | None:
    owner = owner_of(call.receiver) if call.receiver else 0
    prefix = literal(call.argument("url_prefix") if call.method == "register_blueprint" else call.argument("prefix@1"))
    parts = owners_of(call.arguments.at_position(0) or call.argument("router") or call.argument("blueprint") or ())
    mount(call.machine, owner, parts, prefix)
    return NOTHING


def _application(call: ExternalCall) -> Value | None:
    return (ExternalObject(call.name, call.machine.store.new_uid()),)


def has_attribute(dotted: str) -> bool:
    """Tell whether a dotted name is that of the request that a resolver is given."""
    owner, _, name = dotted.rpartition(".")
    return name == "current_event" and owner in _RESOLVERS


def attribute(machine: Machine, dotted: str) -> Value | None:
    """Return the request that a resolver is given."""
    return machine.request("current_event") if has_attribute(dotted) else None


_RESOLVERS = frozenset(RESOLVERS)
_METHODS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **dict.fromkeys((*VERBS, "route"), _decorator),
    **dict.fromkeys(("resolver", "batch_resolver", "async_batch_resolver"), _resolver),
    **dict.fromkeys(("on_publish", "on_subscribe", "async_on_publish", "async_on_subscribe", "tool"), _event),
    **dict.fromkeys(("exception_handler", "not_found"), _hook),
    "use": _use,
    "include_router": _include,
}
_CHALICE_METHODS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "route": _decorator,
    "middleware": _hook,
    "register_blueprint": _include,
}
OWNERS: dict[str, dict[str, Callable[[ExternalCall], Value | None]]] = {
    **dict.fromkeys(RESOLVERS, _METHODS),
    **dict.fromkeys(CHALICE, _CHALICE_METHODS),
}
MODELS: dict[str, Callable[[ExternalCall], Value | None]] = dict.fromkeys((*RESOLVERS, *CHALICE), _application)
