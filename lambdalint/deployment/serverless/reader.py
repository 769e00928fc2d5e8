"""Reads the functions that serverless.yml files declare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment import document
from lambdalint.deployment.handlers import locate, module_file
from lambdalint.deployment.image_function import ImageBuild, place_image
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.serverless import Services
from lambdalint.deployment.serverless.build import WSGI_PLUGIN, ServiceBuilds
from lambdalint.deployment.serverless.package import UnknownPatternError, package_patterns
from lambdalint.deployment.serverless.room import build_room
from lambdalint.deployment.serverless.variables import Variables
from lambdalint.model import Function, Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.catalogue import Catalogue
    from lambdalint.deployment.document import Entry, Node
    from lambdalint.model import Room

_SERVICES = frozenset({"serverless.yml", "serverless.yaml", "serverless.json"})
_PROGRAMS = frozenset({"serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs"})
_WSGI_HANDLERS = frozenset({"wsgi_handler.handler", "wsgi.handler"})
_PYTHON = re.compile(r"python\d", re.IGNORECASE)
_CONSTRUCT_FUNCTIONS = ("worker", "authorizer")
MAX_FUNCTIONS = 2_000


def read(tree: Tree, catalogue: Catalogue) -> Services:
    """Return the Python functions of every serverless.yml of *tree*."""
    functions: list[Function] = []
    problems: list[Problem] = []
    foreign: list[str] = []
    for path in _files(tree, _SERVICES):
        loaded = document.read(tree, path)
        if loaded is None:
            continue
        problems.extend(loaded.problems)
        if loaded.root is None:
            continue
        service = _Service(tree, path, loaded.root, catalogue)
        if service.provider not in {None, "aws"}:
            foreign.append(service.directory)
            message = f"functions of the provider {service.provider} are not judged"
            problems.append(Problem(Span.point(path), message, "note"))
            continue
        functions.extend(service.functions())
        problems.extend(service.problems)
        problems.extend(service.variables.problems)
    for path in _files(tree, _PROGRAMS):
        message = "a service written as a program is not read; declare its functions in the configuration"
        problems.append(Problem(Span.point(path), message, "note"))
    return Services(tuple(functions), tuple(dict.fromkeys(problems)), tuple(foreign))


def _files(tree: Tree, names: frozenset[str]) -> Iterator[str]:
    return (path for path in tree.files if path.rpartition("/")[2] in names and not is_apart(path))


class _Service:
    """One serverless.yml."""

    def __init__(self, tree: Tree, path: str, root: Node, catalogue: Catalogue) -> None:
        self.directory = path.rpartition("/")[0]
        self.variables = Variables(tree, path, root)
        self.problems: list[Problem] = []
        self._tree = tree
        self._root = root
        self._catalogue = catalogue
        provider = self.variables.get(root, "provider")
        name = provider.text if provider is not None and provider.text is not None else None
        self.provider = name or self.variables.text(root, "provider", "name")
        self._builds = ServiceBuilds(tree, self.variables, root, self.directory)
        self._plugins = self._builds.plugins
        self._layers = self._builds.layers()

    def functions(self) -> Iterator[Function]:
        """Yield the functions that run Python."""
        for count, (name, entry) in enumerate(self._declarations()):
            if count >= MAX_FUNCTIONS:
                message = f"more than {MAX_FUNCTIONS} functions; the rest is not read"
                self.problems.append(Problem(entry.key.span, message))
                return
            declared = self.variables.resolve(entry.value)
            if declared is None:
                message = f"the function {name} is declared by a variable of unknown value"
                self.problems.append(Problem(entry.key.span, message, "note"))
            elif declared.entries:
                function = self._function(name, entry.key.span, declared)
                if function is not None:
                    yield function

    def _declarations(self) -> Iterator[tuple[str, Entry]]:
        functions = self.variables.get(self._root, "functions")
        if functions is not None:
            for part in functions.items or (functions,):
                block = self.variables.resolve(part)
                if block is None:
                    self.problems.append(Problem(part.span, "functions of unknown value are not read", "note"))
                    continue
                for entry in block.entries:
                    yield entry.name, entry
        constructs = self.variables.get(self._root, "constructs")
        for construct in constructs.entries if constructs is not None else ():
            declared = self.variables.resolve(construct.value)
            for entry in declared.entries if declared is not None else ():
                if entry.name in _CONSTRUCT_FUNCTIONS:
                    yield f"{construct.name}{entry.name.capitalize()}", entry

    def _function(self, name: str, span: Span, declared: Node) -> Function | None:
        image = declared.get("image")
        if image is not None:
            return self._image_function(name, span, declared, image)
        handler = self.variables.text(declared, "handler")
        if not handler:
            if declared.get("handler") is not None:
                message = f"the handler of the function {name} has no known value"
                self.problems.append(Problem(span, message))
            return None
        handler = handler.strip().removeprefix("./")
        module = self.variables.text(declared, "module")
        code_root = Tree.join(self.directory, module) if module else self.directory
        if code_root is None:
            self.problems.append(Problem(span, f"the module of the function {name} lies outside of the project"))
            return None
        runtime_node = declared.get("runtime") or self.variables.get(self._root, "provider", "runtime")
        runtime = self.variables.text(runtime_node)
        if not self._runs_python(runtime, handler, code_root):
            return None
        wsgi = self._wsgi_application(handler, declared)
        function = Function(
            name=name,
            handler=wsgi or handler,
            code_root=code_root,
            room=self._room(declared),
            source=span,
            declared_by="serverless",
            build=self._builds.function(declared, module or "", wsgi),
            search_path=(
                *((self.directory,) if code_root != self.directory else ()),
                *self._builds.vendor(declared),
            ),
        )
        return self._packaged(function, declared)

    def _packaged(self, function: Function, declared: Node) -> Function:
        """Return *function* with the patterns of its package, unless they are not understood or exclude its handler."""
        module = function.code_root[len(self.directory) :].strip("/")
        try:
            patterns = package_patterns(self.variables, self._root, declared, module)
        except UnknownPatternError as error:
            self.problems.append(error.problem)
            return function
        packaged = replace(function, packaged=patterns)
        if patterns and locate(self._tree, packaged) != locate(self._tree, function):
            message = (
                f"the package patterns of the function {function.name} exclude its handler {function.handler}: "
                "the whole folder counts as packaged"
            )
            self.problems.append(Problem(function.source, message, "note"))
            return function
        return packaged

    def _runs_python(self, runtime: str | None, handler: str, code_root: str) -> bool:
        """Tell whether a function runs Python; without a known runtime, whether its handler is in Python."""
        if runtime is not None:
            return bool(_PYTHON.match(runtime))
        module = handler.replace("/", ".").split(".")[:-1]
        return module_file(self._tree, code_root, module) is not None

    def _wsgi_application(self, handler: str, declared: Node) -> str | None:
        """Return the application that serverless-wsgi serves for this function, or None."""
        if handler not in _WSGI_HANDLERS or WSGI_PLUGIN not in self._plugins:
            return None
        application = self.variables.text(declared, "wsgi", "app") or self.variables.text(
            self._root, "custom", "wsgi", "app"
        )
        return application.strip().removeprefix("./").replace(":", ".") if application else None

    def _image_function(self, name: str, span: Span, declared: Node, image: Node) -> Function | None:
        resolved = self.variables.resolve(image)
        if resolved is None:
            self.problems.append(Problem(span, f"the image of the function {name} has no known value", "note"))
            return None
        reference = resolved.text or self.variables.text(resolved, "name")
        definition = None
        if reference is not None:
            definition = self.variables.get(self._root, "provider", "ecr", "images", reference)
        folder = self.variables.text(definition, "path")
        if definition is None or (folder is None and definition.get("path") is not None):
            return None
        if definition.text is not None or definition.get("uri") is not None:
            return None
        context = Tree.join(self.directory, folder or ".")
        if context is None:
            message = f"the image of the function {name} is built from outside of the project"
            self.problems.append(Problem(span, message))
            return None
        command = self._words(resolved, "command")
        function = Function(
            name=name,
            handler=command[0] if command else None,
            code_root=context,
            room=self._room(declared, package_type="image"),
            source=span,
            declared_by="serverless",
        )
        dockerfile = Tree.join(context, self.variables.text(definition, "file") or "Dockerfile")
        if dockerfile is None or dockerfile not in self._tree:
            return function
        arguments = self.variables.get(definition, "buildArgs")
        build = ImageBuild(
            context,
            dockerfile,
            command,
            self._words(resolved, "entryPoint"),
            self.variables.text(resolved, "workingDirectory"),
            tuple(
                (entry.name, value)
                for entry in (arguments.entries if arguments is not None else ())
                if (value := self.variables.text(entry.value)) is not None
            ),
        )
        placed, problems = place_image(self._tree, function, build)
        self.problems.extend(problems)
        return placed

    def _words(self, declared: Node, name: str) -> tuple[str, ...] | None:
        """Return a command, which is a list or a single word; None if it is not set."""
        block = self.variables.get(declared, name)
        if block is None:
            return None
        words = [self.variables.text(item) for item in block.items or (block,)]
        return tuple(word for word in words if word is not None)

    def _room(self, declared: Node, package_type: str = "zip") -> Room:
        return build_room(
            self._catalogue,
            self.variables,
            declared,
            self._root,
            self._layers,
            package_type=package_type,
            complete="serverless-dotenv-plugin" not in self._plugins,
        )
