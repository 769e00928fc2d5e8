"""Folders that are archived as they are, without a build step that is known."""

from __future__ import annotations

from bisect import bisect_left
from itertools import takewhile
from typing import TYPE_CHECKING

from lambdalint.model import Build

if TYPE_CHECKING:
    from lambdalint.model import Tree

_MANIFESTS = ("requirements.txt", "pyproject.toml", "Pipfile")
_ASIDE = (".md", ".rst", ".txt", ".sh", ".toml", "Makefile", "Dockerfile", "Pipfile", "Pipfile.lock", "uv.lock")
"""Ends of the names of files that a folder holds for people, or for what fills it."""


def is_folder(tree: Tree, folder: str) -> bool:
    """Tell whether the project shows *folder*; one with installed packages alone holds no listed file."""
    return folder in tree.directories or any(_is_below(one.directory, folder) for one in tree.vendored)


def zipped_folder(tree: Tree, folder: str, inner: str = "") -> Build:
    """Return the build of *folder*, which only archives it.

    A folder that holds requirements, but none of the packages they ask for, is filled by something that is not seen
    here, and so is one that holds nothing to run; then the build is not complete. The requirements may stand, and the
    packages lie, in the folder *inner*, too.
    """
    folders = tuple(dict.fromkeys((folder, f"{folder}/{inner}".strip("/"))))
    installed = any(_is_below(one.directory, folder) for one in tree.vendored)
    asked = any(f"{one}/{name}".lstrip("/") in tree for one in folders for name in _MANIFESTS)
    return Build(complete=installed or (not asked and _holds_something(tree, folder)))


def _holds_something(tree: Tree, folder: str) -> bool:
    first = bisect_left(tree.files, f"{folder}/") if folder else 0
    below = takewhile(lambda path: _is_below(path, folder), tree.files[first:])
    names = (path.rpartition("/")[2] for path in below)
    return any(not name.startswith(".") and not name.endswith(_ASIDE) for name in names)


def _is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")
