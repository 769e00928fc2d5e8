"""Reads the templates of cloud assemblies, ``cdk.out``: the functions that a program of the CDK made of its constructs.

The assembly names copies of folders; a function of it is read with the folder of the project that its copy was made
of, so that findings stand in the sources. A function whose code the project does not hold, as a custom resource's
provider that the CDK brings along, is none of the user's. An assembly may be older than the sources: a handler that
its folder no longer has is not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment import document
from lambdalint.deployment.cdk.bundling import plain_build, python_build
from lambdalint.deployment.cdk.synthesized_sources import Manifests, Sources
from lambdalint.deployment.cloudformation.inline_code import read_inline
from lambdalint.deployment.cloudformation.intrinsics import Scope
from lambdalint.deployment.cloudformation.layers import TemplateLayers
from lambdalint.deployment.cloudformation.nested_stacks import Stack
from lambdalint.deployment.cloudformation.room import build_room
from lambdalint.deployment.cloudformation.sam_build import SamBuilds
from lambdalint.deployment.handlers import locate
from lambdalint.deployment.image_function import ImageBuild, place_image
from lambdalint.deployment.node import MappingNode
from lambdalint.deployment.web_adapter import application, is_wrapped
from lambdalint.model import Build, Function, Layer, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.synthesized_files import Assemblies
    from lambdalint.deployment.cdk.synthesized_sources import Asset
    from lambdalint.deployment.node import Entry, Node

MAX_FUNCTIONS = 5_000
MAX_TEXTS = 50
MAX_WORDS = 100
"""Bounds: functions of all assemblies, the texts that name an asset in one property, the words of a command."""

_FUNCTION = "AWS::Lambda::Function"
_LAYER = "AWS::Lambda::LayerVersion"
_PYTHON = re.compile(r"python\d", re.IGNORECASE)
_SUFFIX = re.compile(r"(?<=.)[0-9A-F]{8}$")
_OWN = frozenset({"Resource", "Default"})
"""The ids of the low-level construct in a function's own, which no user writes."""


class Synthesized(msgspec.Struct, frozen=True):
    """A function of an assembly: ``construct`` are the ids that lead to it, the last its own; none if not known.

    ``likely`` are the folders that its code may have been copied from: ``function`` has the first. ``logical`` is what
    the template calls it.
    """

    function: Function
    construct: tuple[str, ...]
    logical: str
    likely: tuple[str, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """What the assemblies of a project hold."""

    functions: tuple[Synthesized, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(tree: Tree, assemblies: Assemblies) -> Found:
    """Return the functions of the *assemblies* that lie in folders of *tree*."""
    if not assemblies.folders:
        return Found((), assemblies.problems)
    reader = _Reader(tree, assemblies)
    functions: list[Synthesized] = []
    problems = list(assemblies.problems)
    for stack in reader.stacks():
        for entry, kind in stack.resources():
            if kind != _FUNCTION:
                continue
            if len(functions) >= MAX_FUNCTIONS:
                message = f"more than {MAX_FUNCTIONS} functions of cloud assemblies; the rest is not read"
                return Found(tuple(functions), (*problems, *reader.all_problems(), Problem(entry.key.span, message)))
            found = reader.function(stack, entry)
            if found is not None:
                functions.append(found)
    return Found(tuple(functions), tuple(dict.fromkeys((*problems, *reader.all_problems()))))


class _NotReadError(Exception):
    """A function runs Python, but too little is known of it; the message says why."""


class _Reader:
    """Turns the resources of templates into functions."""

    def __init__(self, tree: Tree, assemblies: Assemblies) -> None:
        self._tree = tree
        self._copies = assemblies.files
        self._folders = frozenset(assemblies.folders)
        self._manifests = Manifests(assemblies)
        self._sources = Sources(tree, assemblies.files)
        self._layers = TemplateLayers(tree, SamBuilds(tree))
        self._problems: list[Problem] = []

    def all_problems(self) -> list[Problem]:
        """Return what could not be read, so far."""
        return [*self._manifests.problems, *self._problems]

    def stacks(self) -> Iterator[Stack]:
        """Yield the templates that may declare functions."""
        for path in self._copies.files:
            folder = path.rpartition("/")[0]
            if not path.endswith(".template.json") or folder not in self._folders:
                continue
            if _FUNCTION.encode() not in (self._copies.read(path) or b""):
                continue
            loaded = document.read(self._copies, path)
            if loaded is None:
                continue
            if loaded.root is None or loaded.root.get("Resources") is None:
                self._problems.extend(loaded.problems)
                continue
            yield Stack(path, loaded.root, loaded.lines, Scope(loaded.root), loaded.problems)

    def function(self, stack: Stack, entry: Entry) -> Synthesized | None:
        """Return the function that a resource declares; None if it does not run Python, or too little is known."""
        scope = stack.scope
        declared = scope.get(entry.value, "Properties")
        properties = declared if declared is not None else MappingNode(entry.key.span)
        runtime = scope.text(properties, "Runtime")
        image = (scope.text(properties, "PackageType") or "").lower() == "image"
        if not image and (runtime is None or not _PYTHON.match(runtime)):
            return None
        construct = _construct(stack, entry)
        layers, search_path = self._function_layers(stack, properties)
        function = Function(
            name=construct[-1] if construct else _SUFFIX.sub("", entry.name),
            handler=(scope.text(properties, "Handler") or "").strip().removeprefix("./") or None,
            code_root="",
            room=build_room(stack, properties, layers, image=image),
            source=entry.key.span,
            declared_by="cdk",
            search_path=search_path,
        )
        try:
            made = Synthesized(function, construct, entry.name)
            return self._image(stack, made, properties) if image else self._zipped(stack, made, properties, entry)
        except _NotReadError as error:
            message = f"the function {function.name} of a cloud assembly is not read: {error}"
            self._problems.append(Problem(function.source, message, "note"))
            return None

    def _asset(self, stack: Stack, *nodes: Node | None) -> Asset | None:
        texts = [part.text for node in nodes if node is not None for part in _first(node.walk()) if part.text]
        return self._manifests.find(stack.directory, texts)

    def _zipped(self, stack: Stack, made: Synthesized, properties: Node, entry: Entry) -> Synthesized:
        function = made.function
        if function.handler is None:
            raise _NotReadError("its handler is not known")
        code = stack.scope.get(properties, "Code")
        inline = code.get("ZipFile") if code is not None else None
        if inline is not None:
            written = read_inline(stack, inline, f"{stack.path}::{entry.name}")
            if written is None:
                raise _NotReadError("its inline code is not known")
            return replace(made, function=replace(function, inline=written, build=Build(complete=True)))
        asset = self._asset(stack, code, entry.value.get("Metadata", "aws:asset:path"))
        if asset is None or asset.folder is None:
            raise _NotReadError("no asset of the assembly is its code")
        copied = locate(self._copies, replace(function, code_root=asset.folder, search_path=()))
        if copied is not None:
            file = copied[0][len(asset.folder) + 1 :]
            seen = True
        else:
            program = Tree.join("", function.handler or "")
            modules = (function.handler or "").replace("/", ".").rpartition(".")[0].strip(".").replace(".", "/")
            wrapped = bool(program) and is_wrapped(function.room)
            file = program if wrapped and program else f"{modules}.py"
            seen = False
            if asset.folder in self._copies.directories and not wrapped:
                raise _NotReadError(f"its asset does not hold its handler, {function.handler}")
        sources = self._sources.of(asset, file)
        if not sources:
            raise _NotReadError("no folder of the project holds its code")
        source = sources[0]
        bundled = source.added or stack.scope.text(entry.value, "Metadata", "aws:asset:is-bundled") == "true"
        build = python_build(self._tree, source.folder, None) if bundled else plain_build(self._tree, source.folder)
        if bundled:
            build = replace(build, complete=False, confidence="medium")
        function = replace(
            function, code_root=source.folder, build=build, confidence="high" if seen or source.exact else "medium"
        )
        if is_wrapped(function.room):
            served = application(self._tree.read(f"{source.folder}/{file}".lstrip("/")) or b"")
            function = replace(function, handler=served) if served else function
        if locate(self._tree, function) is None and not source.exact:
            raise _NotReadError(f"the folder {source.folder} does not hold its handler, {function.handler}")
        return replace(made, function=function, likely=tuple(one.folder for one in sources))

    def _image(self, stack: Stack, made: Synthesized, properties: Node) -> Synthesized | None:
        asset = self._asset(stack, properties.get("Code"))
        if asset is None or asset.folder is None:
            raise _NotReadError("no asset of the assembly is its image")
        sources = self._sources.of(asset, asset.dockerfile)
        if not sources:
            raise _NotReadError("no folder of the project holds its image's Dockerfile")
        config = stack.scope.get(properties, "ImageConfig")
        context = sources[0].folder
        build = ImageBuild(
            context,
            f"{context}/{asset.dockerfile}".lstrip("/"),
            _words(stack, config, "Command"),
            _words(stack, config, "EntryPoint"),
            stack.scope.text(config, "WorkingDirectory"),
            asset.arguments,
            asset.target,
        )
        placed, problems = place_image(self._tree, made.function, build)
        self._problems.extend(problems)
        return None if placed is None else replace(made, function=placed, likely=(context,))

    def _function_layers(self, stack: Stack, properties: Node) -> tuple[tuple[Layer, ...], tuple[str, ...]]:
        """Return the layers of a function, those of assets with their folders, and the folders to import from."""
        read_layers = self._layers.read(stack, properties)
        found: list[Layer] = []
        search_path = list(read_layers.search_path)
        for layer in read_layers.layers:
            resource = stack.root.get("Resources", layer.name)
            if resource is None or stack.scope.text(resource, "Type") != _LAYER:
                found.append(layer)
                continue
            asset = self._asset(stack, resource.get("Properties", "Content"), resource.get("Metadata"))
            source = self._sources.of_layer(asset) if asset is not None else None
            if source is None:
                found.append(layer)
                continue
            build = Build() if source.added or source.moved else plain_build(self._tree, source.folder)
            found.append(replace(layer, directory=source.folder, build=build))
            if source.moved:
                search_path.append(source.folder)
        return tuple(found), tuple(dict.fromkeys(search_path))


def _first(nodes: Iterator[Node]) -> Iterator[Node]:
    for number, node in enumerate(nodes):
        if number >= MAX_TEXTS:
            return
        yield node


def _construct(stack: Stack, entry: Entry) -> tuple[str, ...]:
    """Return the ids of the constructs that lead to a resource, as its metadata tells them."""
    path = stack.scope.text(entry.value, "Metadata", "aws:cdk:path") or ""
    parts = [part for part in path.split("/") if part]
    while parts and parts[-1] in _OWN:
        parts.pop()
    return tuple(parts)


def _words(stack: Stack, config: Node | None, name: str) -> tuple[str, ...] | None:
    listed = stack.scope.get(config, name)
    if listed is None:
        return None
    texts = (stack.scope.text(item) for item in listed.items[:MAX_WORDS])
    return tuple(text for text in texts if text is not None)
