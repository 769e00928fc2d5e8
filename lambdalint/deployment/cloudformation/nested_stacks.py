"""Finds the templates of a project and the stacks that they nest in each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment import document
from lambdalint.deployment.cloudformation import SUFFIXES, sam
from lambdalint.deployment.cloudformation.intrinsics import Scope, is_absent
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.model import Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambdalint.deployment.document import Entry, Loaded, Node

STACK = "AWS::CloudFormation::Stack"
MAX_STACKS = 2_000
MAX_DEPTH = 20
MAX_BYTES = 8_000_000

_MARKS = (b"AWS::Serverless", b"AWS::Lambda::Function", b"AWS::CloudFormation::Stack")
_LOCATIONS = {STACK: "TemplateURL", sam.APPLICATION: "Location"}


class Stack(msgspec.Struct, frozen=True, eq=False):
    """A template, and the values that its parameters have in one use of it.

    ``passed`` are the values as the stack writes them that nests this one, with that stack.
    """

    path: str
    root: Node
    lines: tuple[str, ...]
    scope: Scope
    problems: tuple[Problem, ...] = ()
    passed: Mapping[str, tuple[Stack, Node]] = msgspec.field(default_factory=dict)

    @property
    def directory(self) -> str:
        """The template's folder."""
        return self.path.rpartition("/")[0]

    def resources(self) -> Iterator[tuple[Entry, str]]:
        """Yield each resource's entry and type."""
        resources = self.root.get("Resources")
        for entry in resources.entries if resources is not None else ():
            kind = entry.value.get("Type")
            if kind is not None and kind.text is not None:
                yield entry, kind.text


class _Child(msgspec.Struct, frozen=True):
    entry: Entry
    path: str
    parameters: Mapping[str, str | None]
    passed: Mapping[str, tuple[Stack, Node]]


class Stacks(msgspec.Struct):
    """All stacks of a project; those that another one nests are seen with the parameters that it passes."""

    tree: Tree
    problems: list[Problem] = msgspec.field(default_factory=list)
    _loaded: dict[str, Loaded | None] = msgspec.field(default_factory=dict)
    _count: int = 0

    def __iter__(self) -> Iterator[Stack]:
        candidates = list(self._candidates())
        nested = {
            child.path
            for path in candidates
            for child in self._children(self._stack(path, {}), quiet=True)
            if child.path != path
        }
        visited: set[str] = set()
        for path in (*(path for path in candidates if path not in nested), *candidates):
            if path not in visited:
                yield from self._below(self._stack(path, {}), (path,), visited)

    def _candidates(self) -> Iterator[str]:
        for path in self.tree.files:
            if path.endswith(SUFFIXES) and not is_apart(path):
                data = self.tree.read(path)
                if data is None or len(data) > MAX_BYTES or b"Resources" not in data:
                    continue
                if not any(mark in data for mark in _MARKS):
                    continue
                if self._template(path) is not None:
                    yield path

    def _template(self, path: str) -> Loaded | None:
        """Load *path*; None if it is no template."""
        if path not in self._loaded:
            loaded = document.read(self.tree, path)
            resources = loaded.root.get("Resources") if loaded is not None and loaded.root is not None else None
            if loaded is not None and (resources is not None and resources.entries):
                self._loaded[path] = loaded
            else:
                if loaded is not None and loaded.root is None:
                    self.problems.extend(loaded.problems)
                self._loaded[path] = None
        return self._loaded[path]

    def _stack(
        self,
        path: str,
        parameters: Mapping[str, str | None],
        passed: Mapping[str, tuple[Stack, Node]] | None = None,
    ) -> Stack:
        loaded = self._template(path)
        assert loaded is not None
        assert loaded.root is not None
        scope = Scope(loaded.root, parameters)
        return Stack(path, loaded.root, loaded.lines, scope, loaded.problems, passed or {})

    def _below(self, stack: Stack, above: tuple[str, ...], visited: set[str]) -> Iterator[Stack]:
        visited.add(stack.path)
        self._count += 1
        if self._count > MAX_STACKS:
            if self._count == MAX_STACKS + 1:
                message = f"more than {MAX_STACKS} nested stacks; the rest is not read"
                self.problems.append(Problem(stack.root.span, message))
            return
        yield stack
        for child in self._children(stack):
            if child.path in above:
                message = f"the stack {child.entry.name} nests a template that it lies in: {child.path}"
                self.problems.append(Problem(child.entry.key.span, message))
            elif len(above) >= MAX_DEPTH:
                message = f"stacks are nested deeper than {MAX_DEPTH} levels"
                self.problems.append(Problem(child.entry.key.span, message))
            else:
                inner = self._stack(child.path, child.parameters, child.passed)
                yield from self._below(inner, (*above, child.path), visited)

    def _children(self, stack: Stack, *, quiet: bool = False) -> Iterator[_Child]:
        """Yield the local templates that *stack* nests; report those that are missing, unless *quiet*."""
        for entry, kind in stack.resources():
            if kind not in _LOCATIONS:
                continue
            properties = stack.scope.get(entry.value, "Properties")
            location = stack.scope.text(properties, _LOCATIONS[kind])
            if location is None or "://" in location or location.startswith(("/", "arn:")):
                continue
            path = Tree.join(stack.directory, location)
            if path is not None and path in self.tree.directories:
                folder = path
                names = (f"{folder}/{name}".lstrip("/") for name in ("template.yaml", "template.yml"))
                path = next((name for name in names if name in self.tree), path)
            if path is None or path not in self.tree:
                if not quiet:
                    message = f"the template of the nested stack {entry.name} does not exist: {location}"
                    self.problems.append(Problem(entry.key.span, message))
                continue
            if self._template(path) is not None:
                given = stack.scope.get(properties, "Parameters")
                written = {one.name: (stack, one.value) for one in given.entries} if given is not None else {}
                yield _Child(entry, path, _passed(stack.scope, properties), written)


def _passed(scope: Scope, properties: Node | None) -> dict[str, str | None]:
    parameters = scope.get(properties, "Parameters")
    passed: dict[str, str | None] = {}
    for entry in parameters.entries if parameters is not None else ():
        value = scope.resolve(entry.value)
        if is_absent(value):
            continue
        if value is not None and value.items:
            parts = [scope.text(item) for item in value.items]
            known = [part for part in parts if part is not None]
            passed[entry.name] = ",".join(known) if len(known) == len(parts) else None
        else:
            passed[entry.name] = value.text if value is not None else None
    return passed
