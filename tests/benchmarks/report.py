"""The tables, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.gates import COLD, gates

if TYPE_CHECKING:
    from benchmarks.results import Measured, Results, Timing


def table(results: Results) -> str:
    """Return the page of *results*: a summary, the limits, and a table for each project."""
    machine = ", ".join(results.machine.values())
    tools = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    parts = [f"Measured on {results.date}: {machine}. {tools}.", "## Summary", summary(results)]
    found = gates(results)
    if found:
        kept = sum(gate.passed for gate in found)
        rows = [
            [
                gate.corpus,
                gate.what,
                number(gate.value),
                number(gate.limit),
                gate.unit,
                "yes" if gate.passed else "**no**",
            ]
            for gate in found
        ]
        head = ["project", "what", "measured", "limit", "unit", "kept"]
        parts += [f"## Limits: {kept} of {len(found)} kept", _rows(head, rows)]
    for measured in results.measured:
        parts.append(f"## {measured.corpus}: {measured.files:,} files, {measured.lines:,} lines")
        parts.append(_details(measured))
    return "\n\n".join(parts) + "\n"


def summary(results: Results) -> str:
    """Return one table of all projects: seconds, and in brackets how many times lambdalint's cold run that is."""
    labels = list(dict.fromkeys(timing.label for measured in results.measured for timing in measured.timings))
    rows = [[label, *(_summarised(measured, label) for measured in results.measured)] for label in labels]
    return _rows(["seconds", *(f"{one.corpus} ({one.lines:,} lines)" for one in results.measured)], rows)


def _summarised(measured: Measured, label: str) -> str:
    timing = next((timing for timing in measured.timings if timing.label == label), None)
    if timing is None:
        return ""
    if timing.wall is None:
        return timing.failed or ""
    cold = measured.wall(COLD)
    return number(timing.wall) + (f" ({ratio(timing.wall / cold)})" if cold and timing.tool != "lambdalint" else "")


def _details(measured: Measured) -> str:
    cold = measured.wall(COLD)
    head = ["", "median s", "of lambdalint cold", "least s", "most s", "CPU s", "largest process MB", "all MB", "runs"]
    return _rows(head, [_detail(timing, cold) for timing in measured.timings])


def _detail(timing: Timing, cold: float | None) -> list[str]:
    if timing.wall is None:
        return [timing.label, timing.failed or "", *[""] * 6, str(len(timing.runs))]
    walls = [run.wall for run in timing.runs]
    return [
        timing.label,
        number(timing.wall),
        ratio(timing.wall / cold) if cold else "",
        number(min(walls)),
        number(max(walls)),
        number(timing.cpu),
        number(timing.peak),
        number(timing.tree),
        str(len(walls)),
    ]


def number(value: float | None) -> str:
    """Return *value* with as many digits as are worth reading."""
    if value is None:
        return ""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def ratio(value: float) -> str:
    """Return how many times something is."""
    return f"x {value:.2g}" if value < 10 else f"x {value:.0f}"


def _rows(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
