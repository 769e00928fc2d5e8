"""One module a rule; visitors that look at effects, decide, and report findings.

Importing this package is cheap: LibCST and the rules are loaded when ``registry`` or ``judge`` is first
called.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdalint.model import Effect, Finding, Problem
    from lambdalint.rules.definition import RuleDefinition
    from lambdalint.rules.mending import Recalled
    from lambdalint.rules.project_judgement import Shipped
    from lambdalint.rules.template_rule import Declared
    from lambdalint.syntax.project import Project

__all__ = [
    "codes",
    "finding_cannot_parse",
    "is_project_rule",
    "judge",
    "judge_project",
    "mend",
    "needs_packages",
    "registry",
    "silences",
]


@lru_cache(maxsize=1)
def codes() -> tuple[str, ...]:
    """Return the code of every rule, sorted, without importing a rule."""
    import lambdalint.rules as package
    from lambdalint.rules.discovery import rule_modules

    return tuple(sorted(module.rpartition(".")[2].upper() for module in rule_modules(package)))


@lru_cache(maxsize=1)
def registry() -> Mapping[str, type[RuleDefinition]]:
    """Return every rule by its code, in order; raise RegistryError where a rule module is wrong."""
    import lambdalint.rules as package
    from lambdalint.rules.discovery import discover

    return discover(package)


def judge(
    path: str,
    text: str,
    effects: Iterable[Effect],
    rules: Iterable[type[RuleDefinition]],
    options: Mapping[str, Mapping[str, object]],
) -> list[Finding]:
    """Return what *rules* have to say of the *effects* of one file, sorted.

    ``path`` is the file's path as the spans of its effects name it, ``text`` its whole content; effects
    of other files are left alone. ``options`` maps a rule's code to its options as configured;
    OptionsError says what is wrong with them. Nothing else is raised: a rule that fails, and a call that
    cannot be judged, become LMB999.
    """
    from lambdalint.rules.judgement import judge_file

    return judge_file(path, text, effects, rules, options)


def is_project_rule(code: str) -> bool:
    """Tell whether the rule *code* is asked once for the whole project, of its packages or templates."""
    from lambdalint.rules.project_judgement import is_project_rule

    return is_project_rule(code)


def needs_packages(code: str) -> bool:
    """Tell whether the rule *code* judges what functions ship."""
    from lambdalint.rules.project_judgement import needs_packages

    return needs_packages(code)


def judge_project(
    shipped: Shipped,
    declared: Declared,
    codes: Iterable[str],
    options: Mapping[str, Mapping[str, object]],
) -> list[Finding]:
    """Return what the project rules among *codes* say of what functions ship, and of how they are declared, sorted.

    A rule that fails becomes an LMB999; OptionsError says what is wrong with *options*.
    """
    from lambdalint.rules.project_judgement import judge_project

    return judge_project(shipped, declared, codes, options)


def mend(
    findings: Iterable[Finding],
    project: Project,
    options: Mapping[str, Mapping[str, object]],
    recalled: Recalled | None = None,
) -> tuple[list[Finding], list[Finding]]:
    """Return *findings* with the fixes that their rules know, and an LMB999 for each rule that fails at that.

    *recalled* is asked for the fix of each finding, with what makes it.
    """
    from lambdalint.rules.mending import mend

    return mend(findings, project, options, recalled)


def silences(
    effect: Effect, rules: Iterable[type[RuleDefinition]], options: Mapping[str, Mapping[str, object]]
) -> Mapping[str, str]:
    """Return, by code, why each of *rules* that *effect* could concern has nothing to say of it.

    The reason for silence on an effect that a rule looks at in the code is there, too, so that it holds only
    where ``judge`` returns no finding of the rule.
    """
    from lambdalint.rules.judgement import silences

    return silences(effect, rules, options)


def finding_cannot_parse(problem: Problem) -> Finding:
    """Return the finding for a source file that could not be parsed."""
    from lambdalint.rules.lmb900 import cannot_parse

    return cannot_parse(problem)
