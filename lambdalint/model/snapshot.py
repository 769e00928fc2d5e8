"""The files of the analysed project as they were at one moment, to be read where the project is not."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING

from lambdalint.model.tree import Tree

if TYPE_CHECKING:
    from typing import BinaryIO

_SMALL = 1024
"""Bytes that any file may have to be held whole; pointers to files elsewhere are that small."""
_HEAD = 8192
"""Bytes at the start that tell text from other files, as Git tells them."""


class Snapshot(Tree):
    """A tree that holds what the analysis of code reads, and never looks at the disk.

    It holds the contents of code, text and small files, and the sizes of all. What is asked for and not held is in
    ``missed``: whatever was concluded after that is worth nothing.
    """

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree.root, tree.files, vendored=tree.vendored, large=tree.large)
        self.missed: set[str] = set()
        self._sizes = {path: tree.size(path) for path in tree.files}
        self._contents: dict[str, bytes | None] = {}
        for path in (*tree.files, *(one.mark for one in tree.vendored)):
            if path.endswith(".py") or (self._sizes.get(path) or 0) <= _SMALL or _is_text(tree, path):
                self._contents[path] = tree.read(path)

    def view(self) -> Snapshot:
        """Return the same files, with nothing missed yet."""
        other = copy.copy(self)
        other.missed = set()
        other.answers = None
        return other

    def read(self, path: str) -> bytes | None:
        """Return the content of a listed file, or None if it could not be read, or is not held."""
        if path not in self._readable:
            return None
        if path not in self._contents:
            self.missed.add(path)
            return None
        return self._contents[path]

    def open(self, path: str) -> BinaryIO | None:
        """Return a listed file, opened for reading, or None if it could not be read, or is not held."""
        content = self.read(path) if path in self else None
        return None if content is None else io.BytesIO(content)

    def size(self, path: str) -> int | None:
        """Return how many bytes a listed file held, or None if that could not be told."""
        return self._sizes.get(path)


def _is_text(tree: Tree, path: str) -> bool:
    opened = tree.open(path)
    if opened is None:
        return True
    with opened:
        try:
            return b"\0" not in opened.read(_HEAD)
        except OSError:
            return False
