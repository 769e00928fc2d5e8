"""Runs the programs of a project, from their applications, and then what no application reaches."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.program.arguments import Site, unknown_arguments
from lambdalint.deployment.cdk.program.library import plain
from lambdalint.deployment.cdk.program.machine import MAX_STEPS, Machine
from lambdalint.deployment.cdk.program.source import Source, Sources, search_folders
from lambdalint.deployment.cdk.program.values import (
    BoundMethod,
    ClassValue,
    Exhausted,
    Frame,
    FunctionValue,
    Instance,
    ModuleValue,
    Raised,
    Value,
)
from lambdalint.deployment.cdk.working_directory import PYTHON_APP
from lambdalint.model import Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_PROGRAMS = 500
MAX_ALL_STEPS = 2_000_000
"""Bounds of a whole project: the programs that are run, and the steps of all of them."""
MAX_CONFIGURATION = 1_000_000
_FILE = re.compile(r"[\w./-]+\.py\b")
_MODULE = re.compile(r"python[\d.]*\s+-m\s+([\w.]+)")
_CHANGED = re.compile(r"\bcd\s+([\w./-]+)\s*(?:&&|;)")
_NODE = re.compile(r"\.[cm]?[jt]s\b|\bts-node\b|\bnode\b")


class Application(msgspec.Struct, frozen=True):
    """A program: its first file, the folder that it runs in, if known, and the folder of its ``cdk.json``."""

    main: str
    directory: str | None
    configuration: str | None = None


class Runs(msgspec.Struct):
    """All runs of a project."""

    sources: Sources
    machines: list[Machine] = msgspec.field(default_factory=list)
    problems: list[Problem] = msgspec.field(default_factory=list)
    left: int = MAX_ALL_STEPS

    def application(self, application: Application) -> Machine:
        """Run a program from its first file."""
        machine = self.machine(application.main, application.directory, application.configuration)
        self._bounded(machine, lambda: machine.enter(application.main, "__main__", _folder(application.main)))
        return machine

    def machine(self, main: str, directory: str | None, configuration: str | None) -> Machine:
        """Return what can run the file *main*."""
        tree = self.sources.tree
        context = _context(tree, configuration) if configuration is not None else {}
        folders = search_folders(tree, main, directory)
        return Machine(self.sources, main, directory, folders, context, min(MAX_STEPS, max(self.left, 0)))

    def parts(self, machine: Machine, wanted: Iterable[tuple[int, int]]) -> None:
        """Run the classes and functions of the file of *machine* around the *wanted* lines, each by itself."""
        source = self.sources.get(machine.main)
        if source is None:
            return
        folder = next((one for one in machine.folders if machine.main.startswith(f"{one}/" if one else "")), "")
        name = machine.main[len(folder) :].strip("/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        lines = sorted({line for line, _ in wanted})

        def run() -> None:
            module = machine.enter(machine.main, name, folder)
            for node in source.module.body:
                if any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines):
                    _part(machine, source, module, node, lines)

        self._bounded(machine, run)

    def _bounded(self, machine: Machine, run: Callable[[], object]) -> None:
        before = machine.left
        try:
            run()
        except (Exhausted, RecursionError):
            machine.added_to_unknown.update(("variables", "layers"))
            message = "the CDK program is not followed to its end: it takes too many steps"
            self.problems.append(Problem(Span.point(machine.main), message, "note"))
        except Raised:
            pass
        except Exception:  # the boundary of one program: the rest of the project is read, and this one as text
            message = "lambdalint fails to follow the CDK program; its files are read one by one"
            self.problems.append(Problem(Span.point(machine.main), message, "note"))
        self.left -= max(before - max(machine.left, 0), 0)
        self.machines.append(machine)


def _part(machine: Machine, source: Source, module: ModuleValue, node: ast.stmt, lines: list[int]) -> None:
    """Call a class or a function of a module with arguments of which nothing is known."""
    if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    value = module.cells.get(node.name)
    span = source.span(node)
    site = Site(span, span, Frame({}, module))
    if isinstance(value, FunctionValue):
        _attempt(machine, value, site)
    if not isinstance(value, ClassValue) or not isinstance(node, ast.ClassDef):
        return
    instance = _attempt(machine, value, site)
    if not isinstance(instance, Instance):
        instance = Instance(value)
    for member in node.body:
        if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = [line for line in lines if member.lineno <= line <= (member.end_lineno or member.lineno)]
            method = value.cells.get(member.name)
            reached = (module.path, member.lineno) in machine.entered
            if inside and isinstance(method, FunctionValue) and not reached:
                called = method if method.kind == "staticmethod" else BoundMethod(method, instance)
                _attempt(machine, called, site)


def _attempt(machine: Machine, value: Value, site: Site) -> Value | None:
    try:
        return machine.call(value, unknown_arguments(), site)
    except Raised:
        return None


def applications(tree: Tree, paths: Iterable[str]) -> Iterator[Application]:
    """Yield the programs in Python whose ``cdk.json`` names their first file."""
    folders = {folder for path in paths for folder in _above(path)}
    for path in tree.named("cdk.json"):
        directory = _folder(path)
        if directory not in folders:
            continue
        main = _main(tree, directory, _configuration(tree, path).get("app"))
        if main is not None:
            yield Application(main, directory, path)


def makes_application(content: bytes) -> bool:
    """Tell whether a file may be the first one of a program."""
    return PYTHON_APP.search(content) is not None


def _main(tree: Tree, directory: str, command: object) -> str | None:
    """Return the file that the command of a ``cdk.json`` runs."""
    named = []
    if isinstance(command, str) and len(command) < 1_000:
        entered = _CHANGED.search(command)
        base = Tree.join(directory, entered[1]) if entered is not None else directory
        named = _FILE.findall(command)
        for module in _MODULE.findall(command):
            stem = module.replace(".", "/")
            named += [f"{stem}.py", f"{stem}/__main__.py"]
        if not named and not _NODE.search(command):
            named = ["app.py"]
        directory = base if base is not None else directory
    found = (Tree.join(directory, name) for name in named)
    return next((path for path in found if path is not None and path in tree), None)


def _configuration(tree: Tree, path: str) -> dict[str, object]:
    content = tree.read(path)
    if content is None or len(content) > MAX_CONFIGURATION:
        return {}
    try:
        loaded: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _context(tree: Tree, configuration: str) -> dict[str, Value]:
    """Return what ``try_get_context`` finds."""
    place = Span.point(configuration)
    found: dict[str, Value] = {}
    folder = _folder(configuration)
    stored = _configuration(tree, f"{folder}/cdk.context.json".lstrip("/"))
    given = _configuration(tree, configuration).get("context")
    for block in (stored, given):
        if isinstance(block, dict):
            left = [5_000]
            found.update({str(key): plain(value, place, left) for key, value in block.items()})
    return found


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _above(path: str) -> Iterator[str]:
    while path:
        path = _folder(path)
        yield path
