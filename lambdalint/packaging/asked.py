"""What one manifest asks for, with what its lock fixes and what is known to come along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.catalogue.packaging_rows import OlderReleaseRow
from lambdalint.packaging.markers import applies, marker_applies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Manifest, Requirement
    from lambdalint.packaging.manifests import Locked, ManifestContents


MAX_STEPS = 2_000_000
"""How many arrows of one lock are followed; a lock of 300 distributions has some 600."""


class Asked(msgspec.Struct):
    """What one manifest, or the words of a build step, asks for on one version of Python.

    ``locked`` are the distributions of its lock, by name. ``whole`` tells that a build installs all of them, and that
    the lock does not say what brings what. ``read`` tells that nothing of it was left out for not being understood.
    """

    requirements: tuple[Requirement, ...]
    catalogue: Catalogue
    python: str | None
    manifest: str = ""
    locked: Mapping[str, Locked] = msgspec.field(default_factory=dict)
    whole: bool = False
    read: bool = True
    _steps: int = 0
    _brought: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    _closures: dict[tuple[str, str | None], tuple[str, ...]] = msgspec.field(default_factory=dict)

    @classmethod
    def by_manifest(
        cls, manifest: Manifest, contents: ManifestContents, catalogue: Catalogue, python: str | None
    ) -> Asked:
        """Return what *manifest* asks for; of several locked versions, the first that is for *python* counts."""
        locked: dict[str, Locked] = {}
        for one in contents.locked:
            if marker_applies(one.marker, python) is not False:
                locked.setdefault(one.name, one)
        return cls(
            contents.requirements,
            catalogue,
            python,
            manifest.path,
            locked,
            whole=contents.whole,
            read=not contents.problems,
        )

    @property
    def is_understood(self) -> bool:
        """Whether nothing else can come along than what is known.

        What comes from a path or URL may bring anything along, and so may what is in neither the lock nor the
        catalogue; the catalogue knows no extras.
        """
        asked = [one for one in self.requirements if applies(one, self.python) is not False]
        return self.read and all(
            not one.reference and (one.name in self.locked or (one.name in self.catalogue.packages and not one.extras))
            for one in asked
        )

    def version(self, name: str) -> str | None:
        """Return the locked version of *name*, or None."""
        return (self.locked[name].version or None) if name in self.locked else None

    def closure(self, name: str, version: str | None) -> tuple[str, ...]:
        """Return what *name* in *version* brings along, without itself: by the lock, else by the catalogue."""
        key = name, version
        if key not in self._closures:
            if name in self.locked and not self.whole:
                self._closures[key] = self._by_lock(name)
            else:
                known = self._by_catalogue(name, version)
                self._closures[key] = tuple(one for one in known if one in self.locked or not self.whole)
        return self._closures[key]

    def _by_lock(self, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            for brought in self._brought_by(waiting.pop()):
                self._steps += 1
                if self._steps > MAX_STEPS:
                    return tuple(sorted(found))
                if brought not in found and brought != name:
                    found[brought] = None
                    waiting.append(brought)
        return tuple(sorted(found))

    def _brought_by(self, name: str) -> tuple[str, ...]:
        if name not in self._brought:
            here = self.locked.get(name)
            self._brought[name] = here.brought(self.python) if here is not None else ()
        return self._brought[name]

    def _by_catalogue(self, name: str, version: str | None) -> tuple[str, ...]:
        row = self.catalogue.release(name, version)
        if isinstance(row, OlderReleaseRow) and row.requires is not None:
            closure = {*row.requires, *self.catalogue.closure(row.requires)}
            return tuple(sorted(closure - {name}))
        return self.catalogue.closure((name,))


def pinned(requirement: Requirement) -> str | None:
    """Return the one version that *requirement* allows, or None."""
    specifier = requirement.specifier
    exact = specifier.startswith("==") and "," not in specifier and "*" not in specifier
    return specifier.lstrip("=").strip() if exact else None
