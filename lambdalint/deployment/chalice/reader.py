"""Finds Chalice applications: the ``app.py`` of a project, whose decorators are its entry points."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.chalice.config import API_HANDLER, configured, read_configuration
from lambdalint.deployment.chalice.functions import decorated_functions, has_routes
from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.source_root import (
    ancestors,
    dotted,
    handler_of,
    imported_names,
    name_span,
    parse,
    top_level,
)
from lambdalint.model import Build, Deployment, Function, Layer, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Room

MAX_FUNCTIONS = 500
MAX_MODULES = 100
"""Bounds: functions of an application besides its routes, and modules asked for the application that it imports."""

_CANDIDATE = re.compile(rb"\bChalice\b")
_CLASSES = frozenset({"chalice.Chalice", "chalice.app.Chalice"})
_NAME = "app"
"""What Chalice takes of ``app.py``: https://github.com/aws/chalice, ``chalice/cli/factory.py``."""
_CONSTRUCT = re.compile(rb"\bchalice\.cdk\b|\bfrom\s+chalice\s+import\s+cdk\b")


def read(tree: Tree, room: Room) -> Deployment:
    """Return the functions of the Chalice applications of *tree*, and the problems of their configurations.

    Chalice deploys the folder of ``app.py``: one function serves the routes of the API, and each other decorated
    function becomes one of its own, with the same code and the same size of ``/tmp``. An application without routes
    has no function for them.
    """
    programs = _Programs(tree)
    functions: list[Function] = []
    problems: list[Problem] = []
    for path in tree.files:
        if path.rpartition("/")[2] != "app.py" or is_apart(path):
            continue
        for application in _applications(tree, path, room):
            found, wrong = _deployed(tree, application, path)
            functions.extend(programs.open(one) for one in found)
            problems.extend(wrong)
    return Deployment(tuple(functions), tuple(dict.fromkeys(problems)))


def _deployed(tree: Tree, application: Function, path: str) -> tuple[list[Function], list[Problem]]:
    """Return the functions that an *application* in the file at *path* becomes."""
    root = application.code_root
    configuration = read_configuration(tree, root)
    served = configured(tree, application, configuration, API_HANDLER)
    name = (application.handler or "").rpartition(".")[2]
    decorated = decorated_functions(tree, root, path, name)
    functions = [served] if not decorated or has_routes(tree, root, path) else []
    problems = list(configuration.problems)
    lines: dict[str, list[bytes]] = {}
    for number, one in enumerate(decorated):
        if one.path not in lines:
            lines[one.path] = (tree.read(one.path) or b"").splitlines()
        length = len(("async def " if isinstance(one.node, ast.AsyncFunctionDef) else "def ") + one.node.name)
        span = name_span(one.path, lines[one.path], one.node, length)
        if number >= MAX_FUNCTIONS:
            problems.append(Problem(span, f"more than {MAX_FUNCTIONS} functions of Chalice; the rest is not read"))
            break
        function = replace(
            application,
            name=f"{path.removesuffix('.py')}.{one.name}",
            handler=handler_of(one.path, root, one.node.name),
            source=span,
        )
        function = configured(tree, function, configuration, one.name)
        # One function stands for the package that all of them share.
        functions.append(replace(function, build=Build()) if functions else function)
    return functions, problems


class _Programs(msgspec.Struct):
    """The programs of a project that deploy Chalice applications with the CDK."""

    tree: Tree
    paths: list[str] | None = msgspec.field(default=None)

    def open(self, function: Function) -> Function:
        """Return *function* with what such a program near it may add: ``stage_config`` sets layers and variables.

        See https://aws.github.io/chalice/api.html#chalice.cdk.Chalice.
        """
        if self.paths is None:
            self.paths = [
                path
                for path in self.tree.files
                if path.endswith(".py") and _CONSTRUCT.search(self.tree.read(path) or b"")
            ]
        above = function.code_root.rpartition("/")[0]
        if not any(not above or path.startswith(f"{above}/") for path in self.paths):
            return function
        layers = (*function.room.layers, Layer("unknown"))
        return replace(function, room=replace(function.room, layers=layers, env_complete=False))


def _applications(tree: Tree, path: str, room: Room) -> Iterator[Function]:
    content = tree.read(path)
    root = path.rpartition("/")[0]
    is_project = Tree.join(root, "chalicelib") in tree.directories or Tree.join(root, ".chalice") in tree.directories
    wanted = content is not None and (is_project or _CANDIDATE.search(content))
    module = parse(content) if content is not None and wanted else None
    if content is None or module is None:
        return
    found = _made(module, is_project=is_project) or (_passed_on(tree, root, module) if is_project else None)
    if found is None:
        return
    name, node = found
    length = 1 if isinstance(node, ast.alias) and node.name == "*" else len(name)
    yield Function(
        name=f"{path.removesuffix('.py')}.{name}",
        handler=f"app.{name}",
        code_root=root,
        room=room,
        source=name_span(path, content.splitlines(), node, length),
        declared_by="chalice",
        search_path=tuple(folder for folder in ancestors(path) if folder != root),
    )


def _made(module: ast.Module, *, is_project: bool) -> tuple[str, ast.stmt | ast.alias] | None:
    """Return the name of the application that *module* makes, and where; None if it makes none."""
    names = imported_names(module)
    for statement in top_level(module):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
            continue
        target = statement.targets[0]
        if not isinstance(target, ast.Name):
            continue
        # A project may derive a class of its own; Chalice itself looks for the name.
        if dotted(statement.value.func, names) in _CLASSES or (is_project and target.id == _NAME):
            return target.id, statement
    return None


def _passed_on(
    tree: Tree, root: str, module: ast.Module, asked: set[str] | None = None
) -> tuple[str, ast.stmt | ast.alias] | None:
    """Return the name and the place by which *module* takes the application of another one of the project.

    *asked* are the modules that have been asked for it, or are being asked.
    """
    asked = set() if asked is None else asked
    names = imported_names(module)
    for statement in top_level(module):
        if isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
            for alias in statement.names:
                bound = alias.asname or alias.name
                wanted = alias.name if alias.name != "*" else _NAME
                if bound in (_NAME, "*") and _holds(tree, root, statement.module, wanted, asked):
                    return _NAME, alias
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            source, _, name = dotted(statement.value, names).rpartition(".")
            if statement.targets[0].id == _NAME and source and _holds(tree, root, source, name, asked):
                return _NAME, statement
    return None


def _holds(tree: Tree, root: str, source: str, name: str, asked: set[str]) -> bool:
    """Tell whether the module *source* of the project in *root* has the application under *name*."""
    path = module_file(tree, root, source.split("."))
    question = f"{path}:{name}"
    if path is None or question in asked or len(asked) >= MAX_MODULES:
        return False
    asked.add(question)
    module = parse(tree.read(path) or b"")
    if module is None:
        return False
    made = _made(module, is_project=True)
    if made is not None:
        return made[0] == name
    return name == _NAME and _passed_on(tree, root, module, asked) is not None
