"""Asks the rules about what functions ship and import, once for the whole project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Span
from lambdalint.rules.discovery import rule_of
from lambdalint.rules.import_rule import ImportRule
from lambdalint.rules.lmb999 import rule_failed
from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lambdalint.model import Finding, ForeignImport, FunctionPackage

_FAMILY = "LMB4"
"""The rules of this family are project rules. They are imported one by one, as most of them need no LibCST."""


def is_project_rule(code: str) -> bool:
    """Tell whether *code* is that of a rule which is asked once for the whole project."""
    return code.startswith(_FAMILY)


def judge_project(
    packages: Mapping[str, FunctionPackage],
    imports: Sequence[ForeignImport],
    codes: Iterable[str],
    options: Mapping[str, Mapping[str, object]],
    text_of: Callable[[str], str | None],
) -> list[Finding]:
    """See ``lambdalint.rules.judge_project``."""
    found: list[Finding] = []
    selected = frozenset(filter(is_project_rule, codes))
    for code in sorted(selected):
        rule = rule_of(f"lambdalint.rules.{code.lower()}")
        assert issubclass(rule, ProjectRule), f"{code} is a project rule by its family"
        asked = rule(rule.parse_options(options.get(code, {})), options, selected)
        if isinstance(asked, ImportRule):
            asked.text_of = text_of
        try:
            found += asked.judge(packages, imports)
        except Exception as error:  # the boundary of one rule: the others are still asked
            found.append(rule_failed(code, Span.point("."), error))
    return sorted(found, key=lambda finding: finding.sort_key)
