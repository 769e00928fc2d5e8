"""The files with requirements that the commands of a Dockerfile install."""

from __future__ import annotations

import re
import shlex
from posixpath import normpath
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Build, Manifest, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_WORDS = 2_000
MAX_TEXT = 20_000

_PIP = re.compile(r"pip[\d.]*")
_PYTHON = re.compile(r"python[\d.]*")
_FLAG = re.compile(r"--(\w[\w-]*)=(\S*)\s+")
_ENDS = re.compile(r"[;&|\n]+")
_LIBRARIES = re.compile(r"site-packages|dist-packages|^/usr(?:/local)?(?:/lib(?:/python[\d.]+)?)?$|venv|^/root/\.local")
"""Where pip installs without a target, as far as a stage is copied from."""


class Install(msgspec.Struct, frozen=True):
    """A file of the project that a command of the line ``line`` installs, into ``target`` or among the libraries."""

    path: str
    target: str | None
    line: int


class PipInstall(msgspec.Struct, frozen=True):
    """A file in the image that pip installs; ``mounted`` is its place in the build's context, if it is mounted."""

    file: str
    target: str | None
    mounted: str | None = None


def image_build(dockerfile: str, installs: Sequence[Install]) -> Build:
    """Return how the content of an image is made; commands may install more than is understood."""
    found: dict[str, Manifest] = {}
    for one in installs:
        found.setdefault(one.path, Manifest(one.path, Span.point(dockerfile, one.line)))
    return Build(tuple(found.values()))


def lands_in(install: Install, folder: str) -> bool:
    """Tell whether a stage that copies *folder* of the one with *install* gets what was installed."""
    if install.target is None:
        return _LIBRARIES.search(folder) is not None
    return any(one == two or one.startswith(two.rstrip("/") + "/") for one, two in _both(install.target, folder))


def pip_installs(text: str, workdir: str, words: Sequence[str] | None = None) -> Iterator[PipInstall]:
    """Yield the files that the command *text*, run in *workdir*, installs; *words* are those of its JSON form."""
    mounts: dict[str, str] = {}
    start = 0
    while (flag := _FLAG.match(text, start)) is not None:
        if flag[1] == "mount":
            mounts.update(_mount(flag[2], workdir))
        start = flag.end()
    folder = workdir
    for command in [list(words)] if words is not None else _commands(text[start:]):
        if command[:1] == ["cd"] and len(command) > 1:
            folder = _absolute(folder, command[1])
            continue
        arguments = _arguments(command)
        if arguments is None:
            continue
        files, target = _files(arguments)
        into = _absolute(folder, target) if target is not None else None
        for file in files:
            place = _absolute(folder, file)
            yield PipInstall(place, into, mounts.get(place))


def _commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command of a script."""
    lexer = shlex.shlex(text[:MAX_TEXT], posix=True, punctuation_chars=";&|\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    command: list[str] = []
    try:
        for count, word in enumerate(lexer):
            if count > MAX_WORDS:
                break
            if _ENDS.fullmatch(word):
                if command:
                    yield command
                command = []
            else:
                command.append(word)
    except ValueError:
        return
    if command:
        yield command


def _arguments(command: list[str]) -> list[str] | None:
    """Return what follows ``pip install``, or None."""
    words = [word for word in command if word not in {"sudo", "exec", "time"}]
    while words and "=" in words[0] and not words[0].startswith("-"):
        words.pop(0)
    if not words:
        return None
    program = words[0].rpartition("/")[2]
    if _PYTHON.fullmatch(program) and words[1:3] == ["-m", "pip"]:
        words = words[2:]
    elif program == "uv" and words[1:2] == ["pip"]:
        words = words[1:]
    elif _PIP.fullmatch(program) is None:
        return None
    place = next((index for index, word in enumerate(words[1:], 1) if not word.startswith("-")), None)
    return words[place + 1 :] if place is not None and words[place] == "install" else None


def _files(arguments: list[str]) -> tuple[list[str], str | None]:
    """Return the files that the arguments of ``pip install`` name, and the folder to install into."""
    files: list[str] = []
    target = None
    following = iter(arguments)
    for word in following:
        name, equals, value = word.partition("=")
        if name in {"-r", "--requirement", "-t", "--target", "--prefix"}:
            value = value if equals else next(following, "")
            if name in {"-r", "--requirement"}:
                files.append(value)
            else:
                target = value
        elif word.startswith(("-r", "-t")) and not word.startswith("--"):
            if word.startswith("-r"):
                files.append(word[2:])
            else:
                target = word[2:]
    return [file for file in files if file and "://" not in file], target


def _mount(written: str, workdir: str) -> dict[str, str]:
    """Return the file of the context that a mount shows, by its place; nothing for another stage's."""
    fields = dict(part.partition("=")[::2] for part in written.split(","))
    source = fields.get("source") or fields.get("src")
    target = fields.get("target") or fields.get("dst") or fields.get("destination")
    if fields.get("type") != "bind" or "from" in fields or not source or not target:
        return {}
    return {_absolute(workdir, target): source}


def _both(first: str, second: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (first, second), (second, first)


def _absolute(folder: str, path: str) -> str:
    return "/" + normpath(path if path.startswith("/") else f"{folder}/{path}").lstrip("/")
