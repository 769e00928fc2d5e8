"""What the flow has to say of one function, and of several: the join does not depend on where each came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Effect, EntryPoint, ForeignImport, Problem  # noqa: TC001 - decoding looks at the fields' types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdalint.model import Span

_FULL_BUDGETS = 6
"""How many budgets the functions analysed together may spend before each of the next gets only a part of one."""


def budget(max_steps: int, spent: int) -> int:
    """Return how many steps a function gets, where those before it have *spent* so many."""
    full, part = budgets(max_steps)
    return full if spent < _FULL_BUDGETS * max_steps else part


def budgets(max_steps: int) -> tuple[int, int]:
    """Return how many steps a function may get: all, or a part."""
    return max_steps, max_steps // _FULL_BUDGETS


class FunctionResult(msgspec.Struct, frozen=True):
    """What the flow has to say of one function.

    ``broken`` are the reached files that do not parse; ``notes`` what could not be resolved or finished;
    ``unfinished`` counts the entry points that were not followed to the end; ``modules`` are the files that were read;
    ``imports`` those of modules that are neither the project's nor of the standard library, in code that is reached;
    ``spent`` are the steps it took.
    """

    effects: tuple[Effect, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    notes: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    modules: tuple[str, ...] = ()
    unfinished: int = 0
    imports: tuple[ForeignImport, ...] = ()
    spent: int = 0


class Evaluation(msgspec.Struct, frozen=True):
    """The result of a function that was given ``budget`` steps, and what was asked of the tree for it."""

    result: FunctionResult
    budget: int
    asked: Mapping[str, str] = msgspec.field(default_factory=dict)


class FlowResult(msgspec.Struct, frozen=True):
    """What the flow has to say of a set of functions: see :class:`FunctionResult`."""

    effects: tuple[Effect, ...]
    entry_points: tuple[EntryPoint, ...]
    notes: tuple[Problem, ...]
    broken: tuple[Problem, ...]
    modules: tuple[str, ...]
    unresolved: int
    unfinished: int = 0
    imports: tuple[ForeignImport, ...] = ()


def joined(results: Sequence[FunctionResult]) -> FlowResult:
    """Return the results of several functions as one, the effects in the order of their places."""
    effects = [effect for one in results for effect in one.effects]
    effects.sort(key=lambda effect: (effect.span, effect.entry.function, effect.callee, effect.place.path))
    notes = tuple(dict.fromkeys(note for one in results for note in one.notes))
    broken = {problem.span.path: problem for one in results for problem in one.broken}
    unfinished = sum(one.unfinished for one in results)
    return FlowResult(
        tuple(effects),
        tuple(entry for one in results for entry in one.entry_points),
        notes,
        tuple(problem for _, problem in sorted(broken.items())),
        tuple(sorted({path for one in results for path in one.modules})),
        max(len(notes) - unfinished, 0),
        unfinished,
        in_order(found for one in results for found in one.imports),
    )


def in_order(found: Iterable[ForeignImport]) -> tuple[ForeignImport, ...]:
    """Return imports once each, in the order of their places."""
    return tuple(sorted(dict.fromkeys(found), key=_place))


def _place(one: ForeignImport) -> tuple[Span, str, str, bool]:
    return one.span, one.module, one.function, one.guarded
