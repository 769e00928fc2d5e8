"""Finds the files that the build of an image leaves in ``/tmp``, where a function never sees them.

What the platform mounts on ``/tmp`` hides the image's own folder. A file that a later command of the build mentions is
not spoken of: it was needed for the build alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.dockerfile_syntax import MAX_TEXT, MAX_WORDS, absolute, split, words
from lambdalint.deployment.image_writes import written
from lambdalint.model import ImageFile, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TMP = "/tmp"
MAX_FILES = 100
MAX_COMMANDS = 2_000

_SEPARATORS = re.compile(r"&&|\|\||[;|\n]|(?<![<>&\d])&(?![>&])")
_QUOTED_OR_SEPARATOR = re.compile(rf"'[^']*'|\"(?:\\.|[^\"\\])*\"|({_SEPARATORS.pattern})", re.DOTALL)
_MENTION = re.compile(r"/tmp(?![\w.-])[^\s\"';|&()<>,]*")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_FLAG = re.compile(r"\s*--(\w[\w-]*)(?:=(\S*))?\s+")
_TARGET = re.compile(r"(?:^|,)(?:target|dst|destination)=([^,\s]+)")
_UNKNOWN = re.compile(r"[$*?\[{`]")
_HARMLESS = frozenset({"chmod", "chown", "chgrp", "ls", "echo", "du", "stat", "test", "["})
"""Commands that use nothing of what they name."""
_ONLY_WRITES = frozenset({"mkdir", "touch", "curl", "wget", "git"})
"""Commands that use nothing of their working directory but what they name."""


class Step(msgspec.Struct, frozen=True):
    """One instruction of the stages that an image consists of.

    ``commands`` are those of a ``RUN``, each as its words; ``places`` where ``COPY`` and ``ADD`` put files. ``folder``
    is the working directory.
    """

    name: str
    span: Span
    folder: str
    commands: tuple[tuple[str, ...], ...] = ()
    places: tuple[str, ...] = ()
    mounted: tuple[str, ...] = ()


class _Left(msgspec.Struct):
    """A file in ``/tmp`` that no command after the one that wrote it has mentioned yet."""

    path: str
    step: Step


class _Tracker(msgspec.Struct):
    left: list[_Left] = msgspec.field(default_factory=list)

    def add(self, path: str, step: Step) -> None:
        """Note that *step* writes *path*, unless it lies elsewhere, is not known, or in what the step only mounts."""
        if not is_in_tmp(path) or _UNKNOWN.search(path) or len(self.left) >= MAX_FILES:
            return
        places = (*(one.path for one in self.left), *(f"{place}/" for place in step.mounted), *step.mounted)
        if not any(path == place or (place.endswith("/") and path.startswith(place)) for place in places):
            self.left.append(_Left(path, step))

    def mention(self, texts: Iterable[str]) -> None:
        """Drop the files that *texts* mention by their path, by that of a folder around them, or by their name."""
        for text in texts:
            for match in _MENTION.finditer(text):
                self.left = [one for one in self.left if not _concerns(match[0], one.path)]
            self.left = [one for one in self.left if one.path.rpartition("/")[2] not in text]


def run_step(text: str, script: str | None, span: Span, folder: str, known: Mapping[str, str | None]) -> Step:
    """Return the step of a ``RUN`` with *text*, or with the *script* of its here-document.

    *known* are the variables of the stage; others stay as they are written.
    """
    mounted: list[str] = []
    start = 0
    while (flag := _FLAG.match(text, start)) is not None:
        if flag[1] == "mount" and (target := _TARGET.search(flag[2] or "")) is not None:
            mounted.append(absolute(folder, target[1]))
        start = flag.end()

    def value(match: re.Match[str]) -> str:
        return known.get(match[1] or match[2]) or match[0]

    shell = _VARIABLE.sub(value, (text[start:] if script is None else script)[:MAX_TEXT])
    if shell.startswith("["):
        return Step("RUN", span, folder, (tuple(words(shell)),), mounted=tuple(mounted))
    return Step("RUN", span, folder, tuple(_commands(shell)), mounted=tuple(mounted))


def left_in_tmp(steps: Iterable[Step]) -> tuple[ImageFile, ...]:
    """Return what the *steps*, in their order, leave in ``/tmp`` without any use for it.

    Of a build with too many commands to follow, nothing is known.
    """
    steps = tuple(steps)
    if sum(len(step.commands) for step in steps) > MAX_COMMANDS:
        return ()
    tracker = _Tracker()
    for step in steps:
        folder = step.folder
        for command in step.commands:
            if command[0] == "cd" and len(command) > 1:
                folder = absolute(folder, command[1])
                tracker.mention((folder,))
                continue
            found = tuple(written(command, folder))
            if command[0].rpartition("/")[2] not in _HARMLESS:
                # Others may use all of their working directory.
                uses = () if _ONLY_WRITES.intersection(map(_program, command[:3])) else (folder,)
                tracker.mention((*command, *uses))
            for path in found:
                if path != TMP:
                    tracker.add(path, step)
        for path in step.places:
            tracker.add(path, step)
    paths = [one.path for one in tracker.left]
    outer = {path for path in paths if any(other.startswith(f"{path}/") for other in paths)}
    return tuple(ImageFile(one.path, one.step.name, one.step.span) for one in tracker.left if one.path not in outer)


def is_in_tmp(path: str) -> bool:
    """Tell whether an absolute *path* is ``/tmp``, or lies below it."""
    return path == TMP or path.startswith(f"{TMP}/")


def _program(word: str) -> str:
    return word.rpartition("/")[2]


def _concerns(mention: str, path: str) -> bool:
    """Tell whether a *mention* may stand for the file at *path*, for what it lies in, or for what lies in it."""
    unknown = _UNKNOWN.search(mention)
    if unknown is not None:
        return path.startswith(mention[: unknown.start()]) or mention[: unknown.start()].startswith(f"{path}/")
    place = mention.rstrip("/.") or TMP
    return path == place or path.startswith(f"{place}/") or place.startswith(f"{path}/")


def _commands(script: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command of a shell script."""
    start = 0
    parts: list[str] = []
    for match in _QUOTED_OR_SEPARATOR.finditer(script):
        if match[1] is not None:
            parts.append(script[start : match.start()])
            start = match.end()
    for part in (*parts, script[start:])[: MAX_COMMANDS + 1]:
        found = tuple(split(part.replace("\\\n", " ")))[:MAX_WORDS]
        if found:
            yield found
