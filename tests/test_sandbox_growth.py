"""What the fixtures claim of growth is true: in a room like the platform's, over several warm invocations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from literate.fixture import Case, parse_fixture
from sandbox.growth import GROWTH, WIPE, untrue_of_growth, warm
from sandbox.projects import jobs_of

if TYPE_CHECKING:
    from sandbox import Job, Outcome, Sandbox

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
CASES = [
    case
    for path in sorted(FIXTURES.glob("LMB3*.md"))
    if path.name.startswith((*GROWTH, WIPE))
    for case in parse_fixture(path).cases
    if case.skipped_in_sandbox is None
]
REPAIRED = [case for case in CASES if case.repaired]

Runs = dict[tuple[Case, bool], "tuple[list[Job], list[Outcome]]"]


def _jobs(case: Case, *, repaired: bool) -> list[Job]:
    files = {**case.files, **{block.path: block.content for block in case.repaired if repaired}}
    lines = {(one.path, one.line) for one in case.expectations if one.code in GROWTH and not repaired}
    return jobs_of(case.title, files, case.event, lines)


@pytest.fixture(scope="module")
def runs(sandbox: Sandbox) -> Runs:
    """All cases, as they are and repaired, run one after the other in one sandbox."""
    jobs = {(case, False): _jobs(case, repaired=False) for case in CASES}
    jobs.update({(case, True): _jobs(case, repaired=True) for case in REPAIRED})
    outcomes = iter(sandbox.run([warm(job) for group in jobs.values() for job in group]))
    return {key: (group, [next(outcomes) for _ in group]) for key, group in jobs.items()}


def _name(case: Case) -> str:
    return f"{case.fixture[:6]}: {case.title}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_flagged_lines_pile_up_and_others_do_not(case: Case, runs: Runs) -> None:
    wrong = untrue_of_growth(*runs[case, False], wipes=any(one.code == WIPE for one in case.expectations))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", REPAIRED, ids=_name)
def test_repaired_code_piles_up_nothing(case: Case, runs: Runs) -> None:
    wrong = untrue_of_growth(*runs[case, True])
    assert not wrong, "\n".join(wrong)
