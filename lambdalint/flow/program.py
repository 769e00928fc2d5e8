"""Which file an import means, in the room of one function, and where that file lies at run time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.handlers import is_packaged
from lambdalint.deployment.package_patterns import Package
from lambdalint.facts import CannotParse, ModuleFacts, read_module, read_text
from lambdalint.flow.common import Common
from lambdalint.flow.store import Numbers
from lambdalint.model.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.facts.ir import Call
    from lambdalint.model import Function, Problem, Span, Tree

_NEVER_GUESSED = frozenset(sys.stdlib_module_names) | {
    "aiohttp", "aws_cdk", "azure", "boto3", "botocore", "bottle", "chalice", "click", "crhelper", "django",
    "fastapi", "flask", "numpy", "pandas", "PIL", "pkg_resources", "pydantic", "pytest", "requests", "setuptools",
    "six", "sqlalchemy", "yaml",
}  # fmt: skip
"""Names of well-known libraries: a folder of that name elsewhere in the repository is not what is imported."""


class Sources:
    """The facts of the project's files, parsed on demand and kept."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree if isinstance(tree, Watched) else Watched(tree)
        self.broken: dict[str, Problem] = {}
        self._facts: dict[str, ModuleFacts | None] = {}
        self._inline: dict[str, str] = {}
        self._by_name: dict[str, list[str]] | None = None
        self._inside: dict[str, set[str]] | None = None
        self.numbers = Numbers()
        """Of the owners in the stores of all functions that are analysed with these sources."""
        self.common = Common()
        self._scopes: dict[str, int] = {}
        self._used: dict[str, None] = {}
        self.places: dict[int, tuple[Call, tuple[Span, ...]]] = {}
        """By the identity of calls in the code, where their arguments and they themselves stand."""

    def scope(self, path: str) -> int:
        """Return the owner of a module's names, the same for all functions."""
        if path not in self._scopes:
            self._scopes[path] = self.numbers.next()
        return self._scopes[path]

    def add_inline(self, virtual_path: str, text: str) -> None:
        """Make the code of a template readable under its virtual path."""
        if self._inline.get(virtual_path) != text:
            self._inline[virtual_path] = text
            self._facts.pop(virtual_path, None)
            self.broken.pop(virtual_path, None)

    def facts(self, path: str) -> ModuleFacts | None:
        """Return a file's facts, or None if it is missing or broken (then ``broken`` says why)."""
        if path not in self._facts:
            self._facts[path] = self._read(path)
        elif path not in self._used and path not in self._inline:
            self.tree.note(f"c:{path}")
        self._used[path] = None
        return self._facts[path]

    def content(self, path: str) -> bytes:
        """Return what a file, or the code of a template, holds; nothing if it cannot be read."""
        return self._inline[path].encode(errors="replace") if path in self._inline else self.tree.read(path) or b""

    def _read(self, path: str) -> ModuleFacts | None:
        try:
            if path in self._inline:
                return read_text(path, self._inline[path])
            content = self.tree.read(path)
            return read_module(path, content) if content is not None else None
        except CannotParse as error:
            self.broken[path] = error.problem
            return None

    def begin(self) -> dict[str, str]:
        """Begin with another function, and return where what it asks of the tree is noted."""
        self._used = {}
        return self.tree.begin()

    @property
    def read_paths(self) -> tuple[str, ...]:
        """The files that the function reads, in order of their paths."""
        return tuple(sorted(self._used))

    @property
    def broken_of_function(self) -> tuple[Problem, ...]:
        """What of the files that the function reads does not parse, in order of their paths."""
        return tuple(self.broken[path] for path in self.read_paths if path in self.broken)


class Root(msgspec.Struct, frozen=True):
    """A folder of the project that imports are resolved in, and where its content lies at run time."""

    directory: str
    mounted: str


class Finder:
    """Resolves imports for one function."""

    def __init__(self, sources: Sources, function: Function) -> None:
        self._sources = sources
        self._tree = sources.tree
        room = function.room
        task_root = room.task_root.rstrip("/")
        prefix = function.prefix.strip("/")
        self.roots = [Root(function.code_root, f"{task_root}/{prefix}".rstrip("/"))]
        for layer in room.layers:
            if layer.directory is None:
                continue
            for folder in _layer_folders(layer.directory, self._tree):
                below = folder[len(layer.directory) :].strip("/")
                self.roots.append(Root(folder, f"/opt/{below}".rstrip("/") if below else "/opt/python"))
        code = self.roots[0]
        for directory in function.search_path:
            inside = not code.directory or directory.startswith(code.directory + "/")
            below = directory[len(code.directory) :].strip("/") if inside else ""
            self.roots.append(Root(directory, f"{code.mounted if inside else task_root}/{below}".rstrip("/")))
        self._inline = function.inline
        self._code_root = function.code_root
        self._package = Package(function.packaged) if function.packaged else None
        self._layers = tuple(f"{layer.directory}/" for layer in room.layers if layer.directory)
        self._cache: dict[str, str | None] = {}
        self._relative: dict[tuple[str, int, str], str | None] = {}
        self._order = list(self.roots)

    def add_root(self, runtime_path: str, *, first: bool = False) -> None:
        """Add a literal ``sys.path`` entry, given as it reads at run time, at the end or before all others."""
        source = self.source_of(runtime_path)
        if source is not None and all(root.directory != source for root in self.roots):
            root = Root(source, runtime_path.rstrip("/"))
            self.roots.append(root)
            self._order.insert(0 if first else len(self._order), root)
            self._cache.clear()

    def source_of(self, runtime_path: str) -> str | None:
        """Return the project's folder that lies at *runtime_path* at run time, or None."""
        for root in self.roots:
            if runtime_path == root.mounted or runtime_path.startswith(root.mounted + "/"):
                below = runtime_path[len(root.mounted) :].strip("/")
                found = self._tree.join(root.directory, below or ".")
                if found is not None and found in self._tree.directories:
                    return found
        return None

    def file_at(self, runtime_path: str) -> str | None:
        """Return the project's file that lies at *runtime_path* at run time, or None."""
        folder, _, name = runtime_path.rpartition("/")
        source = self.source_of(folder)
        path = f"{source}/{name}".lstrip("/") if source is not None else ""
        return path if path and path in self._tree else None

    def runtime_path(self, path: str) -> str:
        """Return where a project file lies at run time."""
        if self._inline is not None and path == self._inline.virtual_path:
            return f"{self.roots[0].mounted}/index.py"
        best: Root | None = None
        for root in self.roots:
            inside = not root.directory or path.startswith(root.directory + "/")
            if inside and (best is None or len(root.directory) > len(best.directory)):
                best = root
        if best is None:
            return f"{self.roots[0].mounted}/{path}"
        return f"{best.mounted}/{path[len(best.directory) :].lstrip('/')}"

    def resolve(self, dotted: str, importer: str) -> str | None:
        """Return the file that an absolute import means (a folder's path ends in ``/``), or None if it is not ours."""
        key = f"{dotted}|{importer.rpartition('/')[0]}"
        if key not in self._cache:
            self._cache[key] = self._resolve(dotted, importer)
        return self._cache[key]

    def _resolve(self, dotted: str, importer: str) -> str | None:
        relative = dotted.replace(".", "/")
        for root in self._order:
            found = self.in_directory(root.directory, relative)
            if found is not None and not (found.endswith("/") and dotted.partition(".")[0] in _NEVER_GUESSED):
                return found
        top = dotted.partition(".")[0]
        if top in _NEVER_GUESSED:
            return None
        nearest = _nearest(self._tree.folders_of_module(top), importer)
        return self.in_directory(nearest[0], relative) if len(nearest) == 1 else None

    def choices(self, dotted: str, importer: str) -> list[str]:
        """Return the folders that are equally near and hold the module of an import that is not resolved."""
        top = dotted.partition(".")[0]
        folders = self._tree.folders_of_module(top) if top not in _NEVER_GUESSED else ()
        return _nearest(folders, importer) if folders else []

    def in_directory(self, directory: str, relative: str) -> str | None:
        """Return the module file at *relative* below *directory*, or None."""
        base = self._tree.join(directory, relative)
        if base is None:
            return None
        for candidate in (f"{base}/__init__.py", f"{base}.py"):
            if candidate in self._tree and self._packaged(candidate):
                return candidate
        return f"{base}/" if base and base in self._tree.directories else None

    def _packaged(self, path: str) -> bool:
        """Tell whether the function is deployed with a file: what it has in a layer needs no place in its package."""
        if self._package is None or path.startswith(self._layers):
            return True
        return is_packaged(self._package, self._code_root, path)

    def resolve_relative(self, module: str, level: int, importer: str) -> str | None:
        """Return the file that a relative import means, or None."""
        key = module, level, importer
        if key not in self._relative:
            self._relative[key] = self._resolve_relative(module, level, importer)
        return self._relative[key]

    def _resolve_relative(self, module: str, level: int, importer: str) -> str | None:
        directory = importer.rstrip("/").rpartition("/")[0] if not importer.endswith("/") else importer.rstrip("/")
        for _ in range(level - 1):
            directory = directory.rpartition("/")[0]
        if not module:
            init = f"{directory}/__init__.py".lstrip("/")
            return init if init in self._tree and self._packaged(init) else f"{directory}/"
        return self.in_directory(directory, module.replace(".", "/"))

    def modules_in(self, directory: str) -> dict[str, bool]:
        """Return the modules and packages right in *directory*, each with whether it is a package."""
        return self._tree.modules_in(directory)

    def submodule(self, package: str, name: str) -> str | None:
        """Return the file of a package's submodule, or None."""
        if package.endswith(("/__init__.py", "/")):
            return self.in_directory(package.rstrip("/").removesuffix("/__init__.py"), name)
        return None


def _layer_folders(directory: str, tree: Tree) -> list[str]:
    folders = []
    for below in ("python", "python/lib/python3/site-packages"):
        folder = f"{directory}/{below}".strip("/")
        if folder in tree.directories:
            folders.append(folder)
    if not folders:
        # A build step puts the content into ``python/``.
        folders.append(directory)
    return folders


def _nearest(folders: Iterable[str], importer: str) -> list[str]:
    """Return the folders that share the longest path with *importer*."""
    best: list[str] = []
    best_length = -1
    parts = importer.split("/")
    for folder in dict.fromkeys(folders):
        shared = 0
        for left, right in zip(folder.split("/"), parts, strict=False):
            if left != right:
                break
            shared += 1
        if shared > best_length:
            best, best_length = [folder], shared
        elif shared == best_length:
            best.append(folder)
    return best
