"""Checks the syntax of the files that no function reaches, and remembers those that parse."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from lambdalint import __version__
from lambdalint.engine.cache import Cache, content_hash
from lambdalint.engine.syntax import parse_problem
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from lambdalint.model import Settings, Tree

_PARSES = b"1"


class SyntaxTask(msgspec.Struct, frozen=True):
    """Some Python files of a tree."""

    tree: Tree
    paths: tuple[str, ...]
    settings: Settings


def check_syntax(task: SyntaxTask) -> list[Problem]:
    """Return a problem for each file that cannot be read or does not parse, in the given order."""
    cache = None
    if task.settings.cache:
        version = ".".join(map(str, sys.version_info[:3]))
        cache = Cache(task.tree.root / task.settings.cache_dir, f"parses|{__version__}|{version}")
    found: list[Problem] = []
    for path in task.paths:
        content = task.tree.read(path)
        if content is None:
            found.append(Problem(Span.point(path), "cannot be read"))
            continue
        key = content_hash(content)
        if cache is not None and cache.get(key) == _PARSES:
            continue
        problem = parse_problem(path, content)
        if problem is not None:
            found.append(problem)
        elif cache is not None:
            cache.put(key, _PARSES)
    if cache is not None:
        cache.save()
    return found


def syntax_lost(task: SyntaxTask) -> list[Problem]:
    """Return what stands for files whose parsing took its process down."""
    return [Problem(Span.point(path), "cannot be checked: the process that parsed it died") for path in task.paths]
