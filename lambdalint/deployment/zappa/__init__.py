"""Zappa: the web applications that its settings deploy, and what is packed with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Deployment

if TYPE_CHECKING:
    from lambdalint.model import Room, Tree

__all__ = ["read"]


def read(tree: Tree, room: Room) -> Deployment:
    """Return the functions of each folder of *tree* with a settings file; *room* is that of AWS Lambda."""
    if not any("zappa_settings" in path for path in tree.files):
        return Deployment()
    from lambdalint.deployment.zappa.reader import read

    return read(tree, room)
