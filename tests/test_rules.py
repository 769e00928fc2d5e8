"""What is reported of the literate fixtures of ``fixtures/rules``, written and run in several ways."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from literate.fixes import ALL, SAFE, fix_project
from literate.fixture import SECTIONS, Case, Fixture, parse_fixture
from literate.project import judge, report_of, settings_for, write_project
from literate.variants import bare, restyled, suppressed
from msgspec.structs import replace

from lambdalint import rules
from lambdalint.engine.add_noqa import additions, checked_reason
from lambdalint.engine.suppressions import may_suppress
from lambdalint.engine.targets import Bounds, apply

if TYPE_CHECKING:
    from lambdalint.model import Report

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
PARSED = [parse_fixture(path) for path in sorted(FIXTURES.glob("LMB*.md"))]
CASES = [case for fixture in PARSED for case in fixture.cases]
REPAIRED = [case for case in CASES if case.repaired]


def _name(case: Case) -> str:
    return f"{case.fixture[:6]}: {case.title}"


def _selected(case: Case) -> tuple[str, ...]:
    """Return the codes that a fixture speaks of: its rule, its rule's family, and what is said of lambdalint's work."""
    return _family(case.fixture), "LMB9", case.fixture[:6]


def _family(fixture: str) -> str:
    return "LMB1" if fixture.startswith("LMB9") else fixture[:4]


def _contents(report: Report) -> Report:
    """Return what must be the same for every way to run."""
    return replace(report, sources=dict(sorted(report.sources.items())))


every_case = pytest.mark.parametrize("case", CASES, ids=_name)


@every_case
def test_reports(case: Case, tmp_path: Path) -> None:
    write_project(tmp_path, bare(case))
    verdict = judge(report_of(tmp_path, settings_for(_selected(case))).findings, case.expectations)
    assert verdict.agrees, str(verdict)


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if not case.fixture.startswith("LMB9") and any(not one.missed for one in case.expectations)
    ],
    ids=_name,
)
def test_suppressed_lines_are_silent(case: Case, tmp_path: Path) -> None:
    write_project(tmp_path, suppressed(case))
    verdict = judge(report_of(tmp_path, settings_for(_selected(case))).findings, ())
    assert verdict.agrees, str(verdict)


@pytest.mark.parametrize("style", ["alias", "members"])
@every_case
def test_style_of_imports_changes_nothing(case: Case, style: str, tmp_path: Path) -> None:
    files = restyled(case, style)
    if files is None:
        pytest.skip("no import of this case can be written in this style")
    write_project(tmp_path, files)
    verdict = judge(report_of(tmp_path, settings_for(_selected(case))).findings, case.expectations)
    assert verdict.agrees, str(verdict)


@pytest.mark.parametrize("fixture", PARSED, ids=lambda fixture: fixture.name[:6])
def test_workers_and_cache_change_nothing(fixture: Fixture, tmp_path: Path) -> None:
    """All cases of a fixture in one tree: with one worker, two, an empty cache, a full one."""
    for number, case in enumerate(one for one in CASES if one.fixture == fixture.name):
        write_project(tmp_path / f"case{number:02d}", case.files)
    codes = (_family(fixture.name), "LMB9", fixture.name[:6])
    alone = report_of(tmp_path, settings_for(codes))
    two = report_of(tmp_path, settings_for(codes, jobs=2))
    cold = report_of(tmp_path, settings_for(codes, cache_dir=".cache-of-test"))
    warm = report_of(tmp_path, settings_for(codes, cache_dir=".cache-of-test"))
    assert _contents(two) == _contents(alone)
    assert _contents(cold) == _contents(alone)
    assert _contents(warm) == _contents(alone)


@pytest.mark.parametrize("case", REPAIRED, ids=_name)
def test_repaired_code_is_silent(case: Case, tmp_path: Path) -> None:
    write_project(tmp_path, {**case.files, **{block.path: block.content for block in case.repaired}})
    verdict = judge(report_of(tmp_path, settings_for(_selected(case))).findings, ())
    assert verdict.agrees, str(verdict)


@pytest.mark.parametrize("case", [case for case in REPAIRED if case.fixed_by], ids=_name)
def test_the_fix_repairs_the_code(case: Case, tmp_path: Path) -> None:
    """The fixes make what the fixture shows, of code without comments on what is expected; nothing is left out."""
    before, settings = bare(case), settings_for(_selected(case))
    write_project(tmp_path, before)
    if case.fixed_by == "unsafe":
        assert fix_project(tmp_path, settings, SAFE).files == {}, "without --unsafe-fixes"
    fixed = fix_project(tmp_path, settings, ALL if case.fixed_by == "unsafe" else SAFE)
    assert not fixed.problems
    after = {path: content.decode() for path, (_, content) in fixed.files.items()}
    assert after == {block.path: block.text for block in case.repaired}


@every_case
def test_added_comments_silence_and_go_again(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ``--add-noqa`` nothing is reported; when the findings are gone, the fix removes what was added."""
    before, settings = bare(case), settings_for(_selected(case))
    write_project(tmp_path, before)
    report = report_of(tmp_path, settings)
    added = additions(report.findings, report.sources, checked_reason("as it was in 2024"))
    applied = apply(added.changes, report.sources, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert (added.problems, applied.problems) == ((), ())
    not_judged = [item for item in report.findings if item.code in ("LMB900", "LMB999")]
    assert sum(applied.counts.values()) == len(report.findings) - len(not_judged)
    assert [item.code for item in report_of(tmp_path, settings).findings] == [item.code for item in not_judged]
    if not_judged or any(may_suppress(content) for content in before.values()):
        return
    monkeypatch.setattr(rules, "judge", lambda *arguments: [])
    monkeypatch.setattr(rules, "judge_project", lambda *arguments: [])
    fix_project(tmp_path, settings, SAFE)
    assert {path: (tmp_path / path).read_bytes() for path in before} == before


@pytest.mark.parametrize("fixture", PARSED, ids=lambda fixture: fixture.name[:6])
def test_fixture_is_complete(fixture: Fixture) -> None:
    """A fixture says what its rule is, and shows what is flagged and what is not."""
    code, name = fixture.title.split(" ")
    assert fixture.name == f"{code}-{name}"
    assert len(fixture.prose) > 200
    cases = fixture.cases
    if code == "LMB999":
        assert not cases
        return
    assert {case.section for case in cases} >= {"Flagged", "Not flagged"}
    assert {case.section for case in cases} <= set(SECTIONS)
    flagged = {one.code for case in cases for one in case.expectations if case.section == "Flagged"}
    assert code in flagged
    for case in cases:
        if case.section == "Not flagged":
            assert not case.expectations, f"{case.title!r} stands under the wrong heading"
    assert len(cases) >= 6
