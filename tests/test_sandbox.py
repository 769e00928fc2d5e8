"""What the fixtures claim of the platform is true in a room like the platform's."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from literate.expectation import expectations_in
from literate.fixture import Case, parse_fixture
from sandbox.projects import jobs_of
from sandbox.verdict import idle_lines, untrue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox import Job, Outcome, Sandbox

FIXTURES = Path(__file__).parent.parent / "fixtures"
UNJUDGED = ("LMB109", "LMB9")
"""Codes of the family that do not claim that a line fails."""

SILENT = "LMB112"
"""The code which may claim that a line does nothing, for the sake of the runtime's log handler."""

CASES = [
    case
    for path in sorted((FIXTURES / "rules").glob("LMB1*.md"))
    for case in parse_fixture(path).cases
    if case.skipped_in_sandbox is None
]


def _lines(case: Case, start: str) -> set[tuple[str, int]]:
    return {
        (one.path, one.line)
        for one in case.expectations
        if one.code.startswith(start) and not one.code.startswith(UNJUDGED)
    }


def _jobs() -> dict[tuple[str, str, str], list[Job]]:
    """Return the jobs of each case, by how it is run: as it is, repaired, or without the runtime's log handler."""
    found: dict[tuple[str, str, str], list[Job]] = {}
    for case in CASES:
        jobs = jobs_of(case.title, case.files, case.event, _lines(case, ""))
        found[case.fixture, case.title, "as it is"] = jobs
        if _lines(case, SILENT):
            without = [replace(job, log_handler=False) for job in jobs]
            found[case.fixture, case.title, "without handler"] = without
        if case.repaired:
            files = {**case.files, **{block.path: block.content for block in case.repaired}}
            found[case.fixture, case.title, "repaired"] = jobs_of(case.title, files, case.event, ())
    return found


Runs: TypeAlias = "Mapping[tuple[str, str, str], tuple[list[Job], list[Outcome]]]"


@pytest.fixture(scope="module")
def runs(sandbox: Sandbox) -> Runs:
    """All cases, run one after the other in one sandbox."""
    jobs = _jobs()
    outcomes = iter(sandbox.run([job for group in jobs.values() for job in group]))
    return {key: (group, [next(outcomes) for _ in group]) for key, group in jobs.items()}


def _name(case: Case) -> str:
    return f"{case.fixture[:6]}: {case.title}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_flagged_lines_fail_and_others_do_not(case: Case, runs: Runs) -> None:
    jobs, outcomes = runs[case.fixture, case.title, "as it is"]
    assert jobs, "no function of the case can be run"
    wrong = untrue(jobs, outcomes, idle=_idle(case, outcomes, runs))
    assert not wrong, "\n".join(wrong)


def _idle(case: Case, outcomes: Sequence[Outcome], runs: Runs) -> set[tuple[str, int]]:
    """Return the lines of which the case says that they do nothing, and which do nothing."""
    _, without = runs.get((case.fixture, case.title, "without handler"), ([], []))
    claiming = jobs_of(case.title, case.files, case.event, _lines(case, SILENT))
    lines = {(path, line) for job in claiming for path, numbers in job.watched.items() for line in numbers}
    return {*idle_lines(outcomes, without, lines)}


@pytest.mark.parametrize("case", [case for case in CASES if case.repaired], ids=_name)
def test_repaired_code_runs(case: Case, runs: Runs) -> None:
    jobs, outcomes = runs[case.fixture, case.title, "repaired"]
    wrong = untrue(jobs, outcomes)
    assert not wrong, "\n".join(wrong)


FLOW_CASES = [
    case
    for path in sorted((FIXTURES / "flow").glob("*.md"))
    for case in parse_fixture(path).cases
    if case.skipped_in_sandbox is None
]


def test_places_of_the_flow_fixtures_are_true(sandbox: Sandbox) -> None:
    """Each path that the code hands to the system is among those that its line states."""
    pairs = [
        (case, job)
        for case in FLOW_CASES
        for job in jobs_of(case.title, case.files, case.event, [(one.path, one.line) for one in case.places])
    ]
    outcomes = sandbox.run([job for _, job in pairs])
    wrong = []
    for (case, _), outcome in zip(pairs, outcomes, strict=True):
        if outcome.error is not None:
            wrong.append(f"{case.fixture}, {case.title}: {outcome.error}")
        stated = {(one.path, one.line): one.places for one in case.places}
        for path, line, target in outcome.touched:
            # The folder that a line of the project stands for depends on its template.
            names = [(name, number) for name, number in stated if number == line and path.endswith(f"/{name}")]
            places = [place for name in names for place in stated[name]]
            if places and not any(_may_be(place, target) for place in places):
                wrong.append(f"{case.fixture}, {case.title}, {path}:{line}: {target}, not {places}")
    assert not wrong, "\n".join(wrong)


def _may_be(place: str, target: str) -> bool:
    """Tell whether *target* is what *place* says, any text for its unknown pieces, or a folder above it."""
    pattern = re.sub(r"\\\{[^{}]*\\\}", ".*", re.escape(place))
    return place.startswith(f"{target}/") or re.fullmatch(pattern, target) is not None


PROJECT_EVENTS = {
    "efs-clean": {"feature": 2, "samples": [[1.0, 2.0], [2.0, 3.0]]},
    "multi-module": {"orders": [{"number": 7}], "kind": "test"},
}
"""The fixture projects that need the standard library only, with an event for all of their functions."""


@pytest.mark.parametrize("name", PROJECT_EVENTS)
def test_projects_fail_where_they_say(name: str, sandbox: Sandbox) -> None:
    root = FIXTURES / "projects" / name
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    lines = {
        (one.path, one.line)
        for path, content in files.items()
        for one in expectations_in(path, content.decode(errors="replace"))
        if one.code.startswith("LMB1")
    }
    jobs = jobs_of(name, files, PROJECT_EVENTS[name], lines)
    assert jobs
    wrong = untrue(jobs, sandbox.run(jobs))
    assert not wrong, "\n".join(wrong)
