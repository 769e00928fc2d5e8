"""A run whose inputs are all as they were repeats its report; anything else that changes makes a new one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from lambdalint import __version__, rerun

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "def handler(event, context):\n    open('report.csv', 'w')\n"
HARMLESS = "def handler(event, context):\n    return event\n"


class Project:
    """A project, and a folder for caches of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root / "project"
        self.root.mkdir()
        (self.root / "app.py").write_text(HANDLER)
        self.caches = root / "caches"

    @property
    def records(self) -> list[Path]:
        folder = self.caches / "lambdalint" / "runs"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def check(self, *arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lambdalint", "check", "--output-format", "concise", *arguments],
            cwd=cwd or self.root,
            env={**os.environ, "XDG_CACHE_HOME": str(self.caches), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def is_repeated(self, *arguments: str, cwd: Path | None = None, **environment: str) -> bool:
        """Tell whether a run is repeated: what is kept of it is told, even where it is not true."""
        kept = {path: path.read_bytes() for path in self.records}
        for path, content in kept.items():
            path.write_bytes(content.replace(b"report.csv", b"REPORT.csv"))
        told = self.check(*arguments, cwd=cwd, **environment)
        for path, content in kept.items():
            if path.exists():
                path.write_bytes(content)
        return "REPORT.csv" in told.stdout


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path)
    # What has just changed may change again at the same time, and is compared by its content.
    time.sleep(0.15)
    return found


def test_the_same_is_told_again(project: Project) -> None:
    first = project.check()
    assert first.returncode == 1
    assert "LMB102" in first.stdout
    assert len(project.records) == 1
    second = project.check()
    assert (second.returncode, second.stdout, second.stderr) == (first.returncode, first.stdout, first.stderr)
    assert project.is_repeated()


def test_warnings_are_told_again(project: Project) -> None:
    (project.root / "app.py").write_text("")
    first = project.check()
    assert "no function" in first.stderr
    assert project.check().stderr == first.stderr


def test_a_changed_file_is_seen(project: Project) -> None:
    project.check()
    (project.root / "app.py").write_text(HARMLESS)
    assert project.check().returncode == 0


def test_a_change_of_the_same_size_and_time_is_seen(project: Project) -> None:
    path = project.root / "app.py"
    before = path.stat()
    project.check()
    path.write_text(HANDLER.replace("'w'", "'r'"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert project.check().returncode == 0


def test_a_change_right_after_the_run_is_seen(project: Project) -> None:
    path = project.root / "app.py"
    path.write_text(HANDLER)
    project.check()
    path.write_text(HANDLER.replace("'w'", "'r'"))
    assert project.check().returncode == 0


@pytest.mark.parametrize("name", ["other.py", "lambdalint.toml", "pyproject.toml", "template.yaml", "sub/app.py"])
def test_a_new_file_is_seen(project: Project, name: str) -> None:
    (project.root / "sub").mkdir()
    project.check()
    assert project.is_repeated()
    (project.root / name).write_text("")
    assert not project.is_repeated()


def test_a_configuration_above_is_seen(project: Project, tmp_path: Path) -> None:
    project.check()
    (tmp_path / "lambdalint.toml").write_text('ignore = ["LMB1"]\n')
    assert project.check().returncode == 0


def test_a_file_that_goes_is_seen(project: Project) -> None:
    (project.root / "lambdalint.toml").write_text('ignore = ["LMB1"]\n')
    assert project.check().returncode == 0
    (project.root / "lambdalint.toml").unlink()
    assert project.check().returncode == 1


def test_ignored_files_are_seen_that_are_no_longer(project: Project) -> None:
    (project.root / ".gitignore").write_text("app.py\n")
    (project.root / ".git").mkdir()
    assert project.check().returncode == 0
    (project.root / ".gitignore").write_text("")
    assert project.check().returncode == 1


@pytest.mark.parametrize("arguments", [["--select", "LMB1"], ["app.py"], ["-v"], ["--output-format", "json"]])
def test_other_arguments_are_another_run(project: Project, arguments: list[str]) -> None:
    project.check()
    assert not project.is_repeated(*arguments)


def test_another_folder_is_another_run(project: Project, tmp_path: Path) -> None:
    project.check(str(project.root), cwd=tmp_path)
    assert not project.is_repeated(str(project.root))


@pytest.mark.parametrize("arguments", [["--no-cache"], ["--diff"], ["--fix"], ["--baseline", "b.json"]])
def test_some_runs_are_not_kept(project: Project, arguments: list[str]) -> None:
    if "--baseline" in arguments:
        (project.root / "b.json").write_text('{"version": 1, "entries": []}')
    project.check(*arguments)
    kept = [path.read_bytes() for path in project.records]
    assert not kept or arguments == ["--diff"]


def test_a_configuration_can_switch_it_off(project: Project) -> None:
    (project.root / "lambdalint.toml").write_text("cache = false\n")
    project.check()
    assert project.records == []


def test_a_run_that_failed_is_not_kept(project: Project) -> None:
    (project.root / "app.py").write_text("def handler(event, context:\n")
    (project.root / "lambdalint.toml").write_text('[[functions]]\nhandler = "app.handler"\n')
    assert project.check().returncode == 2
    assert project.records == []


@pytest.mark.parametrize("damage", [b"", b"lambdalint run 1", b"\0" * 100, b"lambdalint run 12 9 9 1\nxx", None])
def test_a_broken_record_is_made_anew(project: Project, damage: bytes | None) -> None:
    first = project.check()
    (record,) = project.records
    record.write_bytes(record.read_bytes()[:-3] if damage is None else damage)
    again = project.check()
    assert (again.returncode, again.stdout) == (first.returncode, first.stdout)
    assert project.is_repeated()


def test_a_folder_that_cannot_be_made_is_no_error(project: Project) -> None:
    project.caches.write_text("in the way")
    assert project.check().returncode == 1


def test_old_records_are_deleted(project: Project) -> None:
    project.check()
    (record,) = project.records
    for number in range(rerun.MOST_RECORDS + 5):
        (record.parent / f"{number}.run").write_bytes(b"")
        os.utime(record.parent / f"{number}.run", (number, number))
    project.check("-v")
    assert len(project.records) == rerun.MOST_RECORDS
    assert record in project.records


def test_another_build_of_the_same_version_is_another_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lambdalint"
    record = tmp_path / f"lambdalint-{__version__}.dist-info" / "RECORD"
    for file in (package / "catalogue" / "data.msgpack", record):
        file.parent.mkdir(parents=True)
        file.write_text("lambdalint/rerun.py,sha256=one,1\n")
    monkeypatch.setattr(rerun, "_own_files", lambda: str(package))
    before = rerun.own_stamp()
    record.write_text("lambdalint/rerun.py,sha256=two,1\n")
    assert before
    assert rerun.own_stamp() not in ("", before)
    record.unlink()
    assert rerun.own_stamp() == ""
