"""Finds the Python functions of Vercel projects: what ``vercel.json`` builds, and what is found by its place."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from lambdalint.deployment import document
from lambdalint.deployment.handlers import is_packaged
from lambdalint.deployment.not_lambda import is_apart, is_below, serving_folders
from lambdalint.deployment.package_patterns import Package, understood
from lambdalint.deployment.rooms import base_room, merge_environment
from lambdalint.deployment.source_root import ancestors, handler_of
from lambdalint.deployment.vercel import Projects
from lambdalint.deployment.vercel.entry import (
    declared_entry,
    entry_of,
    is_python_project,
    searched_entry,
    subscriber_entries,
)
from lambdalint.deployment.vercel.manifest import vercel_build
from lambdalint.deployment.vercel.services import KEYS, PYTHON_PRESETS, Service, services
from lambdalint.model import EnvironmentVariable, Function, Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.catalogue import Catalogue
    from lambdalint.deployment.document import Entry as Setting
    from lambdalint.deployment.document import Node
    from lambdalint.deployment.vercel.entry import Entry
    from lambdalint.model import Room

_Item = TypeVar("_Item")

_PLATFORM = "vercel"
_PYTHON_BUILDER = re.compile(r"python|wsgi|asgi", re.IGNORECASE)
_PYTHON_RUNTIME = re.compile(r"python\d", re.IGNORECASE)
_WILD = re.compile(r"[*?{\[+!@]")
_CLASS = re.compile(rb"^class handler\b", re.MULTILINE)
_DECLARED_ENTRY = re.compile(rb"\[\s*tool\s*\.\s*vercel\b|\bvercel\b[^\n]*entrypoint")

MAX_PROJECTS = 200
MAX_SETTINGS = 500
MAX_FUNCTIONS = 2_000
"""Bounds: projects; of one project, its builds, patterns, variables and routes, each; its functions."""


def read(tree: Tree, catalogue: Catalogue) -> Projects:
    """Return the Python functions of each folder of *tree* that is deployed to Vercel.

    A folder with a ``vercel.json`` is. Without one, a table for Vercel in its ``pyproject.toml`` shows it, and so does
    a class ``handler`` of ``http.server`` in the folder ``api``.
    """
    room = base_room(_PLATFORM, catalogue)
    functions: list[Function] = []
    problems: list[Problem] = []
    files: set[str] = set()
    folders: list[str] = []
    configurations = [path for path in tree.named("vercel.json") if not _is_aside(path)]
    if len(configurations) > MAX_PROJECTS:
        message = f"more than {MAX_PROJECTS} Vercel projects; the rest is not read"
        problems.append(Problem(Span.point(configurations[MAX_PROJECTS]), message))
    serving = serving_folders(tree) if configurations else frozenset()
    for path in configurations[:MAX_PROJECTS]:
        loaded = document.read(tree, path)
        if loaded is None:
            continue
        problems.extend(
            replace(problem, message=problem.message.replace("not valid YAML", "not valid JSON"))
            for problem in loaded.problems
        )
        if loaded.root is None or not isinstance(loaded.root, document.MappingNode):
            if loaded.root is not None:
                problems.append(Problem(loaded.root.span, "vercel.json holds no object; it is not read"))
            continue
        project = _Project(tree, path, loaded.root, room, serving)
        functions.extend(project.functions())
        problems.extend(project.problems)
        files.update(project.files)
        folders.append(project.folder)
    for entry, folder in _unconfigured(tree, folders):
        functions.append(_function(tree, entry, folder, room, confidence="medium"))
        files.add(entry.path)
    return Projects(tuple(functions), tuple(dict.fromkeys(problems)), tuple(sorted(files)))


def _is_aside(path: str) -> bool:
    return is_apart(path) or ".vercel" in path.split("/")


def _unconfigured(tree: Tree, known: Iterable[str]) -> Iterator[tuple[Entry, str]]:
    """Yield the entry points of projects without a ``vercel.json``, with their folders."""
    projects = set(known)
    for path in tree.named("pyproject.toml"):
        folder = path.rpartition("/")[0]
        if folder in projects or _is_aside(path) or not _DECLARED_ENTRY.search(tree.read(path) or b""):
            continue
        declared = declared_entry(tree, folder) or searched_entry(tree, folder)
        found = ([declared] if declared is not None else []) + subscriber_entries(tree, folder)
        projects.update([folder] if found else [])
        yield from ((one, folder) for one in found)
    for path in tree.files:
        parts = path.split("/")
        if not path.endswith(".py") or "api" not in parts[:-1] or _is_aside(path) or not _is_routed(path):
            continue
        folder = "/".join(parts[: parts.index("api")])
        if folder in projects or not _CLASS.search(tree.read(path) or b""):
            continue
        entry = entry_of(tree, path)
        if entry is not None and entry.kind == "class":
            yield entry, folder


def _is_routed(path: str) -> bool:
    """Tell whether a file below ``api`` gets an address: none whose name, or folder's, starts with ``_`` or ``.``."""
    return "/_" not in path and "/." not in path


def _function(tree: Tree, entry: Entry, folder: str, room: Room, *, confidence: str = "high") -> Function:
    above = [one for one in ancestors(entry.path) if one != folder]
    return Function(
        name=f"{entry.path}:{entry.name}" if entry.kind == "subscriber" else entry.path,
        handler=handler_of(entry.path, folder, entry.name),
        code_root=folder,
        room=room,
        source=entry.span,
        declared_by="vercel",
        build=vercel_build(tree, entry.path, folder),
        search_path=tuple(above),
        confidence=confidence,
    )


def _variables(entries: Iterable[Setting]) -> Iterator[EnvironmentVariable]:
    """Yield the variables of an object; a value that starts with ``@`` is the name of a secret."""
    for entry in entries:
        value = entry.value.text
        known = None if value is None or value.startswith("@") else value
        yield EnvironmentVariable(entry.name, known, entry.key.span)


class _Project:
    """One folder with a ``vercel.json``."""

    def __init__(self, tree: Tree, path: str, root: Node, room: Room, serving: frozenset[str]) -> None:
        self.folder = path.rpartition("/")[0]
        self.problems: list[Problem] = []
        self.files: set[str] = set()
        self._tree = tree
        self._root = root
        self._serving = serving
        self._python = [
            one
            for one in tree.files
            if one.endswith(".py") and is_below(one, (self.folder,)) and not _is_aside(self._below(one))
        ]
        self._room = replace(room, env=merge_environment(room.env, self._environment()), env_complete=False, spans=())
        self._settings = self._entries("functions")
        self._globs: dict[str, Package | None] = {}

    def functions(self) -> Iterator[Function]:
        """Yield the functions that run Python."""
        listed = next((name for name in KEYS if self._given(name) is not None), None)
        if listed is not None:
            found, problems = services(self._tree, self.folder, self._entries(listed))
            self.problems.extend(problems)
            for service in found:
                self.files.add(service.entry.path)
                yield self._service(service)
            return
        builds = self._list("builds")
        chosen = self._built(builds) if builds else self._found()
        waiting = ((one, None, "high") for one in subscriber_entries(self._tree, self.folder))
        for count, (entry, span, confidence) in enumerate(chain(chosen, waiting)):
            if count >= MAX_FUNCTIONS:
                message = f"more than {MAX_FUNCTIONS} functions; the rest is not read"
                self.problems.append(Problem(entry.span, message))
                return
            self.files.add(entry.path)
            function = _function(self._tree, entry, self.folder, self._room, confidence=confidence)
            if self._given("installCommand") is not None:
                build = vercel_build(self._tree, entry.path, self.folder, own_command=True)
                function = replace(function, build=build)
            if span is not None:
                function = replace(function, source=span)
            yield self._configured(function, entry.path, builds)

    def _service(self, service: Service) -> Function:
        """Return the function of a *service*, with what its settings state."""
        room = self._with_duration(self._room, service.settings)
        block = service.settings.get("env")
        variables = _variables(block.entries[:MAX_SETTINGS] if block is not None else ())
        room = replace(room, env=merge_environment(room.env, variables))
        function = replace(
            _function(self._tree, service.entry, service.folder, room), name=service.name, source=service.span
        )
        return self._packaged(function, service.entry.path, service.settings.get("excludeFiles"))

    def _built(self, builds: tuple[Node, ...]) -> Iterator[tuple[Entry, Span | None, str]]:
        """Yield what the list ``builds`` names; with it, nothing is found by its place."""
        seen: set[str] = set()
        for build in builds:
            source, use = build.get("src"), build.get("use")
            if source is None or use is None or source.text is None or use.text is None:
                self._wrong(build.span, "a build has no src or no use")
                continue
            if not _PYTHON_BUILDER.search(use.text):
                continue
            paths = self._matching(source.text, source.span)
            if not paths:
                continue
            for path in paths:
                entry = entry_of(self._tree, path) if path not in seen else None
                if entry is not None:
                    yield entry, source.span, "medium" if entry.kind == "function" else "high"
                elif path not in seen and not _WILD.search(source.text):
                    message = f"{path} defines no app, application or handler; it is no function"
                    self.problems.append(Problem(source.span, message, "note"))
                seen.add(path)

    def _found(self) -> Iterator[tuple[Entry, Span | None, str]]:
        """Yield what Vercel finds by its place, and what the keys of ``functions`` and the routes name."""
        framework = self._root.get("framework")
        preset = framework.text if framework is not None else None
        declared = declared_entry(self._tree, self.folder)
        if declared is None and preset in PYTHON_PRESETS:
            declared = searched_entry(self._tree, self.folder)
        if declared is not None:
            yield declared, None, "high"
            return
        named: dict[str, Span] = {}
        for setting in self._settings:
            if Tree.join(self.folder, setting.name.lstrip("/")) is None:
                self.problems.append(Problem(setting.key.span, f"the path {setting.name!r} leads out of the project"))
            named.update((path, setting.key.span) for path in self._exactly(setting.name))
        routed = {path for target in self._targets() for path in self._exactly(target)}
        serving = self._serving - {self.folder}
        below = Tree.join(self.folder, "api")
        found = False
        for path in self._python:
            in_api = path.startswith(f"{below}/") and _is_routed(self._below(path))
            shown = path in named or path in routed
            if not (in_api or path in named) or (not shown and is_below(path, serving)):
                continue
            entry = entry_of(self._tree, path)
            if entry is not None and (shown or entry.kind != "function"):
                found = True
                yield entry, named.get(path), "medium" if entry.kind == "function" else "high"
        if found or preset is not None or self.folder in self._serving:
            return
        searched = searched_entry(self._tree, self.folder) if is_python_project(self._tree, self.folder) else None
        if searched is not None:
            yield searched, None, "medium"

    def _configured(self, function: Function, path: str, builds: tuple[Node, ...]) -> Function:
        """Return *function* with what ``functions``, or its build, states of it."""
        below = self._below(path)
        for setting in self._settings:
            if not self._is_match(setting.name, below):
                continue
            runtime = setting.value.get("runtime")
            room = self._with_duration(function.room, setting.value)
            if runtime is not None and _PYTHON_RUNTIME.match(runtime.text or ""):
                room = replace(room, runtime=runtime.text, spans=(*room.spans, ("runtime", runtime.span)))
            return self._packaged(replace(function, room=room), path, setting.value.get("excludeFiles"))
        for build in builds:
            source, excluded = build.get("src"), build.get("config", "excludeFiles")
            if excluded is not None and source is not None and self._is_match(source.text or "", below):
                return self._packaged(function, path, excluded)
        return function

    @staticmethod
    def _with_duration(room: Room, settings: Node) -> Room:
        """Return *room* with the longest duration that *settings* state; ``max`` is what the plan allows."""
        duration = settings.get("maxDuration")
        if duration is None or not (duration.text or "").isdecimal():
            return room
        seconds = int((duration.text or "")[:9])
        return replace(room, timeout=seconds, spans=(*room.spans, ("timeout", duration.span)))

    def _packaged(self, function: Function, path: str, excluded: Node | None) -> Function:
        """Return *function* without the files that the pattern *excluded* matches."""
        if excluded is None:
            return function
        patterns = [node.text or "" for node in excluded.items[:MAX_SETTINGS] or (excluded,)]
        if not all(understood(pattern) for pattern in patterns):
            message = "the pattern of excludeFiles is not understood: the whole folder counts as packaged"
            self.problems.append(Problem(excluded.span, message, "note"))
            return function
        rules = tuple(f"!{pattern.lstrip('/')}" for pattern in patterns)
        if not is_packaged(Package(rules), function.code_root, path):
            message = f"the pattern of excludeFiles excludes {path} itself: the whole folder counts as packaged"
            self.problems.append(Problem(excluded.span, message, "note"))
            return function
        return replace(function, packaged=rules)

    def _environment(self) -> Iterator[EnvironmentVariable]:
        """Yield the variables that the functions get; those of ``build.env`` are there while it is built, only."""
        yield from _variables(self._entries("env"))

    def _targets(self) -> Iterator[str]:
        """Yield the files that the routes lead to, as they are written."""
        for name, key in (("routes", "dest"), ("rewrites", "destination")):
            for item in self._list(name):
                target = item.get(key)
                if target is not None and target.text is not None:
                    yield target.text.partition("?")[0]

    def _exactly(self, written: str) -> Iterator[str]:
        """Yield the Python file that a path of ``vercel.json`` names, with or without its ending."""
        path = Tree.join(self.folder, written.lstrip("/"))
        if path is not None:
            yield from (one for one in (path, f"{path}.py") if one.endswith(".py") and one in self._tree)

    def _matching(self, pattern: str, span: Span) -> list[str]:
        """Return the Python files that the pattern of a build matches; with a problem where it leads to none."""
        glob = pattern.lstrip("/").removeprefix("./")
        exact = Tree.join(self.folder, glob)
        if exact is None or (self.folder and not is_below(exact, (self.folder,))):
            self.problems.append(Problem(span, f"the path {pattern!r} leads out of the project; it is not read"))
            return []
        if exact in self._tree:
            return [exact] if exact.endswith(".py") else []
        if _WILD.search(glob) and not understood(glob):
            self.problems.append(Problem(span, f"the pattern {pattern!r} is not understood; it is not read", "note"))
            return []
        found = [path for path in self._python if self._is_match(pattern, self._below(path))]
        if not found:
            self.problems.append(Problem(span, f"{pattern!r} matches no Python file", "note"))
        return found

    def _is_match(self, pattern: str, below: str) -> bool:
        """Tell whether a pattern of ``vercel.json`` matches the file at the path *below* the project."""
        glob = pattern.lstrip("/").removeprefix("./")
        if glob not in self._globs:
            is_glob = _WILD.search(glob) is not None and understood(glob)
            self._globs[glob] = Package(("!**", glob)) if is_glob else None
        package = self._globs[glob]
        return glob == below or (package is not None and package.holds(below))

    def _given(self, name: str) -> Node | None:
        """Return what stands under a key of ``vercel.json``; None for null."""
        node = self._root.get(name)
        return None if isinstance(node, document.Scalar) and node.value is None else node

    def _list(self, name: str) -> tuple[Node, ...]:
        """Return the items of a list of ``vercel.json``; with a problem where it is none."""
        node = self._given(name)
        if node is not None and not isinstance(node, document.SequenceNode):
            self._wrong(node.span, f"{name} is no list")
        return self._bounded(node.items, name) if node is not None else ()

    def _entries(self, name: str) -> tuple[Setting, ...]:
        """Return the entries of an object of ``vercel.json``; with a problem where it is none."""
        node = self._given(name)
        if node is not None and not isinstance(node, document.MappingNode):
            self._wrong(node.span, f"{name} is no object")
        return self._bounded(node.entries, name) if node is not None else ()

    def _bounded(self, items: tuple[_Item, ...], name: str) -> tuple[_Item, ...]:
        if len(items) > MAX_SETTINGS:
            node = self._root.get(name) or self._root
            message = f"more than {MAX_SETTINGS} entries of {name}; the rest is not read"
            self.problems.append(Problem(node.span, message))
        return items[:MAX_SETTINGS]

    def _wrong(self, span: Span, message: str) -> None:
        self.problems.append(Problem(span, f"{message}; it is not read"))

    def _below(self, path: str) -> str:
        return path[len(self.folder) + 1 :] if self.folder else path
