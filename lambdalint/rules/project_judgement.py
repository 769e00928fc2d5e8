"""Asks the rules about the project as a whole, once: on what functions ship and import, on what templates declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Span
from lambdalint.rules.discovery import rule_of
from lambdalint.rules.import_rule import ImportRule
from lambdalint.rules.lmb999 import rule_failed
from lambdalint.rules.project_rule import ProjectRule
from lambdalint.rules.template_rule import TemplateRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdalint.model import Finding, ForeignImport, FunctionPackage
    from lambdalint.rules.template_rule import Declared

_PACKAGING = "LMB4"
_TEMPLATES = "LMB5"
_VISITORS = frozenset({"LMB507"})
"""Rules of these families that visit code instead. Rules are imported one by one, as most of these need no LibCST."""


class Shipped(msgspec.Struct, frozen=True):
    """What functions ship, by their names, and what they import from elsewhere."""

    packages: Mapping[str, FunctionPackage]
    imports: Sequence[ForeignImport]


def is_project_rule(code: str) -> bool:
    """Tell whether *code* is that of a rule which is asked once for the whole project."""
    return code.startswith((_PACKAGING, _TEMPLATES)) and code not in _VISITORS


def needs_packages(code: str) -> bool:
    """Tell whether *code* is that of a rule which judges what functions ship."""
    return code.startswith(_PACKAGING)


def judge_project(
    shipped: Shipped,
    declared: Declared,
    codes: Iterable[str],
    options: Mapping[str, Mapping[str, object]],
) -> list[Finding]:
    """See ``lambdalint.rules.judge_project``."""
    found: list[Finding] = []
    selected = frozenset(filter(is_project_rule, codes))
    for code in sorted(selected):
        rule = rule_of(f"lambdalint.rules.{code.lower()}")
        chosen = rule.parse_options(options.get(code, {}))
        try:
            if issubclass(rule, TemplateRule):
                found += rule(chosen).judge(declared)
                continue
            assert issubclass(rule, ProjectRule), f"{code} is a project rule by its family"
            asked = rule(chosen, options, selected)
            if isinstance(asked, ImportRule):
                asked.text_of = declared.text_of
            found += asked.judge(shipped.packages, shipped.imports)
        except Exception as error:  # the boundary of one rule: the others are still asked
            found.append(rule_failed(code, Span.point("."), error))
    return sorted(found, key=lambda finding: finding.sort_key)
