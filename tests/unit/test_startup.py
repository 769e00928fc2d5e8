"""What is imported by which command: nothing before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from command_line import APP, SERVICES, lambdalint

from lambdalint.cli.options import CONFIDENCES, SEVERITIES
from lambdalint.model import BASELINE_NAME, Confidence, Severity

if TYPE_CHECKING:
    from pathlib import Path

NEVER = {"flake8", "hcl2", "lark", "rich", "multiprocessing", "concurrent.futures", "importlib.metadata"}
"""What none of these projects needs."""
LIBRARIES = NEVER | {"libcst", "yaml", "msgspec", "tomli", "pathspec", "packaging", "logging", "tempfile"}
STAGES = {
    f"lambdalint.{name}"
    for name in ("model", "catalogue", "deployment", "packaging", "facts", "flow", "rules", "engine", "config")
}
QUIET = "def handler(event, context):\n    return {}\n"
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.12}
"""
RUNNING = """
import json, sys
from lambdalint.__main__ import main
try:
    main()
except SystemExit as ended:
    if ended.code not in (None, 0, 1):
        raise
print()
print(json.dumps(sorted(sys.modules)))
"""


def imported(*arguments: str, cwd: Path, running: str = RUNNING) -> set[str]:
    """Run the program and return the modules that it has imported."""
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    command = [sys.executable, "-c", running, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_version_needs_nothing(tmp_path: Path) -> None:
    bare = imported(cwd=tmp_path, running="import json, sys\nprint(json.dumps(sorted(sys.modules)))\n")
    added = imported("--version", cwd=tmp_path) - bare
    assert {name for name in added if name.startswith("lambdalint")} == {"lambdalint", "lambdalint.__main__"}
    assert not added & (LIBRARIES | {"click", "dataclasses", "typing", "re"})


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["baseline", "create", "--help"], ["chekc"]])
def test_help_and_wrong_usage_import_no_stage(tmp_path: Path, arguments: list[str]) -> None:
    running = RUNNING.replace("(None, 0, 1)", "(None, 0, 1, 2)")
    modules = imported(*arguments, cwd=tmp_path, running=running)
    assert "click" in modules
    assert not modules & (LIBRARIES | STAGES)


@pytest.mark.parametrize("command", ["check", "functions"])
def test_a_project_without_functions_is_not_followed(tmp_path: Path, command: str) -> None:
    modules = imported(command, "--no-cache", cwd=tmp_path)
    assert "lambdalint.deployment.project" in modules
    assert not modules & (NEVER | {"libcst", "yaml", "pathspec", "logging", "tempfile"})
    assert not modules & {"lambdalint.flow.analysis", "lambdalint.facts", "lambdalint.packaging.functions"}


def test_readers_of_formats_that_a_project_does_not_use_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").write_text(QUIET, encoding="utf-8")
    modules = imported("check", "--no-cache", cwd=tmp_path)
    formats = ("chalice", "cloudformation", "genezio", "serverless", "vercel", "zappa")
    assert not modules & {f"lambdalint.deployment.{name}.reader" for name in formats}


def test_code_that_touches_no_file_needs_no_libcst(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(QUIET, encoding="utf-8")
    modules = imported("check", "--no-cache", cwd=tmp_path)
    assert "lambdalint.flow" in modules
    assert not modules & (NEVER | {"libcst", "yaml", "pathspec"})


def test_libcst_comes_with_a_suspicious_call_and_yaml_with_a_template(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    modules = imported("check", "--no-cache", cwd=tmp_path)
    assert modules & {"libcst", "yaml"} == {"libcst"}
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / ".gitignore").write_text("build/\n", encoding="utf-8")
    modules = imported("check", "--no-cache", cwd=tmp_path)
    assert modules >= {"libcst", "yaml", "pathspec"}
    assert not modules & NEVER


def test_flake8_without_our_codes_imports_the_plugin_alone(tmp_path: Path) -> None:
    pytest.importorskip("flake8")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    running = RUNNING.replace("lambdalint.__main__", "flake8.main.cli").replace(
        "main()", "sys.exit(main(sys.argv[1:]))"
    )
    modules = imported("-j1", "--isolated", "--select=E", "app.py", cwd=tmp_path, running=running)
    assert "lambdalint.flake8_plugin.plugin" in modules
    assert not modules & (STAGES | {"libcst", "yaml", "rich", "click", "msgspec", "tomli", "pathspec"})


def test_what_the_command_line_repeats_of_the_model_is_the_same(tmp_path: Path) -> None:
    assert [item.value for item in Severity] == list(SEVERITIES)
    assert [item.value for item in Confidence] == list(CONFIDENCES)
    assert BASELINE_NAME in lambdalint("baseline", "create", "--help", cwd=tmp_path).stdout


@pytest.mark.parametrize("arguments", [["."], ["app.py"], ["quiet.py"], ["--select", "LMB1", "."]])
def test_what_a_warm_cache_knows_is_not_worked_out(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "quiet.py").write_text(QUIET, encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    assert lambdalint("check", ".", cwd=tmp_path).returncode == 1
    assert lambdalint("check", *arguments, cwd=tmp_path).returncode in (0, 1)
    modules = imported("check", "-v", *arguments, cwd=tmp_path)
    assert "lambdalint.engine.recall" in modules
    assert not modules & (NEVER | {"libcst", "yaml", "packaging", "logging", "tempfile", "lambdalint.facts"})
    assert not modules & {"lambdalint.flow.analysis", "lambdalint.deployment.project", "lambdalint.packaging.functions"}
