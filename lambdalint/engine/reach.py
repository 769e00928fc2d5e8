"""Runs the flow analysis over functions, and keeps one that fails from taking the others with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from lambdalint.engine.judgement import internal_error

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from lambdalint.model import Effect, EntryPoint, Finding, ForeignImport, Function, Problem, Settings, Span, Tree

_Item = TypeVar("_Item", bound="Hashable")

ReachTask = tuple["Tree", "tuple[Function, ...]", "Settings"]


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
            imports=tuple(sorted({item for part in parts for item in part.imports}, key=_place_of_import)),
        )


def _place_of_import(item: ForeignImport) -> tuple[Span, str, str, bool]:
    return item.span, item.module, item.function, item.guarded


def _once(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def reach(task: ReachTask) -> Reached:
    """Analyse some functions of a tree; where that fails, each alone, and report those that still fail."""
    tree, functions, settings = task
    if not functions:
        return Reached()
    from lambdalint import catalogue, flow

    try:
        result = flow.analyse(tree, functions, catalogue.in_use(settings.catalogue_rows), settings)
    except Exception as error:  # the boundary of one function: the run goes on, and says so
        if len(functions) > 1:
            return Reached.united([reach((tree, (function,), settings)) for function in functions])
        return Reached(findings=_failed(functions, error))
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


def reach_lost(task: ReachTask) -> Reached:
    """Return what stands for functions whose analysis took its process down."""
    return Reached(findings=_failed(task[1], None))


def _failed(functions: Iterable[Function], error: BaseException | None) -> tuple[Finding, ...]:
    return tuple(
        internal_error(function.source, f"analysing function {function.name}", error, (function.name,))
        for function in functions
    )
