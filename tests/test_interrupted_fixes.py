"""``--fix`` that a kill, a crash or a full disk interrupts: each file holds what it held, or what it was to hold."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sandbox.room import unavailable_because

if TYPE_CHECKING:
    from pathlib import Path

FILES = {f"part{number}.py": f"def run():\n    return {number}  # noqa: LMB301\n" for number in range(2)}
APP = "".join(f"import part{number}\n" for number in range(2)) + (
    "\n\ndef handler(event, context):\n    return [part0.run(), part1.run()]\n"
)
CONFIG = '[[functions]]\nhandler = "app.handler"\n'
BROKEN_AT = """
import os, sys
from lambdalint.__main__ import main

when, how = int(sys.argv.pop(1)), sys.argv.pop(1)
calls = 0

def breaking(name, real=None):
    real = getattr(os, name)
    def call(*arguments, **named):
        global calls
        if name != "open" or "/.lambdalint-" in str(arguments[0]):
            calls += 1
            if calls == when or how == "full" and calls > when:
                if how == "kill":
                    os.kill(os.getpid(), 9)
                raise MemoryError if how == "crash" else OSError(28, "No space left on device")
        return real(*arguments, **named)
    setattr(os, name, call)

for name in ("open", "fchmod", "fsync", "replace", "rename"):
    breaking(name)
sys.argv[0] = "lambdalint"
main()
"""
"""Runs lambdalint, which fails in one of the calls to the system by which a file gets a new content."""


def write_project(folder: Path) -> dict[str, bytes]:
    for name, text in {**FILES, "app.py": APP, "lambdalint.toml": CONFIG}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def fix(folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(before or ("-m", "lambdalint")), "check", "--fix", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120)


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files after a run that nothing interrupts."""
    folder = tmp_path_factory.mktemp("fixed")
    old = write_project(folder)
    assert fix(folder).returncode == 0
    fixed = contents(folder)
    assert {name for name in fixed if fixed[name] != old[name]} == set(FILES)
    return fixed


@pytest.mark.parametrize("how", ["kill", "crash", "full"])
def test_each_file_is_old_or_new(how: str, new: dict[str, bytes], tmp_path: Path) -> None:
    outcomes: set[int] = set()
    for when in range(1, 30):
        folder = tmp_path / f"{when}"
        folder.mkdir()
        old = write_project(folder)
        done = fix(folder, "-c", BROKEN_AT, str(when), how)
        there = contents(folder)
        if how == "kill":
            assert done.returncode in (-signal.SIGKILL, 0)
            there = {name: content for name, content in there.items() if not name.startswith(".lambdalint-")}
        assert there.keys() == old.keys(), "nothing is left lying about"
        assert all(there[name] in (old[name], new[name]) for name in there), f"a file is broken at call {when}"
        outcomes.add(sum(there[name] == new[name] for name in FILES))
        if there == new:
            break
    assert outcomes == {0, 1, 2}, "the run was interrupted before, between and after the files"


@pytest.mark.skipif(unavailable_because() is not None, reason=str(unavailable_because()))
def test_a_disk_that_is_really_full(new: dict[str, bytes], tmp_path: Path) -> None:
    """On a file system of 64 KB that is filled to the last byte, no file changes, and the reason is told."""
    project, kept = tmp_path / "project", tmp_path / "kept"
    project.mkdir()
    kept.mkdir()
    old = write_project(project)
    script = (
        f"mount -t tmpfs -o size=64k tmpfs {kept} && cp {project}/* {kept} && cd {kept} && "
        f"(cat /dev/zero > filler 2>/dev/null; {sys.executable} -m lambdalint check --fix --no-cache >&2; "
        f"rm filler; ls -A {kept} | tr '\\n' ' ' >&2; cp -r . {tmp_path}/after)"
    )
    unshare = shutil.which("unshare")
    assert unshare is not None
    command = [unshare, "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert "cannot be written: No space left on device" in done.stderr
    after = contents(tmp_path / "after")
    assert after == old
    assert after != new
