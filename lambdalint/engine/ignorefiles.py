"""Patterns in the syntax of ``.gitignore``: nested files, precedence, a bound on a pattern's cost."""

from __future__ import annotations

import os
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pathspec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_MAX_STARS = 4
"""Runs of ``*`` in one pattern: each adds a power to the time of a failing match."""

_STARS = re.compile(r"\*+")
_MAX_BYTES = 1_000_000


_JOINED_FROM = 60
"""Questions from which on one expression for all patterns is worth its making."""


class _Patterns:
    """The patterns of ignore files with the same lines."""

    def __init__(self, lines: list[str]) -> None:
        import pathspec

        self._spec = pathspec.GitIgnoreSpec([pattern for line in lines for pattern in _parsed(line) or ()])
        self._asked = 0
        self._joined: re.Pattern[str] | None = None

    def decide(self, relative: str) -> bool | None:
        """Tell whether a path is ignored (True), kept (False), or not mentioned (None).

        Most paths match no pattern, and an expression that joins all of them tells so three times faster.
        """
        self._asked += 1
        if self._asked == _JOINED_FROM:
            self._joined = _joined(self._spec)
        if self._joined is not None and not self._joined.search(relative):
            return None
        return self._spec.check_file(relative).include


class IgnoreSpec(msgspec.Struct, frozen=True):
    """The patterns of one ignore file, which hold below ``base``, an absolute folder."""

    base: str
    patterns: _Patterns

    def decide(self, path: str, *, directory: bool) -> bool | None:
        """Tell whether the absolute *path* is ignored (True), kept (False), or not mentioned (None)."""
        if not path.startswith(self.base + os.sep) and self.base != os.sep:
            return None
        relative = path[len(self.base) :].lstrip(os.sep).replace(os.sep, "/") + ("/" if directory else "")
        return self.patterns.decide(relative)


def _joined(spec: pathspec.GitIgnoreSpec) -> re.Pattern[str] | None:
    expressions = [pattern.regex.pattern for pattern in spec.patterns if pattern.regex is not None]
    try:
        return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", str(text)) for text in expressions))
    except re.error:
        return None


def compile_patterns(base: str, lines: Iterable[str]) -> IgnoreSpec | None:
    """Compile *lines*; None if they hold no pattern. Patterns that are broken or too costly are left out."""
    compiled = _compile(tuple(lines))
    return None if compiled is None else IgnoreSpec(base, compiled)


@lru_cache(maxsize=256)
def _compile(lines: tuple[str, ...]) -> _Patterns | None:
    """Compile *lines*, which in a large repository are the same in many folders."""
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of ``re``, about odd sets in somebody's pattern
        usable = [line for line in lines if _parsed(line) is not None]
        return _Patterns(usable) if usable else None


@lru_cache(maxsize=4096)
def _parsed(line: str) -> tuple[GitIgnoreSpecPattern, ...] | None:
    """Return the pattern of a line; None where it holds none, or one that is broken or too costly."""
    if not line.strip() or line.startswith("#") or len(_STARS.findall(line)) > _MAX_STARS:
        return None
    import pathspec

    try:
        return tuple(pathspec.GitIgnoreSpec.from_lines([line]).patterns)
    except (ValueError, re.error):
        return None


def read_ignore_file(path: str, base: str) -> IgnoreSpec | None:
    """Read the ignore file at *path*, whose patterns hold below *base*; None if there is nothing to read."""
    try:
        with open(path, "rb") as handle:
            content = handle.read(_MAX_BYTES)
    except OSError:
        return None
    return compile_patterns(base, content.decode("utf-8", "replace").splitlines())


def specs_above(directory: str) -> tuple[IgnoreSpec, ...]:
    """Return what the enclosing repository says about *directory*, outermost first, without its own file."""
    above: list[str] = []
    current = directory
    while not os.path.lexists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ()
        above.append(parent)
        current = parent
    found = [read_ignore_file(os.path.join(current, ".git", "info", "exclude"), current)]
    found += [read_ignore_file(os.path.join(folder, ".gitignore"), folder) for folder in reversed(above)]
    return tuple(spec for spec in found if spec is not None)


def is_ignored(specs: tuple[IgnoreSpec, ...], path: str, *, directory: bool) -> bool:
    """Tell whether *specs*, outermost first, ignore *path*; the innermost that mentions it decides."""
    for spec in reversed(specs):
        decision = spec.decide(path, directory=directory)
        if decision is not None:
            return decision
    return False
