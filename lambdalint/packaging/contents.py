"""What a package or a layer holds: what its build installs, what comes along, and what lies in its folder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from lambdalint.model import Contents, Distribution, Provenance, Span
from lambdalint.packaging.manifests import read_manifest
from lambdalint.packaging.markers import applies
from lambdalint.packaging.measure import installed, size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Build, Manifest, Problem, Requirement, Tree, Vendored
    from lambdalint.packaging.manifests import Locked, ManifestContents

MAX_DISTRIBUTIONS = 2_000
"""How many distributions one package may hold; a lock of a real application has a few hundred."""


@dataclass(slots=True)
class Reader:
    """Reads manifests and folders once, for all packages of a project."""

    tree: Tree
    catalogue: Catalogue
    problems: dict[Problem, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    _manifests: dict[Manifest, ManifestContents] = field(default_factory=dict)
    _installed: dict[tuple[str | None, str], Mapping[str, tuple[str, float]]] = field(default_factory=dict)
    _sizes: dict[Vendored, float | None] = field(default_factory=dict)

    def contents(self, build: Build, folder: str, vendored: Sequence[Vendored], python: str | None) -> Contents:
        """Return what *build* makes of *folder*, in which *vendored* lies, for the Python version *python*."""
        found: dict[str, Distribution] = {}
        for manifest in build.manifests:
            read = self._manifest(manifest)
            self._require(read.requirements, read, build, folder, python, found)
        self._require(build.requirements, None, build, folder, python, found)
        for one in vendored:
            if _left_out(one.name, build.left_out):
                continue
            there = self._vendored(one)
            known = found.get(one.distribution)
            if known is None:
                found[one.distribution] = there
            elif there.measured and not known.measured:
                found[one.distribution] = replace(known, mb=there.mb, measured=True)
        return Contents(
            tuple(found.values()),
            complete=build.complete and not any(_brings_unknown(one) for one in found.values()),
            confidence=build.confidence,
            slimmed=build.slimmed,
        )

    def _manifest(self, manifest: Manifest) -> ManifestContents:
        if manifest not in self._manifests:
            read = self._manifests[manifest] = read_manifest(self.tree, manifest)
            self.problems.update(dict.fromkeys(read.problems))
            self.files.add(manifest.path)
            for one in read.requirements:
                self.files |= {one.span.path, *(span.path for span in one.through)}
        return self._manifests[manifest]

    def _require(
        self,
        requirements: Iterable[Requirement],
        read: ManifestContents | None,
        build: Build,
        folder: str,
        python: str | None,
        found: dict[str, Distribution],
    ) -> None:
        """Add *requirements* that apply, and what they bring along, to what was *found*."""
        local = self._installed_for(build, folder)
        locked = {one.name: one for one in read.locked} if read is not None else {}
        wanted = [
            one
            for one in requirements
            if one.name not in found
            and not _left_out(one.name, build.left_out)
            and not (build.skip_comment and one.beside and one.comment.strip() == build.skip_comment)
            and applies(one, python) is not False
        ]
        for one in wanted[:MAX_DISTRIBUTIONS]:
            lock = locked.get(one.name)
            version = _pinned(one) or (lock.version if lock is not None else None)
            brings = _closure(one.name, locked) if lock is not None else self.catalogue.closure((one.name,))
            made = self._distribution(one.name, one, version, local)
            required = replace(made, provenance=Provenance.REQUIRED, requirement=one, brings=brings)
            found.setdefault(one.name, required)
        for one in wanted:
            for name in found[one.name].brings if one.name in found else ():
                if name not in found and not _left_out(name, build.left_out) and len(found) < MAX_DISTRIBUTIONS:
                    version = locked[name].version if name in locked else None
                    made = self._distribution(name, one, version, local)
                    found[name] = replace(made, brought_by=one.name)

    def _distribution(
        self, name: str, requirement: Requirement, version: str | None, local: Mapping[str, tuple[str, float]]
    ) -> Distribution:
        """Return what *requirement* brings along under *name*, with the size that is known of it."""
        there = local.get(name)
        row = self.catalogue.packages.get(name)
        measured = there is not None and version in {None, there[0]}
        return Distribution(
            name=name,
            provenance=Provenance.BROUGHT,
            span=requirement.span,
            version=there[0] if measured and there is not None else version,
            mb=there[1] if measured and there is not None else row.unpacked_mb if row is not None else None,
            measured=measured,
        )

    def _vendored(self, one: Vendored) -> Distribution:
        if one not in self._sizes:
            self._sizes[one] = size_of(self.tree, one)
            self.files.add(one.mark)
        row = self.catalogue.packages.get(one.distribution)
        size = self._sizes[one]
        estimate = row.unpacked_mb if row is not None else None
        return Distribution(
            name=one.distribution,
            provenance=Provenance.VENDORED,
            span=Span.point(one.mark),
            version=one.version,
            mb=size if size is not None else estimate,
            measured=size is not None,
        )

    def _installed_for(self, build: Build, folder: str) -> Mapping[str, tuple[str, float]]:
        key = (build.elsewhere, folder)
        if key not in self._installed:
            self._installed[key] = installed(self.tree, build, folder)
        return self._installed[key]


def _left_out(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether one of *patterns*, names of distributions or globs of folders, stands for *name*."""
    spelled = (name, name.replace("-", "_"))
    return any(fnmatchcase(spelling, pattern) for pattern in patterns for spelling in spelled)


def _pinned(requirement: Requirement) -> str | None:
    """Return the one version that *requirement* allows, or None."""
    specifier = requirement.specifier
    exact = specifier.startswith("==") and "," not in specifier and "*" not in specifier
    return specifier.lstrip("=").strip() if exact else None


def _brings_unknown(one: Distribution) -> bool:
    """Tell whether *one* is a path or URL, which may bring anything along."""
    return one.requirement is not None and bool(one.requirement.reference)


def _closure(name: str, locked: Mapping[str, Locked]) -> tuple[str, ...]:
    """Return what *name* brings along by a lock, itself left out."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        here = locked.get(waiting.pop())
        for brought in here.brings if here is not None else ():
            if brought not in found and brought != name:
                found[brought] = None
                waiting.append(brought)
    return tuple(sorted(found))
