"""The logging commands that Azure Pipelines turns into issues of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Severity
from lambdalint.output.escape import escape
from lambdalint.output.findings import most_severe_first
from lambdalint.output.json_report import without_surrogates

if TYPE_CHECKING:
    from lambdalint.model import Finding, Report

_ESCAPES = (("%", "%AZP25"), (";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D"))
"""The agent undoes them in properties and in messages, that of the percent sign last."""


def render(report: Report) -> str:
    """Return one command a finding, most severe first. The service has no kind below a warning."""
    return "".join(map(_command, most_severe_first(report.findings)))


def _command(finding: Finding) -> str:
    span = finding.span
    properties = {
        "type": "error" if finding.severity is Severity.ERROR else "warning",
        "sourcepath": _escaped(without_surrogates(span.path)),
        "linenumber": str(span.line),
        "columnnumber": str(span.column),
        "code": finding.code,
    }
    told = "".join(f"{key}={value};" for key, value in properties.items())
    return f"##vso[task.logissue {told}]{_escaped(escape(finding.message))}\n"


def _escaped(text: str) -> str:
    for character, written in _ESCAPES:
        text = text.replace(character, written)
    return text
