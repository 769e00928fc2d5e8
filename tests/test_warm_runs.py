"""A run with a warm cache says what one without a cache says, whatever has changed since the cache was filled."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambdalint.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {
    "template.yaml": """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
Resources:
  Reports:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: reports/
      Handler: app.handler
      Environment:
        Variables:
          OUT_DIR: /tmp/out
  Images:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: images/
      Handler: main.handler
  Inline:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.12
      Code:
        ZipFile: |
          def handler(event, context):
              open("inline.txt", "w").write("x")
""",
    "reports/app.py": """\
import os

from tables import rows


def handler(event, context):
    with open(os.path.join(os.environ["OUT_DIR"], "fixed.csv"), "w") as out:
        out.write(rows(event))
""",
    "reports/tables.py": """\
from names import FILE


def rows(event):
    with open(FILE, "w") as out:
        out.write(str(event))
    return FILE
""",
    "reports/names.py": 'FILE = "rows.csv"\n',
    "images/main.py": """\
import uuid

import helper


def handler(event, context):
    with open(f"/tmp/{uuid.uuid4()}.png", "wb") as out:
        out.write(helper.content())
""",
    "images/helper.py": "def content():\n    return b''\n",
    "jobs/nightly.py": """\
import os


def lambda_handler(event, context):
    open(os.environ.get("LOG_DIR", "logs") + "/nightly.log", "a").write("x")
    open("/opt/nightly.txt", "w").write("x")
""",
    "unused.py": "x = 1\n",
    "pyproject.toml": "[project]\nname = 'reports'\n",
}


@contextlib.contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


class Project:
    """A project with a cache, and one look at it with that cache, and without any."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.cache = self.root / ".lambdalint_cache"
        self.caches = folder / "caches"
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def process(self, *arguments: str, command: str = "check") -> subprocess.Popen[str]:
        """Start the program as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "lambdalint", *command.split(), *arguments],
            cwd=self.root,
            env={**os.environ, "XDG_CACHE_HOME": str(self.caches)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def told(self, *arguments: str) -> tuple[int, str, str]:
        """Run ``check`` in this process, which repeats no earlier report; return its status and what it says."""
        out, err = io.StringIO(), io.StringIO()
        with _working_in(self.root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run(["check", "-v", *arguments])
        return status, out.getvalue(), err.getvalue()

    def is_the_same(self, *arguments: str) -> tuple[int, str, str]:
        """Compare a run with the cache and one without it, and return what both say."""
        with_cache = self.told(*arguments, "--output-format", "json")
        assert with_cache == self.told(*arguments, "--output-format", "json", "--no-cache")
        return with_cache


@pytest.fixture(autouse=True)
def _caches_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path)
    assert found.told()[0] == 1
    return found


def test_the_cache_is_believed_where_nothing_changed(project: Project) -> None:
    first = project.is_the_same()
    (cache,) = (path for path in project.cache.glob("*.cache") if path.stat().st_size > 2_000)
    before = cache.stat().st_mtime_ns
    assert project.is_the_same() == first
    assert cache.stat().st_mtime_ns == before
    assert [code in first[1] for code in ("LMB102", "LMB301", "inline.txt", "nightly.log")] == [True] * 4


CHANGES = {
    "a handler": lambda one: one.edit("images/main.py", "/tmp/", "/opt/"),
    "a line above": lambda one: one.edit("reports/app.py", "import os\n", "import os\n\n\n"),
    "a module deep down": lambda one: one.edit("reports/names.py", "rows.csv", "/tmp/rows.csv"),
    "a module that no longer parses": lambda one: one.edit("reports/names.py", "=", "= ="),
    "a module that is made to parse nothing": lambda one: one.write("reports/tables.py", "def rows(:\n"),
    "a variable of the template": lambda one: one.edit("template.yaml", "/tmp/out", "/var/out"),
    "code in the template": lambda one: one.edit("template.yaml", "inline.txt", "/tmp/inline.txt"),
    "the handler that the template names": lambda one: one.edit("template.yaml", "main.handler", "main.other"),
    "another function of the template": lambda one: one.edit("template.yaml", "CodeUri: images/", "CodeUri: jobs/"),
    "a module that is found first": lambda one: one.write("reports/names/__init__.py", "FILE = '/opt/rows.csv'\n"),
    "a module that was missing": lambda one: one.write("images/uuid.py", "def uuid4():\n    return 'one'\n"),
    "a module that is gone": lambda one: (one.root / "reports/names.py").unlink(),
    "a handler that is gone": lambda one: (one.root / "images/main.py").unlink(),
    "a handler that nothing declares": lambda one: one.write("more.py", FILES["jobs/nightly.py"]),
    "a mention of a variable": lambda one: one.write("Makefile", "deploy:\n\tLOG_DIR=/mnt/x sam deploy\n"),
    "an unused file that no longer parses": lambda one: one.write("unused.py", "x = = 1\n"),
    "a comment that silences": lambda one: one.edit(
        "reports/tables.py", '"w") as out:', '"w") as out:  # noqa: LMB102'
    ),
    "a requirement": lambda one: one.write("images/requirements.txt", "torch==2.4.0\n"),
    "rules that are off": lambda one: one.write("lambdalint.toml", 'ignore = ["LMB102"]\n'),
    "an option of a rule": lambda one: one.write("lambdalint.toml", '[rules.LMB102]\nseverity = "info"\n'),
    "a writable folder": lambda one: one.write("lambdalint.toml", 'writable = ["/opt"]\n'),
    "a bound of steps": lambda one: one.write("lambdalint.toml", "max-steps = 10\n"),
    "a row for the catalogue": lambda one: one.write(
        "lambdalint.toml", '[[catalogue.effect]]\ncall = "helper.content"\nkind = "write"\ndefault = "content.bin"\n'
    ),
    "a function of the configuration": lambda one: one.write(
        "lambdalint.toml", '[[functions]]\nhandler = "unused.x"\nname = "Unused"\n'
    ),
}


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, str]:
    """What is said of the project before any change."""
    return Project(tmp_path_factory.mktemp("unchanged")).told("--output-format", "json", "--no-cache")


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_it_says_what_a_run_without_it_says(
    project: Project, change: str, unchanged: tuple[int, str, str]
) -> None:
    CHANGES[change](project)
    after = project.is_the_same()
    assert after != unchanged
    assert project.told("--output-format", "json") == after


def test_after_a_change_is_taken_back_all_is_as_before(project: Project) -> None:
    before = project.is_the_same()
    project.edit("reports/names.py", "rows.csv", "/tmp/rows.csv")
    assert project.is_the_same() != before
    project.edit("reports/names.py", "/tmp/rows.csv", "rows.csv")
    assert project.is_the_same() == before


@pytest.mark.parametrize("path", ["reports/tables.py", "images/main.py", "template.yaml", "unused.py", "reports"])
def test_one_path_uses_what_a_run_on_all_has_left(project: Project, path: str) -> None:
    project.is_the_same(path)
    project.edit("reports/names.py", "rows.csv", "/opt/rows.csv")
    project.is_the_same(path)


def test_fixes_are_made_from_what_is_there_now(project: Project) -> None:
    project.edit("images/main.py", "import uuid\n", "import uuid\n\n# the first line moved\n")
    assert project.told("--diff") == project.told("--diff", "--no-cache")
    assert project.told("--fix", "--unsafe-fixes")[0] in (0, 1)
    project.is_the_same()


def test_workers_share_it(project: Project) -> None:
    for number in range(210):
        project.write(f"many/module_{number}.py", f"NUMBER = {number}\n")
    project.write("many/app.py", "import module_7\n\n\ndef lambda_handler(event, context):\n    open('x', 'w')\n")
    first = project.is_the_same("--jobs", "2")
    project.edit("many/module_7.py", "7", "8")
    assert project.is_the_same("--jobs", "1") == first
    assert project.is_the_same("--jobs", "3") == first


def _caches(project: Project) -> list[Path]:
    return sorted(project.cache.glob("*.cache"))


@pytest.mark.parametrize("keep", [0, 10, 40, 500, -1])
def test_a_cache_that_is_cut_off_is_made_anew(project: Project, keep: int) -> None:
    for path in _caches(project):
        path.write_bytes(path.read_bytes()[:keep])
    project.is_the_same()
    sizes = [path.stat().st_size for path in _caches(project)]
    project.is_the_same()
    assert [path.stat().st_size for path in _caches(project)] == sizes


def test_a_damaged_cache_is_not_believed(project: Project) -> None:
    for path in _caches(project):
        content = bytearray(path.read_bytes())
        for place in range(60, len(content), 97):
            content[place] ^= 0x55
        path.write_bytes(content)
    project.is_the_same()


def test_what_others_have_written_is_not_believed(project: Project, tmp_path: Path) -> None:
    """A repository that brings a cache along could otherwise hide what is wrong with it."""
    before = project.is_the_same()
    theirs = Project(tmp_path / "theirs")
    theirs.edit("images/main.py", "/tmp/{uuid.uuid4()}", "/tmp/one")
    with pytest.MonkeyPatch.context() as other:
        other.setenv("XDG_CACHE_HOME", str(theirs.caches))
        assert theirs.told()[0] == 1
    theirs.edit("images/main.py", "/tmp/one", "/tmp/{uuid.uuid4()}")
    for path in _caches(project):
        path.unlink()
    for path in _caches(theirs):
        content = path.read_bytes().replace(b"LMB301", b"LMB909").replace(b"rows.csv", b"cows.csv")
        (project.cache / path.name).write_bytes(content)
    assert project.is_the_same() == before


def test_two_runs_at_a_time_leave_a_whole_cache(project: Project) -> None:
    project.edit("reports/names.py", "rows.csv", "/opt/rows.csv")
    runs = [project.process("--output-format", "json", path) for path in (".", "reports", ".")]
    outputs = [one.communicate()[0] for one in runs]
    assert [one.returncode for one in runs] == [1, 1, 1]
    assert outputs[0] == outputs[2]
    assert not list(project.cache.glob("*.tmp"))
    project.is_the_same()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_no_error(project: Project) -> None:
    project.edit("reports/names.py", "rows.csv", "/opt/rows.csv")
    project.cache.chmod(0o500)
    try:
        project.is_the_same()
    finally:
        project.cache.chmod(0o700)


def test_a_cache_that_is_a_file_is_no_error(project: Project) -> None:
    before = project.is_the_same()
    for path in project.cache.iterdir():
        path.unlink()
    project.cache.rmdir()
    project.cache.write_text("mine", encoding="utf-8")
    project.told()
    assert project.cache.read_text(encoding="utf-8") == "mine"
    project.cache.unlink()
    assert project.is_the_same() == before


def test_no_cache_writes_none(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.told("--no-cache")
    assert not project.cache.exists()


def _clean(project: Project, *arguments: str) -> tuple[int, str, str]:
    done = project.process(*arguments, command="cache clean")
    out, err = done.communicate()
    return done.returncode, out, err


def test_clean_deletes_the_cache_and_the_kept_reports(project: Project) -> None:
    before = project.is_the_same()
    project.process().communicate()
    status, told, _ = _clean(project)
    assert (status, project.cache.exists()) == (0, False)
    assert ".lambdalint_cache: " in told
    assert "runs: 1 file deleted" in told
    assert _clean(project) == (0, "nothing was kept\n", "")
    assert project.is_the_same() == before


def test_clean_leaves_files_of_others(project: Project) -> None:
    (project.cache / "notes.txt").write_text("mine", encoding="utf-8")
    _clean(project, "reports/app.py")
    assert [path.name for path in project.cache.iterdir()] == ["notes.txt"]


def test_clean_leaves_a_folder_that_is_no_cache(project: Project) -> None:
    project.write("lambdalint.toml", 'cache-dir = "kept"\n')
    project.write("kept/values.cache", "mine")
    _clean(project)
    assert (project.root / "kept/values.cache").read_text(encoding="utf-8") == "mine"


def test_clean_says_which_path_is_not_there(project: Project) -> None:
    status, _, told = _clean(project, "nowhere")
    assert status == 2
    assert "nowhere: no such file or folder" in told
