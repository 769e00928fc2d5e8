"""The workflow commands that GitHub Actions turns into annotations of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Severity
from lambdalint.output.findings import in_lines, most_severe_first
from lambdalint.output.json_report import without_surrogates

if TYPE_CHECKING:
    from lambdalint.model import Finding, Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Return one command a finding, most severe first: the service shows ten of each kind a step."""
    return "".join(map(_command, most_severe_first(report.findings)))


def _command(finding: Finding) -> str:
    span = finding.span
    properties = {"title": f"{finding.code} {finding.name}", "file": span.path, "line": str(span.line)}
    if span.end_line > span.line:
        properties["endLine"] = str(span.end_line)  # the service drops columns of what spans several lines
    else:
        # The end is inclusive: without it, the service takes the column itself for the end.
        properties |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column - 1))}
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    # The log shows the message alone, so that the place has to be in it.
    message = _data("\n".join(in_lines(finding)))
    return f"::{_COMMANDS[finding.severity]} {told}::{message}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(without_surrogates(text)).replace(":", "%3A").replace(",", "%2C")
