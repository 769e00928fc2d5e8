"""A small project with one finding, and the program as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

APP = """\
def handler(event, context):
    with open("report.csv", "w") as out:
        out.write("x")
"""
CONFIG = '[tool.lambdalint]\n[[tool.lambdalint.functions]]\nhandler = "app.handler"\n'
SERVICES = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "GITLAB_CI", "TF_BUILD", "CI")


def lambdalint(
    *arguments: str, cwd: Path, given: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the program in *cwd*, *given* something on standard input, on no service but what *environment* says."""
    inherited = {name: value for name, value in os.environ.items() if name not in SERVICES}
    return subprocess.run(
        [sys.executable, "-m", "lambdalint", *arguments],
        cwd=cwd,
        env={**inherited, **environment},
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def git(*arguments: str, cwd: Path, given: str | None = None) -> None:
    """Run git in *cwd*, *given* something on standard input, as somebody, without anybody's settings."""
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", *arguments],
        cwd=cwd,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        input=None if given is None else given.encode(),
        capture_output=True,
        check=True,
    )


def write_project(folder: Path) -> Path:
    """Write the project into *folder*."""
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "pyproject.toml").write_text(CONFIG, encoding="utf-8")
    return folder
