"""What ``lambdalint check`` prints, writes and refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import APP, git, lambdalint, write_project

if TYPE_CHECKING:
    from pathlib import Path

FOUND = "app.py:2:10: LMB102"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@pytest.fixture
def repository(project: Path) -> Path:
    git("init", "-q", "-b", "main", cwd=project)
    git("add", ".", cwd=project)
    git("commit", "-qm", "first", cwd=project)
    return project


@pytest.mark.parametrize(
    ("environment", "flags", "start"),
    [
        ({}, (), "error[LMB102] "),
        ({"GITHUB_ACTIONS": "true"}, (), "::error "),
        ({"TF_BUILD": "True"}, (), "##vso[task.logissue "),
        ({"GITLAB_CI": "true"}, (), "[\n  {"),
        ({"GITHUB_ACTIONS": "true"}, ("--output-format", "concise"), FOUND),
        ({"GITHUB_ACTIONS": "false"}, (), "error[LMB102] "),
    ],
)
def test_the_service_says_which_format_it_reads(
    project: Path, environment: dict[str, str], flags: tuple[str, ...], start: str
) -> None:
    result = lambdalint("check", *flags, cwd=project, **environment)
    assert result.returncode == 1
    assert result.stdout.startswith(start)


def test_several_outputs_in_one_run(project: Path) -> None:
    result = lambdalint(
        "check", "--output-format=concise", "--output=json:a.json", "--output", "sarif:b c.sarif", cwd=project
    )
    assert result.stdout.startswith(FOUND)
    assert json.loads((project / "a.json").read_text())["findings"][0]["code"] == "LMB102"
    assert json.loads((project / "b c.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "LMB102"


def test_the_summary_of_a_step_is_appended(project: Path) -> None:
    summary = project / "summary.md"
    summary.write_text("before\n")
    lambdalint("check", cwd=project, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    text = summary.read_text()
    assert text.startswith("before\n")
    assert "LMB102" in text


def test_a_summary_that_cannot_be_written_is_a_warning(project: Path) -> None:
    result = lambdalint("check", cwd=project, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="no/such/folder/s.md")
    assert result.returncode == 1
    assert result.stdout.startswith("::error ")
    assert (
        result.stderr
        == "warning: GITHUB_STEP_SUMMARY: no/such/folder/s.md cannot be written: No such file or directory\n"
    )


@pytest.mark.parametrize("name", [".git", None])
def test_services_get_paths_from_the_root_of_the_repository(project: Path, name: str | None) -> None:
    below = project / ".hidden" / "fn"
    below.mkdir(parents=True)
    write_project(below)
    environment = {"GITHUB_ACTIONS": "true"}
    if name:
        (project / name).mkdir()
    else:
        environment["GITHUB_WORKSPACE"] = str(project)
    result = lambdalint("check", cwd=below, **environment)
    assert "file=.hidden/fn/app.py,line=2," in result.stdout


def test_statistics(project: Path) -> None:
    result = lambdalint("check", "--statistics", cwd=project)
    assert (result.returncode, result.stdout) == (
        1,
        "1  LMB102  [*]  relative-path-write  error\n[*] all of them have a fix, [-] some of them\n",
    )
    counts = json.loads(lambdalint("check", "--statistics", "--output-format=json", cwd=project).stdout)
    assert [(one["code"], one["count"]) for one in counts] == [("LMB102", 1)]


def test_standard_input_takes_the_place_of_a_file(project: Path) -> None:
    unsaved = "import os\n\n\n" + APP
    result = lambdalint("check", "--stdin-filename", "app.py", "--output-format=concise", cwd=project, given=unsaved)
    assert result.stdout.startswith("app.py:5:10: LMB102")
    assert (project / "app.py").read_text() == APP
    clean = lambdalint("check", "--stdin-filename", "app.py", "-q", cwd=project, given="def handler(e, c): ...\n")
    assert (clean.returncode, clean.stdout) == (0, "")


def test_each_path_has_its_nearest_configuration(project: Path) -> None:
    for name in ("a", "b"):
        (project / name).mkdir()
        write_project(project / name)
    (project / "b" / "pyproject.toml").write_text('[tool.lambdalint]\nignore = ["LMB102"]\n')
    for paths in (("a/app.py", "b/app.py"), ("b/app.py", "a/app.py")):
        result = lambdalint("check", "-q", "--output-format=concise", *paths, cwd=project)
        assert [line[:20] for line in result.stdout.splitlines()] == ["a/app.py:2:10: LMB10"]


def test_comments_named_noqa_can_be_ignored(project: Path) -> None:
    (project / "app.py").write_text(APP.replace('"w") as out:', '"w") as out:  # noqa: LMB102'))
    assert lambdalint("check", cwd=project).returncode == 0
    assert lambdalint("check", "--ignore-noqa", cwd=project).returncode == 1


def test_only_changed_lines_are_reported(repository: Path) -> None:
    assert lambdalint("check", "--changed-since", "main", cwd=repository).returncode == 0
    (repository / "app.py").write_text("import os\n" + APP + '    open("second.csv", "w")\n')
    result = lambdalint("check", "-q", "--changed-since=main", "--output-format=concise", cwd=repository)
    assert [line[:19] for line in result.stdout.splitlines()] == ["app.py:5:5: LMB102 "]
    told = lambdalint("check", "--changed-since=main", cwd=repository).stdout
    assert "1 finding (1 error) in 1 file, 1 function; 1 on unchanged lines" in told


def test_a_subfolder_knows_what_changed(repository: Path) -> None:
    sub = repository / "sub"
    sub.mkdir()
    write_project(sub)
    result = lambdalint("check", "-q", "--changed-since=main", "--output-format=concise", cwd=sub)
    assert result.stdout.startswith(FOUND)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output-format", "xml"), "'xml' is not one of"),
        (("--output", "jsn:x"), "'jsn' is not a format; expected one of text, concise, json"),
        (("--output", "jsn:x"), "did you mean json?"),
        (("--output", "json"), "'json' names no file; expected FORMAT:FILE"),
        (("--output", "json:x", "--output", "sarif:x"), "x is named twice"),
        (("--output", "json:no/such/x.json"), "--output json:no/such/x.json: there is no folder no/such"),
        (("--output", "json:."), "--output json:.: is a folder"),
        (("--baseline", "none.json"), "none.json"),
        (("--baseline", "app.py"), "app.py:1: not JSON"),
        (("--changed-since", "no-such-rev"), "--changed-since no-such-rev: "),
        (("--statistics", "--output-format", "sarif"), "--statistics is printed as text or json, not as sarif"),
        (("--stdin-filename", "."), "--stdin-filename .: is a folder"),
        (("--stdin-filename", "app.py", "other.py"), "standard input is checked and no other path"),
        (("-",), "--stdin-filename has to say which file it stands for"),
        (("--select", "LMB1O2"), "--select: no rule has the code 'LMB1O2'"),
        (("--no-such-flag",), "No such option"),
    ],
)
def test_what_is_refused_exits_2_with_one_line(project: Path, arguments: tuple[str, ...], said: str) -> None:
    before = sorted(path.name for path in project.iterdir())
    result = lambdalint("check", "--no-cache", *arguments, cwd=project, given="")
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.splitlines()[-1] == result.stderr.strip().rpartition("\n")[2]
    assert sum(line.startswith(("lambdalint: error:", "Error:")) for line in result.stderr.splitlines()) == 1
    assert sorted(path.name for path in project.iterdir()) == before


def test_an_output_that_fails_late_loses_nothing(project: Path) -> None:
    result = lambdalint("check", "--output-format=concise", "--output=json:/dev/full", "--output=sarif:s", cwd=project)
    assert result.returncode == 2
    assert result.stdout.startswith(FOUND)
    assert json.loads((project / "s").read_text())["version"] == "2.1.0"
    assert result.stderr == "lambdalint: error: --output json:/dev/full: No space left on device\n"
