"""Patterns in the syntax of ``.gitignore``: nested files, precedence, a bound on a pattern's cost."""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pathspec

_MAX_STARS = 4
"""Runs of ``*`` in one pattern: each adds a power to the time of a failing match."""

_STARS = re.compile(r"\*+")
_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class IgnoreSpec:
    """The patterns of one ignore file, which hold below ``base``, an absolute folder.

    ``mentions`` is one expression for all patterns: most paths match none, and it tells so three times
    faster.
    """

    base: str
    spec: pathspec.GitIgnoreSpec
    mentions: re.Pattern[str] | None = None

    def decide(self, path: str, *, directory: bool) -> bool | None:
        """Tell whether the absolute *path* is ignored (True), kept (False), or not mentioned (None)."""
        if not path.startswith(self.base + os.sep) and self.base != os.sep:
            return None
        relative = path[len(self.base) :].lstrip(os.sep).replace(os.sep, "/") + ("/" if directory else "")
        if self.mentions is not None and not self.mentions.search(relative):
            return None
        return self.spec.check_file(relative).include


def _joined(spec: pathspec.GitIgnoreSpec) -> re.Pattern[str] | None:
    expressions = [pattern.regex.pattern for pattern in spec.patterns if pattern.regex is not None]
    try:
        return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", str(text)) for text in expressions))
    except re.error:
        return None


def compile_patterns(base: str, lines: Iterable[str]) -> IgnoreSpec | None:
    """Compile *lines*; None if they hold no pattern. Patterns that are broken or too costly are left out."""
    compiled = _compile(tuple(lines))
    return None if compiled is None else IgnoreSpec(base, *compiled)


@lru_cache(maxsize=256)
def _compile(lines: tuple[str, ...]) -> tuple[pathspec.GitIgnoreSpec, re.Pattern[str] | None] | None:
    """Compile *lines*, which in a large repository are the same in many folders."""
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None
    import pathspec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of ``re``, about odd sets in somebody's pattern
        usable = [line for line in lines if _is_usable(line)]
        if not usable:
            return None
        spec = pathspec.GitIgnoreSpec.from_lines(usable)
        return spec, _joined(spec)


def _is_usable(line: str) -> bool:
    if not line.strip() or line.startswith("#") or len(_STARS.findall(line)) > _MAX_STARS:
        return False
    import pathspec

    try:
        pathspec.GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


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
