"""What LMB110 claims of child processes is true in a room like the platform's: they fail, and who tells."""

from __future__ import annotations

import ast
import shutil
from typing import TYPE_CHECKING

import pytest
from sandbox import Job

if TYPE_CHECKING:
    from sandbox import Sandbox

REFUSED = (
    "touch done",
    "date > stamp.txt",
    "date >> /var/log/app.log",
    "date | tee -a log.txt",
    "mkdir -p work/a",
    "cp /etc/passwd copy",
    "ln -s /etc/passwd link",
    "mv /tmp/input /var/task/input",
    "chmod +x /var/task/tool",
    "sed -i s/a/b/ /var/task/tool",
    "dd if=/dev/zero of=zeros bs=1k count=1",
    "split -b 1 /tmp/input",
    "sort -o sorted /tmp/input",
    "truncate -s 10 sparse",
    "tar cf backup.tar /tmp/input",
    "tar xf /tmp/input.tar",
    "gzip -k /var/task/tool",
    "bzip2 -k /var/task/tool",
    "xz -k /var/task/tool",
    "zip backup.zip /tmp/input",
    "unzip -o /tmp/input.zip",
    "git init repository",
    "git config --global user.name robot",
    "openssl rand -out key 16",
    "ssh-keygen -q -t ed25519 -N '' -f key",
    "gcc -x c -o program /dev/null",
    "curl -s -o page file:///etc/passwd",
    "sh -c 'cd /opt && date > stamp'",
)
"""Commands that LMB110 reports; those whose program is missing here are left out."""

ACCEPTED = (
    "rm -rf build",
    "rm -f /opt/x",
    "mkdir -p /tmp",
    "date > /tmp/stamp",
    "cd /tmp && touch done",
    "touch done || true",
    "if touch probe; then echo writable; fi",
    "HOME=/tmp git config --global user.name robot",
    "GIT_CONFIG_GLOBAL=/tmp/gitconfig git config --global user.name robot",
)
"""Commands that LMB110 does not report."""

HANDLER = """
import os, subprocess, tarfile, zipfile


def handler(event, context):
    with open("/tmp/input", "w") as made:
        made.write("input")
    with tarfile.open("/tmp/input.tar", "w") as archive:
        archive.add("/tmp/input", "input")
    with zipfile.ZipFile("/tmp/input.zip", "w") as archive:
        archive.write("/tmp/input", "input")
    told = os.system(event) or subprocess.run(event, shell=True).returncode
    try:
        subprocess.run(event, shell=True, check=True)
    except Exception as error:
        return told, type(error).__name__
    return told, ""
"""


@pytest.fixture(scope="module")
def told(sandbox: Sandbox) -> dict[str, tuple[int, str]]:
    """What became of each command: the exit status where nothing checks it, and what a checked call raises."""
    jobs = [
        Job(command, files={"app.py": HANDLER.encode(), "tool": b"abc"}, handler="app.handler", event=command)
        for command in (*REFUSED, *ACCEPTED)
        if _is_there(command)
    ]
    outcomes = sandbox.run(jobs)
    assert not any(outcome.error for outcome in outcomes)
    return {outcome.name: ast.literal_eval(outcome.result) for outcome in outcomes}


def _is_there(command: str) -> bool:
    words = [word for word in command.split() if "=" not in word]
    return shutil.which(words[0]) is not None or words[0] in ("cd", "if")


@pytest.mark.parametrize("command", REFUSED)
def test_a_command_that_is_reported_fails(command: str, told: dict[str, tuple[int, str]]) -> None:
    if command not in told:
        pytest.skip("the program is not installed here")
    status, raised = told[command]
    assert status != 0
    assert raised == "CalledProcessError"


@pytest.mark.parametrize("command", ACCEPTED)
def test_a_command_that_is_not_reported_succeeds(command: str, told: dict[str, tuple[int, str]]) -> None:
    if command not in told:
        pytest.skip("the program is not installed here")
    assert told[command] == (0, "")
