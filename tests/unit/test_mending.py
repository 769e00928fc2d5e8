"""``check --fix`` and ``check --add-noqa``: what they change, and what they leave alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from command_line import APP, lambdalint, write_project

if TYPE_CHECKING:
    from pathlib import Path

UNUSED = "def handler(event, context):\r\n    return 1  # noqa: E501, LMB102\r\n    # lambdalint: ignore[LMB3]\r\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


def test_a_suppression_that_silences_nothing_is_removed(project: Path) -> None:
    app = project / "app.py"
    app.write_bytes(UNUSED.encode())
    app.chmod(0o640)
    found = lambdalint("check", "-q", "--output-format=concise", cwd=project)
    assert [line.split()[:2] for line in found.stdout.splitlines()] == [
        ["app.py:2:29:", "LMB901"],
        ["app.py:3:26:", "LMB901"],
    ]
    result = lambdalint("check", "--fix", cwd=project)
    assert (result.returncode, result.stdout) == (0, "No findings in 1 file, 1 function\n")
    assert result.stderr == "fixed 2 findings (LMB901: 2)\n"
    assert app.read_bytes() == b"def handler(event, context):\r\n    return 1  # noqa: E501\r\n"
    assert app.stat().st_mode & 0o777 == 0o640
    again = lambdalint("check", "--fix", cwd=project)
    assert (again.returncode, again.stderr) == (0, "")


def test_what_has_no_fix_is_still_reported(project: Path) -> None:
    (project / "app.py").write_text(APP + "    return 1  # noqa: LMB301\n")
    result = lambdalint("check", "--fix", "-q", "--output-format=concise", cwd=project)
    assert result.returncode == 1
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["LMB102"]
    assert (project / "app.py").read_text() == APP + "    return 1\n"


def test_nothing_outside_of_the_paths_is_touched(project: Path) -> None:
    (project / "other.py").write_text("def run():\n    return 1  # noqa: LMB301\n")
    (project / "app.py").write_text("import other\n\n\ndef handler(event, context):\n    other.run()  # noqa: LMB301\n")
    before = (project / "other.py").read_text()
    assert lambdalint("check", "--fix", "app.py", cwd=project).returncode == 0
    assert "noqa" not in (project / "app.py").read_text()
    assert (project / "other.py").read_text() == before


def test_a_link_out_of_the_paths_is_not_followed(project: Path) -> None:
    target = project / "elsewhere.py"
    target.write_bytes(UNUSED.encode())
    (project / "sub").mkdir()
    (project / "sub" / "app.py").symlink_to("../elsewhere.py")
    result = lambdalint("check", "--fix", "sub", cwd=project)
    assert (result.returncode, result.stderr) == (0, "")
    assert target.read_bytes() == UNUSED.encode()
    assert (project / "sub" / "app.py").is_symlink()


def test_findings_are_suppressed_with_a_reason(project: Path) -> None:
    result = lambdalint("check", "--add-noqa", "old code", cwd=project)
    assert (result.returncode, result.stderr) == (0, "suppressed 1 finding (LMB102: 1)\n")
    assert result.stdout == "No findings in 1 file, 1 function; 1 suppressed\n"
    line = APP.splitlines()[1]
    assert (project / "app.py").read_text() == APP.replace(line, line + "  # noqa: LMB102 old code")
    reasons = lambdalint("check", "--extend-select", "LMB902", cwd=project)
    assert reasons.returncode == 0


def test_a_suppression_may_have_to_give_its_reason(project: Path) -> None:
    (project / "app.py").write_text(APP.replace("as out:", "as out:  # noqa: LMB102"))
    assert lambdalint("check", cwd=project).returncode == 0
    result = lambdalint("check", "-q", "--extend-select=LMB902", "--output-format=concise", cwd=project)
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["LMB902"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--add-noqa", ""), "--add-noqa: "),
        (("--add-noqa", "two\nlines"), "--add-noqa: "),
        (("--add-noqa", "why", "--fix"), "--fix and --add-noqa exclude each other"),
        (("--fix", "--stdin-filename", "app.py"), "--fix and --stdin-filename exclude each other"),
    ],
)
def test_what_is_refused_changes_nothing(project: Path, arguments: tuple[str, ...], said: str) -> None:
    result = lambdalint("check", *arguments, cwd=project, given="")
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert (project / "app.py").read_text() == APP


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_is_read_only_stays_as_it_is(project: Path) -> None:
    (project / "app.py").write_bytes(UNUSED.encode())
    (project / "app.py").chmod(0o444)
    result = lambdalint("check", "--fix", cwd=project)
    assert result.returncode == 1
    assert result.stderr.startswith("warning: app.py:1: ")
    assert (project / "app.py").read_bytes() == UNUSED.encode()
