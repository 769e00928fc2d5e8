"""The functions that a run found, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.output import json_report
from lambdalint.output.escape import escape
from lambdalint.output.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.model import FunctionReport, Report

_HEADER = ("FUNCTION", "HANDLER", "PLATFORM", "/TMP", "DECLARED BY")


def render_text(report: Report) -> str:
    """Return a table with a row for each function and, below it, what else is known; then what is not understood."""
    rows = [_row(function) for function in report.functions]
    widths = [max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)]
    lines: list[str] = []
    if rows:
        lines += [_aligned(_HEADER, widths), ""]
    for function, row in zip(report.functions, rows, strict=True):
        lines += [_aligned(row, widths), *_details(function), ""]
    lines.append(count(len(rows), "function"))
    if report.undeclared:
        lines += ["", "Not understood:"]
        lines += [f"  {escape(one.span.path)}:{one.span.line}: {escape(one.message)}" for one in report.undeclared]
    return "\n".join(lines) + "\n"


def render_json(report: Report) -> str:
    """Return the functions as JSON: those of the JSON report, with more of their rooms, and what is not understood."""
    return json_report.dump(json_report.declarations(report))


def _row(function: FunctionReport) -> tuple[str, ...]:
    size = "unknown" if function.tmp_mb is None else f"{function.tmp_mb:,} MB"
    return (
        escape(function.name),
        escape(function.handler) if function.handler else "unknown",
        escape(function.platform),
        size,
        f"{escape(function.declared_by)}, {escape(function.path)}:{function.line}",
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _details(function: FunctionReport) -> Iterator[str]:
    runs = [function.runtime or "", "image" if function.package_type == "image" else "", *function.variants]
    if function.timeout is not None:
        runs.append(f"timeout {function.timeout:,} s")
    if function.confidence != "high":
        runs.append(f"{function.confidence} confidence")
    facts = (
        ("code", [escape(function.code) if function.code else "not found in the project"]),
        ("entry points", [escape(entry) for entry in function.entry_points] or ["none found"]),
        ("runs", [escape(", ".join(filter(None, runs)))] if any(runs) else []),
        ("mounts", [escape(f"{mount.path} ({mount.kind})") for mount in function.mounts]),
        ("layers", [escape(layer) for layer in function.layers]),
        ("environment", [escape(", ".join(function.environment))] if function.environment else []),
    )
    for title, values in facts:
        for number, value in enumerate(values):
            yield f"  {title + ':' if not number else '':<14}{value}"
