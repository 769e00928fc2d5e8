"""Templates of CloudFormation and SAM: the functions and layers that they declare, and how they are built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Deployment

if TYPE_CHECKING:
    from lambdalint.model import Tree

__all__ = ["read"]

SUFFIXES = (".yaml", ".yml", ".json", ".template")
"""The endings of files that may be templates."""


def read(tree: Tree) -> Deployment:
    """Return the Python functions of every template of *tree*."""
    if not any(path.endswith(SUFFIXES) for path in tree.files):
        return Deployment()
    from lambdalint.deployment.cloudformation.reader import read

    return read(tree)
