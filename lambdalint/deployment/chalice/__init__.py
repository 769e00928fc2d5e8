"""Chalice applications, and how their packages are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Deployment

if TYPE_CHECKING:
    from lambdalint.model import Room, Tree

__all__ = ["read"]


def read(tree: Tree, room: Room) -> Deployment:
    """Return the functions of the Chalice applications of *tree*; *room* is that of AWS Lambda."""
    if not any(path.endswith("app.py") for path in tree.files):
        return Deployment()
    from lambdalint.deployment.chalice.reader import read

    return read(tree, room)
