"""Makes one report of those of several configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Report, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Problem


def join(reports: Iterable[Report]) -> Report:
    """Return one report that says what all of *reports*, at least one, say; what several say is said once.

    The counts of its summary are sums: a module that two configurations concern counts twice.
    """
    first, *others = reports
    if not others:
        return first
    every = (first, *others)
    findings = sorted({item for one in every for item in one.findings}, key=lambda item: item.sort_key)
    functions = {item for one in every for item in one.functions}
    problems = {item for one in every for item in one.problems}
    notes = {item for one in every for item in one.notes}
    undeclared = {item for one in every for item in one.undeclared}
    summed = {name: sum(getattr(one.summary, name) for one in every) for name in Summary.__struct_fields__}
    return Report(
        tool=first.tool,
        findings=tuple(findings),
        functions=tuple(sorted(functions, key=lambda item: (item.path, item.line, item.name))),
        summary=Summary(**{**summed, "functions": len(functions), "findings": len(findings)}),
        problems=_ordered(problems),
        notes=_ordered(notes),
        undeclared=_ordered(undeclared),
        limited=any(one.limited for one in every),
        sources={path: text for one in every for path, text in one.sources.items()},
    )


def _ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda item: (item.span, item.message, item.severity)))
