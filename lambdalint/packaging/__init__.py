"""What each function ships: the requirements that its build installs, what lies in its folder, its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import FunctionPackage, Problem  # noqa: TC001 - decoding looks at the fields' types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Settings, Tree

__all__ = ["Packages", "read"]


class Packages(msgspec.Struct, frozen=True):
    """The packages of all functions, in the functions' order, and what could not be read of them.

    ``files`` are the paths of all that says what is in them: requirements files, and marks of vendored packages.
    """

    packages: tuple[FunctionPackage, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()


def read(tree: Tree, functions: Sequence[Function], catalogue: Catalogue, settings: Settings) -> Packages:
    """Return what each of *functions* ships; what cannot be read becomes a problem, never an exception."""
    if not functions:
        return Packages()
    from lambdalint.packaging.functions import read

    return read(tree, functions, catalogue, settings)
