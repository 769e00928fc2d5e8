"""Reads the functions that SAM and CloudFormation templates declare."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from lambdalint.deployment.cloudformation import sam
from lambdalint.deployment.cloudformation.inline_code import read_inline
from lambdalint.deployment.cloudformation.layers import TemplateLayers
from lambdalint.deployment.cloudformation.nested_stacks import Stacks
from lambdalint.deployment.cloudformation.room import build_room
from lambdalint.deployment.cloudformation.sam_build import SamBuilds
from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.image_function import apply_image
from lambdalint.deployment.node import MappingNode
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.rooms import same_room
from lambdalint.deployment.web_adapter import application, is_wrapped
from lambdalint.model import Build, Deployment, Function, Problem, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.cloudformation.nested_stacks import Stack
    from lambdalint.deployment.node import Entry, Node
    from lambdalint.model import Span

FUNCTION = "AWS::Lambda::Function"
MAX_FUNCTIONS = 5_000
"""How many functions of one template are read."""

_PYTHON = re.compile(r"python\d", re.IGNORECASE)
_ARCHIVES = (".zip", ".jar", ".whl")


def read(tree: Tree) -> Deployment:
    """Return the Python functions of every template of *tree*; they are read once."""
    if tree not in _READ:
        _READ[tree] = _read(tree)
    return _READ[tree]


_READ: WeakKeyDictionary[Tree, Deployment] = WeakKeyDictionary()


def _read(tree: Tree) -> Deployment:
    stacks = Stacks(tree)
    reader = _Reader(tree)
    found: dict[tuple[str, str], list[Function]] = {}
    counts: Counter[str] = Counter()
    for stack in stacks:
        before = counts[stack.path]
        for entry, kind in stack.resources():
            if kind not in {FUNCTION, sam.FUNCTION}:
                continue
            if counts[stack.path] >= MAX_FUNCTIONS:
                message = f"more than {MAX_FUNCTIONS} functions; the rest is not read"
                reader.problems.append(Problem(entry.key.span, message))
                break
            function = reader.function(stack, entry, kind)
            if function is None:
                continue
            same = found.setdefault((stack.path, entry.name), [])
            if not any(_same(function, other) for other in same):
                same.append(function)
                counts[stack.path] += 1
        if counts[stack.path] > before:
            reader.problems.extend(stack.problems)
        reader.note_transforms(stack)
    problems = (*stacks.problems, *reader.problems)
    functions = tuple(function for same in found.values() for function in same)
    return Deployment(functions, tuple(dict.fromkeys(problems)))


def _same(first: Function, second: Function) -> bool:
    """Tell whether two uses of a template make the same function."""
    return (
        first.handler == second.handler and first.code_root == second.code_root and same_room(first.room, second.room)
    )


class _Reader:
    """Turns resources into functions."""

    def __init__(self, tree: Tree) -> None:
        self.problems: list[Problem] = []
        self._tree = tree
        self._builds = SamBuilds(tree)
        self._layers = TemplateLayers(tree, self._builds)
        self._by_name: dict[str, list[str]] | None = None

    def note(self, span: Span, message: str) -> None:
        """Report something that is no mistake of the user's."""
        self.problems.append(Problem(span, message, "note"))

    def note_transforms(self, stack: Stack) -> None:
        """Report what macros add to a template, which is not read."""
        resources = stack.root.get("Resources")
        for node in (stack.root, resources):
            for entry in node.entries if node is not None else ():
                if entry.name.startswith("Fn::"):
                    message = f"what {entry.name} adds to the template is not read"
                    self.note(entry.key.span, message)

    def function(self, stack: Stack, entry: Entry, kind: str) -> Function | None:
        """Return the function that a resource declares; None if it does not run Python."""
        span = entry.key.span
        if kind == sam.FUNCTION:
            properties = sam.properties(stack.root, entry.value, span)
        else:
            declared = stack.scope.get(entry.value, "Properties")
            properties = declared if declared is not None else MappingNode(span)
        image = (stack.scope.text(properties, "PackageType") or "").lower() == "image"
        layers = self._layers.read(stack, properties)
        function = Function(
            name=entry.name,
            handler=None,
            code_root=stack.directory,
            room=build_room(stack, properties, layers.layers, image=image),
            source=span,
            declared_by="sam" if kind == sam.FUNCTION else "cloudformation",
            search_path=layers.search_path,
        )
        if not image:
            return self._zipped(stack, function, properties, entry.value)
        made, problems = apply_image(self._tree, stack, function, properties, entry.value)
        self.problems.extend(problems)
        return made

    def _zipped(self, stack: Stack, function: Function, properties: Node, resource: Node) -> Function | None:
        runtime = function.room.runtime
        if runtime is not None and not _PYTHON.match(runtime):
            return None
        handler = (stack.scope.text(properties, "Handler") or "").strip().removeprefix("./")
        inline = properties.get("InlineCode") or _zip_file(stack, properties)
        if not handler:
            if runtime is not None or inline is not None:
                why = "has no known value" if properties.get("Handler") is not None else "is not set"
                self.note(function.source, f"the handler of the function {function.name} {why}")
            return None
        function = replace(function, handler=handler)
        if inline is not None:
            return self._inline(stack, function, inline)
        return self._packaged(stack, function, properties, resource)

    def _inline(self, stack: Stack, function: Function, node: Node) -> Function | None:
        if function.room.runtime is None:
            self.note(function.source, f"the runtime of the function {function.name} has no known value")
            return None
        source = read_inline(stack, node, f"{stack.path}::{function.name}")
        if source is None:
            self.note(node.span, f"the inline code of the function {function.name} has no known value")
            return None
        if all(not line.strip() or line.lstrip().startswith("#") for line in source.text.splitlines()):
            # It only holds a place: the code is uploaded later.
            return self._elsewhere(stack, function, _module(function))
        return replace(function, inline=source, build=Build(complete=True))

    def _packaged(self, stack: Stack, function: Function, properties: Node, resource: Node) -> Function | None:
        """Return *function* with the folder of its code."""
        location = self._location(stack, properties, resource)
        module = _module(function)
        if location is None:
            return self._elsewhere(stack, function, module)
        folder = Tree.join(stack.directory, location)
        if folder is None:
            self.note(function.source, f"the code of the function {function.name} lies outside of the project")
            return None
        alone = folder in self._tree
        if alone:
            if not folder.endswith(".py"):
                return self._elsewhere(stack, function, module)
            folder = folder.rpartition("/")[0]
        if folder not in self._tree.directories:
            if folder.endswith(_ARCHIVES):
                return self._elsewhere(stack, function, module)
            message = f"the code folder of the function {function.name} does not exist: {location}"
            self.note(function.room.span_of("code_root") or function.source, message)
            return None
        if function.room.runtime is None and module_file(self._tree, folder, module) is None:
            return None
        program = Tree.join(folder, function.handler or "")
        if program is not None and program in self._tree:
            script = self._tree.read(program) or b""
            served = application(script, self._tree, folder) if is_wrapped(function.room) else None
            if served is None:
                self.note(function.source, f"the function {function.name} starts a program: {function.handler}")
                return None
            function = replace(function, handler=served)
        if alone:
            # A single file is archived by itself.
            packaged = ("!**", location.rpartition("/")[2])
            return replace(function, code_root=folder, build=Build(complete=True), packaged=packaged)
        serverless = function.declared_by == "sam"
        build = self._builds.function(stack, function.name, resource, folder, serverless=serverless)
        return replace(function, code_root=folder, build=build)

    def _location(self, stack: Stack, properties: Node, resource: Node) -> str | None:
        """Return the local path of the code, relative to the template's folder; None if it is not local."""
        if function_code := properties.get("CodeUri"):
            location = stack.scope.text(function_code)
        elif properties.get("Code") is not None:
            location = stack.scope.text(properties, "Code")
            if location is None and stack.scope.text(resource, "Metadata", "aws:asset:property") == "Code":
                location = stack.scope.text(resource, "Metadata", "aws:asset:path")
        else:
            return "."
        if location is None or "://" in location or location.startswith("/"):
            return None
        return location or "."

    def _elsewhere(self, stack: Stack, function: Function, module: list[str]) -> Function | None:
        """Return a function whose code comes from elsewhere with the only folder that can hold it."""
        folder = self._guess(stack.directory, module)
        if folder is None:
            message = f"the code of the function {function.name} is not in the project, as far as it shows"
            self.note(function.room.span_of("code_root") or function.source, message)
            return None
        return replace(function, code_root=folder, confidence="medium")

    def _guess(self, directory: str, module: list[str]) -> str | None:
        """Return the template's folder if *module* is in it, else the one folder below it that has the module."""
        if not module:
            return None
        if module_file(self._tree, directory, module) is not None:
            return directory
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path in self._tree.files:
                if path.endswith(".py"):
                    self._by_name[path.rpartition("/")[2]].append(path)
        tail = "/" + "/".join(module) + ".py"
        above = f"{directory}/" if directory else ""
        found = [
            path.removesuffix(tail)
            for path in self._by_name.get(f"{module[-1]}.py", ())
            if path.startswith(above) and path.endswith(tail) and not is_apart(path)
        ]
        return found[0] if len(found) == 1 else None


def _module(function: Function) -> list[str]:
    """Return the parts of the name of the handler's module."""
    return [part for part in (function.handler or "").replace("/", ".").split(".")[:-1] if part]


def _zip_file(stack: Stack, properties: Node) -> Node | None:
    """Return the node of ``Code.ZipFile`` with its functions, which the inline reader evaluates itself."""
    code = stack.scope.get(properties, "Code")
    return code.get("ZipFile") if code is not None else None
