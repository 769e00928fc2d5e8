"""The functions that a run found, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.output import json_report
from lambdalint.output.escape import escape
from lambdalint.output.text import count

if TYPE_CHECKING:
    from lambdalint.model import FunctionReport, Report


def render_text(report: Report) -> str:
    """Return a paragraph for each function."""
    total = count(len(report.functions), "function")
    return "\n".join([*(_paragraph(function) for function in report.functions), total + "\n"])


def render_json(report: Report) -> str:
    """Return the functions as a JSON array of the objects that the JSON report holds."""
    return json_report.dump(json_report.functions(report))


def _paragraph(function: FunctionReport) -> str:
    size = "size unknown" if function.tmp_mb is None else f"{function.tmp_mb:,} MB"
    lines = [
        escape(function.name),
        f"  handler:      {escape(function.handler) if function.handler else 'unknown'}",
        f"  declared by:  {escape(function.declared_by)}, {escape(function.path)}:{function.line}",
        f"  room:         {escape(function.platform)}, /tmp {size}",
    ]
    entries = [escape(entry) for entry in function.entry_points] or ["none found"]
    lines.append(f"  entry points: {entries[0]}")
    lines += [" " * 16 + entry for entry in entries[1:]]
    return "\n".join(lines) + "\n"
