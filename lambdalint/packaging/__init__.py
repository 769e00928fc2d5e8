"""What each function ships: the requirements that its build installs, what lies in its folder, its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Settings, Tree
    from lambdalint.packaging.functions import Packages

__all__ = ["read"]


def read(tree: Tree, functions: Sequence[Function], catalogue: Catalogue, settings: Settings) -> Packages:
    """Return what each of *functions* ships; what cannot be read becomes a problem, never an exception."""
    from lambdalint.packaging.functions import read

    return read(tree, functions, catalogue, settings)
