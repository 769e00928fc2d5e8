"""Leaves out functions that cannot reach what a report is limited to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.engine.syntax import is_python

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from lambdalint.engine.collect import Collected
    from lambdalint.model import Function, Tree


def concerned(functions: tuple[Function, ...], collected: Collected) -> tuple[Function, ...]:
    """Return those of *functions* that a report limited to the targets can concern.

    A target declares them, or lies in their layers, or in their code lies a target or a module that may lead to one.
    """
    if collected.targets is None:
        return functions
    targets = {*collected.targets, *(link for link, path in collected.links.items() if path in collected.targets)}
    above = _folders_of(targets)
    leading = _folders_of(_leading_to(targets, collected.tree))

    def is_concerned(function: Function) -> bool:
        layers = (layer.directory for layer in function.room.layers if layer.directory is not None)
        return (
            function.source.path in targets
            or any(folder.strip("/") in above for folder in (function.code_root, *layers))
            or function.code_root.strip("/") in leading
        )

    return tuple(filter(is_concerned, functions))


def _folders_of(paths: Iterable[str]) -> set[str]:
    """Return the folders that hold one of *paths*, at any depth."""
    above = {""} if paths else set()
    for path in paths:
        parent = path.rpartition("/")[0]
        while parent not in above:
            above.add(parent)
            parent = parent.rpartition("/")[0]
    return above


def _leading_to(targets: Collection[str], tree: Tree) -> set[str]:
    """Return the Python files among *targets* and, of the others, those that may import them, also through others.

    Imports are resolved in many ways, so any mention of a module's name counts.
    """
    leading = {path for path in targets if is_python(path)}
    others = [path for path in tree.files if is_python(path) and path not in leading]
    new = set(leading)
    known: set[str] = set()
    while new:
        names = {_name_of(path) for path in new} - known
        known |= names
        new = set()
        if names:
            mention = re.compile(rb"\b(?:%s)\b" % b"|".join(re.escape(name.encode()) for name in sorted(names)))
            new = {path for path in others if mention.search(tree.read(path) or b"")}
            others = [path for path in others if path not in new]
            leading |= new
    return leading


def _name_of(path: str) -> str:
    """Return the last part of the name under which the module at *path* is imported."""
    folder, _, file = path.rpartition("/")
    return folder.rpartition("/")[2] if file == "__init__.py" and folder else file.removesuffix(".py")
