"""Reads the ``Pipfile`` of Pipenv: its ``packages``, and other categories where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Problem
from lambdalint.packaging.dependency_table import pipenv_parts
from lambdalint.packaging.requirement_syntax import Fault
from lambdalint.packaging.toml_file import load, table

if TYPE_CHECKING:
    from lambdalint.model import Manifest, Requirement, Tree

MAX_REQUIREMENTS = 5_000


def read(tree: Tree, manifest: Manifest) -> tuple[tuple[Requirement, ...], tuple[Problem, ...]]:
    """Return the requirements of *manifest*, a Pipfile, and what cannot be understood."""
    file = load(tree, manifest.path, asked=manifest.step)
    if isinstance(file, Problem):
        return (), (file,)
    found: list[Requirement] = []
    problems: list[Problem] = []
    for category in dict.fromkeys(("packages", *manifest.groups)):
        for name, value in list(table(file.table, category).items())[:MAX_REQUIREMENTS]:
            parts = pipenv_parts(name, value)
            if isinstance(parts, Fault):
                problems.append(Problem(file.places.key((category, name)), parts.message, "note"))
            elif len(found) < MAX_REQUIREMENTS:
                found.append(file.requirement((category, name), parts))
    return tuple(found), tuple(problems[:50])
