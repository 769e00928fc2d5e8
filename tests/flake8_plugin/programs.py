"""The flake8 programs that the plugin is tried with: the installed one, and the oldest that is supported."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OLDEST = "5.0.4"


class Unavailable(Exception):
    """A version of flake8 cannot be installed here; the message says why."""


@dataclass(frozen=True)
class Outcome:
    """What one run of a program left."""

    code: int
    lines: tuple[str, ...]
    errors: str

    def of(self, *prefixes: str) -> list[str]:
        """Return the lines of the codes with one of *prefixes*, sorted, each path without ``./``."""
        code = re.compile(r":\d+:\d+: (?:" + "|".join(prefixes) + r")\d* ")
        return sorted(line.removeprefix("./") for line in self.lines if code.search(line))


@dataclass(frozen=True)
class Program:
    """An installed program."""

    path: Path

    @property
    def python(self) -> Path:
        """The interpreter that runs it."""
        return self.path.with_name("python.exe" if os.name == "nt" else "python")

    @property
    def version(self) -> tuple[int, ...]:
        """What it says of itself."""
        return tuple(map(int, self.run("--version", cwd=self.path.parent).lines[0].split()[0].split(".")))

    def run(
        self, *arguments: str, cwd: Path, text: bytes | None = None, environment: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run it in *cwd*, with *text* on standard input."""
        result = subprocess.run(
            [str(self.path), *arguments],
            cwd=cwd,
            input=b"" if text is None else text,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            timeout=300,
        )
        lines = result.stdout.decode("utf-8").splitlines()
        return Outcome(result.returncode, tuple(lines), result.stderr.decode("utf-8"))


def installed(name: str) -> Program:
    """Return a program of the environment that the tests run in."""
    return Program(Path(sysconfig.get_path("scripts")) / name)


def command_line(*arguments: str, cwd: Path) -> list[str]:
    """Return the lines that ``lambdalint check`` prints."""
    return installed("lambdalint").run("check", "--output-format=concise", *arguments, cwd=cwd).of("LMB")


def places(lines: Sequence[str]) -> list[str]:
    """Return path and line of each finding."""
    return [":".join(line.split(":")[:2]) for line in lines]


def oldest(folder: Path) -> Program:
    """Install the oldest supported flake8 into a new environment in *folder*, which also sees what is installed here.

    Raises:
        Unavailable: no package index can be reached.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    options = ("--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20")
    install = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", *options, f"flake8=={OLDEST}"],
        capture_output=True,
        encoding="utf-8",
    )
    if install.returncode:
        reason = (install.stderr.strip().splitlines() or ["no message"])[-1]
        raise Unavailable(f"flake8 {OLDEST} cannot be installed: {reason}")
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([str(python), "-c", code], capture_output=True, encoding="utf-8", check=True)
    ours = sysconfig.get_path("purelib")
    # what the new environment has itself comes first
    (Path(packages.stdout.strip()) / "tests.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    return Program(python.with_name("flake8"))
