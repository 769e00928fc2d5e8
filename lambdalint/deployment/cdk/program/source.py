"""The files of a CDK program: their syntax trees, the places in them, and which file a module is."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.source_root import ancestors, parse
from lambdalint.model import Span, Tree

if TYPE_CHECKING:
    import ast

MAX_LISTED = 200
MAX_READ = 1_000_000


class Source(msgspec.Struct, eq=False):
    """One parsed file."""

    path: str
    module: ast.Module
    lines: list[bytes]
    ascii: bool
    spans: dict[int, Span] = msgspec.field(default_factory=dict)

    def span(self, node: ast.expr | ast.keyword | ast.stmt) -> Span:
        """Return where *node*, which lives as long as the source, stands."""
        found = self.spans.get(id(node))
        if found is None:
            end = node.end_lineno or node.lineno
            last = node.end_col_offset or node.col_offset
            column = self._column(node.lineno, node.col_offset)
            found = Span(self.path, node.lineno, column, end, self._column(end, last))
            self.spans[id(node)] = found
        return found

    def _column(self, line: int, offset: int) -> int:
        if self.ascii:
            return offset + 1
        text = self.lines[line - 1] if line <= len(self.lines) else b""
        return len(text[:offset].decode("utf-8", "replace")) + 1


class Sources:
    """Parses each file once, for all programs."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._parsed: dict[str, Source | None] = {}

    def get(self, path: str) -> Source | None:
        """Return the file at *path*, or None where it cannot be read."""
        if path not in self._parsed:
            content = self.tree.read(path)
            module = parse(content) if content is not None else None
            self._parsed[path] = (
                Source(path, module, content.splitlines(), content.isascii())
                if content is not None and module is not None
                else None
            )
        return self._parsed[path]

    def text(self, path: str) -> str | None:
        """Return the content of a file that a program reads, or None."""
        content = self.tree.read(path)
        if content is None or len(content) > MAX_READ:
            return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return None


def search_folders(tree: Tree, main: str, directory: str | None) -> tuple[str, ...]:
    """Return the folders that the imports of the program *main*, which runs in *directory*, start at.

    Those of packages that are installed from the project itself come last.
    """
    folder = main.rpartition("/")[0]
    first = [folder, *([directory] if directory is not None else [])]
    above = ancestors(main)
    return tuple(
        dict.fromkeys(
            one
            for one in (*first, *above, *(f"{each}/src".lstrip("/") for each in above))
            if one in tree.directories or not one
        )
    )


def module_path(tree: Tree, folders: tuple[str, ...], name: str) -> str | None:
    """Return the file, or the folder of a package without ``__init__.py``, of the module with the dotted *name*."""
    below = name.replace(".", "/")
    bare = None
    for folder in folders:
        stem = f"{folder}/{below}".lstrip("/")
        for path in (f"{stem}/__init__.py", f"{stem}.py"):
            if path in tree:
                return path
        if bare is None and stem in tree.directories:
            bare = stem
    return bare


def children(tree: Tree, folder: str) -> list[tuple[str, bool]]:
    """Return the names in a *folder* of the tree, each with whether it is a folder itself."""
    above = f"{folder}/" if folder else ""
    found: dict[str, bool] = {}
    position = bisect_left(tree.files, above)
    while position < len(tree.files) and tree.files[position].startswith(above) and len(found) <= MAX_LISTED:
        name, slash, _ = tree.files[position][len(above) :].partition("/")
        found[name] = bool(slash)
        if slash:
            # All that lies in a folder is skipped: "0" comes right after "/".
            position = bisect_left(tree.files, f"{above}{name}0", position)
        else:
            position += 1
    return sorted(found.items())
