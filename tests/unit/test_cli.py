from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from command_line import APP, lambdalint, write_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@pytest.fixture
def clean(project: Path) -> Path:
    (project / "app.py").write_text("def handler(event, context):\n    return {}\n")
    return project


def test_findings_exit_1(project: Path) -> None:
    result = lambdalint("check", cwd=project)
    assert result.returncode == 1
    assert result.stdout.startswith("error[LMB102] ")
    assert "--> app.py:2:10\n" in result.stdout
    assert result.stdout.endswith("1 finding (1 error) in 1 file, 1 function; 1 fixable with --fix\n")
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_a_clean_project_exits_0(clean: Path) -> None:
    result = lambdalint("check", cwd=clean)
    assert (result.returncode, result.stdout) == (0, "No findings in 1 file, 1 function\n")


def test_json(project: Path) -> None:
    result = lambdalint("check", "--output-format", "json", ".", cwd=project)
    report = json.loads(result.stdout)
    assert result.returncode == 1
    assert [(item["code"], item["path"], item["line"]) for item in report["findings"]] == [("LMB102", "app.py", 2)]
    assert report["summary"]["findings"] == 1


def test_concise(project: Path) -> None:
    result = lambdalint("check", "--output-format", "concise", cwd=project)
    assert result.stdout.startswith("app.py:2:10: LMB102 ")
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--exit-zero"], 0),
        (["--ignore", "LMB102"], 0),
        (["--ignore", "lmb1"], 0),
        (["--select", "LMB101,LMB103"], 0),
        (["--select", "LMB101", "--extend-select", "LMB102"], 1),
        (["--min-severity", "error"], 1),
        (["--isolated", "--jobs", "2", "--no-cache", "-q"], 1),
    ],
)
def test_flags(project: Path, flags: list[str], code: int) -> None:
    assert lambdalint("check", *flags, cwd=project).returncode == code


def test_quiet_prints_findings_only(project: Path, tmp_path: Path) -> None:
    (project / "script.py").write_text("print 'x'\n")
    loud, quiet = lambdalint("check", cwd=project), lambdalint("check", "-q", cwd=project)
    assert "warning: script.py:1: cannot be parsed: Python 2 syntax?" in loud.stderr
    assert quiet.stderr == ""
    assert loud.stdout.startswith(quiet.stdout)
    assert "1 finding" not in quiet.stdout


def test_a_reached_file_that_does_not_parse_exits_2(project: Path) -> None:
    (project / "app.py").write_text("def handler(event, context):\n    open(\n")
    result = lambdalint("check", "--exit-zero", "--output-format", "concise", cwd=project)
    assert result.returncode == 2
    assert " LMB900 " in result.stdout


def test_the_cache_can_be_left_alone(project: Path) -> None:
    (project / "other.py").touch()
    lambdalint("check", "--no-cache", cwd=project)
    assert not (project / ".lambdalint_cache").exists()
    lambdalint("check", cwd=project)
    assert (project / ".lambdalint_cache/CACHEDIR.TAG").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "missing"], "missing: no such file or folder"),
        (["check", ""], "a path is empty"),
        (["check", "--select", "LMB1O2"], "--select: no rule has the code 'LMB1O2'"),
        (["check", "--min-severity", "high"], "'high' is not one of"),
        (["check", "--jobs", "-1"], "--jobs"),
        (["check", "--config", "nowhere.toml"], "nowhere.toml: cannot be read: No such file"),
        (["check", "--config", "app.py"], "app.py:1: is not TOML"),
        (["check", "--config", "pyproject.toml", "--isolated"], "exclude each other"),
        (["chekc"], "No such command 'chekc'"),
        (["explain", "app.py"], "'app.py' is not a file and a line, such as src/app.py:12"),
        (["explain", "app.py:0"], "'app.py:0' is not a file and a line"),
        (["explain", "app.py:99"], "app.py:99: the file has 3 lines"),
        (["explain", "nowhere.py:1"], "nowhere.py: no such file or folder"),
        (["explain", ".:1"], ".: is a folder, is excluded, or cannot be read"),
        (["rule", "LMB1O2"], "no rule has the code 'LMB1O2'; did you mean LMB112?"),
        (["rule", "relative-path-wriet"], "did you mean relative-path-write?"),
    ],
)
def test_what_is_not_understood_exits_2(project: Path, arguments: list[str], said: str) -> None:
    result = lambdalint(*arguments, cwd=project)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_mistake_in_the_configuration_is_one_line(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.lambdalint]\n\nmin-severty = 'error'\n")
    result = lambdalint("check", cwd=project)
    (line,) = result.stderr.splitlines()
    assert result.returncode == 2
    assert line.startswith(
        f"lambdalint: error: {project / 'pyproject.toml'}:3: min-severty: unknown key; expected one of "
    )
    assert line.endswith("did you mean min-severity?")


def test_without_functions_the_user_is_told(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("x = 1\n")
    result = lambdalint("check", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "No findings in 0 files, 0 functions\n")
    assert "no function that runs on a serverless platform was found" in result.stderr


def test_functions(project: Path) -> None:
    result = lambdalint("functions", cwd=project)
    assert result.returncode == 0
    assert "  entry points: app.handler\n" in result.stdout
    assert result.stdout.endswith("\n1 function\n")
    listed = json.loads(lambdalint("functions", "--output-format", "json", cwd=project).stdout)
    (function,) = listed["functions"]
    assert (function["handler"], function["entry_points"]) == ("app.handler", ["app.handler"])
    assert listed["unresolved"] == []


def test_functions_says_what_it_does_not_understand(project: Path) -> None:
    (project / "template.yaml").write_text(
        "Resources:\n"
        "  Report:\n"
        "    Type: AWS::Lambda::Function\n"
        "    Properties: {Runtime: python3.13, Handler: !ImportValue TheHandler, Code: .}\n"
    )
    told = "template.yaml:2: the handler of the function Report has no known value"
    assert f"Not understood:\n  {told}\n" in lambdalint("functions", cwd=project).stdout
    listed = json.loads(lambdalint("functions", "--output-format", "json", cwd=project).stdout)
    assert [f"{one['path']}:{one['line']}: {one['message']}" for one in listed["unresolved"]] == [told]


def test_the_page_of_a_rule(tmp_path: Path) -> None:
    page = lambdalint("rule", "LMB102", cwd=tmp_path)
    assert page.returncode == 0
    assert page.stdout.startswith("LMB102 relative-path-write\n")
    assert lambdalint("rule", "relative-path-write", cwd=tmp_path).stdout == page.stdout
    assert lambdalint("rule", "lmb102", "--output-format", "markdown", cwd=tmp_path).stdout.startswith("# LMB102 ")
    assert json.loads(lambdalint("rule", "LMB102", "--output-format", "json", cwd=tmp_path).stdout)["code"] == "LMB102"


def test_all_rules(tmp_path: Path) -> None:
    table = lambdalint("rules", cwd=tmp_path).stdout.splitlines()
    listed = [rule["code"] for rule in json.loads(lambdalint("rules", "--output-format", "json", cwd=tmp_path).stdout)]
    assert listed == sorted(listed)
    assert [line.split()[0] for line in table] == ["code", *listed]


@pytest.mark.parametrize("output_format", ["text", "concise", "json"])
def test_output_is_utf_8_in_any_locale(project: Path, output_format: str) -> None:
    (project / "app.py").write_text(APP.replace("report.csv", "отчёт-报告.csv"), encoding="utf-8")
    arguments = ["check", "--output-format", output_format]
    expected = lambdalint(*arguments, cwd=project)
    result = lambdalint(*arguments, cwd=project, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert expected.returncode == 1
    assert (result.stdout, result.returncode) == (expected.stdout, 1)
    assert "报告" in (json.loads(result.stdout)["findings"][0]["message"] if output_format == "json" else result.stdout)


def test_a_closed_pipe_is_silent(project: Path) -> None:
    code = "def handler(event, context):\n" + '    open("x", "w")\n' * 500
    (project / "app.py").write_text(code)
    command = f'"{sys.executable}" -m lambdalint check | head -n 1'
    result = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, encoding="utf-8", timeout=120)
    assert result.stdout.startswith("error[LMB102]")
    assert result.stderr == ""


def test_hostile_projects_end_without_a_traceback(tmp_path: Path) -> None:
    for name, content in {
        "null.py": b"def handler(event, context):\n    open('x', 'w')\0\n",
        "latin.py": b"def handler(event, context):\n    open('\xff', 'w')\n",
        "coding.py": b"# coding: hex\ndef handler(event, context):\n    open('x', 'w')\n",
        "deep.py": b"x = " + b"[" * 100_000,
        "tower.py": b"def handler(event, context):\n    return " + b"-" * 3_000 + b"1\n",
        "template.yaml": b"\xff\xfe{{{: &a [*a, !!python/object:os.system x]",
        "serverless.yml": b"provider: " + b"[" * 5_000,
        "template.json": b"{" * 50_000,
        "bomb.yaml": b"a: &a [x]\nb: &b [" + b"*a, " * 50 + b"]\nResources: &c [" + b"*b, " * 50 + b"]\n",
    }.items():
        (tmp_path / name).write_bytes(content)
    result = lambdalint("check", "--output-format", "json", cwd=tmp_path)
    assert "Traceback" not in result.stderr
    assert {item["code"] for item in json.loads(result.stdout)["findings"]} <= {"LMB102", "LMB900"}
    assert result.returncode in (0, 1, 2)
