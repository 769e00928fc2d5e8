"""What holds of all fixes, of all fixtures: the result parses, is better, stays, and runs."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from literate.fixes import ALL, SAFE, files_of, fix_project
from literate.fixture import Case, parse_fixture
from literate.project import report_of, settings_for, write_project
from literate.variants import bare
from sandbox.growth import GROWTH, untrue_of_growth, warm
from sandbox.projects import jobs_of
from sandbox.verdict import untrue

if TYPE_CHECKING:
    from sandbox import Sandbox

    from lambdalint.model import Report, Safety

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
CASES = [case for path in sorted(FIXTURES.glob("LMB*.md")) for case in parse_fixture(path).cases]
UNJUDGED = ("LMB109", "LMB9")
"""Codes of the read-only family, and of lambdalint itself, that do not claim that a line fails."""


@dataclass(frozen=True)
class Outcome:
    """A case before and after all fixes."""

    case: Case
    before: dict[str, bytes]
    after: dict[str, bytes]
    found: Report
    left: Report
    problems: tuple[str, ...]

    @property
    def changed(self) -> dict[str, bytes]:
        return {path: content for path, content in self.after.items() if content != self.before.get(path)}


def _name(case: Case) -> str:
    return f"{case.fixture[:6]}: {case.title}"


def _outcome(case: Case, root: Path, allowed: frozenset[Safety] = ALL) -> Outcome:
    before, settings = bare(case), settings_for(("LMB",))
    write_project(root, before)
    found = report_of(root, settings)
    fixed = fix_project(root, settings, allowed)
    problems = tuple(problem.message for problem in fixed.problems)
    return Outcome(case, before, files_of(root), found, report_of(root, settings), problems)


@pytest.mark.parametrize("allowed", [SAFE, ALL], ids=["safe", "all"])
@pytest.mark.parametrize("case", CASES, ids=_name)
def test_fixed_code_is_better_and_stays(case: Case, allowed: frozenset[Safety], tmp_path: Path) -> None:
    done = _outcome(case, tmp_path, allowed)
    fixable = [one for one in done.found.findings if one.fix is not None and one.fix.safety in allowed]
    if not fixable:
        assert done.changed == {}
        return
    assert done.problems == (), "a fix that had to be left out should not be there"
    for path, content in done.changed.items():
        if path.endswith(".py"):
            ast.parse(content)
            assert not _lost_comments(done.before.get(path, b""), content)
        elif path.endswith((".yaml", ".yml")):
            list(yaml.parse(content))
    assert not _numbers(done.left) - _numbers(done.found), "nothing new"
    assert all(one.fix is None or one.fix.safety not in allowed for one in done.left.findings), "all is fixed"
    assert len(done.left.findings) <= len(done.found.findings) - len(fixable)
    assert fix_project(tmp_path, settings_for(("LMB",)), allowed).files == {}, "a second run changes nothing"


def _numbers(report: Report) -> Counter[str]:
    return Counter(finding.code for finding in report.findings)


def _lost_comments(before: bytes, after: bytes) -> list[str]:
    """Return the comments that are gone although the code that they stand at is not; suppressions may go."""
    kept = {line.strip() for line in after.decode().splitlines()}
    lines = before.decode().splitlines()
    lost = []
    for token in tokenize.tokenize(io.BytesIO(before).readline):
        if token.type == tokenize.COMMENT and not re.search(r"noqa|lambdalint:", token.string):
            below = next((line.strip() for line in lines[token.start[0] :] if not line.lstrip().startswith("#")), "")
            own = lines[token.start[0] - 1].strip()
            if not any(token.string in line for line in kept) and (below in kept or not own.startswith("#")):
                lost.append(token.string)
    return lost


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Outcome]:
    """The cases that fixes change and that can be run, after all fixes."""
    families = [case for case in CASES if case.fixture.startswith(("LMB1", *GROWTH, "LMB206"))]
    found = {}
    for case in families:
        if case.skipped_in_sandbox is None:
            done = _outcome(case, tmp_path_factory.mktemp("case"))
            if done.changed:
                found[case] = done
    return found


def test_fixed_code_runs(outcomes: dict[Case, Outcome], sandbox: Sandbox) -> None:
    """In a room like the platform's the lines that are still flagged fail, and no others do."""
    jobs = {}
    for case, done in outcomes.items():
        if not case.fixture.startswith("LMB1"):
            continue
        claims = [one for one in done.left.findings if _claims_failure(one.code)]
        lines = {(one.span.path, one.span.line) for one in claims}
        jobs[case] = jobs_of(case.title, done.after, case.event, lines)
    results = iter(sandbox.run([job for group in jobs.values() for job in group]))
    wrong = {_name(case): untrue(group, [next(results) for _ in group]) for case, group in jobs.items()}
    assert len(jobs) > 10
    assert {name: told for name, told in wrong.items() if told} == {}


def _claims_failure(code: str) -> bool:
    return code.startswith("LMB1") and not code.startswith(UNJUDGED)


def test_fixed_code_piles_up_nothing(outcomes: dict[Case, Outcome], sandbox: Sandbox) -> None:
    """Over several warm invocations, only the lines that are still flagged leave more and more behind."""
    jobs = {}
    for case, done in outcomes.items():
        if not case.fixture.startswith("LMB1"):
            lines = {(one.span.path, one.span.line) for one in done.left.findings if one.code in GROWTH}
            jobs[case] = jobs_of(case.title, done.after, case.event, lines)
    results = iter(sandbox.run([warm(job) for group in jobs.values() for job in group]))
    wrong = {_name(case): untrue_of_growth(group, [next(results) for _ in group]) for case, group in jobs.items()}
    assert jobs
    assert {name: told for name, told in wrong.items() if told} == {}
