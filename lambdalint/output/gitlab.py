"""GitLab's code quality report: the part of Code Climate's format that the service reads."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Severity
from lambdalint.output.escape import escape
from lambdalint.output.json_report import dump

if TYPE_CHECKING:
    from lambdalint.model import Finding, Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    """Return a JSON array with an issue for each finding."""
    return dump([_issue(finding) for finding in report.findings])


def _issue(finding: Finding) -> dict[str, object]:
    span = finding.span
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": f"{finding.code}: {escape(finding.message)}",  # the name of the check is not shown
        "categories": ["Bug Risk"],
        "severity": _severity(finding),
        "fingerprint": _fingerprint(finding),
        "location": {"path": span.path, "lines": {"begin": span.line, "end": max(span.line, span.end_line)}},
    }


def _severity(finding: Finding) -> str:
    if finding.severity is Severity.ERROR and finding.confidence is Confidence.HIGH:
        return "critical"
    return _SEVERITIES[finding.severity]


def _fingerprint(finding: Finding) -> str:
    """Return a fingerprint that differs between projects of one repository, whose reports the service joins."""
    text = f"{finding.span.path}\0{finding.fingerprint}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
