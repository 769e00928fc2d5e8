"""The Reviewdog Diagnostic Format (rdjson): findings with suggestions, columns counted in bytes of UTF-8."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.model import Safety, Severity
from lambdalint.output.findings import way_there
from lambdalint.output.json_report import dump
from lambdalint.output.markdown_text import prose

if TYPE_CHECKING:
    from lambdalint.model import Finding, Fix, Report, Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}
_LINE_END = re.compile(r"\r\n|\r|\n")


class _Source:
    """A file's text, by lines as spans count them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def offset(self, line: int, column: int) -> int:
        """Return the index in the text; what lies behind the end of the file is the end."""
        if line > len(self._starts):
            return len(self._text)
        return min(self._starts[line - 1] + column - 1, len(self._text))

    def position(self, line: int, column: int) -> dict[str, int]:
        before = self._text[self.offset(line, 1) : self.offset(line, column)]
        return {"line": line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}

    def between(self, start: int, end: int) -> str:
        return self._text[start:end]


def render(report: Report) -> str:
    """Return the report as rdjson."""
    sources = {path: _Source(text) for path, text in report.sources.items()}
    return dump(
        {
            "source": {"name": "lambdalint"},
            "diagnostics": [_diagnostic(finding, sources) for finding in report.findings],
        }
    )


def _diagnostic(finding: Finding, sources: dict[str, _Source]) -> dict[str, object]:
    related = [(step.span, step.text) for step in way_there(finding) if step.span != finding.span]
    related += [(label.span, label.text) for label in finding.labels]
    source = sources.get(finding.span.path)
    suggestion = _suggestion(finding.fix, finding.span.path, source) if finding.fix and source else None
    diagnostic: dict[str, object] = {
        "message": prose(finding.message),  # comments on pull requests show it as Markdown
        "location": _location(finding.span, sources),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.code},
    }
    if suggestion:
        diagnostic["suggestions"] = [suggestion]
    if related:
        diagnostic["related_locations"] = [
            {"message": prose(text), "location": _location(span, sources)} for span, text in related
        ]
    return diagnostic


def _location(span: Span, sources: dict[str, _Source]) -> dict[str, object]:
    return {"path": span.path, "range": _range(span, sources.get(span.path))}


def _range(span: Span, source: _Source | None) -> dict[str, dict[str, int]]:
    """Return the exclusive range, or its lines where the text that bytes are counted in is not at hand."""
    if source is None:
        return {"start": {"line": span.line}, "end": {"line": max(span.line, span.end_line)}}
    return {
        "start": source.position(span.line, span.column),
        "end": source.position(span.end_line, span.end_column),
    }


def _suggestion(fix: Fix, path: str, source: _Source) -> dict[str, object] | None:
    """Return one replacement that makes all edits, as each suggestion can be accepted without the others.

    None if the fix is not to be applied, or touches another file: a suggestion names none.
    """
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    if fix.safety is Safety.DISPLAY_ONLY or not edits or any(edit.span.path != path for edit in edits):
        return None
    parts: list[str] = []
    reached = source.offset(edits[0].span.line, edits[0].span.column)
    for edit in edits:
        start = source.offset(edit.span.line, edit.span.column)
        if start < reached:
            return None
        parts += [source.between(reached, start), edit.text]
        reached = source.offset(edit.span.end_line, edit.span.end_column)
    first, last = edits[0].span, edits[-1].span
    return {
        "range": {
            "start": source.position(first.line, first.column),
            "end": source.position(last.end_line, last.end_column),
        },
        "text": "".join(parts),
    }
