"""Reads what a Dockerfile's final stage leaves in the image: its files, its environment and its command."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from posixpath import normpath
from typing import TYPE_CHECKING

from lambdalint.deployment.image_requirements import Install, lands_in, pip_installs
from lambdalint.model import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_INSTRUCTIONS = 2_000
MAX_COPIES = 1_000
MAX_VARIABLES = 500
MAX_WILDCARDS = 50
MAX_WORDS = 1_000
MAX_TEXT = 20_000
MAX_BYTES = 1_000_000

_VARIABLE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?::?([-+])([^${}]*))?\})")
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_PYTHON_IMAGE = re.compile(r"python|lambda/base-python|conda", re.IGNORECASE)
_LAMBDA_IMAGE = re.compile(r"(?:^|/)(?:lambda/(?:python|provided|base-python)|aws-lambda-python)(?![\w-])")
_ADAPTER = re.compile(r"aws-lambda-adapter|lambda-adapter|aws-lambda-web-adapter|lambda-web-adapter")
_FLAG = re.compile(r"--(\w[\w-]*)(?:=(\S*))?\s+")


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the final stage of a Dockerfile holds.

    ``copies`` pairs a file or folder of the project, relative to its root, with its absolute place in the image;
    a folder's content lands in that place. ``base`` is the image that the stages start from. ``installs`` are the
    files with requirements that commands of the build install into it.
    """

    base: str
    workdir: str
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    env: tuple[tuple[str, str | None], ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    python: bool = False
    lambda_adapter: bool = False
    installs: tuple[Install, ...] = ()

    @property
    def lambda_base(self) -> bool:
        """Whether the base image is one that AWS provides for functions."""
        return _LAMBDA_IMAGE.search(self.base) is not None


@dataclass(slots=True)
class _Stage:
    base: str
    workdir: str = "/"
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    env: dict[str, str | None] = field(default_factory=dict)
    arguments: dict[str, str | None] = field(default_factory=dict)
    copies: list[tuple[str, str]] = field(default_factory=list)
    adapter: bool = False
    own_command: bool = False
    installs: list[Install] = field(default_factory=list)


def read_dockerfile(
    tree: Tree,
    path: str,
    context: str,
    *,
    arguments: Mapping[str, str] | None = None,
    target: str | None = None,
) -> ImageFacts | None:
    """Return what the Dockerfile at *path* builds from the folder *context*; None if it builds nothing.

    *arguments* are build arguments; *target* names the stage to stop at, the last one if it is not given.
    """
    data = tree.read(path)
    if data is None or len(data) > MAX_BYTES:
        return None
    build = _Build(tree, context, dict(arguments or {}))
    for number, (name, rest, line) in enumerate(_instructions(data.decode("utf-8", "replace"))):
        if number >= MAX_INSTRUCTIONS or (name == "FROM" and target is not None and build.current == target):
            break
        build.run(name, rest, line)
    stage = build.stage
    if stage is None:
        return None
    return ImageFacts(
        base=stage.base,
        workdir=stage.workdir,
        command=stage.command,
        entrypoint=stage.entrypoint,
        env=tuple(stage.env.items()),
        copies=tuple(dict.fromkeys(stage.copies)),
        python=_PYTHON_IMAGE.search(stage.base) is not None,
        lambda_adapter=stage.adapter,
        installs=tuple(dict.fromkeys(stage.installs)),
    )


def _instructions(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield each instruction's name, text and first line; continued lines are joined, here-documents left out."""
    escape = "`" if re.match(r"\s*#\s*escape\s*=\s*`", text) else "\\"
    parts: list[str] = []
    ends: list[str] = []
    first = 1
    for number, line in enumerate(text.splitlines(), 1):
        if ends:
            if line.strip() == ends[0]:
                ends.pop(0)
            continue
        stripped = line.strip()
        if stripped.startswith("#") or (parts and not stripped):
            continue
        first = first if parts else number
        if stripped.endswith(escape):
            parts.append(line.rstrip()[:-1])
            continue
        parts.append(line)
        match = _INSTRUCTION.fullmatch(" ".join(parts))
        parts = []
        if match is not None:
            name = match[1].upper()
            if name in {"RUN", "COPY", "ADD"}:
                ends = _HEREDOC.findall(match[2])
            yield name, match[2].strip(), first


class _Build:
    """Follows the instructions from stage to stage."""

    def __init__(self, tree: Tree, context: str, arguments: dict[str, str]) -> None:
        self.stage: _Stage | None = None
        self.current: str | None = None
        self._tree = tree
        self._context = context
        self._given = arguments
        self._global: dict[str, str | None] = {}
        self._stages: dict[str, _Stage] = {}
        self._count = 0
        self._wildcards = 0

    def run(self, name: str, rest: str, line: int) -> None:
        """Take one instruction into account."""
        if name == "FROM":
            self._from(rest)
        elif name == "ARG":
            self._argument(rest)
        elif self.stage is None:
            return
        elif name == "ENV":
            self._environment(self.stage, rest)
        elif name == "WORKDIR":
            folder = self._expand(_unquoted(rest))
            self.stage.workdir = _absolute(self.stage.workdir, folder) if folder else self.stage.workdir
        elif name in {"COPY", "ADD"}:
            self._copy(self.stage, rest)
        elif name == "RUN":
            self._install(self.stage, rest, line)
        elif name == "CMD":
            self.stage.command, self.stage.own_command = tuple(_words(rest)), True
        elif name == "ENTRYPOINT":
            self.stage.entrypoint = tuple(_words(rest))
            if not self.stage.own_command:
                self.stage.command = ()

    def _from(self, rest: str) -> None:
        words = [word for word in rest.split() if not word.startswith("--")]
        if not words:
            return
        base = self._expand(words[0], self._global) or words[0]
        before = self._stages.get(base.lower())
        if before is not None:
            stage = _Stage(
                before.base,
                before.workdir,
                before.command,
                before.entrypoint,
                dict(before.env),
                copies=list(before.copies),
                adapter=before.adapter,
                installs=list(before.installs),
            )
        else:
            stage = _Stage(base)
            if _LAMBDA_IMAGE.search(base):
                stage.workdir = "/var/task"
                stage.env = {"LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime"}
        self.stage = stage
        self.current = words[2] if len(words) > 2 and words[1].lower() == "as" else None
        self._stages[str(self._count)] = stage
        if self.current is not None:
            self._stages[self.current.lower()] = stage
        self._count += 1

    def _argument(self, rest: str) -> None:
        for word in _split(rest):
            name, equals, value = word.partition("=")
            default = self._expand(value) if equals else self._global.get(name)
            known = self._given.get(name, default)
            names = self._global if self.stage is None else self.stage.arguments
            if len(names) < MAX_VARIABLES:
                names[name] = known

    def _environment(self, stage: _Stage, rest: str) -> None:
        name, _, value = rest.partition(" ")
        if len(stage.env) >= MAX_VARIABLES:
            return
        if "=" not in name:
            stage.env[name] = self._expand(value.strip())
            return
        values: dict[str, str | None] = {}
        for word in _split(rest):
            name, equals, value = word.partition("=")
            if equals and len(values) < MAX_VARIABLES:
                values[name] = self._expand(value)
        stage.env.update(values)

    def _copy(self, stage: _Stage, rest: str) -> None:
        if _ADAPTER.search(rest):
            stage.adapter = True
        origin = None
        start = 0
        while (flag := _FLAG.match(rest, start)) is not None:
            if flag[1] == "from":
                origin = flag[2]
            start = flag.end()
        rest = rest[start:]
        if "<<" in rest:
            return
        words = [self._expand(word) for word in _words(rest)]
        known = [word for word in words if word is not None]
        if len(known) < 2 or len(known) != len(words):
            return
        *sources, last = known
        destination = _absolute(stage.workdir, last)
        into = last.endswith(("/", "/.")) or last in {".", ".."} or destination == stage.workdir
        for source in sources:
            if origin is None:
                self._copy_local(stage, source, destination, into=into or len(sources) > 1)
            else:
                self._copy_stage(stage, (self._expand(origin) or "").lower(), source, destination)

    def _install(self, stage: _Stage, rest: str, line: int) -> None:
        """Note the files with requirements that a command installs; they have been copied before, or are mounted."""
        text = self._expand(rest) or rest[:MAX_TEXT]
        words = _words(rest) if rest.startswith("[") else None
        for found in pip_installs(text, stage.workdir, words):
            place = found.mounted or next((path for path, at in reversed(stage.copies) if at == found.file), None)
            path = Tree.join(self._context, place.lstrip("/")) if found.mounted and place else place
            if path is None:
                folders = [(path, at) for path, at in stage.copies if found.file.startswith(at.rstrip("/") + "/")]
                inner = (Tree.join(path, found.file[len(at) :].lstrip("/")) for path, at in reversed(folders))
                path = next((one for one in inner if one is not None and one in self._tree), None)
            if path is not None and path in self._tree and len(stage.installs) < MAX_COPIES:
                stage.installs.append(Install(path, found.target, line))

    def _copy_local(self, stage: _Stage, source: str, destination: str, *, into: bool) -> None:
        if "://" in source or source.startswith("git@"):
            return
        pattern = Tree.join(self._context, source.lstrip("/"))
        if pattern is None:
            return
        for path in self._matches(pattern):
            if len(stage.copies) >= MAX_COPIES:
                return
            if path in self._tree and (into or path != pattern or destination in self._folders(stage)):
                stage.copies.append((path, _absolute(destination, path.rpartition("/")[2])))
            else:
                stage.copies.append((path, destination))

    @staticmethod
    def _folders(stage: _Stage) -> set[str]:
        return {place.rpartition("/")[0] for _, place in stage.copies}

    def _matches(self, pattern: str) -> list[str]:
        wildcard = re.search(r"[*?\[]", pattern)
        if wildcard is None:
            return [pattern] if pattern in self._tree or pattern in self._tree.directories else []
        self._wildcards += 1
        if self._wildcards > MAX_WILDCARDS:
            return []
        depth = pattern.count("/")
        found = {
            parts
            for path in self._tree.files
            if path.startswith(pattern[: wildcard.start()])
            and len(pieces := path.split("/", depth + 1)) > depth
            and fnmatchcase(parts := "/".join(pieces[: depth + 1]), pattern)
        }
        return sorted(found)[:MAX_COPIES]

    def _copy_stage(self, stage: _Stage, origin: str, source: str, destination: str) -> None:
        """Copy what an earlier stage copied from the project."""
        before = self._stages.get(origin)
        if before is None:
            return
        folder = _absolute("/", source)
        taken = [one for one in before.installs if lands_in(one, folder)]
        stage.installs.extend(taken[: max(MAX_COPIES - len(stage.installs), 0)])
        for path, place in list(before.copies):
            if len(stage.copies) >= MAX_COPIES:
                return
            if place == folder:
                stage.copies.append((path, destination))
            elif place.startswith(folder.rstrip("/") + "/"):
                stage.copies.append((path, _absolute(destination, place[len(folder) :].lstrip("/"))))
            elif folder.startswith(place.rstrip("/") + "/"):
                below = Tree.join(path, folder[len(place) :].lstrip("/"))
                if below is not None and (below in self._tree or below in self._tree.directories):
                    stage.copies.append((below, destination))

    def _expand(self, text: str, names: Mapping[str, str | None] | None = None) -> str | None:
        """Return *text* with its variables replaced; None if one of them has no known value."""
        if names is None:
            stage = self.stage
            names = self._global if stage is None else {**stage.arguments, **stage.env}
        unknown = False

        def value(match: re.Match[str]) -> str:
            nonlocal unknown
            name = match[1] or match[2]
            if name is None:
                return "$"
            known = names.get(name, "")
            if match[3] == "-":
                known = known or match[4]
            elif match[3] == "+":
                known = match[4] if known else ""
            unknown = unknown or known is None
            return known or ""

        expanded = _VARIABLE.sub(value, text[:MAX_TEXT])
        return None if unknown or len(expanded) > MAX_TEXT else expanded


def _words(rest: str) -> list[str]:
    """Return the words of the JSON form, or of the shell form."""
    if rest.startswith("["):
        try:
            listed = json.loads(rest)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list):
            return [word for word in listed[:MAX_WORDS] if isinstance(word, str)]
    return _split(rest)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text[:MAX_TEXT])[:MAX_WORDS]
    except ValueError:
        return text[:MAX_TEXT].split()[:MAX_WORDS]


def _unquoted(text: str) -> str:
    words = _split(text)
    return words[0] if words else ""


def _absolute(folder: str, path: str) -> str:
    joined = normpath(path if path.startswith("/") else f"{folder}/{path}")
    return "/" + joined.lstrip("/")
