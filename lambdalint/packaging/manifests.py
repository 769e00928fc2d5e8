"""Reads the files that name requirements: requirements files, pyproject.toml, Pipfile, and the locks beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.packaging import local_projects, pipfile, pyproject, requirements_file
from lambdalint.packaging.locks import Locked, read_lock

if TYPE_CHECKING:
    from lambdalint.model import Manifest, Problem, Requirement, Tree

__all__ = ["Locked", "ManifestContents", "read_manifest"]


class ManifestContents(msgspec.Struct, frozen=True):
    """What a manifest asks for: its requirements in order, and all distributions of its lock, if there is one.

    ``whole`` tells that a build installs all that is locked, and that the lock need not say what brings what.
    """

    requirements: tuple[Requirement, ...] = ()
    locked: tuple[Locked, ...] = ()
    problems: tuple[Problem, ...] = ()
    whole: bool = False


def read_manifest(tree: Tree, manifest: Manifest) -> ManifestContents:
    """Return what the *manifest* asks for; never raises: what cannot be read becomes a problem."""
    name = manifest.path.rpartition("/")[2]
    if name == "Pipfile":
        requirements, problems = pipfile.read(tree, manifest)
    elif name.endswith(".toml"):
        requirements, problems = pyproject.read(tree, manifest.path, groups=manifest.groups, asked=manifest.step)
    else:
        requirements, problems = requirements_file.read(tree, manifest.path, asked=manifest.step)
    lock = read_lock(tree, manifest, requirements)
    requirements, more = local_projects.follow(tree, manifest.path, requirements)
    return ManifestContents(requirements, lock.locked, (*problems, *more, *lock.problems), lock.whole)
