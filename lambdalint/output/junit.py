"""The JUnit format: one suite, with a test case that failed for each finding."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from lambdalint.model import NOT_JUDGED
from lambdalint.output.escape import escape
from lambdalint.output.findings import in_lines

if TYPE_CHECKING:
    from lambdalint.model import Finding, Report

_FORBIDDEN = re.compile("[\ufffe\uffff]")
"""What XML 1.0 forbids besides what ``escape`` makes visible."""


def render(report: Report) -> str:
    """Return the report as XML; a clean one has a test case that passed, as readers refuse a suite without any."""
    not_judged = sum(finding.code in NOT_JUDGED for finding in report.findings)
    counts = {
        "name": "lambdalint",
        "tests": str(max(1, len(report.findings))),
        "failures": str(len(report.findings) - not_judged),
        "errors": str(not_judged),
        "skipped": "0",
        "time": "0",
    }
    suites = ET.Element("testsuites", counts)
    suite = ET.SubElement(suites, "testsuite", counts)
    if not report.findings:
        ET.SubElement(suite, "testcase", name="no findings", classname="lambdalint", time="0")
    for finding in report.findings:
        _add(suite, finding)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _add(suite: ET.Element, finding: Finding) -> None:
    span = finding.span
    case = ET.SubElement(
        suite,
        "testcase",
        name=_text(f"{finding.code} {span}"),
        classname=_text(span.path.removesuffix(".py")),
        file=_text(span.path),
        line=str(span.line),
        time="0",
    )
    kind = "error" if finding.code in NOT_JUDGED else "failure"
    failure = ET.SubElement(case, kind, message=_text(finding.message), type=finding.severity.value)
    failure.text = "\n".join(map(_text, in_lines(finding)))


def _text(text: str) -> str:
    return _FORBIDDEN.sub("�", escape(text))
