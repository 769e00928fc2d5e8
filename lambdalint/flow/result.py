"""What the flow says of a set of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.model import Effect, EntryPoint, ForeignImport, Problem


class FlowResult(msgspec.Struct, frozen=True):
    """What the flow has to say of a set of functions.

    ``broken`` are the reached files that do not parse; ``notes`` what could not be resolved or finished;
    ``unfinished`` counts the entry points that were not followed to the end; ``modules`` are the files that were read;
    ``imports`` those of modules that are neither the project's nor of the standard library, in code that is reached.
    """

    effects: tuple[Effect, ...]
    entry_points: tuple[EntryPoint, ...]
    notes: tuple[Problem, ...]
    broken: tuple[Problem, ...]
    modules: tuple[str, ...]
    unresolved: int
    unfinished: int = 0
    imports: tuple[ForeignImport, ...] = ()
