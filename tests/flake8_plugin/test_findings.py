"""What flake8 shows with the plugin, against what the command line shows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flake8_plugin.conftest import APP
from flake8_plugin.programs import OLDEST, Program, command_line, installed, places

PROJECTS = Path(__file__).parent.parent.parent / "fixtures" / "projects"


def test_the_oldest_is_what_it_says(oldest_flake8: Program, project: Path) -> None:
    version = oldest_flake8.run("--version", cwd=project).lines[0]
    assert version.startswith(OLDEST + " ")
    assert "lambdalint: " in version


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("projects")
    ignored = shutil.ignore_patterns("__pycache__", ".lambdalint_cache")
    shutil.copytree(PROJECTS, root, ignore=ignored, dirs_exist_ok=True)
    return root


def test_findings_of_whole_projects_are_those_of_the_command_line(flake8: Program, projects: Path) -> None:
    for name in ("multi-module", "upload-service"):
        expected = command_line(cwd=projects / name)
        assert expected
        assert flake8.run("--select=LMB", cwd=projects / name).of("LMB") == expected
    everything = command_line(cwd=projects)
    in_python = [line for line in everything if ".py:" in line]
    assert 20 < len(in_python) < len(everything)
    assert flake8.run("--select=LMB", cwd=projects).of("LMB") == in_python


@pytest.mark.parametrize("name", ["image-processing", "web-state"])
def test_findings_of_a_part_are_those_of_the_command_line(newest_flake8: Program, projects: Path, name: str) -> None:
    root = projects / name
    file = command_line(cwd=root)[0].split(":")[0]
    folder = file.rpartition("/")[0]
    for paths in ([folder], [file], ["README.md", file]):
        expected = command_line(*paths, cwd=root)
        assert expected
        assert newest_flake8.run("--select=LMB", *paths, cwd=root).of("LMB") == expected


def test_a_finding_has_the_place_and_the_words_of_the_command_line(flake8: Program, project: Path) -> None:
    (project / "app.py").write_text('def handler(event, context):\n    é = "ä𝄞"; open(é + "€.csv", "w")\n')
    result = flake8.run("--select=LMB", "app.py", cwd=project)
    assert list(result.lines) == command_line("app.py", cwd=project)
    assert result.lines[0].startswith("app.py:2:15: LMB102 writes ")
    assert result.code == 1
    assert not result.errors


def test_paths_may_lie_elsewhere_and_be_written_in_any_way(
    newest_flake8: Program, project: Path, tmp_path: Path
) -> None:
    for cwd, path in (
        (tmp_path, "project"),
        (tmp_path, "./project/../project/app.py"),
        (tmp_path, str(project)),
        (project / "elsewhere", ".."),
        (project / "elsewhere", "../app.py"),
    ):
        cwd.mkdir(exist_ok=True)
        assert len(newest_flake8.run("--select=LMB", path, cwd=cwd).lines) == 1, path


def test_a_path_that_does_not_exist_is_left_to_flake8(newest_flake8: Program, project: Path) -> None:
    result = newest_flake8.run("missing.py", "app.py", cwd=project)
    assert places(result.of("LMB")) == ["app.py:5"]
    assert places(result.of("E902")) == ["missing.py:0"]
    assert len(result.of("[A-Z]+")) == 3


def test_a_file_that_cannot_be_parsed_is_left_to_flake8(flake8: Program, project: Path) -> None:
    (project / "broken.py").write_text("def f(:\n")
    result = flake8.run("--jobs=1", cwd=project)
    assert places(result.of("E999")) == ["broken.py:1"]
    assert places(result.of("LMB")) == ["app.py:5"]
    assert places(flake8.run("broken.py", cwd=project).of("[A-Z]+")) == ["broken.py:1"]


def test_what_lambdalint_excludes_stays_silent(newest_flake8: Program, project: Path) -> None:
    text = (project / "lambdalint.toml").read_text()
    (project / "lambdalint.toml").write_text('exclude = ["/app.py"]\n' + text)
    assert not newest_flake8.run("app.py", cwd=project).of("LMB")
    assert not newest_flake8.run(cwd=project).of("LMB")


ODD = ("a b.py", "new\nline.py", "x::y.py", "-dash.py", "ünï.py", "100%.py", '"it\'s".py', "[1].py", "colon:1:2.py")


def test_odd_file_names(newest_flake8: Program, tmp_path: Path) -> None:
    for name in ODD:
        (tmp_path / name).write_text(APP)
    report = installed("lambdalint").run("check", "--output-format=json", cwd=tmp_path)
    paths = [finding["path"] for finding in json.loads("".join(report.lines))["findings"]]
    assert {"new\nline.py", "-dash.py", "ünï.py", "[1].py"} <= set(paths)
    result = newest_flake8.run("--select=LMB", "--jobs=2", ".", cwd=tmp_path)
    assert not result.errors
    for path in paths:
        assert f"./{path}:5:5: LMB102 " in "\n".join(result.lines), path
    assert sum(": LMB102 " in line for line in result.lines) == len(paths)


def test_standard_input_takes_the_place_of_the_file(flake8: Program, project: Path) -> None:
    unsaved = APP.replace("report.csv", "/tmp/report.csv")
    name = "--stdin-display-name=app.py"
    assert not flake8.run("--select=LMB1", name, "-", cwd=project, text=unsaved.encode()).lines
    moved = flake8.run("--select=LMB1", name, "-", cwd=project, text=b"\n\n" + APP.encode())
    assert places(moved.lines) == ["app.py:7"]
    shown = command_line("app.py", cwd=project)
    same = flake8.run("--select=LMB", name, "-", cwd=project, text=APP.encode())
    assert list(same.lines) == shown
    absolute = f"--stdin-display-name={project / 'app.py'}"
    assert len(flake8.run("--select=LMB", absolute, "-", cwd=project.parent, text=APP.encode()).lines) == 1


def test_standard_input_is_judged_by_what_the_project_knows(newest_flake8: Program, project: Path) -> None:
    (project / "app.py").write_text("from plain import save\n\n\ndef handler(event, context):\n    save()\n")
    text = b'def save():\n    open("report.csv", "w")\n'
    result = newest_flake8.run("--select=LMB", "--stdin-display-name=plain.py", "-", cwd=project, text=text)
    assert places(result.lines) == ["plain.py:2"]


def test_standard_input_of_a_file_that_is_not_there_yet(flake8: Program, tmp_path: Path) -> None:
    result = flake8.run("--select=LMB", "--stdin-display-name=src/new.py", "-", cwd=tmp_path, text=APP.encode())
    assert places(result.lines) == ["src/new.py:5"]
    result = flake8.run("--select=LMB", "-", cwd=tmp_path, text=APP.encode())
    assert places(result.lines) == ["stdin:5"]


@pytest.mark.parametrize(("encoding", "line"), [("utf-8-sig", ""), ("latin-1", "# coding: latin-1\n")])
def test_standard_input_in_another_encoding(newest_flake8: Program, project: Path, encoding: str, line: str) -> None:
    text = line + 'def handler(event, context):\n    é = "ü"; open(é + ".csv", "w")\n'
    result = newest_flake8.run(
        "--select=LMB", "--stdin-display-name=app.py", "-", cwd=project, text=text.encode(encoding)
    )
    (project / "app.py").write_bytes(text.encode(encoding))
    assert list(result.lines) == command_line("app.py", cwd=project)
    assert len(result.lines) == 1
