from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from engine.known_project import APP, Project, finding, report
from lambdalint.engine import baseline
from lambdalint.engine.baseline import Baseline, Entry, Split
from lambdalint.engine.consolidate import statement_hash
from lambdalint.model import BASELINE_NAME, Finding, Report, Summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("app.py", APP)
    return made


def where(findings: tuple[Finding, ...]) -> list[tuple[str, int]]:
    return [(one.span.path, one.span.line) for one in findings]


def clean(split: Split) -> bool:
    return not split.new and not split.stale


# ---- what is known


def test_all_that_is_in_the_baseline_is_known_and_nothing_is_stale(project: Project) -> None:
    split = project.split(project.create())
    assert clean(split)
    assert where(split.known) == [("app.py", 4), ("app.py", 5), ("app.py", 6)]


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring."""\n\n' + APP + "\nx = 1\n",
        APP.replace("    open", "        open"),
        APP.replace("    open", "\topen"),
        APP.replace('", "', '",  "').replace(")", ")  # noqa: X1", 3),
        APP.replace("\n", "\r\n"),
        "\n".join(APP.split("\n")[i] for i in (0, 1, 2, 4, 3, 5, 6)),
        'def first():\n    open("b.csv", "w")\n' + APP.replace('    open("b.csv", "w")\n', ""),
    ],
    ids=["lines-around", "indented", "tabs", "spacing-and-comments", "line-ends", "reordered", "moved-in-the-file"],
)
def test_findings_stay_known_when_their_file_changes_around_them(project: Project, text: str) -> None:
    known = project.create()
    project.write("app.py", text)
    assert clean(project.split(known))


def test_what_changes_in_the_statement_is_a_new_finding_and_a_stale_entry(project: Project) -> None:
    known = project.create()
    project.write("app.py", APP.replace("b.csv", "c.csv"))
    split = project.split(known)
    assert where(split.new) == [("app.py", 5)]
    assert [entry.text for entry in split.stale] == ['open("b.csv", "w")']


def test_each_entry_covers_one_finding(project: Project) -> None:
    known = project.create()
    project.write("app.py", APP + '    open("a.csv", "w")\n')
    split = project.split(known)
    assert where(split.new) == [("app.py", 7)]
    assert not split.stale
    project.write("app.py", APP.replace('    open("a.csv", "w")\n', "", 1))
    split = project.split(known)
    assert not split.new
    assert [entry.text for entry in split.stale] == ['open("a.csv", "w")']


def test_another_code_at_the_same_statement_is_new(project: Project) -> None:
    known = project.create()
    split = known.split([finding(4, code="LMB301")], project.lines, base=project.root)
    assert len(split.new) == 1


def test_the_message_does_not_matter(project: Project) -> None:
    known = project.create()
    split = known.split([finding(4, message="said in other words")], project.lines, base=project.root)
    assert not split.new


def test_findings_in_a_renamed_file_stay_known(project: Project) -> None:
    known = project.create()
    project.remove("app.py")
    project.write("lib/deep/moved.py", "import sys\n" + APP)
    for split in (project.split(known), project.split(known, "lib/deep/moved.py")):
        assert clean(split)
        assert len(split.moved) == 3


def test_a_statement_that_moves_to_another_file_stays_known(project: Project) -> None:
    known = project.create()
    project.write("app.py", APP.replace('    open("b.csv", "w")\n', ""))
    project.write("lib.py", 'def save():\n    open("b.csv", "w")\n')
    split = project.split(known)
    assert clean(split)
    assert where(split.known) == [("app.py", 4), ("app.py", 5), ("lib.py", 2)]


def test_a_copy_is_new(project: Project) -> None:
    known = project.create()
    project.write("a_copy.py", APP)
    split = project.split(known)
    assert where(split.new) == [("a_copy.py", 4), ("a_copy.py", 5), ("a_copy.py", 6)]
    assert not split.stale


def test_a_run_on_one_file_does_not_take_what_is_known_of_another(project: Project) -> None:
    known = project.create()
    project.write("lib.py", 'open("b.csv", "w")\n')
    split = project.split(known, "lib.py")
    assert where(split.new) == [("lib.py", 1)]
    assert not split.stale


@pytest.mark.parametrize("code", ["LMB900", "LMB999"])
def test_what_was_not_judged_is_never_known(project: Project, code: str) -> None:
    failed = finding(4, code=code)
    made = baseline.create(report(failed, app=APP), base=project.root, folder=project.root)
    assert made.entries == ()
    statement = statement_hash(failed, APP.split("\n"))
    by_hand = Baseline(project.root, (Entry(code, "app.py", "by hand", statement),))
    assert by_hand.split([failed], project.lines, base=project.root).new == (failed,)


def test_findings_without_a_line_are_known_by_what_they_say(project: Project) -> None:
    first, second = (finding(90, "missing.py", message=message) for message in ("one", "two"))
    made = baseline.create(report(first, second), base=project.root, folder=project.root)
    assert [entry.text for entry in made.entries] == ["one", "two"]
    third = replace(first, message="three")
    split = made.split([first, second, third], {}, base=project.root)
    assert (split.known, split.new) == ((first, second), (third,))


# ---- what is stale


def test_only_what_a_run_covers_is_stale(project: Project) -> None:
    project.write("lib.py", APP)
    known = project.create()
    project.write("app.py", "")
    project.write("lib.py", "")
    assert [entry.path for entry in project.split(known, "app.py").stale] == ["app.py"] * 3
    assert len(project.split(known).stale) == 6
    split = known.split([], {}, base=project.root, covers=lambda path, code: code == "LMB301")
    assert not split.stale


def test_an_entry_whose_file_is_gone_is_stale_in_every_run(project: Project) -> None:
    project.write("lib.py", APP)
    known = project.create()
    project.remove("lib.py")
    split = known.split([], {}, base=project.root, covers=lambda path, code: False)
    assert [entry.path for entry in split.stale] == ["lib.py"] * 3


def test_findings_that_are_not_shown_keep_their_entries(project: Project) -> None:
    known = project.create()
    found = project.found()
    split = known.split(found[:1], project.lines, base=project.root, hidden=found[1:])
    assert split.known == tuple(found[:1])
    assert clean(split)
    again = known.split(found[:1], project.lines, base=project.root)
    assert len(again.stale) == 2


def test_a_finding_that_is_shown_comes_before_a_hidden_one(project: Project) -> None:
    project.write("app.py", 'open("b")\nopen("a")\nopen("a")\n')
    known = project.create()
    known = replace(known, entries=known.entries[:1])
    new, hidden, shown = project.found()
    split = known.split([new, shown], project.lines, base=project.root, hidden=[hidden])
    assert (split.new, split.known) == ((new,), (shown,))


@pytest.mark.parametrize("code", ["LMB900", "LMB999"])
def test_nothing_is_stale_where_something_was_not_judged(project: Project, code: str) -> None:
    known = project.create()
    failed = finding(1, code=code)
    for findings, hidden in (([failed], []), ([], [failed])):
        split = known.split(findings, project.lines, base=project.root, hidden=hidden)
        assert not split.stale
    project.remove("app.py")
    assert len(known.split([failed], {}, base=project.root).stale) == 3


def test_a_stale_entry_is_a_warning_at_its_line(project: Project) -> None:
    known = project.create()
    project.write("app.py", APP.replace('open("b.csv", "w")', "pass"))
    (problem,) = baseline.stale_problems(project.split(known).stale, "below/.lambdalint-baseline.json")
    assert problem.severity == "warning"
    assert str(problem.span) == "below/.lambdalint-baseline.json:6:1"
    assert '"b.csv' in (project.root / BASELINE_NAME).read_text().split("\n")[5].replace("\\", "")
    assert problem.message == (
        "LMB102 in app.py: no finding matches this entry any more ('lambdalint baseline prune' removes it)"
    )


def test_pruning_leaves_what_is_still_there(project: Project) -> None:
    project.write("lib.py", APP)
    known = project.create()
    project.write("app.py", APP.replace('open("b.csv", "w")', "pass").replace('"a.csv"', '"d.csv"', 1))
    project.remove("lib.py")
    project.write("new/lib.py", APP)
    pruned = baseline.prune(known, project.split(known))
    assert [(entry.path, entry.text) for entry in pruned.entries] == [
        ("app.py", 'open("a.csv", "w")'),
        ("new/lib.py", 'open("a.csv", "w")'),
        ("new/lib.py", 'open("a.csv", "w")'),
        ("new/lib.py", 'open("b.csv", "w")'),
    ]
    split = project.split(pruned)
    assert where(split.new) == [("app.py", 4)]
    assert not split.stale
    assert not split.moved


def test_pruning_one_of_two_equal_entries(project: Project) -> None:
    known = replace(project.create(), entries=(Entry("X1", "gone.py", "t", "0" * 32),) * 2)
    assert baseline.prune(known, Split((), (), known.entries[:1])).entries == known.entries[:1]


def test_pruning_what_is_not_stale_changes_nothing(project: Project) -> None:
    known = project.create()
    content = (project.root / BASELINE_NAME).read_bytes()
    assert baseline.encode(baseline.prune(known, project.split(known))) == content


# ---- where paths are relative to


def test_paths_are_relative_to_the_baseline_wherever_lambdalint_runs(tmp_path: Path) -> None:
    (tmp_path / "services/one").mkdir(parents=True)
    (tmp_path / "services/one/app.py").write_text(APP)
    (tmp_path / "link").symlink_to(tmp_path / "services")
    seen: set[bytes] = set()
    views: Mapping[Path, str] = {
        tmp_path: "services/one/app.py",
        tmp_path / "services": "one/app.py",
        tmp_path / "services/one": "app.py",
        tmp_path / "services/two": "../one/app.py",
        tmp_path / "link/one": "app.py",
    }
    (tmp_path / "services/two").mkdir()
    folders = [tmp_path / "services", tmp_path / "link"]
    for (base, path), folder in itertools.product(views.items(), folders):
        found = finding(4, path)
        made = baseline.create(
            Report("lambdalint", (found,), (), Summary(0, 0, 0, 0, 0), sources={path: APP}),
            base=base,
            folder=folder,
        )
        seen.add(baseline.encode(made))
        lines = {path: APP.split("\n")}
        covered: list[str] = []

        def covers(path: str, code: str, told: list[str] = covered) -> bool:
            told.append(path)
            return True

        assert made.split([found], lines, base=base, covers=covers).known == (found,)
        assert made.split([], {}, base=base, covers=covers).stale == made.entries
        assert covered == [path]
    (content,) = seen
    assert json.loads(content)["findings"][0]["path"] == "one/app.py"
