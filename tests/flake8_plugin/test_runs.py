"""One analysis in a run of flake8, with workers and without; and what becomes of a failure."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flake8_plugin.programs import Program, places

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTING = """
import os
import flake8.checker as checker
import lambdalint.engine.run as engine

def logged(function, name):
    def call(*arguments, **keywords):
        with open(os.environ["SEEN"], "a") as out:
            print(name, os.getpid(), file=out)
        return function(*arguments, **keywords)
    return call

engine.check = logged(engine.check, "analysed")
checker.FileChecker.run_checks = logged(checker.FileChecker.run_checks, "checked")
"""
"""Run by Python at its start, in every process of a test: writes down who analyses, and who checks a file."""
FAILING = """
import lambdalint.engine.run as engine

def check(*arguments, **keywords):
    raise {error}

engine.check = check
"""


def start_method(name: str) -> str:
    return f"import multiprocessing; multiprocessing.set_start_method({name!r}, force=True)\n"


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "seen.txt"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files whose path is short enough for a socket in it."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


def started_with(code: str, folder: Path, **environment: str) -> dict[str, str]:
    """Return an environment in which each Python runs *code* at its start."""
    hook = folder / "hook"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(hook), "SEEN": str(folder / "seen.txt"), **environment}


def processes(seen: Path, what: str) -> list[str]:
    """Return the processes that did *what*, one for each time."""
    lines = seen.read_text().splitlines() if seen.exists() else []
    return [process for name, process in map(str.split, lines) if name == what]


def add_handlers(project: Path, count: int) -> None:
    (project / "lambdalint.toml").unlink()
    for number in range(count):
        (project / f"app{number}.py").write_text((project / "app.py").read_text())


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_share_one_analysis(flake8: Program, project: Path, seen: Path, temporary: Path, method: str) -> None:
    add_handlers(project, 5)
    environment = started_with(start_method(method) + COUNTING, project.parent, TMPDIR=str(temporary))
    alone = flake8.run("--select=LMB", "--jobs=1", cwd=project, environment=environment)
    assert len(alone.of("LMB")) == 6
    assert len(processes(seen, "analysed")) == 1
    seen.unlink()
    together = flake8.run("--select=LMB", "--jobs=4", cwd=project, environment=environment)
    assert not together.errors
    assert sorted(together.lines) == sorted(alone.lines)
    assert len(processes(seen, "analysed")) == 1
    assert len(processes(seen, "checked")) == 7
    has_workers = method == "fork" or flake8.version > (6,)
    assert (processes(seen, "analysed")[0] not in processes(seen, "checked")) == has_workers
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_share_one_analysis_of_files_that_are_named(
    newest_flake8: Program, project: Path, seen: Path, method: str
) -> None:
    add_handlers(project, 3)
    environment = started_with(start_method(method) + COUNTING, project.parent)
    result = newest_flake8.run(
        "--select=LMB", "--jobs=3", "app.py", "app1.py", "plain.py", cwd=project, environment=environment
    )
    assert places(result.of("LMB")) == ["app.py:5", "app1.py:5"]
    assert len(processes(seen, "analysed")) == 1


def test_nothing_is_analysed_where_nothing_can_be_reported(flake8: Program, project: Path, seen: Path) -> None:
    environment = started_with(COUNTING, project.parent)
    for argument in ("--version", "--help", "--bug-report", "--select=F", "--extend-ignore=LMB", "missing.py"):
        flake8.run(argument, cwd=project, environment=environment)
        assert not processes(seen, "analysed"), argument
    flake8.run(cwd=project, environment=environment)
    assert len(processes(seen, "analysed")) == 1


def test_findings_that_another_process_left_are_not_believed(newest_flake8: Program, project: Path) -> None:
    forged = project.parent / "lambdalint-flake8-forged"
    forged.mkdir(mode=0o700)
    violation = [1, 1, "LMB101 forged"]
    content = {
        "run": [str(project), ["plain.py", "app.py"]],
        "by_file": {str(project / "plain.py"): [violation]},
        "elsewhere": [],
    }
    (forged / "violations.json").write_text(json.dumps(content))
    for owner in (os.getpid(), 1):
        environment = started_with(start_method("spawn"), project.parent, LAMBDALINT_FLAKE8=f"{owner}:{forged}")
        for jobs in ("1", "2"):
            result = newest_flake8.run(
                "--select=LMB", "--jobs", jobs, "plain.py", "app.py", cwd=project, environment=environment
            )
            assert places(result.of("LMB")) == ["app.py:5"]
    assert forged.is_dir()


@pytest.mark.parametrize(("jobs", "method"), [("1", "fork"), ("3", "fork"), ("3", "spawn")])
def test_a_wrong_configuration_is_said_once(flake8: Program, project: Path, jobs: str, method: str) -> None:
    (project / "lambdalint.toml").write_text('select = ["LMB1", "LMBX"]\n')
    environment = started_with(start_method(method), project.parent)
    result = flake8.run("--jobs", jobs, cwd=project, environment=environment)
    assert places(result.of("F401")) == ["app.py:1"]
    (said,) = result.of("LMB")
    assert said.startswith("app.py:1:1: LMB999 lambdalint could not check: ")
    assert "lambdalint.toml:1: select" in said
    assert "'LMBX'" in said
    assert result.errors == said.partition(" LMB999 ")[2] + "\n"
    assert result.code == 1


def test_a_failure_is_said_in_the_first_file_that_is_heard(newest_flake8: Program, project: Path) -> None:
    (project / "lambdalint.toml").write_text('select = ["LMBX"]\n')
    (project / "app.py").write_text("# flake8: noqa\n")
    (project / "plain.py").write_text("def f(:\n")
    (project / "x.py").write_text("")
    (project / "z.py").write_text("")
    assert places(newest_flake8.run("--exclude=x.py", cwd=project).of("LMB")) == ["z.py:1"]
    assert places(newest_flake8.run("--disable-noqa", cwd=project).of("LMB")) == ["app.py:1"]
    assert places(newest_flake8.run("--jobs=1", "z.py", "-", cwd=project).of("LMB")) == ["stdin:1"]
    result = newest_flake8.run("--extend-ignore=LMB999", cwd=project)
    assert not result.of("LMB")
    assert result.errors.startswith("lambdalint could not check: ")


@pytest.mark.parametrize(
    ("error", "jobs"),
    [
        ("ZeroDivisionError('one\\ntwo \\x1b[31m')", "1"),
        ("ZeroDivisionError('one\\ntwo \\x1b[31m')", "3"),
        ("RecursionError", "3"),
        ("SystemExit(3)", "3"),
        ("TypeError(1)", "3"),
    ],
)
def test_an_internal_error_is_said_once(newest_flake8: Program, project: Path, error: str, jobs: str) -> None:
    environment = started_with(FAILING.format(error=error), project.parent)
    result = newest_flake8.run("--jobs", jobs, cwd=project, environment=environment)
    assert places(result.of("F401")) == ["app.py:1"]
    (said,) = result.of("LMB")
    assert said.startswith(f"app.py:1:1: LMB999 lambdalint could not check: {error.partition('(')[0]}")
    assert "sitecustomize.py:5" in said
    assert said.isprintable()
    assert said.endswith("please report it")
    assert result.errors == said.partition(" LMB999 ")[2] + "\n"
    assert result.code == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lambdalint-select = LMB1, LMX", "--lambdalint-select: no rule has the code 'LMX'"),
        ("lambdalint-min-severity = eror", "--lambdalint-min-severity: 'eror' is not known"),
        ("lambdalint-jobs = many", "--lambdalint-jobs: 'many' is not a number of processes"),
        ("lambdalint-config = ./missing.toml", "missing.toml: cannot be read"),
        ("lambdalint-config = ./lambdalint.toml\nlambdalint-isolated = true", "exclude each other"),
    ],
)
def test_a_wrong_option_in_a_configuration_file(
    newest_flake8: Program, project: Path, line: str, expected: str
) -> None:
    (project / "setup.cfg").write_text(f"[flake8]\n{line}\n")
    result = newest_flake8.run(cwd=project)
    assert places(result.of("F401")) == ["app.py:1"]
    (said,) = result.of("LMB")
    assert expected in said
    assert said.startswith("app.py:1:1: LMB999 ")


def test_a_wrong_option_on_the_command_line_is_a_usage_error(flake8: Program, project: Path) -> None:
    result = flake8.run("--lambdalint-min-severity=eror", cwd=project)
    assert result.code == 2
    assert "--lambdalint-min-severity: invalid choice: 'eror'" in result.errors


def test_no_place_for_temporary_files_is_no_failure(newest_flake8: Program, project: Path) -> None:
    full = "import tempfile\ndef mkdtemp(**keywords): raise OSError(28, 'full')\ntempfile.mkdtemp = mkdtemp\n"
    environment = started_with(start_method("spawn") + full, project.parent)
    result = newest_flake8.run("--select=LMB", "--jobs=2", cwd=project, environment=environment)
    assert places(result.of("LMB")) == ["app.py:5"]
    assert not result.errors


PROGRAM = """
import pathlib, sys
from flake8.api import legacy
from flake8.main.options import JobsArgument

guide = legacy.get_style_guide(select=["LMB"], jobs=JobsArgument(sys.argv[1]))
app = pathlib.Path("app.py")
for text in (app.read_text(), "", app.read_text()):
    app.write_text(text)
    print(guide.check_files(["app.py", "plain.py"]).total_errors)
"""


def test_a_program_that_calls_flake8_several_times(flake8: Program, project: Path) -> None:
    """The second round sees what has changed, although the options are those of the first."""
    for jobs in ("1", "2"):
        result = subprocess.run(
            [str(flake8.python), "-c", PROGRAM, jobs], cwd=project, capture_output=True, encoding="utf-8", check=True
        )
        totals = [line for line in result.stdout.splitlines() if line.isdigit()]
        assert totals == ["1", "0", "1"]
