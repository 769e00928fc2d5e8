"""Tells what a series of invocations piles up in ``/tmp``, and compares it with what a project's expectations claim."""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.inside.observe import last_own_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.job import Job, Outcome

    Place = tuple[str, int]

GROWTH = ("LMB301", "LMB302", "LMB303", "LMB304", "LMB305", "LMB306")
"""Codes which claim that the line leaves something behind in each invocation."""

WIPE = "LMB308"
"""The code which claims that what others keep in ``/tmp`` is removed."""

WARM_INVOCATIONS = 3
_LAPSE_S = 61
"""Invocations are this far apart: names made of seconds or minutes differ, names made of hours do not."""

OTHERS = "/tmp/extension.state"
"""What another part of the environment keeps in ``/tmp``."""

_BROKEN = ("ImportError", "ModuleNotFoundError", "NameError", "SyntaxError", "UnboundLocalError")
"""Failures of code that no choice of the event explains."""


def warm(job: Job, invocations: int = WARM_INVOCATIONS) -> Job:
    """Return *job* as a series: one cold invocation and *invocations* warm ones, which nothing is watched in."""
    return replace(
        job,
        watched={},
        invocations=1 + invocations,
        lapse_s=_LAPSE_S,
        scratch_files={OTHERS.removeprefix("/tmp/"): b"kept by others"},
    )


def piled_up(outcome: Outcome) -> dict[str, frozenset[Place]]:
    """Return what the warm invocations of a series pile up, each path with the places that may have made it.

    These are the new paths of a place that has more of them below ``/tmp`` at the end than after the first
    warm invocation, and files that every invocation makes larger.
    """
    series = [invocation.left for invocation in outcome.invocations[1:]]
    if len(series) < 2:
        return {}
    makers = {path: _makers(outcome, path) for left in series for path in left}
    groups = defaultdict(set)
    for path, places in makers.items():
        groups[places].add(path)
    found = {}
    for places, paths in groups.items():
        before, after = paths & series[0].keys(), paths & series[-1].keys()
        if len(after) > len(before):
            found.update(dict.fromkeys(after - before, places))
    found.update({path: places for path, places in makers.items() if _rises([left.get(path) for left in series])})
    return dict(sorted(found.items()))


def _makers(outcome: Outcome, path: str) -> frozenset[Place]:
    """Return the places that may have made *path*, none if it is not known.

    A program that the code starts may make a path that its command names. What the code did not make itself,
    and no command names, any of them may have made.
    """
    named = {(file, line) for file, line, command in outcome.started if path in command}
    made = outcome.made.get(path, frozenset()) | named
    return made or frozenset((file, line) for file, line, _ in outcome.started)


def _rises(sizes: Sequence[int | None]) -> bool:
    return all(one is not None and two is not None and one < two for one, two in itertools.pairwise(sizes))


def removes_all(outcome: Outcome) -> bool:
    """Tell whether a series removed what others keep in ``/tmp``."""
    return any(OTHERS not in invocation.left for invocation in outcome.invocations)


def untrue_of_growth(jobs: Sequence[Job], outcomes: Sequence[Outcome], *, wipes: bool = False) -> list[str]:
    """Return each claim that did not come true, for the *jobs* of one project, whose watched lines are claimed.

    Each of these lines must pile up something in one of the series, *outcomes*, and no other may. With
    *wipes*, what others keep in ``/tmp`` must be gone, else it must be there.
    """
    wrong = [] if jobs else ["no function of the project can be run"]
    claimed: dict[Place, Place] = {}
    confirmed: set[Place] = set()
    makers: set[Place] = set()
    for job, outcome in zip(jobs, outcomes, strict=True):
        wrong += _failures(outcome)
        statements = _Statements(job)
        own = {statements.at((path, line)): (path, line) for path, lines in job.watched.items() for line in lines}
        claimed.update(own)
        makers.update(statements.all_at(place for places in outcome.made.values() for place in places))
        for path, places in piled_up(outcome).items():
            hit = own.keys() & statements.all_at(places)
            if not hit and (places or not own):
                wrong.append(f"not flagged, but piles up: {_named(places) or 'unknown'}: {path}")
            confirmed |= hit if places else own.keys()
    for statement in sorted(claimed.keys() - confirmed):
        lacking = "what it makes does not pile up" if statement in makers else "makes nothing"
        wrong.append(f"flagged, but {lacking}: {_named([claimed[statement]])}")
    if any(removes_all(outcome) for outcome in outcomes) != wipes:
        wrong.append(f"what others keep in /tmp is {'not ' if wipes else ''}removed")
    return list(dict.fromkeys(wrong))


def _failures(outcome: Outcome) -> list[str]:
    """Return the failures of a series that make it worthless. An invocation may well raise: the next goes on."""
    errors = [invocation.error for invocation in outcome.invocations if invocation.error]
    found = [f"fails: {error}" for error in errors if error.read_only or error.type in _BROKEN]
    if not outcome.invocations and outcome.error:
        found.append(f"cannot be imported: {outcome.error}")
    elif errors and not outcome.made and not outcome.started:
        found.append(f"fails before anything is made: {errors[0]}")
    return found


def _named(places: Iterable[Place]) -> str:
    return ", ".join(f"{path}:{line}" for path, line in sorted(places))


class _Statements:
    """The statements of a job's code: the lines of one count as one place."""

    def __init__(self, job: Job) -> None:
        self._spans: dict[str, list[tuple[int, int]]] = {}
        for folder, files in (("/var/task/", job.files), ("/opt/", job.layer_files)):
            for name, content in files.items():
                if name.endswith(".py"):
                    self._spans[folder + name] = _spans(content)

    def at(self, place: Place) -> Place:
        """Return the first line of the innermost statement around *place*."""
        path, line = place
        around = [first for first, last in self._spans.get(path, ()) if first <= line <= last]
        return path, max(around, default=line)

    def all_at(self, places: Iterable[Place]) -> set[Place]:
        """Return the statements around *places*."""
        return {self.at(place) for place in places}


def _spans(content: bytes) -> list[tuple[int, int]]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return []
    return [(node.lineno, last_own_line(node)) for node in ast.walk(tree) if isinstance(node, ast.stmt)]
