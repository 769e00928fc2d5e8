"""Finds the lock that belongs to a manifest, and tells the distributions that it fixes and what each brings along.

Extras count where a requirement, or a distribution that is brought along, asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Problem, Span, Tree
from lambdalint.packaging.import_names import normalised
from lambdalint.packaging.lock_formats import (
    LockError,
    Package,
    read_pdm,
    read_pipenv,
    read_poetry,
    read_pylock,
    read_uv,
)
from lambdalint.packaging.markers import marker_applies
from lambdalint.packaging.toml_file import load, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambdalint.model import Manifest, Requirement
    from lambdalint.packaging.lock_formats import Dependency

_READERS = {"uv.lock": read_uv, "poetry.lock": read_poetry, "pdm.lock": read_pdm, "pylock.toml": read_pylock}
_WHOLE = frozenset({"Pipfile.lock", "pylock.toml"})


class Locked(msgspec.Struct, frozen=True):
    """One distribution of a lock file, by its normalised name, with the names of those that it brings along.

    ``version`` is empty where the lock names none: the distribution comes from a folder or a repository. ``marker``
    tells for which environments it is; several entries of one name differ in it. ``brings`` are all that it may bring
    on Linux, and ``conditions`` the markers of those among them that it brings in some environments only.
    """

    name: str
    version: str
    brings: tuple[str, ...] = ()
    marker: str = ""
    conditions: tuple[tuple[str, str], ...] = ()

    def brought(self, python: str | None) -> tuple[str, ...]:
        """Return what it brings along on *python*, such as ``3.12``; see ``markers.applies``."""
        held: dict[str, list[str]] = {}
        for name, marker in self.conditions:
            held.setdefault(name, []).append(marker)
        return tuple(
            name for name in self.brings if any(marker_applies(marker, python) for marker in held.get(name, ("",)))
        )


class Lock(msgspec.Struct, frozen=True):
    """What the lock of a manifest holds; ``whole`` tells that a build installs all of it."""

    locked: tuple[Locked, ...] = ()
    whole: bool = False
    problems: tuple[Problem, ...] = ()


def read_lock(tree: Tree, manifest: Manifest, requirements: tuple[Requirement, ...]) -> Lock:
    """Return what the lock of *manifest*, which asks for *requirements*, holds."""
    directory, _, name = manifest.path.rpartition("/")
    try:
        if name == "Pipfile":
            path = _beside(directory, "Pipfile.lock")
            data = tree.read(path)
            if data is None:
                return Lock()
            categories = dict.fromkeys(("default", *(group for group in manifest.groups if group != "packages")))
            renamed = tuple("develop" if category == "dev-packages" else category for category in categories)
            packages, folder = read_pipenv(data, renamed), "."
        elif name.endswith(".toml"):
            path, folder = _find(tree, directory, manifest.path)
            if not path:
                return Lock()
            file = load(tree, path)
            if isinstance(file, Problem):
                return Lock(problems=(file,))
            packages = _READERS[path.rpartition("/")[2]](file.table)
            if folder != "." and all(_folder(package.local) != folder for package in packages):
                return Lock()  # the lock of another project
        else:
            return Lock()
    except LockError as error:
        return Lock(problems=(Problem(Span.point(path), str(error), "note"),))
    kept = [package for package in packages if not package.virtual and _folder(package.local) != folder]
    locked = tuple(_locked(packages, kept, requirements))
    return Lock(locked, path.rpartition("/")[2] in _WHOLE)


def _find(tree: Tree, directory: str, manifest: str) -> tuple[str, str]:
    """Return the lock of the project in *directory*, and that folder as the lock names it; empty without a lock.

    A workspace of uv has one lock, above its members: https://docs.astral.sh/uv/concepts/projects/workspaces/
    """
    names = list(_READERS)
    file = load(tree, manifest)
    if not isinstance(file, Problem):
        tools = table(file.table, "tool")
        names.sort(key=lambda name: name.removesuffix(".lock") not in tools)
    for name in names:
        if (path := _beside(directory, name)) in tree:
            return path, "."
    above, member = directory, ""
    while above:
        above, _, last = above.rpartition("/")
        member = f"{last}/{member}".rstrip("/")
        if (path := _beside(above, "uv.lock")) in tree:
            return path, member
    return "", ""


def _beside(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name


def _folder(local: str | None) -> str | None:
    return None if local is None else Tree.join("", local) or "."


def _locked(packages: list[Package], kept: list[Package], requirements: tuple[Requirement, ...]) -> Iterator[Locked]:
    by_name: dict[str, list[Package]] = {}
    for package in packages:
        by_name.setdefault(package.name, []).append(package)
    asked = _asked(by_name, requirements)
    for package in kept:
        brings: dict[str, set[str]] = {}
        for dependency in _brought(package, asked.get(package.name, frozenset())):
            if dependency.name in by_name and dependency.name != package.name:
                brings.setdefault(dependency.name, set()).add(dependency.marker)
        yield Locked(
            package.name,
            package.version,
            tuple(brings),
            package.marker,
            tuple(
                (name, marker) for name, markers in brings.items() if "" not in markers for marker in sorted(markers)
            ),
        )


def _asked(by_name: Mapping[str, list[Package]], requirements: Iterable[Requirement]) -> dict[str, set[str]]:
    """Return which extras of each distribution are asked for, from the *requirements* on."""
    asked: dict[str, set[str]] = {}
    waiting = [(one.name, extra) for one in requirements for extra in ("", *map(normalised, one.extras))]
    while waiting:
        name, extra = waiting.pop()
        if name not in by_name or extra in asked.setdefault(name, set()):
            continue
        asked[name].add(extra)
        for package in by_name[name]:
            for dependency in _brought(package, {extra}, base=not extra):
                waiting += [(dependency.name, more) for more in ("", *dependency.extras)]
    return asked


def _brought(package: Package, extras: Iterable[str], *, base: bool = True) -> Iterator[Dependency]:
    """Yield what *package* brings with *extras*, without what only other platforms need."""
    wanted = set(extras)
    groups = [package.dependencies] if base else []
    groups += [dependencies for extra, dependencies in package.optional if extra in wanted]
    for dependency in (one for group in groups for one in group):
        if marker_applies(dependency.marker, None) is not False:
            yield dependency
