"""Finds web applications, for projects that declare no function and hold no handler."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.not_lambda import is_apart, is_below, serving_folders
from lambdalint.deployment.source_root import (
    ancestors,
    dotted,
    handler_of,
    imported_names,
    name_span,
    parse,
    source_root,
    top_level,
)
from lambdalint.model import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Room, Tree

_CANDIDATE = re.compile(
    rb"\bFlask\b|\bFastAPI\b|\bget_[aw]sgi_application\b|\bROOT_URLCONF\b|\b(?:create|make|build|get)_app"
)
_APPLICATIONS = {
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
}
_DJANGO_ENTRIES = {
    "django.core.wsgi.get_wsgi_application": "wsgi",
    "django.core.asgi.get_asgi_application": "asgi",
}
_FACTORY = re.compile(r"_?(?:create|make|build|get)_app(?:lication)?|app_factory")


class _Candidate(msgspec.Struct, frozen=True):
    """One application: what it is bound to, in which file, and by which framework.

    ``kind`` is ``object``, ``factory``, ``made`` (by the factory ``made_by``), or Django's ``wsgi``,
    ``asgi``, ``urls`` and ``settings``, where ``qualname`` is the module of the URL configuration.
    """

    path: str
    content: bytes
    module: ast.Module
    qualname: str
    node: ast.stmt
    framework: str
    kind: str
    made_by: str = ""


def read(tree: Tree, room: Room) -> tuple[Function, ...]:
    """Return one function for each web application of *tree* that nothing shows to run on a server."""
    serving = serving_folders(tree)
    candidates: list[_Candidate] = []
    for path in tree.files:
        if not path.endswith(".py") or is_apart(path) or is_below(path, serving):
            continue
        content = tree.read(path)
        if content is None or not _CANDIDATE.search(content):
            continue
        module = parse(content)
        if module is not None:
            candidates.extend(_applications(path, content, module))
    chosen = [*_objects(candidates), *_django(tree, candidates)]
    return tuple(_function(tree, candidate, room) for candidate in chosen)


def _applications(path: str, content: bytes, module: ast.Module) -> Iterator[_Candidate]:
    names = imported_names(module)
    for statement in top_level(module):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            framework = _made_in(statement, names)
            if framework and _FACTORY.fullmatch(statement.name):
                yield _Candidate(path, content, module, statement.name, statement, framework, "factory")
            continue
        bound = _binding(statement)
        if bound is None:
            continue
        name, value = bound
        if name == "ROOT_URLCONF" and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield _Candidate(path, content, module, value.value, statement, "django", "settings")
        if not isinstance(value, ast.Call):
            continue
        callee = dotted(value.func, names)
        if callee in _APPLICATIONS:
            yield _Candidate(path, content, module, name, statement, _APPLICATIONS[callee], "object")
        elif callee in _DJANGO_ENTRIES:
            yield _Candidate(path, content, module, name, statement, "django", _DJANGO_ENTRIES[callee])
        elif _FACTORY.fullmatch(callee.rpartition(".")[2]):
            yield _Candidate(path, content, module, name, statement, "", "made", callee.rpartition(".")[2])


def _binding(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value = statement.target, statement.value
    else:
        return None
    return (target.id, value) if isinstance(target, ast.Name) else None


def _made_in(function: ast.stmt, names: dict[str, str]) -> str | None:
    """Return the framework of the application that a *function* creates, or None."""
    calls = (dotted(node.func, names) for node in ast.walk(function) if isinstance(node, ast.Call))
    return next((_APPLICATIONS[callee] for callee in calls if callee in _APPLICATIONS), None)


def _objects(candidates: list[_Candidate]) -> Iterator[_Candidate]:
    """Yield the applications of Flask and FastAPI; of a factory and the object it makes, the object."""
    factories = {one.qualname: one for one in candidates if one.kind == "factory"}
    made = [one for one in candidates if one.kind == "made" and one.made_by in factories]
    used = {one.made_by for one in made}
    for one in candidates:
        if one.kind == "object" or (one.kind == "factory" and one.qualname not in used):
            yield one
    for one in made:
        yield replace(one, framework=factories[one.made_by].framework)


def _django(tree: Tree, candidates: list[_Candidate]) -> Iterator[_Candidate]:
    """Yield one candidate a Django project: its WSGI module, else its ASGI module, else its URLs."""
    ordered = [one for kind in ("wsgi", "asgi", "settings") for one in candidates if one.kind == kind]
    projects: set[str] = set()
    for one in ordered:
        project = _django_root(tree, one.path)
        if project in projects:
            continue
        if one.kind != "settings":
            projects.add(project)
            yield one
            continue
        urls = module_file(tree, project, one.qualname.split("."))
        content = tree.read(urls) if urls is not None else None
        module = parse(content) if content is not None else None
        if urls is None or content is None or module is None:
            continue
        for statement in top_level(module):
            bound = _binding(statement)
            if bound is not None and bound[0] == "urlpatterns":
                projects.add(project)
                yield _Candidate(urls, content, module, "urlpatterns", statement, "django", "urls")
                break


def _django_root(tree: Tree, path: str) -> str:
    """Return the folder of the project's ``manage.py``, else the first one that is not in a package."""
    folders = ancestors(path)
    for folder in folders:
        if (f"{folder}/manage.py" if folder else "manage.py") in tree:
            return folder
    return next((folder for folder in folders if f"{folder}/__init__.py" not in tree), "")


def _function(tree: Tree, candidate: _Candidate, room: Room) -> Function:
    path = candidate.path
    if candidate.framework == "django":
        root = _django_root(tree, path)
    else:
        root = source_root(tree, path, candidate.module)
    written = len(candidate.qualname)
    if isinstance(candidate.node, ast.FunctionDef):
        written += len("def ")
    return Function(
        name=f"{path.removesuffix('.py')}.{candidate.qualname}",
        handler=handler_of(path, root, candidate.qualname),
        code_root=root,
        room=replace(room, served=True),
        source=name_span(path, candidate.content.splitlines(), candidate.node, written),
        declared_by=candidate.framework,
        search_path=tuple(folder for folder in ancestors(path) if folder != root),
        confidence="medium",
    )
