"""The recipes of ``docs/recipes.md`` can be copied as they are."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
_RECIPE = re.compile(r"^<!-- try: ([a-z-]+) -->\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
RECIPES = [(kind, text) for kind, text in _RECIPE.findall(TEXT)]
SERVICES = {
    "github-workflows": (),
    "gitlab-ci": ("--data-transform=gitlab-ci",),
    "azure-pipelines": ("--data-transform=azure-pipelines", "--regex-variant=nonunicode"),
}
"""The services whose schemas check-jsonschema has, with what it needs to be told."""

BAD = 'def handler(event, context):\n    open("out.txt", "w").close()\n'


def _of(*kinds: str) -> pytest.MarkDecorator:
    chosen = [(kind, text) for kind, text in RECIPES if kind in kinds]
    assert chosen
    ids = [f"{kind}-{number}" for number, (kind, _) in enumerate(chosen)]
    return pytest.mark.parametrize(("kind", "text"), chosen, ids=ids)


def test_each_recipe_that_a_program_reads_is_tried() -> None:
    blocks = re.findall(r"^(.*)\n```(\w+)$", TEXT, re.MULTILINE)
    assert {language for before, language in blocks if not before.startswith("<!-- try: ")} == {"vim"}


@_of(*SERVICES)
def test_service_accepts(kind: str, text: str, tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema")
    file = tmp_path / "recipe.yaml"
    file.write_text(text, encoding="utf-8")
    command = (sys.executable, "-m", "check_jsonschema", f"--builtin-schema=vendor.{kind}", *SERVICES[kind], str(file))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@_of("pre-commit")
def test_pre_commit_accepts(kind: str, text: str, tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    file = tmp_path / f"{kind}.yaml"
    file.write_text(text.replace("REVISION", "v1.2.3"), encoding="utf-8")
    command = (sys.executable, "-m", "pre_commit", "validate-config", str(file))
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path)}
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_hooks_and_inputs_exist() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    seen = set()
    for kind, text in RECIPES:
        if kind == "pre-commit":
            configured = {hook["id"] for repository in yaml.safe_load(text)["repos"] for hook in repository["hooks"]}
            assert configured <= hooks
        elif kind == "github-workflows":
            steps = yaml.safe_load(text)["jobs"]["lambdalint"]["steps"]
            used = [step for step in steps if step.get("uses", "").startswith("OWNER/lambdalint@")]
            seen |= {name for step in used for name in step.get("with", {})}
            outputs = set(re.findall(r"steps\.lambdalint\.outputs\.([a-z-]+)", text))
            assert outputs <= set(action["outputs"])
    told = set(re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.MULTILINE))
    assert seen <= told <= set(action["inputs"])


def test_flags_and_formats_exist() -> None:
    command = (sys.executable, "-m", "lambdalint", "check", "--help")
    known = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    places = re.findall(r"lambdalint[ \\]+check\b.*|^ *--output.*|^ *args: \[.*", TEXT, re.MULTILINE)
    flags = {flag for place in places for flag in re.findall(r"--[a-z][a-z-]*", place)}
    assert len(flags) > 4
    assert {flag for flag in flags if not re.search(rf"{flag}\b", known)} == set()


@_of("git-hook")
def test_git_hook(kind: str, text: str, tmp_path: Path) -> None:
    """What is staged and bad stops the commit; the hook for pushes only has to be a valid script."""

    names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))}
    environment |= {f"GIT_{name}": "test@example.org" for name in names}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ("git", "-C", str(tmp_path), *arguments)
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert git("init").returncode == 0
    hook = tmp_path / ".git" / "hooks" / "pre-commit"
    # The lambdalint under test takes the place of an installed one.
    tested = f"#!/bin/sh\nexec '{sys.executable}' -m lambdalint \"$@\"\n"
    program = tmp_path / ".git" / "lambdalint"
    program.write_text(tested)
    hook.write_text(text.replace("#!/bin/sh\n", f"#!/bin/sh\nPATH='{program.parent}':$PATH\n"))
    for file in (hook, program):
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    if "upstream" in text:
        assert subprocess.run(["sh", "-n", str(hook)], check=False).returncode == 0
        return
    (tmp_path / "a file.py").write_text(BAD)
    (tmp_path / "notes.md").write_text("# Notes\n")
    git("add", "--all")
    done = git("commit", "--message", "Begin")
    assert done.returncode != 0
    assert "a file.py:2:5" in done.stdout + done.stderr
    git("rm", "--cached", "a file.py")
    assert git("commit", "--message", "Begin").returncode == 0, kind


@_of("vscode")
def test_problem_matcher_reads_the_output(kind: str, text: str, tmp_path: Path) -> None:
    (task,) = json.loads(text)["tasks"]
    assert task["command"] == "lambdalint"
    (tmp_path / "app.py").write_text(BAD)
    command = (sys.executable, "-m", "lambdalint", *task["args"])
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    (line,) = done.stdout.splitlines()
    pattern = task["problemMatcher"]["pattern"]
    match = re.search(pattern["regexp"], line)
    assert match is not None, kind
    read = [match[pattern[name]] for name in ("file", "line", "column", "code")]
    assert read == ["app.py", "2", "5", "LMB102"]
    assert match[pattern["message"]].startswith("writes 'out.txt'")
