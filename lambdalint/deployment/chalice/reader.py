"""Finds Chalice applications: the ``app.py`` of a project, whose decorators are its entry points."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lambdalint.deployment.chalice.config import configured
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.source_root import ancestors, dotted, imported_names, name_span, parse, top_level
from lambdalint.model import Deployment, Function, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Room

_CANDIDATE = re.compile(rb"\bChalice\b")
_CLASSES = frozenset({"chalice.Chalice", "chalice.app.Chalice"})


def read(tree: Tree, room: Room) -> Deployment:
    """Return one function for each Chalice application of *tree*, and the problems of their configurations.

    Chalice deploys the folder of ``app.py``: one function serves the routes of the API, and each other decorated
    function becomes one of its own, with the same code and the same size of ``/tmp``.
    """
    found = [
        configured(tree, function)
        for path in tree.files
        if path.rpartition("/")[2] == "app.py" and not is_apart(path)
        for function in _applications(tree, path, room)
    ]
    problems = dict.fromkeys(problem for _, problems in found for problem in problems)
    return Deployment(tuple(function for function, _ in found), tuple(problems))


def _applications(tree: Tree, path: str, room: Room) -> Iterator[Function]:
    content = tree.read(path)
    root = path.rpartition("/")[0]
    is_project = Tree.join(root, "chalicelib") in tree.directories or Tree.join(root, ".chalice") in tree.directories
    wanted = content is not None and (is_project or _CANDIDATE.search(content))
    module = parse(content) if content is not None and wanted else None
    if content is None or module is None:
        return
    names = imported_names(module)
    for statement in top_level(module):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
            continue
        target = statement.targets[0]
        if not isinstance(target, ast.Name):
            continue
        # A project may derive a class of its own; Chalice itself looks for the name.
        if dotted(statement.value.func, names) in _CLASSES or (is_project and target.id == "app"):
            yield Function(
                name=f"{path.removesuffix('.py')}.{target.id}",
                handler=f"app.{target.id}",
                code_root=root,
                room=room,
                source=name_span(path, content.splitlines(), statement, len(target.id)),
                declared_by="chalice",
                search_path=tuple(folder for folder in ancestors(path) if folder != root),
            )
            return
