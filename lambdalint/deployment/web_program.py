"""Finds what a Python file serves that is run as a program, or whose application is not named."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.source_root import dotted, imported_names, parse, top_level

if TYPE_CHECKING:
    from lambdalint.model import Tree

_APPLICATIONS = frozenset(
    {"flask.Flask", "flask.app.Flask", "fastapi.FastAPI", "fastapi.applications.FastAPI", "quart.Quart", "sanic.Sanic"}
    | {"starlette.applications.Starlette", "bottle.Bottle", "falcon.App", "falcon.asgi.App", "aiohttp.web.Application"}
    | {"django.core.wsgi.get_wsgi_application", "django.core.asgi.get_asgi_application", "litestar.Litestar"}
)
_REQUEST_HANDLERS = frozenset({"http.server.BaseHTTPRequestHandler", "http.server.SimpleHTTPRequestHandler"})
_NAMES = ("app", "application", "server", "api")
_PROGRAM = "main"
MODULE = "__file__"
"""A name that every module has, for a program whose own statements are all that is served."""


def served_name(tree: Tree, path: str) -> str | None:
    """Return the name in the file at *path* that stands for what it serves; None where the file cannot be read.

    That is an application of a web framework, a class for requests, a name that usually holds an application, or the
    function ``main``; a file with none of these is a script, of which the module itself is run.
    """
    content = tree.read(path)
    module = parse(content) if content is not None else None
    if module is None:
        return None
    names = imported_names(module)
    applications: list[str] = []
    others: list[str] = []
    for statement in top_level(module):
        if isinstance(statement, ast.ClassDef):
            if any(dotted(base, names) in _REQUEST_HANDLERS for base in statement.bases):
                applications.append(statement.name)
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            others.append(statement.name)
        elif isinstance(statement, ast.ImportFrom):
            others += [alias.asname or alias.name for alias in statement.names]
        for name, value in _bindings(statement):
            made = isinstance(value, ast.Call) and dotted(value.func, names) in _APPLICATIONS
            (applications if made else others).append(name)
    ordered = (*(name for name in _NAMES if name in applications), *applications)
    return next(iter(ordered), None) or next((name for name in (*_NAMES, _PROGRAM) if name in others), MODULE)


def binds(tree: Tree, path: str, name: str) -> bool:
    """Tell whether the file at *path* may have *name*: one that it binds, or gets from a module that it imports all of.

    A file that cannot be read may have any.
    """
    content = tree.read(path)
    module = parse(content) if content is not None else None
    if module is None:
        return True
    for statement in top_level(module):
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == name:
            return True
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            if any((alias.asname or alias.name) in {name, "*"} for alias in statement.names):
                return True
        elif any(one == name for one, _ in _bindings(statement)):
            return True
    return False


def _bindings(statement: ast.stmt) -> list[tuple[str, ast.expr | None]]:
    """Return the names that a statement binds, with their values; None for a part of a value."""
    if isinstance(statement, ast.Assign):
        found: list[tuple[str, ast.expr | None]] = []
        for target in statement.targets:
            if isinstance(target, ast.Name):
                found.append((target.id, statement.value))
            elif isinstance(target, ast.Tuple):
                found += [(one.id, None) for one in target.elts if isinstance(one, ast.Name)]
        return found
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        return [(statement.target.id, statement.value)]
    return []
