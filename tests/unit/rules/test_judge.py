"""Several rules over one file: failures stay their own, and what is said of one call becomes one finding."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from effects_by_hand import PATH, RELATIVE, effect_at, place, span_of

from lambdalint.model import (
    Base,
    Confidence,
    Effect,
    Family,
    Guard,
    Problem,
    RuleMeta,
    Severity,
    Span,
    Step,
)
from lambdalint.rules import finding_cannot_parse, judge, registry
from lambdalint.rules.definition import OptionsError, RuleDefinition
from lambdalint.rules.rule import Rule

if TYPE_CHECKING:
    import libcst as cst

SOURCE = "def handler(event, context):\n    open(1)\n    open(2)\n    open(3)\n"
ONE, TWO, THREE = (effect_at(span_of(SOURCE, f"open({number})")) for number in (1, 2, 3))
RELATIVE_PATH = registry()["LMB102"]


def _meta(code: str) -> RuleMeta:
    return RuleMeta(code, f"rule-{code}", Family.READ_ONLY, Severity.ERROR, Confidence.HIGH, "A rule.", "0.1.0")


class FailsInVisit(Rule):
    meta = _meta("LMB197")

    def concerns(self, effect: Effect) -> bool:
        return True

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        for effect in self.effects(node):
            if effect.span == TWO.span:
                raise KeyError("two")
            self.report(node, effect, "writes", "stop it")


class FailsInConcerns(FailsInVisit):
    meta = _meta("LMB196")

    def concerns(self, effect: Effect) -> bool:
        raise ValueError(f"at\n{effect.span.line}")


def test_failing_rule_is_named_once_and_the_others_go_on() -> None:
    findings = judge(PATH, SOURCE, [ONE, TWO, THREE], [FailsInVisit, RELATIVE_PATH], {})
    assert [(finding.code, finding.span.line) for finding in findings] == [
        ("LMB102", 2),
        ("LMB197", 2),
        ("LMB102", 3),
        ("LMB999", 3),
        ("LMB102", 4),
    ]
    failure = findings[3]
    assert failure.message.startswith(
        "rule LMB197 failed on app.py, line 3, with KeyError: 'two' in test_judge.py, line "
    )
    assert failure.message.endswith("please report this to the developers of lambdalint")
    assert failure.span == TWO.span


def test_rule_that_fails_before_the_visit_is_named() -> None:
    findings = judge(PATH, SOURCE, [TWO, ONE], [RELATIVE_PATH, FailsInConcerns], {})
    assert [(finding.code, finding.span.line) for finding in findings] == [
        ("LMB102", 2),
        ("LMB102", 3),
        ("LMB999", 3),
    ]
    assert "rule LMB196 failed on app.py, line 3, with ValueError: at\\n3 in test_judge.py" in findings[2].message


def test_same_findings_in_any_order_of_effects_and_rules() -> None:
    effects = [ONE, TWO, THREE, effect_at(ONE.span, function="Other"), effect_at(TWO.span, confidence="low")]
    rules: list[type[RuleDefinition]] = [FailsInVisit, RELATIVE_PATH]
    assert judge(PATH, SOURCE, effects, rules, {}) != []
    for other in (rules, rules[::-1]):
        assert judge(PATH, SOURCE, effects[::-1], other, {}) == judge(PATH, SOURCE, effects, rules, {})


def test_effects_of_one_call_become_one_finding() -> None:
    short = (Step(Span("main.py", 7, 1, 7, 9), "handler calls save"),)
    long = (*short, Step(Span("main.py", 20, 1, 20, 9), "save calls write"))
    other_place = place(Base.TASK, "/var/task/other.csv", written=["other.csv"])
    effects = [
        effect_at(ONE.span, RELATIVE, function="Unsure", guards=[Guard.MAYBE], chain=()),
        effect_at(ONE.span, RELATIVE, function="Second", chain=long),
        effect_at(ONE.span, RELATIVE, function="Fourth", chain=short),
        effect_at(ONE.span, other_place, function="Fifth", chain=long),
        effect_at(ONE.span, RELATIVE, function="Third", chain=long),
    ]
    (finding,) = judge(PATH, SOURCE, effects, [RELATIVE_PATH], {})
    assert finding.functions == ("Fifth", "Fourth", "Second", "Third", "Unsure")
    assert finding.confidence is Confidence.HIGH
    assert finding.trace == short
    assert (
        "to /var/task/report.csv, which is read-only at run time (Fifth, Fourth, Second and 2 more): use "
        in finding.message
    )
    assert [(label.span, label.text) for label in finding.labels] == [
        (
            long[-1].span,
            "also writes 'other.csv' to /var/task/other.csv, which is read-only at run time",
        )
    ]


def test_many_paths_of_one_call_are_counted() -> None:
    places = [place(Base.TASK, f"/var/task/{number:03d}", written=[f"{number:03d}"]) for number in range(30)]
    (finding,) = judge(PATH, SOURCE, [effect_at(ONE.span, where) for where in places], [RELATIVE_PATH], {})
    assert "'000'" in finding.message
    assert [label.text for label in finding.labels][7:] == [
        "also writes '008' to /var/task/008, which is read-only at run time",
        "also reached with 21 more paths",
    ]


@pytest.mark.parametrize(
    ("guards", "confidence", "expected"),
    [
        ([], "high", Confidence.HIGH),
        ([], "medium", Confidence.MEDIUM),
        ([], "low", Confidence.LOW),
        ([Guard.MAYBE], "high", Confidence.MEDIUM),
        ([Guard.MAYBE], "low", Confidence.LOW),
        ([Guard.SELECTED, Guard.MAYBE], "high", Confidence.LOW),
        ([Guard.EXIST_OK], "high", Confidence.HIGH),
    ],
)
def test_confidence_is_the_lowest_of_all(guards: list[Guard], confidence: str, expected: Confidence) -> None:
    effect = effect_at(ONE.span, guards=guards, confidence=confidence)
    (finding,) = judge(PATH, SOURCE, [effect], [RELATIVE_PATH], {})
    assert finding.confidence is expected


def test_rules_that_visit_nothing_are_passed_over() -> None:
    findings = judge(PATH, SOURCE, [ONE], registry().values(), {})
    assert [finding.code for finding in findings] == ["LMB102"]


@pytest.mark.parametrize(
    ("code", "options", "message"),
    [
        ("LMB101", {"writeable": []}, "LMB101: unknown option 'writeable'; did you mean 'writable'?"),
        ("LMB101", {"zzz": []}, "LMB101: unknown option 'zzz'; expected one of: writable"),
        ("LMB102", {"zzz": 1}, "LMB102: unknown option 'zzz'; this rule has no options"),
        ("LMB101", {"writable": ["data"]}, r"LMB101: Expected `str` matching regex '\^/'"),
        ("LMB101", {"writable": 3}, "LMB101: Expected `array`, got `int`"),
    ],
)
def test_wrong_options_are_explained(code: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError, match=message.replace("?", r"\?")):
        judge(PATH, SOURCE, [], registry().values(), {code: options})


def test_file_that_cannot_be_parsed_is_a_finding() -> None:
    problem = Problem(Span.point("old.py", 3, 9), "a syntax error")
    finding = finding_cannot_parse(problem)
    assert (finding.code, finding.name, finding.severity) == ("LMB900", "cannot-parse", Severity.ERROR)
    assert (finding.span, finding.message) == (problem.span, "a syntax error")


def test_warnings_about_the_analysed_code_are_kept_back(recwarn: pytest.WarningsRecorder) -> None:
    judge(PATH, f"x = '\\d'\n{SOURCE}", [effect_at(Span(PATH, 3, 5, 3, 12))], [RELATIVE_PATH], {})
    assert not recwarn.list


def test_libcst_is_imported_when_it_is_needed() -> None:
    code = (
        "import sys\n"
        "from lambdalint import rules\n"
        "from lambdalint.model import Problem, Span\n"
        "assert 'LMB101' in rules.codes()\n"
        "rules.finding_cannot_parse(Problem(Span.point('a.py'), 'no'))\n"
        "assert 'libcst' not in sys.modules\n"
        "assert tuple(rules.registry()) == rules.codes()\n"
        "assert 'libcst' in sys.modules\n"
        "assert 'libcst.matchers' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
