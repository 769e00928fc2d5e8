"""Asks the rules for the fixes of their findings, in the main process, once all findings are known."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.rules.discovery import rule_of
from lambdalint.rules.lmb999 import rule_failed
from lambdalint.rules.project_judgement import is_project_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lambdalint.model import Finding, Fix
    from lambdalint.syntax.project import Project

    Recalled = Callable[[Finding, Callable[[], Fix | None]], Fix | None]
    """Gives the fix of a finding, which is made where it is not known."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_MOST_IN_A_FILE = 30
"""Of how many findings of a rule in one file fixes are made: each looks at the others. The next round has the next."""


def mend(
    findings: Iterable[Finding],
    project: Project,
    options: Mapping[str, Mapping[str, object]],
    recalled: Recalled | None = None,
) -> tuple[list[Finding], list[Finding]]:
    """See ``lambdalint.rules.mend``."""
    mended: list[Finding] = []
    failures: list[Finding] = []
    failed: set[str] = set()
    made: Counter[tuple[str, str]] = Counter()
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        asked = finding.code, finding.span.path
        if finding.fix is not None or finding.code in failed or made[asked] >= _MOST_IN_A_FILE:
            mended.append(finding)
            continue
        made[asked] += 1
        try:
            make = partial(_fix, finding, project, options)
            fix = make() if recalled is None else recalled(finding, make)
        except Exception as error:  # the boundary of one rule: the finding stands without its fix
            failed.add(finding.code)
            failures.append(rule_failed(finding.code, finding.span, error))
            fix = None
        project.let_go()
        mended.append(replace(finding, fix=fix))
    return mended, failures


def _with_line_ends(fix: Fix, project: Project) -> Fix:
    """Return *fix* with lines that end as those of the files that it changes."""
    edits = []
    for edit in fix.edits:
        end = _LINE_END.search(project.text_of(edit.span.path) or "")
        text = _LINE_END.sub("\n" if end is None else end[0], edit.text)
        edits.append(replace(edit, text=text))
    return replace(fix, edits=tuple(edits))


def _fix(finding: Finding, project: Project, options: Mapping[str, Mapping[str, object]]) -> Fix | None:
    fix = _made(finding, project, options)
    return None if fix is None else _with_line_ends(fix, project)


def _made(finding: Finding, project: Project, options: Mapping[str, Mapping[str, object]]) -> Fix | None:
    rule = rule_of(f"lambdalint.rules.{finding.code.lower()}")
    if rule.meta.fix is None:
        return None
    chosen = rule.parse_options(options.get(finding.code, {}))
    if is_project_rule(finding.code):
        from lambdalint.rules.project_rule import ProjectRule
        from lambdalint.rules.template_rule import TemplateRule

        if issubclass(rule, TemplateRule):
            return rule(chosen).mend(finding, project)
        assert issubclass(rule, ProjectRule), f"{finding.code} is a project rule by its family"
        return rule(chosen, options).mend(finding, project)
    from lambdalint.rules.fixes.site import Site
    from lambdalint.rules.rule import Rule

    if not issubclass(rule, Rule):
        return None
    judge = rule(finding.span.path, chosen)
    effects = tuple(effect for effect in project.effects_at(finding.span) if judge.may_report(effect))
    if not rule.mends_calls:
        return judge.mend_effects(effects, project) if effects else None
    module = project.module(finding.span.path)
    call = None if module is None else module.call_at(finding.span)
    if module is None or call is None:
        return None
    return judge.mend(Site(finding, effects, module, call, project)) if effects else None
