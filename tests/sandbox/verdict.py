"""Compares what happened in the sandbox with what the expectations of a project claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.job import Job, Outcome

_CONSEQUENCES = ("NameError", "UnboundLocalError")
"""What follows in a handler whose failed statement was survived: its result is missing."""


def untrue(jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> list[str]:
    """Return each claim that did not come true, for the jobs of one project.

    Every watched line must be refused by the room at least once, and nothing else may fail.
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
    wrong += [
        f"flagged, but {'succeeds' if (path, line) in reached else 'is never run'}: {path}:{line}"
        for path, line in sorted(wanted - refused)
    ]
    return wrong
