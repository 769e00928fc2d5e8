"""The text format: for people, with the code, the way from the handler, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Safety, Severity
from lambdalint.output.escape import escape
from lambdalint.output.frame import draw, split_source
from lambdalint.output.style import Style

if TYPE_CHECKING:
    from lambdalint.model import Finding, Report

_MAX_FUNCTIONS = 5


def render(report: Report, *, color: bool = False, summary: bool = True) -> str:
    """Return the report for people; *color* adds the escape sequences of a terminal."""
    style = Style(color)
    sources: dict[str, list[str]] = {}
    blocks: list[str] = []
    for finding in report.findings:
        path = finding.span.path
        if path not in sources:
            sources[path] = split_source(report.sources.get(path, ""))
        blocks.append(_block(finding, sources[path] if path in report.sources else [], style))
    return "\n".join([*blocks, *([_summary(report, style)] if summary else [])])


def _block(finding: Finding, lines: list[str], style: Style) -> str:
    severity = style.severity(f"{finding.severity.value}[{finding.code}]", finding.severity)
    drawn = [
        f"{severity} {style.strong(escape(finding.message))}",
        f"  {style.rule('-->')} {escape(str(finding.span))}",
        *draw(lines, finding.span, finding.severity, style),
    ]
    if len(finding.trace) > 1 or any(step.span != finding.span for step in finding.trace):
        drawn.append(f"  {style.rule('=')} the way there:")
        drawn += [f"      {style.quiet(escape(str(step.span)) + ':')} {escape(step.text)}" for step in finding.trace]
    drawn += [f"  {style.rule('=')} {escape(str(label.span))}: {escape(label.text)}" for label in finding.labels]
    if finding.functions:
        drawn.append(f"  {style.rule('=')} {_functions(finding)}")
    if finding.confidence is not Confidence.HIGH:
        drawn.append(f"  {style.rule('=')} confidence: {finding.confidence.value}")
    drawn.append(f"  {style.rule('=')} {style.good('help:')} {escape(_help(finding))}")
    return "\n".join(drawn) + "\n"


def _functions(finding: Finding) -> str:
    names = [escape(name) for name in finding.functions]
    if len(names) == 1:
        return f"function: {names[0]}"
    more = f" and {len(names) - _MAX_FUNCTIONS} more" if len(names) > _MAX_FUNCTIONS else ""
    return f"functions: {', '.join(names[:_MAX_FUNCTIONS])}{more}"


def _help(finding: Finding) -> str:
    page = f"'lambdalint rule {finding.code}' says more"
    if finding.fix is None:
        return page
    safety = {Safety.SAFE: "safe", Safety.UNSAFE: "unsafe", Safety.DISPLAY_ONLY: "by hand"}[finding.fix.safety]
    return f"{finding.fix.title} ({safety}); {page}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return *number* with the right form of its noun."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def _summary(report: Report, style: Style) -> str:
    summary = report.summary
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    room = f"in {count(summary.files, 'file')}, {count(summary.functions, 'function')}"
    if not report.findings:
        line = style.good(f"No findings {room}")
    else:
        line = style.strong(f"{count(summary.findings, 'finding')} ({count(errors, 'error')}) {room}")
    if summary.unfinished:
        line += f"; {count(summary.unfinished, 'entry point', 'entry points')} not followed to the end (max-steps)"
    if summary.unresolved:
        names = count(summary.unresolved, "handler, import or path", "handlers, imports or paths")
        line += f"; {names} unresolved (-v names them)"
    return line + "\n"
