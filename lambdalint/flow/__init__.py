"""Abstract interpretation from every entry point: what each call does, to which place, and by which way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.results import Evaluation, FlowResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Settings, Tree

__all__ = ["FlowResult", "analyse", "evaluations"]


def analyse(
    tree: Tree,
    functions: Sequence[Function],
    catalogue: Catalogue,
    settings: Settings,
    *,
    shortcuts: bool = True,
) -> FlowResult:
    """Return the effects of *functions*, in the order of their places.

    Without *shortcuts* all is run that is reached, also what can do nothing, by its names, and calls like earlier ones.
    The result is the same.
    """
    from lambdalint.flow import analysis

    return analysis.analyse(tree, functions, catalogue, settings, shortcuts=shortcuts)


def evaluations(
    tree: Tree,
    functions: Sequence[Function],
    catalogue: Catalogue,
    settings: Settings,
    known: Sequence[Mapping[int, int]] = (),
) -> list[Evaluation | None]:
    """Return the effects of each of *functions*, apart, with what was asked of the tree.

    *known* holds, for each function whose result is known already, the steps it took by the steps it was given: it is
    not evaluated again, and None stands in its place.
    """
    from lambdalint.flow import analysis

    return analysis.evaluations(tree, functions, catalogue, settings, known)
