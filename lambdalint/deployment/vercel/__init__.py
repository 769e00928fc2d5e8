"""Python functions on Vercel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Problem, Tree

__all__ = ["Projects", "read"]


class Projects(msgspec.Struct, frozen=True):
    """What the Vercel projects of a repository deploy; ``files`` are those that their functions are served from."""

    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()


def read(tree: Tree, catalogue: Catalogue) -> Projects:
    """Return the Python functions of each folder of *tree* that is deployed to Vercel."""
    if not any(path.endswith(("vercel.json", "pyproject.toml")) or "api/" in path for path in tree.files):
        return Projects()
    from lambdalint.deployment.vercel.reader import read

    return read(tree, catalogue)
