from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from lambdalint.model import Confidence, Severity
from lambdalint.output import formats, gitlab

if TYPE_CHECKING:
    from lambdalint.model import Report


def issues(report: Report) -> list[dict[str, Any]]:
    """Read the report; GitLab refuses an issue without one of these fields, or with another type."""
    found: list[dict[str, Any]] = json.loads(gitlab.render(report))
    for issue in found:
        assert all(isinstance(issue[key], str) for key in ("description", "fingerprint", "severity", "check_name"))
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert isinstance(issue["location"]["path"], str)
        assert isinstance(issue["location"]["lines"]["begin"], int)
    return found


def test_the_issues(report: Report) -> None:
    first, second = issues(report)
    assert first == {
        "type": "issue",
        "check_name": "LMB102",
        "description": 'LMB102: "报告.csv" is written to the read-only working directory',
        "categories": ["Bug Risk"],
        "severity": "critical",
        "fingerprint": "55d58eb2bdbf9512166f7b093ff7c309",
        "location": {"path": "src/app.py", "lines": {"begin": 5, "end": 5}},
    }
    assert second["location"]["lines"] == {"begin": 5, "end": 6}


@pytest.mark.parametrize(
    ("severity", "confidence", "expected"),
    [
        (Severity.ERROR, Confidence.HIGH, "critical"),
        (Severity.ERROR, Confidence.MEDIUM, "major"),
        (Severity.WARNING, Confidence.HIGH, "minor"),
        (Severity.INFO, Confidence.HIGH, "info"),
    ],
)
def test_severities(report: Report, severity: Severity, confidence: Confidence, expected: str) -> None:
    finding = replace(report.findings[0], severity=severity, confidence=confidence)
    assert issues(replace(report, findings=(finding,)))[0]["severity"] == expected


def test_fingerprints_are_unique_in_a_repository(report: Report) -> None:
    """The service joins the reports of all jobs by fingerprint; two projects may hold the same file."""
    found = [*issues(formats.relocated(report, "one")), *issues(formats.relocated(report, "other"))]
    assert len({issue["fingerprint"] for issue in found}) == 4


def test_fingerprints_survive_moved_lines(report: Report) -> None:
    finding = report.findings[0]
    below = replace(finding, span=replace(finding.span, line=50, end_line=50))
    before, after = issues(report)[0], issues(replace(report, findings=(below,)))[0]
    assert before["fingerprint"] == after["fingerprint"]
    assert before["location"] != after["location"]


def test_a_hostile_text_is_one_line(hostile: Report) -> None:
    assert issues(hostile)[0]["description"].startswith("LMB102: x\\n::error::injected\\r\\n")


def test_nothing_found(empty: Report) -> None:
    assert gitlab.render(empty) == "[]\n"
