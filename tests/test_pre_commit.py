"""The hooks, run by the real pre-commit on commits in a scratch repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from package_index import unreachable_because

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
INSTALLED = ("lambdalint", ".pre-commit-hooks.yaml", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")
"""What of the checkout is needed to install it as a hook."""

BAD = 'def handler(event, context):\n    open("out.txt", "w").close()\n'
GOOD = 'def handler(event, context):\n    return "ok"\n'
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
"""
INLINE = """\
Resources:
  Report:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Code:
        ZipFile: |
          def handler(event, context):
              open("out.txt", "w").close()
"""


def _run(folder: Path, *command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )


@dataclass(frozen=True, slots=True)
class Hooks:
    """A repository that holds the hooks, at a revision, and the environment to run pre-commit in."""

    repository: Path
    revision: str
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Project:
    """A repository with a hook installed."""

    root: Path
    environment: dict[str, str]

    def git(self, *arguments: str) -> str:
        """Run git, which must succeed, and return what it prints."""
        done = _run(self.root, "git", *arguments, environment=self.environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def stage(self, **files: str) -> None:
        """Write and stage *files*, by their paths."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self.git("add", name)

    def commit(self) -> tuple[bool, str]:
        """Commit what is staged; return whether the hook let it pass, and what is shown."""
        before = self._commits()
        done = _run(self.root, "git", "commit", "-m", "Change", environment=self.environment)
        passed = self._commits() > before
        assert passed == (done.returncode == 0), done.stdout
        return passed, done.stdout

    def _commits(self) -> int:
        return len(_run(self.root, "git", "log", "--oneline", environment=self.environment).stdout.splitlines())


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """The hooks of the working tree, committed to a repository of their own."""
    pytest.importorskip("pre_commit")
    reason = unreachable_because()
    if reason is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("hooks")
    identity = folder / "gitconfig"
    identity.write_text("[user]\nname = Test\nemail = test@example.org\n[init]\ndefaultBranch = main\n")
    foreign = re.compile(r"GIT_|GITHUB_|GITLAB_|TF_BUILD$|PYTHON|PRE_COMMIT|SKIP$")
    environment = {name: value for name, value in os.environ.items() if not foreign.match(name)} | {
        "GIT_CONFIG_GLOBAL": str(identity),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "PRE_COMMIT_COLOR": "never",
    }
    repository = folder / "lambdalint"
    repository.mkdir()
    for name in INSTALLED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, repository / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, repository / name)
    project = Project(repository, environment)
    project.git("init")
    project.git("add", "--all")
    project.git("commit", "--quiet", "-m", "All")
    return Hooks(repository, project.git("rev-parse", "HEAD").strip(), environment)


def _project(root: Path, hooks: Hooks, *configured: dict[str, object]) -> Project:
    root.mkdir()
    project = Project(root, hooks.environment)
    project.git("init")
    repository = {"repo": str(hooks.repository), "rev": hooks.revision, "hooks": list(configured)}
    (root / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}), encoding="utf-8")
    (root / "README.md").write_text("# A project\n", encoding="utf-8")
    project.git("add", "--all")
    project.git("commit", "--quiet", "-m", "Begin")
    done = _run(root, sys.executable, "-m", "pre_commit", "install", environment=hooks.environment)
    assert done.returncode == 0, done.stdout
    return project


@pytest.fixture
def project(tmp_path: Path, hooks: Hooks) -> Project:
    """A repository whose commits the hook ``lambdalint`` checks."""
    return _project(tmp_path / "a project", hooks, {"id": "lambdalint"})


def test_finding_stops_the_commit(project: Project) -> None:
    project.stage(**{"template.yaml": TEMPLATE, "src/app.py": BAD})
    passed, shown = project.commit()
    assert not passed
    assert re.search(r"^lambdalint\.+Failed$", shown, re.MULTILINE)
    assert "- exit code: 1\n" in shown
    assert "error[LMB102] writes 'out.txt'" in shown
    assert "--> src/app.py:2:5" in shown
    assert "function: Report" in shown


def test_repaired_file_passes(project: Project) -> None:
    project.stage(**{"app.py": BAD})
    assert not project.commit()[0]
    project.stage(**{"app.py": BAD.replace("out.txt", "/tmp/out.txt")})
    passed, shown = project.commit()
    assert passed, shown
    assert re.search(r"^lambdalint\.+Passed$", shown, re.MULTILINE)


def test_findings_of_other_files_do_not_stop_the_commit(project: Project) -> None:
    project.stage(**{"old.py": BAD})
    project.git("commit", "--no-verify", "-m", "Old mistake")
    project.stage(**{"new.py": GOOD})
    passed, shown = project.commit()
    assert passed, shown
    project.stage(**{"old.py": BAD + "\n"})
    assert not project.commit()[0]


def test_all_of_the_project_is_analysed(project: Project) -> None:
    """The way to a write leads through a handler, an import and a setting that are not part of the commit."""
    template = TEMPLATE + "      Environment:\n        Variables:\n          FOLDER: reports\n"
    caller = "import storage\n\n\ndef handler(event, context):\n    storage.save()\n"
    project.stage(**{"template.yaml": template, "src/app.py": caller, "src/storage.py": "def save(): ...\n"})
    passed, shown = project.commit()
    assert passed, shown
    project.stage(**{"src/storage.py": "import os\n\n\ndef save():\n    os.mkdir(os.environ['FOLDER'])\n"})
    passed, shown = project.commit()
    assert not passed
    assert "--> src/storage.py:5:5" in shown
    assert "src/app.py:5:5" in shown


def test_what_is_not_staged_is_not_judged(project: Project) -> None:
    project.stage(**{"app.py": GOOD})
    (project.root / "app.py").write_text(BAD)
    passed, shown = project.commit()
    assert passed, shown
    assert (project.root / "app.py").read_text() == BAD


def test_template_triggers(project: Project) -> None:
    project.stage(**{"infra/stack.yaml": INLINE})
    passed, shown = project.commit()
    assert not passed
    assert "--> infra/stack.yaml:10:15" in shown


def test_template_stands_for_its_functions(project: Project) -> None:
    """A setting that changes makes a finding in code that does not."""
    variables = "      Environment:\n        Variables:\n          FOLDER: "
    code = "import os\n\n\ndef handler(event, context):\n    os.makedirs(os.environ['FOLDER'], exist_ok=True)\n"
    project.stage(**{"template.yaml": f"{TEMPLATE}{variables}/tmp/reports\n", "src/app.py": code, "other.py": GOOD})
    passed, shown = project.commit()
    assert passed, shown
    project.stage(**{"template.yaml": f"{TEMPLATE}{variables}reports\n"})
    passed, shown = project.commit()
    assert not passed
    assert shown.count("error[LMB") == 1
    assert "--> src/app.py:5:5" in shown


@pytest.mark.parametrize(
    "name", ["requirements-dev.txt", "serverless.yml", ".chalice/config.json", "Dockerfile", "pyproject.toml"]
)
def test_what_the_code_depends_on_triggers(name: str, project: Project) -> None:
    project.stage(**{name: "{}\n" if name.endswith(("yml", "json")) else "# nothing\n"})
    passed, shown = project.commit()
    assert passed, shown
    assert re.search(r"^lambdalint\.+Passed$", shown, re.MULTILINE)


def test_other_files_do_not_trigger(project: Project) -> None:
    project.stage(**{"README.md": "# Another title\n", "notes.txt": "todo\n", "run.rb": "true\n"})
    passed, shown = project.commit()
    assert passed, shown
    assert re.search(r"^lambdalint\.+\(no files to check\)Skipped$", shown, re.MULTILINE)


@pytest.mark.parametrize("name", ["my function.py", "größe/Überblick.py", "it's.py", "a;b.py", "$HOME.py"])
def test_odd_names(name: str, project: Project) -> None:
    project.stage(**{name: BAD})
    passed, shown = project.commit()
    assert not passed
    assert f"--> {name}:2:5" in shown


def test_more_files_than_one_command_line_holds(project: Project) -> None:
    names = [f"package/module_{'x' * 180}_{number}.py" for number in range(800)]
    (project.root / "package").mkdir()
    for name in names:
        (project.root / name).write_text("VALUE = 1\n")
    project.stage(**{"app.py": BAD})
    project.git("add", "--all")
    passed, shown = project.commit()
    assert not passed
    assert shown.count("error[LMB102]") == 1


def test_wrong_configuration_stops_the_commit(project: Project) -> None:
    project.stage(**{"app.py": GOOD, "pyproject.toml": "[tool.lambdalint]\nselekt = []\n"})
    passed, shown = project.commit()
    assert not passed
    assert "- exit code: 2\n" in shown
    assert "select" in shown


def test_arguments_of_the_user(tmp_path: Path, hooks: Hooks) -> None:
    """Further flags, and a report of the whole project instead of the changed files."""
    hook = {"id": "lambdalint", "args": ["--output-format=concise", "--select=LMB1"], "pass_filenames": False}
    project = _project(tmp_path / "project", hooks, hook)
    project.stage(**{"old.py": BAD})
    project.git("commit", "--no-verify", "-m", "Old mistake")
    project.stage(**{"new.py": GOOD})
    passed, shown = project.commit()
    assert not passed
    assert "\nold.py:2:5: LMB102 " in shown


def test_templates_can_be_left_out(tmp_path: Path, hooks: Hooks) -> None:
    project = _project(tmp_path / "project", hooks, {"id": "lambdalint", "types": ["python"]})
    project.stage(**{"infra/stack.yaml": INLINE})
    passed, shown = project.commit()
    assert passed, shown
    assert "(no files to check)Skipped" in shown


def test_one_hook_for_each_configuration(tmp_path: Path, hooks: Hooks) -> None:
    project = _project(
        tmp_path / "project",
        hooks,
        {"id": "lambdalint", "name": "orders", "files": "^orders/", "args": ["--config=orders/lambdalint.toml"]},
        {"id": "lambdalint", "name": "reports", "files": "^reports/", "args": ["--config=reports/lambdalint.toml"]},
    )
    project.stage(**{"orders/lambdalint.toml": 'ignore = ["LMB102"]\n', "orders/app.py": BAD})
    project.stage(**{"reports/lambdalint.toml": 'min-severity = "error"\n', "reports/app.py": BAD})
    passed, shown = project.commit()
    assert not passed
    assert re.search(r"^orders\.+Passed$", shown, re.MULTILINE)
    assert re.search(r"^reports\.+Failed$", shown, re.MULTILINE)
    assert shown.count("error[LMB102]") == 1
    assert "--> reports/app.py:2:5" in shown


def test_what_no_fix_mends_stops_the_commit(tmp_path: Path, hooks: Hooks) -> None:
    project = _project(tmp_path / "project", hooks, {"id": "lambdalint-fix"})
    outside = BAD.replace("out.txt", "/data/out.txt")
    assert outside != BAD
    project.stage(**{"app.py": outside})
    passed, shown = project.commit()
    assert not passed
    assert "error[LMB101]" in shown
    assert (project.root / "app.py").read_text() == outside
    project.stage(**{"app.py": GOOD})
    passed, shown = project.commit()
    assert passed, shown


def test_fixes_are_applied_and_left_to_be_staged(tmp_path: Path, hooks: Hooks) -> None:
    project = _project(tmp_path / "project", hooks, {"id": "lambdalint-fix"})
    project.stage(**{"app.py": GOOD.replace('"ok"', '"ok"  # noqa: LMB102')})
    passed, shown = project.commit()
    assert not passed
    assert "- files were modified by this hook\n" in shown
    assert (project.root / "app.py").read_text() == GOOD
    project.git("add", "app.py")
    passed, shown = project.commit()
    assert passed, shown


def test_manifest_is_valid(hooks: Hooks) -> None:
    command = (sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST))
    done = _run(ROOT, *command, environment=hooks.environment)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("number", [0, 1])
def test_files_that_trigger(number: int) -> None:
    hook = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))[number]
    names = (
        "app.py template.yaml infra/stack.yml stack.template.json old.template serverless.yml samconfig.toml"
        " vercel.json .chalice/config.json genezio.yaml zappa_settings.toml zappa_settings.json main.tf prod.tfvars"
        " lib/stack.ts main.tofu"
        " Dockerfile api/Dockerfile.prod api/worker.dockerfile requirements.txt api/requirements-prod.txt"
        " requirements/base.in pyproject.toml lambdalint.toml Pipfile Pipfile.lock uv.lock Makefile tools/build.sh"
    )
    assert [name for name in names.split() if not re.search(hook["files"], name)] == []
    others = "README.md notes.txt app.pyc app.js Cargo.toml setup.cfg docs/Dockerfile/notes.md data.csv myDockerfile"
    assert [name for name in others.split() if re.search(hook["files"], name)] == []
