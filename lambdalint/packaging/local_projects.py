"""Follows requirements that are folders of the project (``./lib/dynamo``): their names, and what they require in turn.

What a ``setup.py`` computes, and a ``setup.cfg``, are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import Problem, Requirement, Span, Tree
from lambdalint.packaging import pyproject, setup_script
from lambdalint.packaging.toml_file import load, table

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 5
"""How deep projects may require each other."""
MAX_PROJECTS = 100

_DEPENDENCIES = (("project",), ("tool", "poetry"), ("tool", "setuptools", "dynamic"))
"""The tables of a pyproject.toml that tell what the project requires; without them a ``setup.py`` may."""

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)


def follow(
    tree: Tree, manifest: str, requirements: tuple[Requirement, ...]
) -> tuple[tuple[Requirement, ...], tuple[Problem, ...]]:
    """Return *requirements* with what local projects among them require, each behind its project, and problems."""
    following = _Following(tree, manifest)
    found: dict[tuple[str, Span], Requirement] = {}
    for one in following.all(requirements, 1):
        found.setdefault((one.name, one.span), one)
    return tuple(found.values()), tuple(following.problems)


class _Following:
    def __init__(self, tree: Tree, manifest: str) -> None:
        self.problems: list[Problem] = []
        self._tree = tree
        self._manifest = manifest
        self._seen = {_parent(manifest)} if manifest.endswith(".toml") else set()

    def all(self, requirements: tuple[Requirement, ...], depth: int) -> Iterator[Requirement]:
        """Yield *requirements*, and those of the local projects among them."""
        for requirement in requirements:
            directory = self._directory(requirement) if requirement.reference else None
            if directory is None:
                yield requirement
                continue
            name, brought = self._project(requirement, directory)
            yield replace(requirement, name=requirement.name or name)
            if directory in self._seen or depth > MAX_DEPTH or len(self._seen) >= MAX_PROJECTS:
                continue
            self._seen.add(directory)
            yield from self.all(tuple(_under(one, requirement.marker) for one in brought), depth + 1)

    def _directory(self, requirement: Requirement) -> str | None:
        """Return the folder of the project that *requirement* means, or None.

        pip resolves a path against the folder that it runs in, as a rule that of the manifest or the root.
        """
        path = requirement.reference
        if path.lower().startswith("file:") and not path.startswith("//", 5):
            path = path[5:]
        if _REMOTE.match(path):
            return None
        for base in dict.fromkeys((_parent(requirement.span.path), _parent(self._manifest), "")):
            directory = Tree.join(base, path.replace("\\", "/"))
            if directory is not None and any(
                _beside(directory, file) in self._tree for file in ("pyproject.toml", "setup.py")
            ):
                return directory
        return None

    def _project(self, requirement: Requirement, directory: str) -> tuple[str, tuple[Requirement, ...]]:
        """Return the name of the project in *directory*, and what it requires."""
        through = (*requirement.through, requirement.span)
        path = _beside(directory, "pyproject.toml")
        name = ""
        if path in self._tree:
            file = load(self._tree, path)
            if not isinstance(file, Problem):
                name = pyproject.project_name(file)
                if any("dependencies" in table(file.table, *keys) for keys in _DEPENDENCIES):
                    found, problems = pyproject.read(self._tree, path, groups=requirement.extras, through=through)
                    return name, self._kept(found, problems, directory)
        script = setup_script.read(
            self._tree, _beside(directory, "setup.py"), extras=requirement.extras, through=through
        )
        return name or script.name, self._kept(script.requirements, script.problems, directory)

    def _kept(
        self, found: tuple[Requirement, ...], problems: tuple[Problem, ...], directory: str
    ) -> tuple[Requirement, ...]:
        if directory not in self._seen:
            self.problems += problems
        return found


def _under(requirement: Requirement, marker: str) -> Requirement:
    """Return *requirement* of a project that is installed only where *marker* holds."""
    if not marker:
        return requirement
    both = f"({marker}) and ({requirement.marker})" if requirement.marker else marker
    return replace(requirement, marker=both)


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _beside(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name
