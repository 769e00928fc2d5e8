"""Asks git about a repository, and lets no setting of the repository make git run or change anything."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.collect import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

OLDEST = "2.16"
"""The first version of git that knows every option used here."""

_KEPT = re.compile(r"GIT_(?:CONFIG.*|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|EXEC_PATH)")
_USAGE = 129
_SETTINGS = (
    "core.fsmonitor=",
    f"core.hooksPath={os.devnull}",
    "core.splitIndex=false",
    # of larger files, which are not analysed, git tells only that they differ
    f"core.bigFileThreshold={MAX_FILE_BYTES}",
)


class GitError(Exception):
    """Why git cannot answer; the message is one line for the user."""


class Answer(msgspec.Struct, frozen=True):
    """What a git command said."""

    status: int
    output: bytes
    errors: str


class Repository(msgspec.Struct, frozen=True):
    """The repository that *root*, a folder of its working tree, belongs to.

    ``prefix`` is where the root lies in the working tree, ``b""`` or with a ``/`` at its end. ``shallow`` tells that
    the history is cut off.
    """

    root: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]
    prefix: bytes = b""
    shallow: bool = False

    def ask(self, *arguments: str, given: bytes = b"", index: Path | None = None) -> Answer:
        """Run a git command in the root, with *given* to read, and *index* in the place of the repository's.

        Raises:
            GitError: git cannot be started, or does not know an option.
        """
        import subprocess

        environment = {**self.environment, "GIT_INDEX_FILE": str(index)} if index else self.environment
        try:
            done = subprocess.run(
                [*self.command, *arguments],
                cwd=self.root,
                env=environment,
                input=given,
                capture_output=True,
                check=False,
            )
        except (OSError, ValueError) as error:
            raise GitError(f"git cannot be run: {getattr(error, 'strerror', None) or error}") from None
        if done.returncode == _USAGE and arguments != ("version",):
            raise GitError(self._too_old(arguments[0], done.stderr))
        return Answer(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))

    def output(self, *arguments: str) -> bytes:
        """Return what a git command that must succeed prints.

        Raises:
            GitError: it failed.
        """
        answer = self.ask(*arguments)
        if answer.status:
            raise GitError(f"git {arguments[0]} failed: {reason(answer.errors)}")
        return answer.output

    def lines(self, *arguments: str, index: Path | None = None) -> Iterator[bytes]:
        """Yield the lines that a git command prints, while it runs.

        Raises:
            GitError: it failed; what was yielded is not complete.
        """
        import subprocess
        import tempfile

        environment = {**self.environment, "GIT_INDEX_FILE": str(index)} if index else self.environment
        with tempfile.TemporaryFile() as errors:  # a pipe that nobody empties would stop git
            with subprocess.Popen(
                [*self.command, *arguments],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            ) as process:
                assert process.stdout is not None
                yield from process.stdout
            if process.returncode:
                errors.seek(0)
                said = errors.read()
                if process.returncode == _USAGE:
                    raise GitError(self._too_old(arguments[0], said))
                raise GitError(f"git {arguments[0]} failed: {reason(said.decode('utf-8', 'replace'))}")

    def _too_old(self, command: str, errors: bytes) -> str:
        found = re.search(rb"\d+(?:\.\d+)+", self.ask("version").output)
        version = found[0].decode() if found else ""
        numbers = tuple(map(int, version.split(".")[:2]))
        if numbers and numbers < tuple(map(int, OLDEST.split("."))):
            return f"git {version} is too old; {OLDEST} or newer is needed"
        return f"git {command} failed: {reason(errors.decode('utf-8', 'replace'))}"


def reason(errors: str) -> str:
    """Return the line of git's *errors* that says why it gave up."""
    lines = [" ".join(line.split()) for line in errors.splitlines() if line.strip()]
    for mark in ("fatal: ", "error: "):
        for line in lines:
            if line.startswith(mark):
                return line[len(mark) :]
    return lines[0] if lines else "it does not say why"


def open_repository(root: Path) -> Repository:
    """Return the repository that the folder *root* belongs to.

    It is found from *root* upwards. That the process runs in a hook, where git names its own repository and index in
    the environment, makes no difference; only where no repository is found there, ``GIT_DIR`` with ``GIT_WORK_TREE``
    may name one.

    Raises:
        GitError: git is missing, *root* is in no repository, or git refuses to read it.
    """
    program = _program()
    settings = tuple(part for setting in _SETTINGS for part in ("-c", setting))
    refused = ""
    for environment in _environments():
        asked = Repository(root, (program, *settings), environment)
        answer = asked.ask("rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix")
        if answer.status:
            refused = refused or answer.errors
            continue
        inside, shallow, prefix = answer.output.split(b"\n", 2)
        if inside != b"true":
            raise GitError(f"{root} is in no working tree, but in a bare repository or a .git folder")
        command = (program, *settings, *_without_filters(asked))
        return Repository(root, command, environment, prefix[:-1], shallow == b"true")
    if "not a git repository" in refused.lower():
        raise GitError(f"{root} is not in a git repository")
    if "safe.directory" in refused:
        raise GitError(
            f"git does not trust the repository: {reason(refused)}; "
            "'git config --global --add safe.directory FOLDER' tells it to"
        )
    raise GitError(f"git cannot read the repository: {reason(refused)}")


def _program() -> str:
    """Return where git is installed; never a program of the working directory, which may be the hostile one."""
    import shutil

    folders = [folder for folder in os.get_exec_path() if os.path.isabs(folder)]  # noqa: PTH117 - no path is made of it
    found = shutil.which("git", path=os.pathsep.join(folders)) if folders else None
    if found is None or not os.path.isabs(found):  # noqa: PTH117 - no path is made of it
        raise GitError("git is not installed, or not on the PATH")
    return found


def _environments() -> Iterator[Mapping[str, str]]:
    """Yield the environments to look for the repository in: the usual one, and the one that names it."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}
    usual = {
        **theirs,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        # what a partial clone lacks would be fetched, with whatever program the repository names
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
    }
    yield usual
    if os.environ.get("GIT_DIR") and os.environ.get("GIT_WORK_TREE"):
        named = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")
        # they may be relative to where this process runs
        yield {**usual, **{name: os.path.abspath(os.environ[name]) for name in named if name in os.environ}}  # noqa: PTH100 - links stay as they are


def _without_filters(repository: Repository) -> Iterator[str]:
    """Yield the flags that keep git from running filters on the files that it compares.

    Raises:
        GitError: a filter has a name that no flag can say.
    """
    answer = repository.ask("config", "--null", "--name-only", "--get-regexp", r"^filter\.")
    names = {key.rpartition(b".")[0] for key in answer.output.split(b"\0") if key.count(b".") > 1}
    for name in sorted(names):
        if b"=" in name:
            raise GitError(f"the git configuration has a filter with '=' in its name: {os.fsdecode(name)}")
        for setting in (b".clean=", b".process=", b".required=false"):
            yield "-c"
            yield os.fsdecode(name + setting)
