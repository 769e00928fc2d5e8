"""Configuration that people can see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import lambdalint, write_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    (tmp_path / "base.toml").write_text('min-severity = "warning"\n[per-file-ignores]\n"tests/*" = ["LMB3"]\n')
    (tmp_path / "pyproject.toml").write_text(
        '[tool.lambdalint]\nextend = "base.toml"\nmax-steps = 9\n\n[tool.lambdalint.rules.LMB101]\nseverity = "info"\n'
    )
    return tmp_path


def test_each_value_has_its_origin(project: Path) -> None:
    result = lambdalint("config", "show", "--select", "LMB1", cwd=project)
    assert (result.returncode, result.stderr) == (0, "")
    lines = {line.partition(" = ")[0]: " ".join(line.split()) for line in result.stdout.splitlines() if " = " in line}
    assert lines["select"] == 'select = ["LMB1"] # --select'
    assert lines["max-steps"] == "max-steps = 9 # pyproject.toml:3"
    assert lines["min-severity"] == 'min-severity = "warning" # base.toml:1'
    assert lines['"tests/*"'] == '"tests/*" = ["LMB3"] # base.toml:3'
    assert lines["severity"] == 'severity = "info" # pyproject.toml:6'
    assert lines["jobs"] == "jobs = 1 # default"


def test_the_same_as_json(project: Path) -> None:
    shown = json.loads(lambdalint("config", "show", "--output-format=json", cwd=project).stdout)
    settings = {one["key"]: one for one in shown["settings"]}
    assert settings["max-steps"]["value"] == 9
    assert settings["max-steps"]["origins"] == [{"kind": "file", "file": "pyproject.toml", "line": 3}]


def test_the_schema_knows_every_rule(project: Path) -> None:
    schema = json.loads(lambdalint("config", "schema", cwd=project).stdout)
    codes = {rule["code"] for rule in json.loads(lambdalint("rules", "--output-format=json", cwd=project).stdout)}
    assert set(schema["properties"]["rules"]["properties"]) == codes


@pytest.mark.parametrize("command", [("config", "show"), ("check",), ("functions",), ("baseline", "create")])
def test_a_mistake_is_one_line(project: Path, command: tuple[str, ...]) -> None:
    (project / "base.toml").write_text("max-stesp = 1\n")
    result = lambdalint(*command, cwd=project)
    (line,) = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (2, "")
    assert line.startswith(f"lambdalint: error: {project / 'base.toml'}:1: max-stesp: unknown key")
    assert line.endswith("did you mean max-steps?")
