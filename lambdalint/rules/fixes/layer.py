"""Moves requirements out of the packages of functions into a layer: what LMB401 and LMB408 have in common."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment import cloudformation
from lambdalint.deployment.web_adapter import is_wrapped
from lambdalint.model import Fix, Manifest, Safety
from lambdalint.rules import shipped
from lambdalint.rules.fixes.sam_layer import Move, sam_edits
from lambdalint.rules.fixes.serverless_layer import plugin_edits
from lambdalint.syntax.requirements_text import RequirementsText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Edit, Function, FunctionPackage, Requirement, Tree
    from lambdalint.syntax.project import Project
    from lambdalint.syntax.requirements_text import Taken

_INCLUDE = re.compile(r"^\s*(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)", re.MULTILINE)
_OF_AWS = re.compile(r"\b(?:aws|amazon|aurora|boto\w*|dynamodb|s3\w*|lambda|cfn|serverless|chalice)\b")
"""Names of libraries that may well bring the SDK along."""

_SUPPRESSED = re.compile(r"\bnoqa\b|lambdalint:")


class Place(msgspec.Struct, frozen=True):
    """A requirements file that asks for the libraries ``names``, and the functions that are built from it."""

    path: str
    names: frozenset[str]
    packages: tuple[FunctionPackage, ...]


class _Part(msgspec.Struct, frozen=True):
    """What leaves the packages of one place."""

    asked: tuple[Requirement, ...]
    taken: Taken


def to_layer(places: Sequence[Place], project: Project, stem: str) -> Fix | None:
    """Return the fix that moves what is asked for at *places* into one layer; a new one is called by *stem*."""
    packages = tuple(dict.fromkeys(package for place in places for package in place.packages))
    declared = {one.function.declared_by for one in packages}
    if any(is_wrapped(one.function.room) for one in packages):
        # What is started by a script of its own may not look for libraries in layers.
        return None
    edits: tuple[Edit, ...] | None = None
    if declared == {"sam"}:
        move = _move(places, project, stem)
        edits = sam_edits(move, project) if move is not None else None
    elif declared == {"serverless"}:
        edits = plugin_edits(packages, project)
    title = f"Move {_listed(sorted({name for place in places for name in place.names}))} into a layer"
    return Fix(title, edits, Safety.UNSAFE) if edits else None


def movable(place: Place, project: Project) -> bool:
    """Tell whether what is asked for at *place*, by SAM functions, can be taken out of the file."""
    return _part(place, project) is not None


def _move(places: Sequence[Place], project: Project, stem: str) -> Move | None:
    asked: dict[str, Requirement] = {}
    removal: list[Edit] = []
    lines: list[str] = []
    for place in places:
        part = _part(place, project)
        if part is None or any(not is_alike(one, asked.get(one.name, one)) for one in part.asked):
            return None
        removal += part.taken.edits
        lines += [one.written for one in part.asked if one.name not in asked] if asked else part.taken.lines
        asked = {one.name: one for one in part.asked} | asked
    packages = tuple(dict.fromkeys(package for place in places for package in place.packages))
    return Move(packages, tuple(asked.values()), tuple(removal), tuple(lines), stem)


def is_alike(one: Requirement, other: Requirement) -> bool:
    """Tell whether two requirements ask for the same versions of a library."""
    return (one.name, one.specifier, one.extras, one.marker, one.reference) == (
        other.name, other.specifier, other.extras, other.marker, other.reference
    )  # fmt: skip


def _part(place: Place, project: Project) -> _Part | None:
    text = project.text_of(place.path)
    if text is None or not place.path.endswith(".txt") or not _is_theirs_alone(place, project):
        return None
    requirements = RequirementsText.read(project.tree, place.path, text)
    moved = _with_what_they_bring(place, requirements) if requirements is not None else None
    taken = requirements.take(moved) if requirements is not None and moved is not None else None
    if requirements is None or moved is None or taken is None:
        return None
    asked = tuple(one for one in requirements.requirements if one.name in moved)
    kept = any(one.beside and _SUPPRESSED.search(one.comment) for one in asked)
    return None if kept else _Part(asked, taken)


def _is_theirs_alone(place: Place, project: Project) -> bool:
    """Tell whether nothing else is built from the requirements file, as far as the project shows."""
    tree, path = project.tree, place.path
    if any(one.function.build.manifests != (Manifest(path),) for one in place.packages):
        return False
    names = {one.function.name for one in place.packages}
    others = (one for one in project.packages.values() if one.function.name not in names)
    if any(_asks(one, path) for one in others):
        return False
    own = {one.function.source for one in place.packages}
    folders = {one.function.code_root for one in place.packages}
    for other in _declared(tree):
        roots = {layer.directory for layer in other.room.layers}
        if other.source not in own:
            roots.add(other.code_root)
        if roots & folders:
            return False
    return not (_is_included(tree, path) or _is_in_image(tree, path))


def _asks(package: FunctionPackage, path: str) -> bool:
    contents = (package.package, *(one.contents for one in package.layers))
    builds = (package.function.build, *(one.layer.build for one in package.layers))
    manifests = (manifest.path for build in builds for manifest in build.manifests)
    return path in manifests or any(one.span.path == path for each in contents for one in each.distributions)


@lru_cache(maxsize=1)
def _declared(tree: Tree) -> tuple[Function, ...]:
    """Return the functions of all templates, also those that the analysis takes for the same as another one."""
    return cloudformation.read(tree).functions


def _is_included(tree: Tree, path: str) -> bool:
    """Tell whether another requirements file includes the one at *path*."""
    return any(path in included for other, included in _inclusions(tree).items() if other != path)


@lru_cache(maxsize=1)
def _inclusions(tree: Tree) -> dict[str, frozenset[str | None]]:
    """Return which files each requirements file includes."""
    found: dict[str, frozenset[str | None]] = {}
    for path in tree.named("*require*.txt", "*constraint*.txt", "*.in"):
        text = (tree.read(path) or b"").decode("utf-8", "replace")
        folder = path.rpartition("/")[0]
        found[path] = frozenset(tree.join(folder, included) for included in _INCLUDE.findall(text))
    return found


def _is_in_image(tree: Tree, path: str) -> bool:
    """Tell whether a Dockerfile may install the requirements file at *path*."""
    folder, _, name = path.rpartition("/")
    for other, text in _dockerfiles(tree).items():
        if path in text if folder and other.rpartition("/")[0] != folder else name in text:
            return True
    return False


@lru_cache(maxsize=1)
def _dockerfiles(tree: Tree) -> dict[str, str]:
    """Return the text of each Dockerfile."""
    paths = tree.named("Dockerfile*", "*.[Dd]ockerfile")
    return {path: (tree.read(path) or b"").decode("utf-8", "replace") for path in paths}


def _with_what_they_bring(place: Place, requirements: RequirementsText) -> frozenset[str] | None:
    """Return the names of *place* with all other requirements of the file that these bring along into the layer.

    None where what stays brings one of them into the package again, whose copy would win.
    """
    asked = {one.name for one in requirements.requirements}
    names, packages = place.names, place.packages
    moved = set(names)
    brought: set[str] = set()
    for package in packages:
        for one in package.package.distributions:
            if one.name in names:
                brought.update(one.brings)
                moved.update(name for name in one.brings if name in asked)
    of_sdk = shipped.sdk().keys() & (moved | brought)
    for package in packages:
        for one in package.package.distributions:
            if one.name in moved or one.provenance not in shipped.DIRECT:
                continue
            if {one.name, *one.brings} & (moved | of_sdk) or (of_sdk and one.mb is None and _OF_AWS.search(one.name)):
                return None
            if one.name in brought:
                return None
    return frozenset(moved)


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
