"""What could not be read or resolved, for standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.output.escape import escape
from lambdalint.output.text import count

if TYPE_CHECKING:
    from lambdalint.model import Explanation, Report

_SHOWN = 10


def render(report: Report | Explanation, *, verbose: bool = False) -> str:
    """Return the report's warnings, the first ten and a count; with *verbose* all of them and the notes."""
    problems = report.problems if verbose else report.problems[:_SHOWN]
    lines = [
        f"warning: {escape(problem.span.path)}:{problem.span.line}: {escape(problem.message)}" for problem in problems
    ]
    hidden = len(report.problems) - len(problems)
    if hidden:
        lines.append(f"warning: {count(hidden, 'more warning')} (-v shows all)")
    if verbose:
        lines += [
            f"note: {escape(problem.span.path)}:{problem.span.line}: {escape(problem.message)}"
            for problem in report.notes
        ]
    return "".join(line + "\n" for line in lines)
