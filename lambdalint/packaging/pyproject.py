"""Reads the requirements of a ``pyproject.toml``: those of PEP 621, dependency groups (PEP 735), Poetry's tables.

PDM and uv take PEP 621; what only their development tables hold is never installed into a package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.model import Problem, Requirement, Span, Tree
from lambdalint.packaging import requirements_file
from lambdalint.packaging.dependency_table import poetry_parts
from lambdalint.packaging.import_names import normalised
from lambdalint.packaging.requirement_syntax import Fault, Parts, parse
from lambdalint.packaging.toml_file import TomlFile, array, load, table, text, texts

if TYPE_CHECKING:
    from lambdalint.model.toml_places import KeyPath

MAX_REQUIREMENTS = 5_000
MAX_PROBLEMS = 50


def read(
    tree: Tree,
    path: str,
    *,
    groups: tuple[str, ...] = (),
    asked: Span | None = None,
    through: tuple[Span, ...] = (),
) -> tuple[tuple[Requirement, ...], tuple[Problem, ...]]:
    """Return what the project of the file *path* requires, with its extras and groups that *groups* names.

    *asked* is where a missing file is reported; *through* are the lines that lead to it.
    """
    file = load(tree, path, asked=asked)
    if isinstance(file, Problem):
        return (), (file,)
    reading = _Reading(tree, file, through)
    reading.standard()
    reading.poetry(frozenset(map(normalised, groups)))
    for group in groups:
        reading.group(group)
    sources = {normalised(name): value for name, value in table(file.table, "tool", "uv", "sources").items()}
    found = tuple(_from_source(requirement, sources) for requirement in reading.requirements)
    return found, tuple(reading.problems[:MAX_PROBLEMS])


def project_name(file: TomlFile) -> str:
    """Return the normalised name of the project, or an empty text."""
    name = text(table(file.table, "project").get("name")) or text(table(file.table, "tool", "poetry").get("name"))
    return normalised(name)


class _Reading(msgspec.Struct):
    """Collects the requirements of one file; ``seen`` are the groups and extras that were read."""

    tree: Tree
    file: TomlFile
    through: tuple[Span, ...]
    requirements: list[Requirement] = msgspec.field(default_factory=list)
    problems: list[Problem] = msgspec.field(default_factory=list)
    seen: set[str] = msgspec.field(default_factory=set)

    def standard(self) -> None:
        """Read the dependencies of PEP 621, from a file where setuptools takes them from one."""
        project = table(self.file.table, "project")
        self._array(("project", "dependencies"), project.get("dependencies"))
        if "dependencies" in texts(project.get("dynamic")):
            self._files(("tool", "setuptools", "dynamic", "dependencies"))

    def poetry(self, groups: frozenset[str]) -> None:
        """Read Poetry's main dependencies, unless those of PEP 621 take their place.

        See ``DependencyGroup.dependencies`` in
        https://github.com/python-poetry/poetry-core/blob/main/src/poetry/core/packages/dependency_group.py.
        """
        project, tool = table(self.file.table, "project"), table(self.file.table, "tool", "poetry")
        required, optional = array(project.get("dependencies")), table(project, "optional-dependencies")
        dynamic = {"dependencies", "optional-dependencies"} & set(texts(project.get("dynamic")))
        plain = not required and (not optional or bool(dynamic))
        extras = not optional and (not required or bool(dynamic))
        wanted = {
            normalised(name)
            for extra, names in table(tool, "extras").items()
            if normalised(extra) in groups
            for name in texts(names)
        }
        self._table(("tool", "poetry", "dependencies"), wanted if extras else set(), plain=plain)

    def group(self, name: str) -> None:
        """Read the extra, or group, *name*, and those that it includes."""
        waiting = [name]
        while waiting:
            normal = normalised(waiting.pop())
            if normal not in self.seen:
                self.seen.add(normal)
                waiting += self._one_group(normal)

    def _one_group(self, name: str) -> list[str]:
        """Read one group and return those that it names."""
        found: list[str] = []
        project, tool = table(self.file.table, "project"), table(self.file.table, "tool", "poetry")
        own = project_name(self.file)
        for key, value in _named(table(project, "optional-dependencies"), name):
            found += self._array(("project", "optional-dependencies", key), value, own=own)
        if "optional-dependencies" in texts(project.get("dynamic")):
            path = ("tool", "setuptools", "dynamic", "optional-dependencies")
            for key, _ in _named(table(self.file.table, *path), name):
                self._files((*path, key))
        for key, value in _named(table(self.file.table, "dependency-groups"), name):
            found += self._array(("dependency-groups", key), value)
            found += [text(one.get("include-group")) for one in array(value) if isinstance(one, dict)]
        for key, value in _named(table(tool, "group"), name):
            self._table(("tool", "poetry", "group", key, "dependencies"), set(), plain=True)
            found += texts(table(value).get("include-groups"))
        if name == "dev":
            self._table(("tool", "poetry", "dev-dependencies"), set(), plain=True)
        return [one for one in found if one]

    def _array(self, key: KeyPath, value: object, *, own: str = "") -> list[str]:
        """Read an array of requirements; return the extras that it asks for of the project *own* itself."""
        extras: list[str] = []
        for index, one in enumerate(array(value)[:MAX_REQUIREMENTS]):
            place = (*key, index)
            if isinstance(one, dict) and key[0] == "dependency-groups":
                continue
            parts = parse(one) if isinstance(one, str) else Fault("not a requirement: expected a text")
            if isinstance(parts, Parts) and own and parts.name == own:
                extras += parts.extras
            else:
                self._add(place, parts, text(one))
        return extras

    def _table(self, key: KeyPath, wanted: set[str], *, plain: bool) -> None:
        """Read a table of Poetry: what is required if *plain*, and the optional ones of *wanted*."""
        for name, value in list(table(self.file.table, *map(str, key)).items())[:MAX_REQUIREMENTS]:
            if normalised(name) == "python":
                continue
            several = isinstance(value, list)
            for index, one in enumerate(array(value) if several else [value]):
                optional = table(one).get("optional") is True
                if normalised(name) in wanted if optional else plain:
                    self._add((*key, name, index) if several else (*key, name), poetry_parts(name, one))

    def _add(self, key: KeyPath, parts: Parts | Fault, written: str = "") -> None:
        if isinstance(parts, Fault):
            self.problems.append(Problem(self.file.places.key(key), parts.message, "note"))
        elif len(self.requirements) < MAX_REQUIREMENTS:
            self.requirements.append(self.file.requirement(key, parts, written=written, through=self.through))

    def _files(self, key: KeyPath) -> None:
        """Read the files that setuptools takes requirements from.

        https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata
        """
        value = table(self.file.table, *map(str, key)).get("file")
        single = isinstance(value, str)
        for index, name in enumerate([value] if single else array(value)):
            span = self.file.places.key((*key, "file") if single else (*key, "file", index))
            path = Tree.join(self.file.path.rpartition("/")[0], name) if isinstance(name, str) else None
            if path is None:
                self.problems.append(Problem(span, "leaves the project: not read", "note"))
                continue
            found, problems = requirements_file.read(self.tree, path, asked=span, through=(*self.through, span))
            self.requirements += found
            self.problems += problems


def _named(tables: dict[str, object], name: str) -> list[tuple[str, object]]:
    return [(key, value) for key, value in tables.items() if normalised(key) == name]


def _from_source(requirement: Requirement, sources: dict[str, object]) -> Requirement:
    """Return *requirement* with the path or URL that uv takes it from.

    https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources
    """
    source = table(sources, requirement.name)
    git = text(source.get("git"))
    reference = f"git+{git}" if git else text(source.get("path")) or text(source.get("url"))
    return replace(requirement, reference=reference) if reference and not requirement.reference else requirement
