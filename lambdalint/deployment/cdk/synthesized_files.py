"""Finds the cloud assemblies, ``cdk.out``, that the CDK left in a project, and lists what of them is read.

An assembly is what an earlier build left, mostly ignored by git, and no source of the user's: collection lists none of
its files. It is looked up on the disk, whether or not git ignores it, for an app in Java or Go shows its functions
nowhere else. Symbolic links are not followed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ASSEMBLIES = 200
MAX_FILES = 20_000
MAX_BYTES = 5_000_000
MAX_DEPTH = 30
"""Bounds: assemblies of a project, the files that are listed of them, the bytes of one, and how deep they lie."""

_DEFAULT = "cdk.out"
_NESTED = "assembly-"
_DESCRIBING = (".template.json", ".assets.json")
_SKIPPED = frozenset({"node_modules", "__pycache__", ".git", ".venv", "site-packages"})


class Assemblies(msgspec.Struct, frozen=True):
    """The assemblies of a project: ``files`` lists what is read of them, ``folders`` are those with templates."""

    files: Tree
    folders: tuple[str, ...]
    problems: tuple[Problem, ...]


def find(tree: Tree) -> Assemblies:
    """Return the assemblies that lie in the folders of *tree*."""
    walk = _Walk(str(tree.root))
    for number, folder in enumerate(_outputs(tree)):
        tree.leave()
        if number >= MAX_ASSEMBLIES:
            walk.problem(folder, f"more than {MAX_ASSEMBLIES} cloud assemblies; the rest is not read")
            break
        walk.assembly(folder)
    return Assemblies(Tree(tree.root, tuple(walk.files)), tuple(walk.folders), tuple(walk.problems))


def load_json(files: Tree, path: str) -> tuple[object, Problem | None]:
    """Return what a JSON file of an assembly holds, and why it cannot be read."""
    try:
        return json.loads(files.read(path) or b""), None
    except json.JSONDecodeError as error:
        return None, Problem(Span.point(path, error.lineno, error.colno), f"not valid JSON: {error.msg}")
    except (ValueError, RecursionError) as error:
        return None, Problem(Span.point(path), f"not valid JSON: {' '.join(str(error).split())[:200]}")


def _outputs(tree: Tree) -> Iterator[str]:
    """Yield the folders that programs write their assemblies to: ``cdk.out``, or what ``cdk.json`` says."""
    for directory in sorted(tree.directories):
        names = [_DEFAULT]
        settings = f"{directory}/cdk.json".lstrip("/")
        if settings in tree:
            loaded, _ = load_json(tree, settings)
            output = loaded.get("output") if isinstance(loaded, dict) else None
            if isinstance(output, str) and output and not output.startswith("/"):
                names.append(output)
        for name in names:
            folder = Tree.join(directory, name)
            if folder and tree.is_folder_beside(folder):
                yield folder


class _Walk:
    """Lists the files of assemblies."""

    def __init__(self, root: str) -> None:
        self.files: list[str] = []
        self.folders: list[str] = []
        self.problems: list[Problem] = []
        self._root = root
        self._full = False

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(Span.point(path), message))

    def assembly(self, folder: str) -> None:
        """List the templates, the assets' files and the nested assemblies of *folder*."""
        pending: list[tuple[str, bool, int]] = [(folder, True, 0)]
        while pending and not self._full:
            current, describes, depth = pending.pop()
            if describes:
                self.folders.append(current)
            for entry in self._entries(current):
                path = f"{current}/{entry.name}"
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if depth < MAX_DEPTH and entry.name not in _SKIPPED:
                            pending.append((path, describes and entry.name.startswith(_NESTED), depth + 1))
                    elif entry.is_file(follow_symlinks=False):
                        self._file(path, entry, describes=describes)
                except OSError:
                    continue

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(Path(self._root, folder)) as scan:
                return sorted(scan, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            self.problem(folder, f"folder cannot be read: {error.strerror}")
            return []

    def _file(self, path: str, entry: os.DirEntry[str], *, describes: bool) -> None:
        wanted = describes and entry.name.endswith(_DESCRIBING)
        if not wanted and (describes or not (entry.name.endswith(".py") or "ockerfile" in entry.name)):
            return
        try:
            entry.name.encode("utf-8")
        except UnicodeEncodeError:
            return
        if entry.stat(follow_symlinks=False).st_size > MAX_BYTES:
            if wanted:
                self.problem(path, f"larger than {MAX_BYTES // 1_000_000} MB: not read")
        elif len(self.files) < MAX_FILES:
            self.files.append(path)
        elif not self._full:
            self._full = True
            self.problem(path, f"more than {MAX_FILES} files of cloud assemblies; the rest is not read")
