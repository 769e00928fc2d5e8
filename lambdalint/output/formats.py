"""The formats of a report: their names, the one for a CI service, and the paths that its readers expect."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdalint.model import Problem, Report, Span
    from lambdalint.output.rule_page import RulePage

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson", "azure", "markdown")
BELOW_REPOSITORY = frozenset({"sarif", "github", "gitlab", "junit", "azure", "markdown"})
"""Formats whose readers look paths up from the repository's root; reviewdog adds its working directory itself."""
_SERVICES = (("GITHUB_ACTIONS", "github"), ("TF_BUILD", "azure"), ("GITLAB_CI", "gitlab"))


def service_format(environ: Mapping[str, str]) -> str | None:
    """Return the format for the CI service that *environ* speaks of, or None."""
    return next((name for variable, name in _SERVICES if environ.get(variable, "").lower() == "true"), None)


def render(
    name: str,
    report: Report,
    *,
    pages: Callable[[], Mapping[str, RulePage]],
    color: bool = False,
    summary: bool = True,
) -> str:
    """Return *report* in the format *name*, as text that UTF-8 can hold.

    *pages* gives the rules' pages by code; it is called only by a format that shows them. *color* and *summary*
    are for the text format.
    """
    if name == "text":
        from lambdalint.output import text

        return text.render(report, color=color, summary=summary)
    if name == "sarif":
        from lambdalint.output import sarif

        return sarif.render(report, pages)
    return _renderer(name)(report)


def _renderer(name: str) -> Callable[[Report], str]:
    if name == "concise":
        from lambdalint.output.concise import render
    elif name == "json":
        from lambdalint.output.json_report import render
    elif name == "github":
        from lambdalint.output.github import render
    elif name == "gitlab":
        from lambdalint.output.gitlab import render
    elif name == "junit":
        from lambdalint.output.junit import render
    elif name == "rdjson":
        from lambdalint.output.rdjson import render
    elif name == "azure":
        from lambdalint.output.azure import render
    elif name == "markdown":
        from lambdalint.output.markdown import render
    else:
        raise ValueError(f"{name!r} is not a format")
    return render


def step_summary(report: Report) -> str:
    """Return what GitHub Actions shows on the page of a run: a table in Markdown, below the limit of the service."""
    from lambdalint.output import markdown

    return markdown.step_summary(report)


def relocated(report: Report, below: str) -> Report:
    """Return *report* with its paths relative to a folder above the working directory, which is *below* it."""
    if not below:
        return report
    from msgspec.structs import replace

    def path(relative: str) -> str:
        return posixpath.normpath(posixpath.join(below, relative))

    def place(span: Span) -> Span:
        return replace(span, path=path(span.path))

    def problem(item: Problem) -> Problem:
        return replace(item, span=place(item.span))

    return replace(
        report,
        findings=tuple(finding.moved(place) for finding in report.findings),
        functions=tuple(replace(function, path=path(function.path)) for function in report.functions),
        problems=tuple(map(problem, report.problems)),
        notes=tuple(map(problem, report.notes)),
        sources={path(key): text for key, text in report.sources.items()},
    )
