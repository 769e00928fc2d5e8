"""The concise format: one line a finding, as editors and ``grep`` read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.output.escape import escape

if TYPE_CHECKING:
    from lambdalint.model import Report


def render(report: Report) -> str:
    """Return ``path:line:column: CODE message`` for each finding."""
    return "".join(
        f"{escape(str(finding.span))}: {finding.code} {escape(finding.message)}\n" for finding in report.findings
    )
