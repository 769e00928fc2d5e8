"""What the times have to keep to, and whether they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.results import slope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.results import Measured, Results

COLD = "lambdalint cold"
WARM = "lambdalint warm"
_SIZED_FROM, _SIZED_TO = 200_000, 500_000
"""The lines of projects that limits in seconds and megabytes are meant for."""


@dataclass(frozen=True)
class Gate:
    """One limit that was measured."""

    corpus: str
    what: str
    value: float
    limit: float
    unit: str = "s"

    @property
    def passed(self) -> bool:
        """Tell whether the limit is kept."""
        return self.value <= self.limit


def gates(results: Results) -> list[Gate]:
    """Return the limits for which all was measured that they compare."""
    found = [gate for measured in results.measured for gate in _of(measured, results.workers)]
    sized = [one for one in results.measured if one.generated and one.lines >= 9_500]
    points = [(one.lines, wall) for one in sized if (wall := one.wall(COLD)) is not None]
    steepness = slope(points)
    if steepness is not None:
        found.append(Gate("all generated", "slope of cold time over lines, log-log", steepness, 1.05, ""))
    return found


def _of(measured: Measured, workers: int) -> Iterator[Gate]:
    """Yield the gates of one project."""
    name, wall = measured.corpus, measured.wall
    many = f"lambdalint cold, {workers} workers"
    compared = (
        [("cold", COLD, "bandit B108", 1.0)]
        if measured.small
        else [
            ("cold", COLD, "bandit B108", 0.4),
            ("cold", COLD, "semgrep one rule", 1.0),
            ("cold", COLD, "mypy cold", 1.0),
            (f"cold, {workers} workers", many, "pyflakes all", 1.0),
            (f"cold, {workers} workers", many, f"flake8 {workers} jobs", 0.25),
        ]
    )
    for what, label, peer, share in compared:
        ours, theirs = wall(label), wall(peer)
        if ours is not None and theirs is not None:
            yield Gate(name, f"{what}: at most {share:g} of {peer}", ours, share * theirs)
    sized = _SIZED_FROM <= measured.lines <= _SIZED_TO
    ruff = wall("ruff S108, warm")
    limits = [
        ("warm", wall(WARM), 0.05 if measured.small else 0.06 if sized else None),
        ("warm: at most 2 of ruff S108, warm", wall(WARM), 2 * ruff if ruff is not None and sized else None),
        ("one file changed", wall("lambdalint one file changed"), 0.5),
        ("a shared file changed", wall("lambdalint a shared file changed"), 0.5),
        ("one file, warm", wall("lambdalint one file, warm"), 0.1),
        ("one file with a finding, warm", wall("lambdalint one file with a finding, warm"), 0.25),
        ("--version", wall("lambdalint --version"), 0.05),
    ]
    for what, value, limit in limits:
        if value is not None and limit is not None:
            yield Gate(name, what, value, limit)
    without, plugin = wall("flake8 one file"), wall("flake8 one file, with the plugin")
    if without is not None and plugin is not None:
        yield Gate(name, "flake8 on one file: what the plugin adds", plugin - without, 0.1)
    peak = measured.peak(COLD)
    if peak is not None and (measured.small or sized):
        yield Gate(name, "peak memory, cold", peak, 50 if measured.small else 200, "MB")
    if measured.outputs:
        yield Gate(name, "different outputs of cold, warm, 1 and N workers", len(measured.outputs), 1, "")
    if measured.planted is not None and measured.findings is not None:
        yield Gate(name, "findings missed or too many", abs(measured.findings - measured.planted), 0, "")
