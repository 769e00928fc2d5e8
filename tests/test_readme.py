"""The README's examples are what lambdalint says: its projects are written down, checked, and compared."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lambdalint.cli.main import commands

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_findings_are_those_of_the_files_beside_them(tmp_path: Path) -> None:
    blocks = list(BLOCK.finditer(section("What it finds")))
    for block in blocks:
        if block["title"]:
            path = tmp_path / block["title"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["body"], encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "lambdalint", "check", "-q", "--output-format", "text"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    shown = sorted(block["body"] for block in blocks if block["language"] == "text" and not block["title"])
    assert len(shown) == 4
    assert sorted(re.split(r"\n(?=error|warning)", result.stdout)) == shown


def test_the_explanation_is_the_beginning_of_a_real_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures" / "projects" / "upload-service", tmp_path, dirs_exist_ok=True)
    (block,) = [one for one in BLOCK.finditer(section("Use it")) if one["language"] == "text"]
    command, *shown = block["body"].splitlines()
    result = subprocess.run(
        [sys.executable, "-m", *command.removeprefix("$ ").split()],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    said = result.stdout.splitlines()
    assert shown.pop() == "    ..."
    assert [line for line in shown if line not in said] == []


@pytest.mark.parametrize("flag", sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))))
def test_every_flag_exists(flag: str) -> None:
    known = {
        option
        for command in (*commands.commands.values(), *commands.commands["baseline"].commands.values())  # type: ignore[attr-defined]  # of a group
        for parameter in command.params
        for option in parameter.opts
    }
    of_flake8 = {"--jobs", "--extend-ignore", "--disable-noqa", "--stdin-display-name"}
    assert flag in known or flag.startswith("--lambdalint-") or flag in of_flake8


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`lambdalint ([a-z]+(?: [a-z]+)?)", README))))
def test_every_command_exists(command: str) -> None:
    first, *rest = command.split()
    assert first in commands.commands
    group = commands.commands[first]
    if hasattr(group, "commands"):
        assert rest
        assert rest[0] in group.commands


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]*)#?[^)]*\)", README)) - {""}))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("anchor", sorted(set(re.findall(r"\]\(#([^)]*)\)", README))))
def test_every_section_exists(anchor: str) -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
