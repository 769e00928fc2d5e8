"""Adoption in an old code base: a file of known findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import APP, CONFIG, lambdalint, write_project

if TYPE_CHECKING:
    from pathlib import Path

NAME = ".lambdalint-baseline.json"
SECOND = '    open("second.csv", "w")\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    result = lambdalint("baseline", "create", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        f"{NAME}: wrote 1 finding\n"
        f"'lambdalint check --baseline {NAME}' leaves them out, or in the configuration: baseline = \"{NAME}\"\n"
    )
    return tmp_path


def configure(project: Path, line: str) -> None:
    (project / "pyproject.toml").write_text(CONFIG.replace("[[", f"{line}\n[[", 1))


def test_known_findings_are_left_out_wherever_they_move(project: Path) -> None:
    configure(project, f'baseline = "{NAME}"')
    result = lambdalint("check", cwd=project)
    assert (result.returncode, result.stdout) == (0, "No findings in 1 file, 1 function; 1 in the baseline\n")
    (project / "app.py").write_text("import os\n\n\n" + APP.replace("    with", "    with ") + SECOND)
    result = lambdalint("check", "-q", "--output-format=concise", cwd=project)
    assert result.returncode == 1
    assert [line[:18] for line in result.stdout.splitlines()] == ["app.py:7:5: LMB102"]


def test_a_stale_entry_is_told_and_pruned(project: Path) -> None:
    (project / "app.py").write_text("def handler(event, context):\n" + SECOND)
    flags = ("--baseline", NAME)
    result = lambdalint("check", *flags, cwd=project)
    assert result.returncode == 1
    assert result.stderr == (
        f"warning: {NAME}:4: LMB102 in app.py: no finding matches this entry any more "
        "('lambdalint baseline prune' removes it)\n"
    )
    assert lambdalint("check", *flags, "--select", "LMB3", cwd=project).stderr == ""
    result = lambdalint("baseline", "prune", cwd=project)
    assert (result.returncode, result.stdout) == (0, f"{NAME}: removed 1 entry, 0 left\n")
    assert json.loads((project / NAME).read_text())["findings"] == []


def test_pruning_leaves_what_the_paths_do_not_concern(project: Path) -> None:
    (project / "app.py").write_text("def handler(event, context):\n    pass\n")
    (project / "sub").mkdir()
    (project / "sub" / "other.py").touch()
    assert lambdalint("baseline", "prune", "sub", cwd=project).stdout == f"{NAME}: removed 0 entries, 1 left\n"
    assert lambdalint("baseline", "prune", "app.py", cwd=project).stdout == f"{NAME}: removed 1 entry, 0 left\n"


def test_a_suppressed_finding_keeps_its_entry(project: Path) -> None:
    (project / "app.py").write_text(APP.replace("as out:", "as out:  # noqa: LMB102"))
    assert lambdalint("check", "--baseline", NAME, cwd=project).stderr == ""


def test_an_existing_baseline_is_replaced_only_by_force(project: Path) -> None:
    before = (project / NAME).read_bytes()
    (project / "app.py").write_text(APP + SECOND)
    result = lambdalint("baseline", "create", cwd=project)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{NAME}: exists already; 'lambdalint baseline prune' tidies it, --force replaces it" in result.stderr
    assert (project / NAME).read_bytes() == before
    assert lambdalint("baseline", "create", "--force", cwd=project).returncode == 0
    assert len(json.loads((project / NAME).read_text())["findings"]) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not valid UTF-8"),
        (b'{"version": 99, "findings": []}', "version"),
        (b"<<<<<<< ours\n", "a merge conflict"),
        (b"[" * 100_000, "not a baseline"),
    ],
)
@pytest.mark.parametrize("command", [("check", "--baseline", NAME), ("baseline", "prune")])
def test_a_baseline_that_is_not_understood(project: Path, content: bytes, said: str, command: tuple[str, ...]) -> None:
    (project / NAME).write_bytes(content)
    result = lambdalint(*command, cwd=project)
    (line,) = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (2, "")
    assert line.startswith("lambdalint: error: ")
    assert f"{NAME}:" in line
    assert said in line
    assert (project / NAME).read_bytes() == content


def test_what_was_not_judged_is_not_in_the_baseline(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "app.py").write_text("def handler(:\n")
    result = lambdalint("baseline", "create", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == "lambdalint: error: not all was judged: 'lambdalint check' says what"
    assert json.loads((tmp_path / NAME).read_text())["findings"] == []


@pytest.mark.parametrize("file", ["no/such/folder.json", "."])
def test_a_place_that_cannot_be_written(tmp_path: Path, file: str) -> None:
    write_project(tmp_path)
    result = lambdalint("baseline", "create", "--baseline", file, cwd=tmp_path)
    (line,) = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (2, "")
    assert line.startswith("lambdalint: error: ")
