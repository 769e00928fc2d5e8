"""From deployed functions to effects: each function's code is run abstractly, from each of its entry points."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from lambdalint.flow.function_run import FunctionRun
from lambdalint.flow.program import Sources
from lambdalint.model.flow_result import Evaluation, FlowResult, FunctionResult, budget, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Settings, Tree

_DEEPEST_PYTHON = 12_000


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
    found = evaluations(tree, functions, catalogue, settings, shortcuts=shortcuts)
    return joined(tuple(one.result for one in found if one is not None))


def evaluations(
    tree: Tree,
    functions: Sequence[Function],
    catalogue: Catalogue,
    settings: Settings,
    known: Sequence[Mapping[int, int]] = (),
    *,
    shortcuts: bool = True,
) -> list[Evaluation | None]:
    """Return the effects of each of *functions*, apart, with what was asked of the tree.

    *known* holds, for each function whose result is known already, the steps it took by the steps it was given: it is
    not evaluated again, and None stands in its place.
    """
    sources = Sources(tree)
    found: list[Evaluation | None] = []
    spent = 0
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEEPEST_PYTHON))
    try:
        for number, function in enumerate(functions):
            steps = budget(settings.max_steps, spent)
            before = known[number].get(steps) if known else None
            if before is None:
                evaluation = _evaluation(sources, function, catalogue, steps, settings, shortcuts=shortcuts)
                spent += evaluation.result.spent
                found.append(evaluation)
            else:
                spent += before
                found.append(None)
    finally:
        sys.setrecursionlimit(limit)
    return found


def _evaluation(
    sources: Sources, function: Function, catalogue: Catalogue, steps: int, settings: Settings, *, shortcuts: bool
) -> Evaluation:
    asked = sources.begin()
    start = partial(FunctionRun, function, sources, catalogue, steps, settings.sizes, shortcuts)
    run = _run(start, thorough=not shortcuts)
    if not run.is_complete:
        run = _run(start, thorough=True)
    result = FunctionResult(
        run.effects(),
        tuple(run.entry_points),
        tuple(run.notes),
        sources.broken_of_function,
        sources.read_paths,
        run.unfinished,
        run.foreign_imports(),
        run.spent,
    )
    return Evaluation(result, steps, asked)


def _run(start: Callable[..., FunctionRun], *, thorough: bool) -> FunctionRun:
    """Run a function; where what others left might have kept it within its bounds, once more without that."""
    run = start(thorough=thorough, sharing=True)
    run.run()
    if run.is_doubtful:
        run = start(thorough=thorough, sharing=False)
        run.run()
    return run
