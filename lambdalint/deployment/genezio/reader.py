"""Finds what the ``genezio.yaml`` of a project deploys.

The format is that of version 2, as the CLI checks it:
https://github.com/Genez-io/genezio/blob/main/src/projectConfiguration/yaml/v2.ts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment import document
from lambdalint.deployment.genezio.settings import build, given, is_expression, known_text, with_settings
from lambdalint.deployment.image_function import ImageBuild, place_image
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.rooms import base_room
from lambdalint.deployment.source_root import ancestors
from lambdalint.deployment.web_program import MODULE, binds, served_name
from lambdalint.model import Deployment, Function, Problem, Span, Tree

if TYPE_CHECKING:
    from lambdalint.catalogue import Catalogue
    from lambdalint.deployment.node import Node
    from lambdalint.model import Room

MAX_PROJECTS = 200
MAX_FUNCTIONS = 500
"""Bounds: files, and functions of one file."""

_NAME = "genezio.yaml"
_PLATFORM = "genezio"
_PYTHON = frozenset({"python", "python-asgi"})
_TYPES = frozenset({"aws", "httpServer", "persistent"})
_STREAMLIT = re.compile(rb"import\s+streamlit|from\s+streamlit\s+import")
_SECTIONS = ("backend", "container", "streamlit")


def read(tree: Tree, catalogue: Catalogue) -> Deployment:
    """Return the functions in Python of each ``genezio.yaml`` of *tree*: those listed, Streamlit, and containers."""
    room = base_room(_PLATFORM, catalogue)
    found: list[Function] = []
    problems: list[Problem] = []
    paths = [path for path in tree.named(_NAME) if not is_apart(path)]
    if len(paths) > MAX_PROJECTS:
        message = f"more than {MAX_PROJECTS} files {_NAME}; the rest is not read"
        problems.append(Problem(Span.point(paths[MAX_PROJECTS]), message))
    for path in paths[:MAX_PROJECTS]:
        loaded = document.read(tree, path)
        if loaded is None:
            continue
        problems.extend(loaded.problems)
        if isinstance(loaded.root, document.MappingNode):
            project = _Project(tree, path.rpartition("/")[0], loaded.root, room)
            project.read()
            found.extend(project.functions)
            problems.extend(project.problems)
        elif loaded.root is not None:
            problems.append(Problem(loaded.root.span, f"{_NAME} holds no mapping; it is not read"))
    return Deployment(tuple(found), tuple(dict.fromkeys(problems)))


class _Project(msgspec.Struct):
    """The functions of one file in *folder*."""

    tree: Tree
    folder: str
    root: Node
    room: Room
    functions: list[Function] = msgspec.field(default_factory=list)
    problems: list[Problem] = msgspec.field(default_factory=list)

    def read(self) -> None:
        """Read the sections that may run Python."""
        for name in _SECTIONS:
            section = given(self.root, name)
            if section is None:
                continue
            if not isinstance(section, document.MappingNode):
                self._wrong(section.span, f"{name} is no mapping")
                continue
            {"backend": self._backend, "container": self._container, "streamlit": self._streamlit}[name](section)

    def _backend(self, section: Node) -> None:
        language = known_text(given(section.get("language"), "name"))
        if language is not None and language not in _PYTHON:
            return
        folder = self._below(self.folder, given(section, "path"), "the path of the backend")
        if folder is None:
            return
        classes = given(section, "classes")
        if language is not None and classes is not None and classes.items:
            self._note(classes.span, "classes in Python are not deployed as functions; they are not read")
        listed = given(section, "functions")
        if listed is None:
            return
        if not isinstance(listed, document.SequenceNode):
            self._wrong(listed.span, "functions is no list")
            return
        if len(listed.items) > MAX_FUNCTIONS:
            message = f"more than {MAX_FUNCTIONS} functions; the rest is not read"
            self.problems.append(Problem(listed.items[MAX_FUNCTIONS].span, message))
        for block in listed.items[:MAX_FUNCTIONS]:
            if isinstance(block, document.MappingNode):
                self._function(section, folder, block, sure=language is not None)
            else:
                self._wrong(block.span, "an item of functions is no mapping")

    def _function(self, section: Node, folder: str, block: Node, *, sure: bool) -> None:
        label, entry = given(block, "name"), given(block, "entry")
        written = known_text(label)
        name, span = written or "function", (label or block).span
        if entry is None or entry.text is None:
            self._wrong(span, f"the function {name} has no entry")
            return
        file = known_text(entry)
        if file is None:
            self._note(entry.span, f"the entry of the function {name} is known when it is deployed; it is not read")
            return
        if not file.endswith(".py"):
            if sure:
                self._note(entry.span, f"the entry of the function {name} is no file in Python; it is not read")
            return
        root = self._below(folder, given(block, "path"), f"the path of the function {name}")
        path = Tree.join(root, file) if root is not None else None
        if root is None or path is None or not path.startswith(f"{root}/" if root else ""):
            if root is not None:
                self._wrong(entry.span, f"the entry of the function {name} leads out of its folder")
            return
        kind = given(block, "type")
        if kind is not None and known_text(kind) not in _TYPES:
            self._note(kind.span, f"the type of the function {name} is not known; it is not read")
            return
        handler = given(block, "handler")
        called = known_text(handler)
        if handler is not None and called is None:
            self._note(handler.span, f"the handler of the function {name} is not known; it is not read")
            return
        if called is None and (kind is None or kind.text == "aws"):
            self._wrong(span, f"the function {name} has no handler, which its type needs")
            return
        if kind is not None and kind.text != "aws":
            called = self._served(path, called)
        stem = path.removesuffix(".py")[len(root) :].lstrip("/")
        runtime = given(section.get("language"), "runtime")
        room = with_settings(self.room, block, runtime, given(section, "environment"))
        places = [("handler", (handler or entry).span)]
        code = given(block, "path") or given(section, "path")
        if code is not None:
            places.append(("code_root", code.span))
        function = Function(
            name=name,
            handler=f"{stem}.{called}",
            code_root=root,
            room=replace(room, spans=(*room.spans, *places)),
            source=span,
            declared_by=_PLATFORM,
            build=build(self.tree, root, scripted=given(section.get("scripts"), "deploy") is not None),
            search_path=self._above(path, root),
        )
        self.functions.append(function)

    def _streamlit(self, section: Node) -> None:
        """Streamlit runs the entry file from its first line for each interaction; without one, the first that fits."""
        root = self._below(self.folder, given(section, "path"), "the path of the Streamlit application")
        entry = given(section, "entryFile")
        if root is None:
            return
        path = self._found_script(root) if entry is None else Tree.join(root, known_text(entry) or ".")
        if path is None or not path.endswith(".py") or path not in self.tree:
            self._note((entry or section).span, "the file of the Streamlit application is not found; it is not read")
            return
        room = with_settings(self.room, section, given(section, "runtime"), given(section, "environment"))
        span = (entry or given(section, "path") or section).span
        function = Function(
            name="streamlit",
            handler=f"{path.removesuffix('.py')[len(root) :].lstrip('/')}.{MODULE}",
            code_root=root,
            room=replace(room, spans=(*room.spans, ("handler", span))),
            source=span,
            declared_by=_PLATFORM,
            build=build(self.tree, root, scripted=given(section, "scripts") is not None),
            search_path=self._above(path, root),
        )
        self.functions.append(function)

    def _found_script(self, root: str) -> str | None:
        above = f"{root}/" if root else ""
        candidates = [one for one in self.tree.files if one.startswith(above) and one.endswith(".py")]
        found = (one for one in candidates if not is_apart(one) and _STREAMLIT.search(self.tree.read(one) or b""))
        return next(found, None)

    def _container(self, section: Node) -> None:
        """The container's command starts a server; ``path`` names its Dockerfile, or the folder of it."""
        stated = given(section, "path")
        place = self._below(self.folder, stated, "the path of the container")
        if place is None:
            return
        path = place if place in self.tree else f"{place}/Dockerfile".lstrip("/")
        span = (stated or section).span
        if path not in self.tree:
            self._note(span, "the Dockerfile of the container is not found; it is not read")
            return
        room = with_settings(self.room, section, None, given(section, "environment"))
        function = Function(
            name="container",
            handler=None,
            code_root=path.rpartition("/")[0],
            # Nothing tells which places of a container can be written.
            room=replace(room, unjudged=("/",)),
            source=span,
            declared_by=_PLATFORM,
        )
        image = ImageBuild(path.rpartition("/")[0], path, serves=True)
        placed, problems = place_image(self.tree, function, image)
        self.problems.extend(problems)
        if placed is not None:
            self.functions.append(placed)

    def _served(self, path: str, called: str | None) -> str:
        """Return the name that the platform serves of the file at *path*: *called*, if the file has that name.

        The file may as well start a server itself, and then needs none.
        """
        if called is not None and (path not in self.tree or binds(self.tree, path, called)):
            return called
        return served_name(self.tree, path) or called or MODULE

    def _above(self, path: str, root: str) -> tuple[str, ...]:
        """Return the folders between the file's and the project's, without *root*."""
        return tuple(one for one in ancestors(path) if one != root and f"{one}/".startswith(self._prefix()))

    def _prefix(self) -> str:
        return f"{self.folder}/" if self.folder else ""

    def _below(self, folder: str, node: Node | None, what: str) -> str | None:
        """Return the folder that *node* names from *folder*; None, with a problem, where that is not known."""
        if node is None:
            return folder
        text = node.text
        if text is None:
            self._wrong(node.span, f"{what} is no text")
        elif is_expression(text):
            self._note(node.span, f"{what} is known when the project is deployed; it is not read")
        else:
            found = Tree.join(folder, text.strip())
            if found is None:
                self._wrong(node.span, f"{what} leads out of the repository")
            return found
        return None

    def _wrong(self, span: Span, message: str) -> None:
        self.problems.append(Problem(span, f"{message}; it is not read"))

    def _note(self, span: Span, message: str) -> None:
        self.problems.append(Problem(span, message, "note"))
