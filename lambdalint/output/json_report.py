"""The JSON format, version 1: a contract that other programs read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from lambdalint.model import Edit, Finding, Fix, FunctionReport, Report, Span, Step

VERSION = 1
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_COMMAND = re.compile(r"##(?=\[|vso\[)")


class _Place(TypedDict):
    path: str
    line: int
    column: int


class _Extent(_Place):
    end_line: int
    end_column: int


class _Step(_Place):
    text: str


class _Edit(_Extent):
    text: str


class _Fix(TypedDict):
    title: str
    safety: str
    edits: list[_Edit]


class _Finding(TypedDict):
    code: str
    name: str
    severity: str
    confidence: str
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    functions: list[str]
    fingerprint: str
    trace: list[_Step]
    fix: _Fix | None


class _Function(TypedDict):
    name: str
    handler: str | None
    path: str
    line: int
    platform: str
    tmp_mb: int | None
    declared_by: str
    entry_points: list[str]


class _Mount(TypedDict):
    path: str
    kind: str


class _Declaration(_Function):
    code: str | None
    confidence: str
    runtime: str | None
    package_type: str
    timeout: int | None
    variants: list[str]
    mounts: list[_Mount]
    layers: list[str]
    environment: list[str]


def render(report: Report) -> str:
    """Return the report as JSON in ASCII."""
    summary = report.summary
    return dump(
        {
            "version": VERSION,
            "tool": report.tool,
            "findings": [_finding(finding) for finding in report.findings],
            "functions": [_function(function) for function in report.functions],
            "summary": {
                "files": summary.files,
                "functions": summary.functions,
                "findings": summary.findings,
                "fixable": summary.fixable,
                "unresolved": summary.unresolved,
            },
        }
    )


def declarations(report: Report) -> object:
    """Return the report's functions with all that is known of their rooms, and what is not understood of others."""
    return {
        "version": VERSION,
        "tool": report.tool,
        "functions": [_declaration(function) for function in report.functions],
        "unresolved": [
            {**_place(problem.span), "severity": problem.severity, "message": problem.message}
            for problem in report.undeclared
        ],
    }


def _declaration(function: FunctionReport) -> _Declaration:
    return {
        **_function(function),
        "code": function.code,
        "confidence": function.confidence,
        "runtime": function.runtime,
        "package_type": function.package_type,
        "timeout": function.timeout,
        "variants": list(function.variants),
        "mounts": [{"path": mount.path, "kind": mount.kind} for mount in function.mounts],
        "layers": list(function.layers),
        "environment": list(function.environment),
    }


def dump(value: object) -> str:
    """Encode *value* in ASCII; half a surrogate pair, which JSON cannot hold, becomes U+FFFD.

    Commands to a CI service that a foreign text holds are encoded, so that printing the JSON does not give them.
    """
    text = json.dumps(_without_surrogates(value), indent=2) + "\n"
    return _COMMAND.sub(r"#\\u0023", text)


def without_surrogates(text: str) -> str:
    """Return *text* with each half of a surrogate pair replaced, so that UTF-8 can hold it."""
    return text if text.isascii() else _SURROGATE.sub("�", text)


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {key: _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value


def _place(span: Span) -> _Place:
    return {"path": span.path, "line": span.line, "column": span.column}


def _extent(span: Span) -> _Extent:
    return {**_place(span), "end_line": span.end_line, "end_column": span.end_column}


def _step(step: Step) -> _Step:
    return {**_place(step.span), "text": step.text}


def _edit(edit: Edit) -> _Edit:
    return {**_extent(edit.span), "text": edit.text}


def _fix(fix: Fix) -> _Fix:
    return {"title": fix.title, "safety": fix.safety.value, "edits": [_edit(edit) for edit in fix.edits]}


def _finding(finding: Finding) -> _Finding:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        **_extent(finding.span),
        "functions": list(finding.functions),
        "fingerprint": finding.fingerprint,
        "trace": [_step(step) for step in finding.trace],
        "fix": None if finding.fix is None else _fix(finding.fix),
    }


def _function(function: FunctionReport) -> _Function:
    return {
        "name": function.name,
        "handler": function.handler,
        "path": function.path,
        "line": function.line,
        "platform": function.platform,
        "tmp_mb": function.tmp_mb,
        "declared_by": function.declared_by,
        "entry_points": list(function.entry_points),
    }
