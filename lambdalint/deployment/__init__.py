"""What is deployed, and into which room: one module a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.recalled import anew

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.catalogue import Catalogue
    from lambdalint.deployment.recalled import Recalled
    from lambdalint.model import Deployment, Function, Settings, Tree

    Failed = Callable[[str, Exception], None]

__all__ = ["locate", "read"]


def locate(tree: Tree, function: Function) -> tuple[str, str] | None:
    """Return the file and the qualified name of a function's handler, or None if it is not in the project."""
    from lambdalint.deployment import handlers

    return handlers.locate(tree, function)


def _reraise(doing: str, error: Exception) -> None:
    """Raise the *error* of a reader: nobody asked to be told of it."""
    del doing
    raise error


def read(
    tree: Tree,
    settings: Settings,
    catalogue: Catalogue,
    failed: Failed = _reraise,
    recalled: Recalled = anew,
) -> Deployment:
    """Return the functions that the project at *tree* deploys, and what could not be understood.

    A function of the configuration takes the place of others with the same handler. Functions that only look
    like ones are added where no declaration names them; web applications only where there is nothing else.
    The same function of several templates counts once, if its room is the same in all of them.

    *failed* is told the error of a reader that fails, and what it reads; the others go on. *recalled* is asked for what
    an earlier run may have concluded.
    """
    from lambdalint.deployment import project

    return project.read(tree, settings, catalogue, failed, recalled)
