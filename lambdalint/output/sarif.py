"""SARIF 2.1.0, for code scanning services and viewers of findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from lambdalint.model import NOT_JUDGED, Safety, Severity
from lambdalint.output.escape import escape
from lambdalint.output.findings import way_there
from lambdalint.output.json_report import dump
from lambdalint.output.rule_page import render_markdown, render_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdalint.model import Edit, Finding, Fix, Report, Span
    from lambdalint.output.rule_page import RulePage

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_INTERNAL_ERROR = "LMB999"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_LINK = re.compile(r"\](?=\()")
_MAX_DESCRIPTION = 1024
"""Characters of a rule's description that code scanning takes."""


def render(report: Report, pages: Callable[[], Mapping[str, RulePage]]) -> str:
    """Return the report as SARIF; the *pages* of the rules that it names become their help."""
    name, _, version = report.tool.rpartition(" ")
    codes = sorted({finding.code for finding in report.findings})
    known = pages() if codes else {}
    rules = [_rule(code, known.get(code), report.findings) for code in codes]
    run = {
        "tool": {"driver": {"name": name, "version": version, "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": _INTERNAL_ERROR not in codes,
                "toolExecutionNotifications": _notifications(report, codes),
            }
        ],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The root of the repository; without one, the working directory."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes) for finding in report.findings],
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, page: RulePage | None, findings: Sequence[Finding]) -> dict[str, object]:
    if page is None:
        name = next(finding.name for finding in findings if finding.code == code)
        return {"id": code, "name": name, "shortDescription": {"text": name}}
    meta = page.meta
    return {
        "id": code,
        "name": meta.name,
        "shortDescription": {"text": _plain(meta.summary)},
        "fullDescription": {"text": _description(page)},
        "help": {"text": render_text(page), "markdown": render_markdown(page)},
        "defaultConfiguration": {"level": _LEVELS[meta.severity]},
        "properties": {
            "tags": [meta.family.value],
            "precision": meta.confidence.value,
            "problem.severity": _PROBLEM_SEVERITIES[meta.severity],
        },
    }


def _description(page: RulePage) -> str:
    """Return the first paragraph of the rule's documentation, which says what it flags."""
    paragraphs = (part.strip() for part in page.documentation.split("\n\n"))
    first = next((part for part in paragraphs if part and not part.startswith("#")), page.meta.summary)
    text = _plain(" ".join(first.split()))
    return text if len(text) <= _MAX_DESCRIPTION else text[: _MAX_DESCRIPTION - 1] + "…"


def _plain(markdown: str) -> str:
    return markdown.replace("`", "")


def _notifications(report: Report, codes: list[str]) -> list[dict[str, object]]:
    """Return what was not judged, and what of the input could not be understood."""
    notifications = [_notification("warning", problem.span, problem.message) for problem in report.problems]
    failures = [
        {
            **_notification("error", finding.span, finding.message),
            "associatedRule": {"id": finding.code, "index": codes.index(finding.code)},
        }
        for finding in report.findings
        if finding.code in NOT_JUDGED
    ]
    return failures + notifications


def _notification(level: str, span: Span, message: str) -> dict[str, object]:
    return {"level": level, "message": _message(message), "locations": [_location(span)]}


def _result(finding: Finding, codes: list[str]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": _message(finding.message),
        "locations": [_location(finding.span)],
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"lambdalint/v1": finding.fingerprint}
    way = [(step.span, step.text) for step in way_there(finding)]
    if way:
        if way[-1][0] != finding.span:
            way.append((finding.span, finding.message))
        flow = [{"location": _location(span, text)} for span, text in way]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if finding.labels:
        result["relatedLocations"] = [_location(label.span, label.text) for label in finding.labels]
    if finding.fix is not None and finding.fix.edits and finding.fix.safety is not Safety.DISPLAY_ONLY:
        result["fixes"] = [_fix(finding.fix)]
    result["properties"] = {"confidence": finding.confidence.value, "functions": list(finding.functions)}
    return result


def _message(text: str) -> dict[str, object]:
    """Return a plain message; brackets with parentheses behind them would make a link of a foreign text."""
    return {"text": _LINK.sub("] ", escape(text))}


def _artifact(path: str) -> dict[str, object]:
    return {"uri": _uri(path), "uriBaseId": _ROOT}


def _uri(path: str) -> str:
    try:
        name = path.encode("utf-8", "surrogateescape")  # a file's name that is no UTF-8 has its own bytes
    except UnicodeEncodeError:
        name = path.encode("utf-8", "replace")
    return quote_from_bytes(name)


def _location(span: Span, text: str | None = None) -> dict[str, object]:
    place: dict[str, object] = {"physicalLocation": {"artifactLocation": _artifact(span.path), "region": _region(span)}}
    return place if text is None else {**place, "message": _message(text)}


def _region(span: Span) -> dict[str, int]:
    """Return the region to show; a mere position stands for the rest of its line."""
    if (span.line, span.column) == (span.end_line, span.end_column):
        return {"startLine": span.line, "startColumn": span.column}
    return _extent(span)


def _extent(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(fix: Fix) -> dict[str, object]:
    unsafe = " (unsafe: it may change what the code does)" if fix.safety is Safety.UNSAFE else ""
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.span.path, []).append(edit)
    return {
        "description": _message(fix.title + unsafe),
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": [_replacement(edit) for edit in edits]}
            for path, edits in by_file.items()
        ],
    }


def _replacement(edit: Edit) -> dict[str, object]:
    replacement: dict[str, object] = {"deletedRegion": _extent(edit.span)}
    if edit.text:
        replacement["insertedContent"] = {"text": edit.text}
    return replacement
