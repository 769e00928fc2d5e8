"""Services of the Serverless Framework: the functions that their configuration declares, and how they are packed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Problem, Tree

__all__ = ["Services", "read"]


class Services(msgspec.Struct, frozen=True):
    """What the serverless.yml files of a project declare.

    ``foreign`` are the folders of services on another provider than AWS, whose handlers look the same.
    """

    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = ()
    foreign: tuple[str, ...] = ()


def read(tree: Tree, catalogue: Catalogue) -> Services:
    """Return the Python functions of every serverless.yml of *tree*."""
    if not any("serverless." in path for path in tree.files):
        return Services()
    from lambdalint.deployment.serverless.reader import read

    return read(tree, catalogue)
