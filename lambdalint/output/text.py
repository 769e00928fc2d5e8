"""The text format: for people, with the code, the way from the handler, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Safety, Severity
from lambdalint.output.escape import escape
from lambdalint.output.findings import functions_of, way_there
from lambdalint.output.frame import draw, split_source
from lambdalint.output.style import Style

if TYPE_CHECKING:
    from lambdalint.model import Finding, Report


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
    return "\n".join([*blocks, *([summary_line(report, style) + "\n"] if summary else [])])


def _block(finding: Finding, lines: list[str], style: Style) -> str:
    severity = style.severity(f"{finding.severity.value}[{finding.code}]", finding.severity)
    drawn = [
        f"{severity} {style.strong(escape(finding.headline or finding.message))}",
        f"  {style.rule('-->')} {escape(str(finding.span))}",
        *draw(lines, finding.span, finding.severity, style),
    ]
    way = way_there(finding)
    if way:
        drawn.append(f"  {style.rule('=')} the way there:")
        drawn += [f"      {style.quiet(escape(str(step.span)) + ':')} {escape(step.text)}" for step in way]
    drawn += [f"  {style.rule('=')} {escape(str(label.span))}: {escape(label.text)}" for label in finding.labels]
    if finding.functions:
        drawn.append(f"  {style.rule('=')} {functions_of(finding)}")
    if finding.confidence is not Confidence.HIGH:
        drawn.append(f"  {style.rule('=')} confidence: {finding.confidence.value}")
    drawn += [f"  {style.rule('=')} {style.good('help:')} {escape(line)}" for line in _help(finding)]
    return "\n".join(drawn) + "\n"


def _help(finding: Finding) -> list[str]:
    page = f"'lambdalint rule {finding.code}' says more"
    lines = [finding.advice] if finding.advice else []
    if finding.fix is not None:
        safety = {Safety.SAFE: "safe", Safety.UNSAFE: "unsafe", Safety.DISPLAY_ONLY: "by hand"}[finding.fix.safety]
        lines.append(f"{finding.fix.title} ({safety})")
    return [*lines, page]


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return *number* with the right form of its noun."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def _fixable(report: Report) -> str:
    safeties = [finding.fix.safety for finding in report.findings if finding.fix is not None]
    safe, unsafe = safeties.count(Safety.SAFE), safeties.count(Safety.UNSAFE)
    told = [f"{safe:,} fixable with --fix"] if safe else []
    if unsafe:
        told.append(f"{unsafe:,} {'more' if safe else 'fixable'} with --fix --unsafe-fixes")
    return ", ".join(told)


def summary_line(report: Report, style: Style | None = None) -> str:
    """Return in one line what was found, in how much, and what stays unknown."""
    style = style or Style()
    summary = report.summary
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    room = f"in {count(summary.files, 'file')}, {count(summary.functions, 'function')}"
    if not report.findings:
        line = style.good(f"No findings {room}")
    else:
        line = style.strong(f"{count(summary.findings, 'finding')} ({count(errors, 'error')}) {room}")
    left_out = [
        f"{number:,} {where}"
        for number, where in (
            (summary.suppressed, "suppressed"),
            (summary.baselined, "in the baseline"),
            (summary.unchanged, "on unchanged lines"),
        )
        if number
    ]
    if left_out:
        line += f"; {', '.join(left_out)}"
    fixable = _fixable(report)
    if fixable:
        line += f"; {fixable}"
    if summary.unfinished:
        line += f"; {count(summary.unfinished, 'entry point', 'entry points')} not followed to the end (max-steps)"
    if summary.unresolved:
        names = count(summary.unresolved, "handler, import or path", "handlers, imports or paths")
        line += f"; {names} unresolved (-v names them)"
    return line
