"""The literate fixtures through the real flake8: it shows what the command line shows of Python files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from literate.fixture import parse_fixture
from literate.project import write_project

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
PLACE = re.compile(r"^(?:\./)?(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<said>LMB\d{3} .*)$", re.MULTILINE)


def shown(*command: str, cwd: Path) -> list[tuple[str, ...]]:
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode in (1, 2), result.stderr
    return sorted(match.groups() for match in PLACE.finditer(result.stdout) if match["path"].endswith(".py"))


def parses(path: Path) -> bool:
    """Tell whether flake8 runs plugins on a file: of one that does not parse it reports E999 itself."""
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return False
    return True


def test_flake8_shows_what_the_command_line_shows(tmp_path: Path) -> None:
    for fixture in map(parse_fixture, sorted(FIXTURES.glob("LMB*.md"))):
        for number, case in enumerate(fixture.cases):
            write_project(tmp_path / f"{fixture.name[:6]}_{number:02d}", case.files)
    flags = ("--min-confidence=low", "--extend-select=LMB902", "--jobs=2")
    ours = shown("lambdalint", "check", "--output-format=concise", *flags, cwd=tmp_path)
    theirs = shown("flake8", "--select=LMB", *(f"--lambdalint-{flag[2:]}" for flag in flags), cwd=tmp_path)
    assert len(ours) > 500
    assert [found for found in theirs if parses(tmp_path / found[0])] == [
        found for found in ours if parses(tmp_path / found[0])
    ]
