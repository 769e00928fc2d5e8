"""Runs the flow analysis over functions, and keeps one that fails from taking the others with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from lambdalint.engine.judgement import internal_error
from lambdalint.model.flow_result import budget, in_order, joined

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from lambdalint.model import Effect, EntryPoint, Finding, ForeignImport, Function, Problem, Settings, Tree
    from lambdalint.model.flow_result import Evaluation, FunctionResult

_Item = TypeVar("_Item", bound="Hashable")


class ReachTask(msgspec.Struct, frozen=True):
    """Functions that are analysed together. ``known`` holds, for each, the steps that it took by those it was given."""

    tree: Tree
    functions: tuple[Function, ...]
    settings: Settings
    known: tuple[Mapping[int, int], ...]


class Outcome(msgspec.Struct, frozen=True):
    """What became of a task: an evaluation for each function, None where the result is known.

    ``apart`` are the outcomes of each function alone, where they failed together; ``findings`` the functions that the
    analysis failed on.
    """

    evaluations: tuple[Evaluation | None, ...] = ()
    apart: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()


class Reached(msgspec.Struct, frozen=True):
    """What the entry points reach. ``findings`` are the functions that the analysis failed on."""

    effects: tuple[Effect, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    notes: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    modules: tuple[str, ...] = ()
    unresolved: int = 0
    unfinished: int = 0
    findings: tuple[Finding, ...] = ()
    imports: tuple[ForeignImport, ...] = ()

    @classmethod
    def united(cls, parts: Sequence[Reached]) -> Reached:
        """Put the parts together in their order; what several parts say is said once."""
        return cls(
            effects=_once(item for part in parts for item in part.effects),
            entry_points=_once(item for part in parts for item in part.entry_points),
            notes=_once(item for part in parts for item in part.notes),
            broken=_once(item for part in parts for item in part.broken),
            modules=tuple(sorted({item for part in parts for item in part.modules})),
            unresolved=sum(part.unresolved for part in parts),
            unfinished=sum(part.unfinished for part in parts),
            findings=tuple(item for part in parts for item in part.findings),
            imports=in_order(item for part in parts for item in part.imports),
        )


def _once(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def is_known(task: ReachTask) -> bool:
    """Tell whether the results of all functions are known."""
    spent = 0
    for known in task.known:
        steps = known.get(budget(task.settings.max_steps, spent))
        if steps is None:
            return False
        spent += steps
    return True


def reach(task: ReachTask) -> Outcome:
    """Analyse some functions of a tree; where that fails, each alone, and report those that still fail."""
    if is_known(task):
        return Outcome((None,) * len(task.functions))
    from lambdalint import catalogue, flow

    tree, functions, settings = task.tree, task.functions, task.settings
    try:
        rows = catalogue.in_use(settings.catalogue_rows)
        return Outcome(tuple(flow.evaluations(tree, functions, rows, settings, task.known)))
    except Exception as error:  # the boundary of one function: the run goes on, and says so
        if len(functions) > 1:
            each = zip(functions, task.known, strict=True)
            return Outcome(apart=tuple(reach(ReachTask(tree, (one,), settings, (known,))) for one, known in each))
        return Outcome(findings=_failed(functions, error))


def reach_lost(task: ReachTask) -> Outcome:
    """Return what stands for functions whose analysis took its process down."""
    return Outcome(findings=_failed(task.functions, None))


def reached(outcome: Outcome, known: Sequence[Mapping[int, FunctionResult]], max_steps: int) -> Reached:
    """Return what functions reach together; *known* holds, for each, its result by the steps it was given."""
    if outcome.apart:
        each = zip(outcome.apart, known, strict=True)
        return Reached.united([reached(one, (results,), max_steps) for one, results in each])
    if outcome.findings:
        return Reached(findings=outcome.findings)
    found: list[FunctionResult] = []
    spent = 0
    for evaluation, results in zip(outcome.evaluations, known, strict=True):
        found.append(results[budget(max_steps, spent)] if evaluation is None else evaluation.result)
        spent += found[-1].spent
    result = joined(found)
    return Reached(
        effects=result.effects,
        entry_points=result.entry_points,
        notes=result.notes,
        broken=result.broken,
        modules=result.modules,
        unresolved=result.unresolved,
        unfinished=result.unfinished,
        imports=result.imports,
    )


def _failed(functions: Iterable[Function], error: BaseException | None) -> tuple[Finding, ...]:
    return tuple(
        internal_error(function.source, f"analysing function {function.name}", error, (function.name,))
        for function in functions
    )
