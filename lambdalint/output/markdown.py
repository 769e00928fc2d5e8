"""The Markdown format, for comments on pull requests, and the summary of a step of GitHub Actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.output.findings import most_severe_first, way_there
from lambdalint.output.markdown_text import code, prose, row
from lambdalint.output.text import count, summary_line

if TYPE_CHECKING:
    from lambdalint.model import Finding, Report, Span

_MAX_SUMMARY = 900_000
"""Bytes. The service refuses a step's summary of more than 1 MiB, and other commands may write to it as well."""
_HEADER = row("severity", "rule", "place", "message") + row("---", "---", "---", "---")


def render(report: Report) -> str:
    """Return the report as a table, most severe first, and the ways to the findings folded away."""
    found = most_severe_first(report.findings)
    parts = [_head(report)]
    if found:
        parts.append(_HEADER + "".join(map(_row, found)))
    ways = "".join(map(_way, found))
    if ways:
        parts.append(f"<details>\n<summary>The ways there</summary>\n\n{ways}\n</details>\n")
    return "\n".join(parts)


def step_summary(report: Report) -> str:
    """Return the table as far as the service takes it; what does not fit is counted."""
    found = most_severe_first(report.findings)
    rows: list[str] = []
    left = _MAX_SUMMARY
    for finding in found:
        line = _row(finding)
        size = len(line.encode())
        if size <= left:
            rows.append(line)
            left -= size
    parts = [_head(report)]
    if rows:
        parts.append(_HEADER + "".join(rows))
    missing = len(found) - len(rows)
    if missing:
        parts.append(f"{count(missing, 'more finding')} would not fit here.\n")
    return "\n".join(parts) + "\n"


def _head(report: Report) -> str:
    return f"## lambdalint\n\n{summary_line(report)}\n"


def _row(finding: Finding) -> str:
    severity = finding.severity.value
    return row(severity, f"{finding.code} {finding.name}", code(str(finding.span)), prose(finding.message))


def _way(finding: Finding) -> str:
    steps = [(step.span, step.text) for step in way_there(finding)]
    steps += [(label.span, label.text) for label in finding.labels]
    if not steps:
        return ""
    return f"- {code(str(finding.span))} {finding.code}\n" + "".join(_step(span, text) for span, text in steps)


def _step(span: Span, text: str) -> str:
    return f"  - {code(str(span))} {prose(text)}\n"
