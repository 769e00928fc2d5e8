"""What was measured, as it is kept in `results.json`."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One run of a command."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of the process and of all that it waited for."""
    peak: int
    """Bytes of the largest process."""
    tree: int
    """Bytes of all processes together, at their highest, in the runs that look; else 0."""
    exit: int
    stopped: bool = False
    """It took longer than the limit."""


@dataclass
class Timing:
    """The runs of one mode of one tool in one project."""

    tool: str
    mode: str
    runs: list[Run] = field(default_factory=list)
    first: Run | None = None
    """The run that warms up the system's file cache: its time does not count, the memory of its processes does."""
    outputs: list[str] = field(default_factory=list)
    """The digests of what was printed, each once; only where it has to be that of other modes."""

    @property
    def label(self) -> str:
        """The tool and the mode."""
        return f"{self.tool} {self.mode}"

    @property
    def failed(self) -> str | None:
        """Tell what was wrong with a run, if something was."""
        for run in (*self.runs, *([self.first] if self.first else [])):
            if run.stopped:
                return "took too long"
            if run.exit not in (0, 1):
                return f"exit code {run.exit}"
        return None

    @property
    def wall(self) -> float | None:
        """The median, in seconds; None where a run failed."""
        return statistics.median(run.wall for run in self.runs) if self.runs and not self.failed else None

    @property
    def cpu(self) -> float | None:
        """The median of the processors' seconds."""
        return statistics.median(run.cpu for run in self.runs) if self.runs and not self.failed else None

    @property
    def peak(self) -> float | None:
        """The megabytes of the largest process, the median of all runs."""
        return statistics.median(run.peak for run in self.runs) / 1e6 if self.runs and not self.failed else None

    @property
    def tree(self) -> float | None:
        """The megabytes of all processes together."""
        return self.first.tree / 1e6 if self.first and self.first.tree and not self.failed else None


@dataclass
class Measured:
    """All timings in one project."""

    corpus: str
    files: int
    lines: int
    generated: bool
    small: bool
    timings: list[Timing] = field(default_factory=list)
    findings: int | None = None
    planted: int | None = None

    def wall(self, label: str) -> float | None:
        """Return the median of what *label* names, None if there is none."""
        return next((timing.wall for timing in self.timings if timing.label == label), None)

    def peak(self, label: str) -> float | None:
        """Return the megabytes of the largest process."""
        return next((timing.peak for timing in self.timings if timing.label == label), None)

    @property
    def outputs(self) -> set[str]:
        """The digests of what the modes printed whose output has to be the same."""
        return {digest for timing in self.timings for digest in timing.outputs}


@dataclass
class Results:
    """A whole benchmark."""

    date: str
    machine: dict[str, str]
    versions: dict[str, str]
    workers: int
    measured: list[Measured] = field(default_factory=list)


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the slope of the line that fits *points* best on logarithmic axes; None without two of them."""
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    return statistics.linear_regression([x for x, _ in logs], [y for _, y in logs]).slope


def save(results: Results, path: Path) -> None:
    """Write *results* as JSON."""
    path.write_text(json.dumps(asdict(results), indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> Results:
    """Read what `save` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    measured = []
    for one in raw.pop("measured"):
        timings = [
            Timing(
                **{
                    **timing,
                    "runs": [Run(**run) for run in timing["runs"]],
                    "first": Run(**timing["first"]) if timing["first"] else None,
                }
            )
            for timing in one.pop("timings")
        ]
        measured.append(Measured(**one, timings=timings))
    return Results(**raw, measured=measured)
