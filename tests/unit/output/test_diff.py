from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from lambdalint.output.diff import Contents, render

if TYPE_CHECKING:
    from pathlib import Path

FILES: dict[str, Contents] = {
    "b.py": (b"one\r\ntwo\r\n", b"one\r\n2\r\n"),
    "a/no end.py": (b"one\ntwo", b"one\n2"),
    "latin.py": (b"# caf\xe9\nx = 1\n", b"# caf\xe9\nx = 2\n"),
    "made/new.txt": (None, b"boto3\n"),
    "same.py": (b"x\n", b"x\n"),
}


def test_nothing_to_show() -> None:
    assert render({}) == render({"same.py": FILES["same.py"]}) == b""


def test_a_unified_diff() -> None:
    assert render({"b.py": FILES["b.py"]}) == b"--- a/b.py\n+++ b/b.py\n@@ -1,2 +1,2 @@\n one\r\n-two\r\n+2\r\n"


def test_a_missing_line_end_is_told() -> None:
    last = render({"a.py": FILES["a/no end.py"]}).split(b"\n", 3)[3]
    assert last == b" one\n-two\n\\ No newline at end of file\n+2\n\\ No newline at end of file\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_takes_it(tmp_path: Path) -> None:
    for name, (before, _) in FILES.items():
        if before is not None:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(before)
    done = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=render(FILES), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    for name, (_, after) in FILES.items():
        assert (tmp_path / name).read_bytes() == after
