"""Which files of a folder a package holds, by ordered glob patterns."""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ALTERNATIVES = 64
MOST_SEGMENTS = 50
"""Bounds of one pattern; one that goes past them is not understood."""

Segment: TypeAlias = "re.Pattern[str] | None"

_NOT_UNDERSTOOD = re.compile(r"\\|[()]|\{[^{},]*\.\.[^{},]*\}")
_INNERMOST_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


class _Rule(msgspec.Struct, frozen=True):
    """One pattern: its alternatives, each a row of segments (None is ``**``), and what it does with a match."""

    includes: bool
    alternatives: tuple[tuple[Segment, ...], ...]


class Package:
    """What a package holds of its folder.

    All files are in it at first. Each of the *patterns* adds what it matches, or takes it away where it starts with
    ``!``; of several that match a file the last one decides. ``*`` stays within a folder, ``**`` spans any number of
    them, and a pattern always stands for whole paths below the folder. Patterns that are not understood do nothing.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._rules = [rule for pattern in patterns if (rule := _parse(pattern)) is not None]
        self._known: dict[str, bool] = {}

    def holds(self, path: str) -> bool:
        """Tell whether the package holds the file at *path*, which is relative to its folder."""
        if not self._rules:
            return True
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._decide(path.split("/"))
        return known

    def _decide(self, names: list[str]) -> bool:
        for rule in reversed(self._rules):
            if any(_matches(segments, names) for segments in rule.alternatives):
                return rule.includes
        return True


def understood(pattern: str) -> bool:
    """Tell whether the meaning of *pattern* is known: groups, escapes and number ranges are not read."""
    return _parse(pattern) is not None


def below(pattern: str, folder: str) -> str | None:
    """Express *pattern* relative to *folder*; None if it can match nothing there."""
    mark = "!" if pattern.startswith("!") else ""
    segments = pattern.removeprefix("!").removeprefix("./").split("/")
    for name in folder.split("/") if folder else ():
        if segments[0] == "**":
            break
        if len(segments) == 1 or not fnmatch.fnmatchcase(name, segments[0]):
            return None
        del segments[0]
    return mark + "/".join(segments)


@lru_cache(maxsize=4_096)
def _parse(pattern: str) -> _Rule | None:
    glob = pattern.removeprefix("!").removeprefix("./")
    if not glob or _NOT_UNDERSTOOD.search(glob):
        return None
    alternatives = _without_braces(glob)
    if alternatives is None:
        return None
    rows = [alternative.split("/") for alternative in alternatives]
    if any(len(row) > MOST_SEGMENTS for row in rows):
        return None
    return _Rule(not pattern.startswith("!"), tuple(tuple(map(_segment, row)) for row in rows))


def _without_braces(glob: str) -> list[str] | None:
    """Return the alternatives of a pattern with ``{a,b}`` in it; None if they are too many."""
    pending = [glob]
    found: list[str] = []
    while pending:
        if len(pending) + len(found) > MOST_ALTERNATIVES:
            return None
        one = pending.pop()
        braces = _INNERMOST_BRACES.search(one)
        if braces is None:
            found.append(one)
        else:
            choices = braces[1].split(",")
            if len(choices) > MOST_ALTERNATIVES:
                return None
            pending.extend(one[: braces.start()] + choice + one[braces.end() :] for choice in choices)
    return found


def _segment(glob: str) -> Segment:
    return None if glob == "**" else re.compile(fnmatch.translate(glob.replace("[^", "[!")))


def _matches(segments: tuple[Segment, ...], names: list[str]) -> bool:
    """Tell whether all *names* match, giving each ``**`` as few of them as do."""
    at = position = 0
    retry: tuple[int, int] | None = None
    while position < len(names):
        if at < len(segments):
            segment = segments[at]
            if segment is None:
                retry = at, position
                at += 1
                continue
            if segment.match(names[position]):
                at += 1
                position += 1
                continue
        if retry is None:
            return False
        at, position = retry[0] + 1, retry[1] + 1
        retry = retry[0], position
    return all(segment is None for segment in segments[at:])
