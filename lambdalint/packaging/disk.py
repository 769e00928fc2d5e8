"""Reads files of the project that collection did not list, such as those of installed packages."""

from __future__ import annotations

import os
import stat
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.model.watched import NOTHING, Watched, digest, digest_of_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from lambdalint.model import Tree

MAX_FILES = 20_000
MAX_DEPTH = 40


def is_byte_code(path: str) -> bool:
    """Tell whether *path* is what Python itself wrote; it is neither packed nor counted."""
    return path.endswith((".pyc", ".pyo")) or path.startswith("__pycache__/") or "/__pycache__/" in path


def unlisted(tree: Tree, folder: str, names: Collection[str]) -> tuple[str, ...]:
    """Return those of *names* that lie right in *folder* although *tree* does not list them, sorted.

    That is what ``.gitignore`` or the settings leave out, what cannot be read, and links that are not followed.
    Installed packages that the tree knows, and what is too large to be analysed, are listed. Nothing is opened.
    """
    below = tree.join("", folder)
    if below is None:
        return ()
    prefix = f"{below}/" if below else ""
    installed = {one.name for one in tree.vendored if one.directory == below and not one.file}
    installed |= {f"{one.name}.py" for one in tree.vendored if one.directory == below and one.file}
    return tuple(
        name
        for name in sorted(names)
        if name not in installed
        and not any(prefix + name in listed for listed in (tree, tree.directories, tree.large))
        and _is_there(tree, f"{below}/{name}".lstrip("/"))
    )


def _is_there(tree: Tree, path: str) -> bool:
    _note(tree, f"u:{path}")
    return os.path.lexists(tree.root / path)


def _note(tree: Tree | None, question: str) -> None:
    if isinstance(tree, Watched):
        tree.note(question)


def disk_answers(root: Path) -> Mapping[str, Callable[[str], str]]:
    """Return what answers the questions that a watched tree notes of the disk, by their letters."""
    disk = Disk(root)

    def content(about: str) -> str:
        limit, _, path = about.partition(" ")
        found = disk.read(path, int(limit))
        return NOTHING if found is None else digest(found)

    return {
        "u": lambda path: str(os.path.lexists(root / path)),
        "y": content,
        "z": lambda path: str(disk.size(path)),
        "w": lambda folder: digest_of_names(disk.names(folder)),
        "q": lambda folder: digest_of_names(disk.sizes(folder)),
    }


class Disk:
    """The folders below *root*, by paths relative to it with ``/``; *tree*, if it is watched, notes what is looked at.

    No path and no symbolic link leads out of the root; nothing is run, nothing is raised. What is not there, or is
    no plain file, is None.
    """

    def __init__(self, root: Path, tree: Tree | None = None) -> None:
        self._root = os.path.realpath(root)
        self._tree = (lambda: None) if tree is None else weakref.ref(tree)
        self._folders: dict[str, str | None] = {"": self._root}

    def read(self, path: str, limit: int) -> bytes | None:
        """Return the content of a file, at most *limit* bytes of it."""
        _note(self._tree(), f"y:{limit} {path}")
        found = self._file(path)
        if found is None:
            return None
        try:
            with Path(found[0]).open("rb") as handle:
                return handle.read(limit)
        except OSError:
            return None

    def size(self, path: str) -> int | None:
        """Return the size of a file in bytes."""
        _note(self._tree(), f"z:{path}")
        found = self._file(path)
        return None if found is None else found[1]

    def names(self, folder: str) -> list[str]:
        """Return what lies in *folder*, sorted."""
        _note(self._tree(), f"w:{folder}")
        real = self._folder(folder)
        if real is None:
            return []
        try:
            with os.scandir(real) as scan:
                return sorted(entry.name for entry in scan)
        except OSError:
            return []

    def sizes(self, folder: str) -> Iterator[tuple[str, int]]:
        """Yield the files below *folder*, in order, each with its size in bytes.

        Byte code is left out, links below the folder are not followed. The walk ends after ``MAX_FILES`` entries, and
        goes ``MAX_DEPTH`` folders deep.
        """
        _note(self._tree(), f"q:{folder}")
        seen = 0
        pending = [(folder, 0)]
        while pending:
            current, depth = pending.pop()
            real = self._folder(current)
            if real is None or depth > MAX_DEPTH:
                continue
            try:
                with os.scandir(real) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError:
                continue
            below = []
            for entry in entries:
                seen += 1
                if seen > MAX_FILES:
                    return
                path = f"{current}/{entry.name}".lstrip("/")
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != "__pycache__":
                            below.append((path, depth + 1))
                    elif entry.is_file(follow_symlinks=False) and not is_byte_code(path):
                        yield path, entry.stat(follow_symlinks=False).st_size
                except OSError:
                    continue
            pending.extend(reversed(below))

    def _file(self, path: str) -> tuple[str, int] | None:
        folder, _, name = path.rpartition("/")
        real = self._folder(folder)
        found = None if real is None else self._entry(real, name)
        return (found[0], found[1].st_size) if found is not None and stat.S_ISREG(found[1].st_mode) else None

    def _folder(self, path: str) -> str | None:
        """Return where the folder really lies; each folder is looked at once."""
        if path in self._folders:
            return self._folders[path]
        parts = path.split("/")
        if len(parts) > 3 * MAX_DEPTH:
            return None
        real: str | None = self._root
        for index, name in enumerate(parts):
            current = "/".join(parts[: index + 1])
            if current not in self._folders:
                self._folders[current] = None if real is None else self._below(real, name)
            real = self._folders[current]
        return real

    def _below(self, real: str, name: str) -> str | None:
        found = self._entry(real, name)
        return found[0] if found is not None and stat.S_ISDIR(found[1].st_mode) else None

    def _entry(self, real: str, name: str) -> tuple[str, os.stat_result] | None:
        """Return where the entry *name* of a folder really lies, and what it is; None if that is out of the root."""
        if name in {"", ".", ".."}:
            return None
        try:
            found = f"{real}/{name}"
            status = os.lstat(found)
            if not stat.S_ISLNK(status.st_mode):
                return found, status
            found = os.path.realpath(found)
            inside = os.path.commonpath([found, self._root]) == self._root
            return (found, os.lstat(found)) if inside else None
        except (OSError, ValueError):
            return None
