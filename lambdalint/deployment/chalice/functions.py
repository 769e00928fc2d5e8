"""Finds the functions of a Chalice application that are deployed as functions of their own.

Chalice makes one of each decorated function but for routes and middleware: ``ApplicationGraphBuilder`` in
https://github.com/aws/chalice/blob/master/chalice/deploy/appgraph.py.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.source_root import dotted, imported_names, parse, statements, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Tree

MAX_MODULES = 1_000

_CHALICE = frozenset({"chalice.Chalice", "chalice.app.Chalice"})
_BLUEPRINT = frozenset({"chalice.Blueprint", "chalice.app.Blueprint"})
_NAME = "app"
_EVENTS = frozenset(
    {"lambda_function", "schedule", "on_s3_event", "on_sns_message", "on_sqs_message", "on_cw_event"}
    | {"on_kinesis_record", "on_dynamodb_record", "authorizer", "on_ws_connect", "on_ws_message", "on_ws_disconnect"}
)
_WEBSOCKETS = {
    "on_ws_connect": "websocket_connect",
    "on_ws_message": "websocket_message",
    "on_ws_disconnect": "websocket_disconnect",
}
"""What Chalice calls the functions of a web socket."""
_CANDIDATE = re.compile(rb"@\s*\w+\s*\.\s*(?:%s)\b|\bregister_blueprint\b" % "|".join(sorted(_EVENTS)).encode())
_ROUTES = re.compile(rb"\.\s*route\s*\(")


class Decorated(msgspec.Struct, frozen=True):
    """A function that is deployed for itself: its file, its definition, and what Chalice calls it."""

    path: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    name: str


class _Module(msgspec.Struct):
    """A module of the project: what its names hold, and its decorated functions, each with its decorator's owner."""

    path: str
    names: dict[str, str]
    applications: set[str] = msgspec.field(default_factory=set)
    blueprints: set[str] = msgspec.field(default_factory=set)
    decorated: list[tuple[str, Decorated]] = msgspec.field(default_factory=list)


def decorated_functions(tree: Tree, root: str, path: str, application: str) -> tuple[Decorated, ...]:
    """Return what is deployed besides the routes of the *application* that the file at *path* in *root* holds.

    Those of a blueprint count where it is registered; where a registration is not understood, all blueprints are.
    """
    modules = [module for one in _sources(tree, root, path) if (module := _module(tree, one)) is not None]
    for module in modules:
        if module.path == path:
            module.applications.add(application)
    registered = _registered(tree, root, modules)
    found: dict[str, Decorated] = {}
    for module in modules:
        for owner, one in module.decorated:
            if owner in module.applications:
                found.setdefault(one.name, one)
            elif owner in module.blueprints:
                for prefix in _prefixes(registered, module.path, owner):
                    found.setdefault(prefix + one.name, Decorated(one.path, one.node, prefix + one.name))
    return tuple(found.values())


def has_routes(tree: Tree, root: str, path: str) -> bool:
    """Tell whether the project may serve routes, so that there is a function for them."""
    return any(_ROUTES.search(tree.read(one) or b"") for one in _sources(tree, root, path))


def _sources(tree: Tree, root: str, path: str) -> Iterator[str]:
    """Yield the files of which Chalice makes the package: the application's, and the project's library."""
    yield path
    above = f"{root}/chalicelib/".lstrip("/")
    library = (one for one in tree.files if one.startswith(above) and one.endswith(".py"))
    for count, one in enumerate(library):
        if count >= MAX_MODULES:
            return
        yield one


def _module(tree: Tree, path: str) -> _Module | None:
    content = tree.read(path)
    code = parse(content) if content is not None and _CANDIDATE.search(content) else None
    if code is None:
        return None
    module = _Module(path, imported_names(code))
    if _NAME in module.names:
        module.applications.add(_NAME)
    for statement in _module_level(code):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            made = dotted(statement.value.func, module.names)
            targets = {target.id for target in statement.targets if isinstance(target, ast.Name)}
            if made in _BLUEPRINT:
                module.blueprints |= targets
            else:
                # A project may derive a class of its own, or call a function that makes the application.
                module.applications |= targets if made in _CHALICE else targets & {_NAME}
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            module.decorated += _decorated(path, statement)
    return module


def _module_level(code: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is imported, also those in loops."""
    for statement in top_level(code):
        yield statement
        if isinstance(statement, (ast.For, ast.While)):
            yield from _module_level(ast.Module(statement.body, []))


def _decorated(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, Decorated]]:
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            continue
        owner, event = decorator.func.value, decorator.func.attr
        if isinstance(owner, ast.Name) and event in _EVENTS:
            given = next((one.value for one in decorator.keywords if one.arg == "name"), None)
            named = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else node.name
            yield owner.id, Decorated(path, node, _WEBSOCKETS.get(event, named))


def _registered(tree: Tree, root: str, modules: list[_Module]) -> dict[tuple[str, str], list[str]] | None:
    """Map the file and the name of each registered blueprint to its prefixes; None where not all are understood."""
    found: dict[tuple[str, str], list[str]] = {}
    for module in modules:
        content = parse(tree.read(module.path) or b"")
        for statement in statements(content) if content is not None else ():
            call = statement.value if isinstance(statement, ast.Expr) else None
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr != "register_blueprint":
                continue
            keywords = {one.arg: one.value for one in call.keywords}
            given = call.args[0] if call.args else keywords.get("blueprint")
            prefix = call.args[1] if len(call.args) > 1 else keywords.get("name_prefix")
            place = _place(tree, root, module, given) if given is not None else None
            if place is None:
                return None
            text = prefix.value if isinstance(prefix, ast.Constant) else None
            found.setdefault(place, []).append(text if isinstance(text, str) else "")
    return found


def _place(tree: Tree, root: str, module: _Module, given: ast.expr) -> tuple[str, str] | None:
    """Return the file and the name of the blueprint that an expression stands for."""
    if isinstance(given, ast.Name) and given.id in module.blueprints:
        return module.path, given.id
    source, _, name = dotted(given, module.names).rpartition(".")
    if not source:
        return None
    if source.startswith("."):
        level = len(source) - len(source.lstrip("."))
        parts = module.path.split("/")[:-level]
        path = module_file(tree, "/".join(parts), [one for one in source.lstrip(".").split(".") if one])
    else:
        path = module_file(tree, root, source.split("."))
    return (path, name) if path is not None else None


def _prefixes(registered: dict[tuple[str, str], list[str]] | None, path: str, name: str) -> list[str]:
    return [""] if registered is None else registered.get((path, name), [])
