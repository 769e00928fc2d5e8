"""Compares what happened in the sandbox with what the expectations of a project claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sandbox.job import Job, Outcome

_CONSEQUENCES = ("NameError", "UnboundLocalError")
"""What follows in a handler whose failed statement was survived: its result is missing."""


def untrue(
    jobs: Sequence[Job], outcomes: Sequence[Outcome], idle: Collection[tuple[str, int]] = frozenset()
) -> list[str]:
    """Return each claim that did not come true, for the jobs of one project.

    Every watched line must be refused by the room at least once, and nothing else may fail; a line of *idle* may
    instead do nothing.
    """
    wanted = {(path, line) for job in jobs for path, lines in job.watched.items() for line in lines}
    refused: set[tuple[str, int]] = set()
    wrong: list[str] = []
    for outcome in outcomes:
        for raised in outcome.watched:
            if raised.read_only:
                refused.add((raised.path, raised.line))
            elif raised.type not in _CONSEQUENCES:
                wrong.append(f"flagged, and fails for another reason: {raised}")
        error = outcome.error
        if error is None:
            continue
        if error.read_only and (hit := wanted & set(error.frames)):
            refused |= hit
        elif not (outcome.watched and error.type in _CONSEQUENCES):
            wrong.append(f"not flagged, but fails: {error}")
    reached = {place for outcome in outcomes for place in outcome.reached}
    refused |= reached & {*idle}
    wrong += [
        f"flagged, but {'succeeds' if (path, line) in reached else 'is never run'}: {path}:{line}"
        for path, line in sorted(wanted - refused)
    ]
    return wrong


def idle_lines(
    with_handler: Sequence[Outcome], without: Sequence[Outcome], lines: Collection[tuple[str, int]]
) -> Iterator[tuple[str, int]]:
    """Yield those of *lines* that open no file, in the outcomes *with_handler*, for the sake of the runtime's handler.

    The same line opens one, or tries to, where that handler is not there: in the outcomes *without*.
    """

    def opening(outcomes: Sequence[Outcome]) -> set[tuple[str, int]]:
        return {(path, line) for outcome in outcomes for path, line, _ in outcome.touched}

    yield from sorted({*lines} & (opening(without) - opening(with_handler)))
