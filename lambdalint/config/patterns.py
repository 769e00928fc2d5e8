"""Carries patterns in the syntax of ``.gitignore`` from the folder they are written in to another folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_Steps = tuple[str, ...]
_EVERYTHING: _Steps = ()
"""What is left of a pattern that has named a folder around: it names all that is in it."""

_SPECIAL = frozenset("\\*?[!# ")


def is_usable(pattern: str) -> bool:
    """Tell whether *pattern* names anything: it is not blank, no comment, and its syntax is right."""
    from lambdalint.engine.ignorefiles import compile_patterns

    return compile_patterns("/", [pattern]) is not None


def carry(pattern: str, written_in: Path, folder: Path) -> tuple[str, ...]:
    """Return patterns that name below *folder* what *pattern* names below *written_in*; both are absolute.

    A pattern without a slash before its end, or with ``**/`` at its start, holds in every folder, wherever it
    is written: a configuration that many projects extend lies in none of them.
    """
    if written_in == folder:
        return (pattern,)
    negation = "!" if pattern.startswith("!") else ""
    body = pattern[len(negation) :]
    if not body.endswith("\\ "):
        body = body.rstrip(" ")
    only_folders = "/" if body.endswith("/") else ""
    steps = tuple(step for step in body.split("/") if step)
    if not steps:
        return (pattern,)
    floats = "/" not in body.rstrip("/") or steps[0] == "**"
    if floats and steps[0] != "**":
        steps = ("**", *steps)
    if folder.is_relative_to(written_in):
        carried = _below(steps, folder.relative_to(written_in).parts)
    elif floats:
        carried = [steps]
    elif written_in.is_relative_to(folder):
        carried = [(*map(_literal, written_in.relative_to(folder).parts), *steps)]
    else:
        carried = []
    if _EVERYTHING in carried:
        return (f"{negation}/**",)
    if floats and carried == [steps]:
        return (pattern,)
    return tuple(f"{negation}/{'/'.join(one)}{only_folders}" for one in carried)


def _below(steps: _Steps, names: Sequence[str]) -> list[_Steps]:
    """Return what is left of the pattern of *steps* below the folder that *names* lead to."""
    current = [steps]
    for name in names:
        current = list(dict.fromkeys(rest for one in current for rest in _after(one, name)))
    return current


def _after(steps: _Steps, name: str) -> Iterable[_Steps]:
    if steps == _EVERYTHING:
        yield _EVERYTHING
    elif steps[0] == "**":
        yield steps
        yield from _after(steps[1:], name)
    elif _names(steps[0], name):
        yield steps[1:]


def _names(step: str, name: str) -> bool:
    from lambdalint.engine.ignorefiles import compile_patterns

    spec = compile_patterns(os.sep, [f"/{step}"])
    return spec is not None and spec.decide(os.sep + name, directory=True) is True


def _literal(name: str) -> str:
    return "".join("\\" + character if character in _SPECIAL else character for character in name)
