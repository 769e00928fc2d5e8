"""Repositories that tests make, with the real git."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from lambdalint.engine.changed_lines import ChangedLines, read

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TEN = "".join(f"line {number}\n" for number in range(1, 11))
ALL = list(range(1, 13))
"""The lines that :meth:`Repo.lines` tries."""


def edited(**lines: str) -> str:
    return "".join(lines.get(f"l{number}", f"line {number}") + "\n" for number in range(1, 11))


class Repo:
    """A repository, and git to work in it."""

    def __init__(self, root: Path, *init: str) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", *init)
        self.git("symbolic-ref", "HEAD", "refs/heads/main")

    def git(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return done.stdout.strip()

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, **files: str | bytes) -> str:
        for name, content in files.items():
            self.write(name.replace("__", "/") + ".py", content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=work")
        return self.git("rev-parse", "HEAD")

    def changed(self, rev: str = "main", below: str = "") -> ChangedLines:
        return read(rev, root=self.root / below)

    def lines(self, path: str, rev: str = "main", below: str = "", of: int = 12) -> list[int]:
        """The lines of a file, tried one by one, that count as changed."""
        changed = self.changed(rev, below)
        return [line for line in range(1, of + 1) if changed.touches(path, line, line)]


def branched(root: Path) -> Repo:
    """Return a repository whose branch has just left main, with two files of ten lines."""
    made = Repo(root)
    made.commit(app=TEN, other=TEN)
    made.git("checkout", "--quiet", "-b", "branch")
    return made


def isolate(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings of the machine, or of a hook that runs the tests, out of them."""
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(home.parent),
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }.items():
        monkeypatch.setenv(name, value)
