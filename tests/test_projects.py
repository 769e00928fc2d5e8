"""What lambdalint reports of whole repositories, against the comments in their files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from literate.expectation import Expectation, expectations_in
from literate.project import judge, report_of

from lambdalint.model import Settings

PROJECTS = sorted(path for path in (Path(__file__).parent.parent / "fixtures" / "projects").iterdir() if path.is_dir())
SELECTED = ("LMB1", "LMB2", "LMB3", "LMB9")
"""The families that the comments of the projects speak of."""


def _files(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and not {"__pycache__", ".lambdalint_cache"} & set(path.parts)
    }


def _expectations(project: Path) -> list[Expectation]:
    return [one for path, content in _files(project).items() for one in expectations_in(path, content.decode())]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
@pytest.mark.parametrize("jobs", [1, 2])
def test_reports(project: Path, jobs: int, tmp_path: Path) -> None:
    root = tmp_path / project.name
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("__pycache__", ".lambdalint_cache"))
    report = report_of(root, Settings(select=SELECTED, jobs=jobs, cache=False))
    verdict = judge(report.findings, _expectations(project))
    assert verdict.agrees, str(verdict)
    assert not report.problems


def test_every_project_is_known() -> None:
    """The clean project is clean; each other one shows something, and says what it is."""
    assert len(PROJECTS) >= 10
    for project in PROJECTS:
        assert bool(_expectations(project)) == (project.name != "efs-clean")
        assert (project / "README.md").read_text().startswith("# ")
