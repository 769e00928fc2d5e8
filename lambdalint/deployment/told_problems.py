"""Bounds what the readers tell: a message stays readable, and one cause does not fill the screen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Problem, Span

MAX_MESSAGE = 400
"""The characters of a message; a name in a hostile file may have millions."""
MAX_AT_ONE_PLACE = 5
"""The problems at one place: a loop may declare thousands of functions there, with a message for each."""
_TAIL = 120


def bounded(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return *problems* without repetitions, with the middle of long messages and the rest of long lists left out."""
    told = tuple(dict.fromkeys(map(shortened, problems)))
    places = Counter((problem.span, problem.severity) for problem in told)
    met: Counter[tuple[Span, str]] = Counter()
    kept: list[Problem] = []
    for problem in told:
        place = problem.span, problem.severity
        met[place] += 1
        if places[place] <= MAX_AT_ONE_PLACE or met[place] < MAX_AT_ONE_PLACE:
            kept.append(problem)
        elif met[place] == MAX_AT_ONE_PLACE:
            rest = places[place] - MAX_AT_ONE_PLACE + 1
            kept.append(replace(problem, message=f"and {rest:,} more problems at this place"))
    return tuple(kept)


def shortened(problem: Problem) -> Problem:
    """Return *problem* without the middle of its message where that is long."""
    message = problem.message
    if len(message) <= MAX_MESSAGE:
        return problem
    return replace(problem, message=f"{message[: MAX_MESSAGE - _TAIL]} [...] {message[-_TAIL:]}")
