"""The GitHub action: its description, and its scripts, run as a runner would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from package_index import unreachable_because

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
_EXPRESSION = re.compile(r"\$\{\{\s*(\S+)\s*\}\}")

BAD = 'def handler(event, context):\n    open("out.txt", "w").close()\n'
GOOD = 'def handler(event, context):\n    return "ok"\n'
WRITES = "from pathlib import Path\n\nPath({mark!r}).touch()\n"


def test_description_fits_the_schema() -> None:
    pytest.importorskip("check_jsonschema")
    command = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions")
    done = subprocess.run((*command, str(ROOT / "action.yml")), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_script_holds_an_expression() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")


def test_each_input_is_described_and_used() -> None:
    used = set(re.findall(r"\binputs\.([a-z-]+)", json.dumps(STEPS)))
    assert used == set(ACTION["inputs"])
    assert all(one["description"] for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


def test_other_actions_are_pinned() -> None:
    for step in STEPS:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", "x/y@" + "0" * 40))


@dataclass(frozen=True, slots=True)
class Done:
    """How a step ended: its exit code, what the log shows, and its outputs."""

    code: int
    log: str
    outputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Runner:
    """A stand-in for the runner of GitHub Actions, with a checked-out repository."""

    workspace: Path
    temporary: Path
    installed: str = ""

    def run(self, step: str, **inputs: str) -> Done:
        """Run the script of a step with *inputs*, whose names have ``_`` for ``-``."""
        defaults = {name: one["default"] for name, one in ACTION["inputs"].items()}
        given = defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {f"inputs.{name}": value for name, value in given.items()}
        values |= {"steps.install.outputs.bin": self.installed, "steps.python.outputs.python-path": sys.executable}

        def evaluated(text: str) -> str:
            return _EXPRESSION.sub(lambda match: values[match[1]], text)

        found = next(one for one in STEPS if one["id"] == step)
        output, summary = self.temporary / "output", self.temporary / "summary"
        output.write_text("")
        foreign = re.compile(r"GITHUB_|GITLAB_|TF_BUILD$|PYTHON|CI$")
        environment = {name: value for name, value in os.environ.items() if not foreign.match(name)} | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self.temporary),
            **{name: evaluated(value) for name, value in found["env"].items()},
        }
        script = self.temporary / "step.sh"
        script.write_text(found["run"], encoding="utf-8")
        assert found["shell"] == "bash"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / evaluated(found.get("working-directory", ".")),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        return Done(done.returncode, done.stdout, outputs)

    def write(self, **files: str) -> None:
        """Write *files*, by their paths, into the workspace."""
        for name, text in files.items():
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the action's first script installs lambdalint, started in a repository that bears false modules."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    reason = unreachable_because()
    if reason is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("runner")
    mark = folder / "imported"
    runner = Runner(folder / "workspace", folder)
    false = ("venv", "ensurepip", "pip/__main__", "pip/__init__", "json", "sitecustomize", "hatchling/build")
    runner.write(**{f"{name}.py": WRITES.format(mark=str(mark)) for name in false})
    done = runner.run("install")
    assert done.code == 0, done.log
    assert not mark.exists()
    return done.outputs["bin"]


@pytest.fixture
def runner(installed: str, tmp_path: Path) -> Runner:
    """A runner with lambdalint installed, and an empty repository."""
    (tmp_path / "workspace" / ".git").mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    return Runner(tmp_path / "workspace", tmp_path / "temporary", installed)


def test_findings_are_annotated_and_fail_the_step(runner: Runner) -> None:
    runner.write(**{"src/app.py": BAD, "src/other.py": BAD})
    done = runner.run("check")
    assert done.code == 1
    assert re.findall(r"^::error .*file=([^,:]+)", done.log, re.MULTILINE) == ["src/app.py", "src/other.py"]
    assert done.outputs == {"findings": "2", "exit-code": "1", "sarif-file": ""}
    assert "LMB102" in (runner.temporary / "summary").read_text(encoding="utf-8")


def test_clean_code_passes(runner: Runner) -> None:
    runner.write(**{"app.py": GOOD})
    done = runner.run("check")
    assert (done.code, done.outputs["findings"], done.outputs["exit-code"]) == (0, "0", "0")
    assert "::error" not in done.log


def test_findings_may_pass(runner: Runner) -> None:
    runner.write(**{"app.py": BAD})
    done = runner.run("check", fail_on_findings="false")
    assert (done.code, done.outputs["findings"], done.outputs["exit-code"]) == (0, "1", "1")
    assert "::error " in done.log


def test_sarif_is_written_below_the_working_directory(runner: Runner) -> None:
    runner.write(**{"services/orders/app.py": BAD})
    done = runner.run("check", working_directory="services/orders", sarif_file="found.sarif")
    file = runner.workspace / "services" / "orders" / "found.sarif"
    assert done.outputs["sarif-file"] == str(file)
    (result,) = json.loads(file.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result["ruleId"] == "LMB102"
    assert "file=services/orders/app.py," in done.log


def test_paths_are_lines(runner: Runner) -> None:
    runner.write(**{"one folder/app.py": BAD, "two/app.py": BAD, "three/app.py": BAD})
    done = runner.run("check", paths="one folder\ntwo/app.py\n")
    assert done.outputs["findings"] == "2"
    assert "three/app.py" not in done.log


def test_flags_are_words_with_quotes(runner: Runner) -> None:
    runner.write(**{"app.py": BAD + '    open("/tmp/" + event["name"], "w").close()\n'})
    assert int(runner.run("check").outputs["findings"]) > 1
    assert runner.run("check", args="--select 'LMB101 LMB102' --min-severity=error").outputs["findings"] == "1"


def test_configuration_file(runner: Runner) -> None:
    runner.write(**{"app.py": BAD, "settings/lint it.toml": 'ignore = ["LMB102"]\n'})
    done = runner.run("check", config="settings/lint it.toml")
    assert (done.code, done.outputs["findings"]) == (0, "0")


def test_changed_lines_only(runner: Runner) -> None:
    (runner.workspace / ".git").rmdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for name in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
        environment[f"GIT_{name}"] = "test@example.org"

    def commit(**files: str) -> None:
        runner.write(**files)
        for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Change"]):
            subprocess.run(["git", *command], cwd=runner.workspace, env=environment, check=True)

    commit(**{"old.py": BAD})
    commit(**{"new.py": BAD})
    done = runner.run("check", changed_since="HEAD^1")
    assert (done.code, done.outputs["findings"]) == (1, "1")
    assert "file=new.py," in done.log


@pytest.mark.parametrize("name", ["paths", "config", "changed-since", "args", "sarif-file", "fail-on-findings"])
@pytest.mark.parametrize("text", ["$(touch pwned)`touch pwned`", "; touch pwned #", "' \"; touch pwned"])
def test_inputs_are_never_run(name: str, text: str, runner: Runner) -> None:
    runner.write(**{"app.py": GOOD})
    done = runner.run("check", **{name: text})
    assert not list(runner.workspace.rglob("pwned"))
    assert "command not found" not in done.log
    if name != "sarif-file":
        assert done.code == 2


def test_modules_of_the_repository_are_not_imported(runner: Runner) -> None:
    mark = runner.temporary / "imported"
    false = ("shlex", "json", "click/__init__", "lambdalint/__init__", "sitecustomize")
    runner.write(**{f"{name}.py": WRITES.format(mark=str(mark)) for name in false}, **{"app.py": BAD})
    done = runner.run("check")
    assert (done.code, done.outputs["findings"]) == (1, "1")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"args": "--select 'LMB1"}, "the input args is not understood"),
        ({"fail_on_findings": "yes"}, "the input fail-on-findings is neither true nor false"),
        ({"sarif_file": "a\nb"}, "the input sarif-file has more than one line"),
        ({"config": "missing.toml"}, "lambdalint ended with exit code 2"),
        ({"paths": "missing"}, "lambdalint ended with exit code 2"),
    ],
)
def test_wrong_inputs_fail(inputs: dict[str, str], message: str, runner: Runner) -> None:
    runner.write(**{"app.py": GOOD})
    done = runner.run("check", **inputs, **({} if "fail_on_findings" in inputs else {"fail_on_findings": "false"}))
    assert done.code == 2
    assert f"::error title=lambdalint::{message}" in done.log
    assert done.outputs.get("findings", "") == ""


def test_what_cannot_be_judged_fails(runner: Runner) -> None:
    runner.write(**{"app.py": "import broken\n\n\n" + GOOD, "broken.py": "def f(:\n"})
    done = runner.run("check", fail_on_findings="false")
    assert (done.code, done.outputs["findings"], done.outputs["exit-code"]) == (2, "1", "2")


def test_python_that_is_too_old_is_refused(tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    (tmp_path / "workspace").mkdir()
    script = f"PYTHON='{old}'\n" + STEPS[1]["run"]
    done = subprocess.run(["bash", "-e", "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=lambdalint::Python 3.10 or newer is needed")
