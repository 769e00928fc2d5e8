"""Reads what a Dockerfile's final stage leaves in the image: its files, its environment and its command."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.dockerfile_syntax import MAX_TEXT, Instruction, absolute, instructions, split, words
from lambdalint.deployment.image_files import Step, left_in_tmp, run_step
from lambdalint.deployment.image_requirements import Install, lands_in, pip_installs
from lambdalint.model import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.model import ImageFile, Span

MAX_INSTRUCTIONS = 2_000
MAX_COPIES = 1_000
MAX_VARIABLES = 500
MAX_WILDCARDS = 50
MAX_TRIGGERS = 50
MAX_BYTES = 1_000_000

_VARIABLE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?::?([-+])([^${}]*))?\})")
_HEREDOC = re.compile(r"<<-?[\"']?\w+[\"']?")
_PYTHON_IMAGE = re.compile(r"python|lambda/base-python|conda", re.IGNORECASE)
_LAMBDA_IMAGE = re.compile(r"(?:^|/)(?:lambda/(?:python|provided|base-python)|aws-lambda-python)(?![\w-])")
_ADAPTER = re.compile(r"aws-lambda-adapter|lambda-adapter|aws-lambda-web-adapter|lambda-web-adapter")
_FLAG = re.compile(r"--(\w[\w-]*)(?:=(\S*))?\s+")


class ImageFacts(msgspec.Struct, frozen=True):
    """What the final stage of a Dockerfile holds.

    ``copies`` pairs a file or folder of the project, relative to its root, with its absolute place in the image;
    a folder's content lands in that place. ``base`` is the image that the stages start from. ``installs`` are the
    files with requirements that commands of the build install into it. ``left`` are the files below ``/tmp`` that the
    build puts there, and has no use for. ``started_at`` is the instruction with the command, or else the entry point.
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
    left: tuple[ImageFile, ...] = ()
    started_at: Span | None = None

    @property
    def lambda_base(self) -> bool:
        """Whether the base image is one that AWS provides for functions."""
        return _LAMBDA_IMAGE.search(self.base) is not None


class _Stage(msgspec.Struct):
    base: str
    workdir: str = "/"
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    env: dict[str, str | None] = msgspec.field(default_factory=dict)
    arguments: dict[str, str | None] = msgspec.field(default_factory=dict)
    copies: list[tuple[str, str]] = msgspec.field(default_factory=list)
    adapter: bool = False
    own_command: bool = False
    started_at: Span | None = None
    installs: list[Install] = msgspec.field(default_factory=list)
    steps: list[Step] = msgspec.field(default_factory=list)
    triggers: list[Instruction] = msgspec.field(default_factory=list)


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
    build = _Build(tree, path, context, dict(arguments or {}))
    for number, instruction in enumerate(instructions(data.decode("utf-8", "replace"))):
        if number >= MAX_INSTRUCTIONS or (instruction.name == "FROM" and build.has_built(target)):
            break
        build.run(instruction)
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
        left=left_in_tmp(stage.steps),
        started_at=stage.started_at,
    )


class _Build:
    """Follows the instructions from stage to stage."""

    def __init__(self, tree: Tree, path: str, context: str, arguments: dict[str, str]) -> None:
        self.stage: _Stage | None = None
        self._tree = tree
        self._path = path
        self._context = context
        self._given = arguments
        self._global: dict[str, str | None] = {}
        self._stages: dict[str, _Stage] = {}
        self._count = 0
        self._wildcards = 0

    def has_built(self, target: str | None) -> bool:
        """Tell whether the stage *target*, a name or a number, is the one that has just been followed."""
        if target is None or self.stage is None:
            return False
        return self._stages.get(target.lower()) is self.stage

    def run(self, instruction: Instruction) -> None:
        """Take one instruction into account."""
        name, rest = instruction.name, instruction.text
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
            self.stage.workdir = absolute(self.stage.workdir, folder) if folder else self.stage.workdir
        elif name in {"COPY", "ADD"}:
            self._copy(self.stage, instruction)
        elif name == "RUN":
            self._install(self.stage, instruction)
        elif name == "CMD":
            self.stage.command, self.stage.own_command = tuple(words(rest)), True
            self.stage.started_at = self._span(instruction)
        elif name == "ENTRYPOINT":
            self.stage.entrypoint = tuple(words(rest))
            if not self.stage.own_command:
                self.stage.command, self.stage.started_at = (), self._span(instruction)
        elif name == "ONBUILD" and len(self.stage.triggers) < MAX_TRIGGERS:
            self.stage.triggers.extend(replace(one, line=instruction.line) for one in instructions(rest))

    def _from(self, rest: str) -> None:
        parts = [word for word in rest.split() if not word.startswith("--")]
        if not parts:
            return
        base = self._expand(parts[0], self._global) or parts[0]
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
                started_at=before.started_at,
                installs=list(before.installs),
                steps=list(before.steps),
            )
        else:
            stage = _Stage(base)
            if _LAMBDA_IMAGE.search(base):
                stage.workdir = "/var/task"
                stage.env = {"LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime"}
        self.stage = stage
        self._stages[str(self._count)] = stage
        if len(parts) > 2 and parts[1].lower() == "as":
            self._stages[parts[2].lower()] = stage
        self._count += 1
        for one in before.triggers if before is not None else ():
            if one.name not in {"FROM", "ONBUILD"}:
                self.run(one)

    def _argument(self, rest: str) -> None:
        for word in split(rest):
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
        for word in split(rest):
            name, equals, value = word.partition("=")
            if equals and len(values) < MAX_VARIABLES:
                values[name] = self._expand(value)
        stage.env.update(values)

    def _copy(self, stage: _Stage, instruction: Instruction) -> None:
        rest = instruction.text
        if _ADAPTER.search(rest):
            stage.adapter = True
        origin = None
        start = 0
        while (flag := _FLAG.match(rest, start)) is not None:
            if flag[1] == "from":
                origin = flag[2]
            start = flag.end()
        named = [self._expand(word) for word in words(_HEREDOC.sub("", rest[start:]))]
        known = [word for word in named if word is not None]
        if len(known) != len(named) or len(known) < (1 if "<<" in rest else 2):
            return
        *sources, last = known
        destination = absolute(stage.workdir, last)
        into = last.endswith(("/", "/.")) or last in {".", ".."} or destination in {stage.workdir, "/tmp"}
        places: list[str] = []
        for source in sources:
            count = len(stage.copies)
            if origin is None:
                self._copy_local(stage, source, destination, into=into or len(sources) > 1)
            else:
                self._copy_stage(stage, (self._expand(origin) or "").lower(), source, destination)
            found = [place for _, place in stage.copies[count:]]
            # What comes from elsewhere lands under its own name where the destination is a folder.
            name = source.rstrip("/").rpartition("/")[2] if into and not found else ""
            places += found or [absolute(destination, name) if name not in {"", ".", ".."} else destination]
        step = Step(instruction.name, self._span(instruction), stage.workdir, places=tuple(places) or (destination,))
        self._note(stage, step)

    def _install(self, stage: _Stage, instruction: Instruction) -> None:
        """Note what a command does: the files with requirements that it installs, and what it writes.

        Such files have been copied before, or are mounted.
        """
        rest = instruction.text if instruction.script is None else instruction.script
        span = self._span(instruction)
        known = {**stage.arguments, **stage.env}
        self._note(stage, run_step(instruction.text, instruction.script, span, stage.workdir, known))
        text = self._expand(rest) or rest[:MAX_TEXT]
        listed = words(rest) if rest.startswith("[") else None
        for found in pip_installs(text, stage.workdir, listed):
            place = found.mounted or next((path for path, at in reversed(stage.copies) if at == found.file), None)
            path = Tree.join(self._context, place.lstrip("/")) if found.mounted and place else place
            if path is None:
                folders = [(path, at) for path, at in stage.copies if found.file.startswith(at.rstrip("/") + "/")]
                inner = (Tree.join(path, found.file[len(at) :].lstrip("/")) for path, at in reversed(folders))
                path = next((one for one in inner if one is not None and one in self._tree), None)
            if path is not None and path in self._tree and len(stage.installs) < MAX_COPIES:
                stage.installs.append(Install(path, found.target, instruction.line))

    def _span(self, instruction: Instruction) -> Span:
        return instruction.span(self._path)

    @staticmethod
    def _note(stage: _Stage, step: Step) -> None:
        if len(stage.steps) < MAX_INSTRUCTIONS:
            stage.steps.append(step)

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
                stage.copies.append((path, absolute(destination, path.rpartition("/")[2])))
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
        folder = absolute("/", source)
        taken = [one for one in before.installs if lands_in(one, folder)]
        stage.installs.extend(taken[: max(MAX_COPIES - len(stage.installs), 0)])
        for path, place in list(before.copies):
            if len(stage.copies) >= MAX_COPIES:
                return
            if place == folder:
                stage.copies.append((path, destination))
            elif place.startswith(folder.rstrip("/") + "/"):
                stage.copies.append((path, absolute(destination, place[len(folder) :].lstrip("/"))))
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


def _unquoted(text: str) -> str:
    found = split(text)
    return found[0] if found else ""
