"""What renderers ask of findings: which come first, how they are reached, what is to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.output.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Finding, Step

_MAX_FUNCTIONS = 5


def most_severe_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return *findings* in the order for a reader who sees the first few only."""
    return sorted(findings, key=lambda finding: (finding.severity.rank, finding.confidence.rank, finding.sort_key))


def way_there(finding: Finding) -> tuple[Step, ...]:
    """Return the steps that lead to *finding*; none where they would only repeat its own place."""
    if len(finding.trace) == 1 and finding.trace[0].span == finding.span:
        return ()
    return finding.trace


def functions_of(finding: Finding) -> str:
    """Return the functions that *finding* concerns, the first five and a count."""
    names = [escape(name) for name in finding.functions]
    if len(names) == 1:
        return f"function: {names[0]}"
    more = f" and {len(names) - _MAX_FUNCTIONS} more" if len(names) > _MAX_FUNCTIONS else ""
    return f"functions: {', '.join(names[:_MAX_FUNCTIONS])}{more}"


def in_lines(finding: Finding) -> list[str]:
    """Return what is to be said of *finding* as lines of plain text, safe to print."""
    lines = [f"{escape(str(finding.span))}: {finding.code} {escape(finding.headline or finding.message)}"]
    lines += [f"  {escape(str(step.span))}: {escape(step.text)}" for step in way_there(finding)]
    lines += [f"  {escape(str(label.span))}: {escape(label.text)}" for label in finding.labels]
    if finding.functions:
        lines.append(f"  {functions_of(finding)}")
    if finding.advice:
        lines.append(f"  help: {escape(finding.advice)}")
    return lines
