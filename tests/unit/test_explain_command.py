"""What ``lambdalint explain`` prints of lines of the example projects."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from lambdalint.cli import run

PROJECTS = Path(__file__).parent.parent.parent / "fixtures" / "projects"

READ = """\
digest/digest.py:9:10
  |
9 |     with open("/tmp/board/headline.txt", encoding="utf-8") as stream:  # error: LMB203
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

  read /tmp/board/headline.txt
    call:        builtins.open
    place:       tmp
    function:    Digest (in each invocation: digest.handler)
    the way:
      digest/digest.py:8:1: Digest is invoked: handler
    LMB203 error: reads /tmp/board/headline.txt, which no code of the function has put there (Digest): \
fetch it first where it is missing, or ship it with the package and read it from there (confidence: medium)
"""

INLINE = """\
stack.yaml:45:20
   |
45 |               with open(path, "w", newline="") as out:  # error: LMB102
   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^

  write /var/task/inventory.csv
    call:        builtins.open
    place:       task, written as inventory.csv
    function:    Inventory (in each invocation: stack.yaml::Inventory.handler)
    the way:
      stack.yaml:50:11: Inventory is invoked: handler
      stack.yaml:51:22: handler calls write
    LMB102 error: writes 'inventory.csv' to /var/task/inventory.csv, which is read-only at run time (Inventory): \
use tempfile.gettempdir() for scratch files, S3 for files that must last, EFS for files that functions share
"""

SCRATCH = """\
uploads/routes/pictures.py:21:9
   |
21 |         received.write_bytes(picture.file.read())
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

  write /tmp/received
    call:        pathlib.Path.write_bytes
    place:       tmp
    function:    Api (in each invocation: POST /pictures/)
    name:        the same in each invocation
    removed:     always
    content:     chosen by the request; read again by the same invocation
"""
REASONS = """\
    LMB101 silent: /tmp/received is in /tmp, which is writable
    LMB202 silent: no other entry point and no later invocation reads it without having written it
    LMB204 silent: it is removed, and so meant for one invocation
    LMB205 silent: its path is not seen to leave the invocation
    LMB301 silent: the name is the same in each invocation
    LMB304 silent: the name is the same in each invocation
"""


def _printed(
    project: str, where: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *flags: str
) -> str:
    with tempfile.TemporaryDirectory() as folder:  # away from the repository, whose functions have the same names
        shutil.copytree(PROJECTS / project, folder, dirs_exist_ok=True)
        with monkeypatch.context() as there:
            there.chdir(folder)
            assert run(["explain", where, "--isolated", *flags]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


@pytest.mark.parametrize(
    ("project", "where", "expected"),
    [
        ("web-state", "digest/digest.py:9", READ),
        ("web-state", "digest/digest.py:9:10", READ),
        ("inline-cloudformation", "stack.yaml:45", INLINE),
        (
            "inline-cloudformation",
            "stack.yaml:51",
            "stack.yaml:51: the calls on line 51 have no effect themselves, but lead to those at stack.yaml:45\n",
        ),
        ("image-processing", "template.yaml:1", "template.yaml:1: no function reaches this file\n"),
    ],
)
def test_explanations(
    project: str, where: str, expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _printed(project, where, capsys, monkeypatch) == expected


def test_what_no_rule_reports_is_explained(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    printed = _printed("upload-service", "uploads/routes/pictures.py:21", capsys, monkeypatch)
    assert printed.startswith(SCRATCH)
    assert REASONS in printed


def test_explanations_as_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    printed = _printed("web-state", "digest/digest.py:9", capsys, monkeypatch, "--output-format", "json")
    explanation = json.loads(printed)
    (effect,) = explanation["calls"][0]["effects"]
    assert (explanation["path"], explanation["line"], effect["place"]) == (
        "digest/digest.py",
        9,
        "/tmp/board/headline.txt",
    )
    assert [rule["code"] for rule in effect["rules"] if rule["reports"]] == ["LMB203"]
