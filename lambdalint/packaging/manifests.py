"""Reads the files that name requirements: requirements files, pyproject.toml, Pipfile, and the locks beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdalint.model import Manifest, Problem, Requirement, Tree


@dataclass(frozen=True, slots=True)
class Locked:
    """One distribution of a lock file, by its normalised name, with the names of those that it brings along."""

    name: str
    version: str
    brings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestContents:
    """What a manifest asks for: its requirements in order, and all distributions of its lock, if there is one."""

    requirements: tuple[Requirement, ...] = ()
    locked: tuple[Locked, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_manifest(tree: Tree, manifest: Manifest) -> ManifestContents:
    """Return what the *manifest* asks for; never raises: what cannot be read becomes a problem."""
    return ManifestContents()
