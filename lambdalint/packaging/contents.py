"""What a package or a layer holds: what its build installs, what comes along, and what lies in its folder."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.catalogue.packaging_rows import OlderReleaseRow
from lambdalint.model import Contents, Distribution, Provenance, Span
from lambdalint.packaging.asked import Asked, pinned
from lambdalint.packaging.manifests import read_manifest
from lambdalint.packaging.markers import applies
from lambdalint.packaging.measure import installed, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Build, Manifest, Problem, Requirement, Tree, Vendored
    from lambdalint.packaging.manifests import ManifestContents

_PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
MAX_DISTRIBUTIONS = 2_000
"""How many distributions one package may hold; a lock of a real application has a few hundred."""


class Reader(msgspec.Struct):
    """Reads manifests and folders once, for all packages of a project."""

    tree: Tree
    catalogue: Catalogue
    problems: dict[Problem, None] = msgspec.field(default_factory=dict)
    files: set[str] = msgspec.field(default_factory=set)
    _manifests: dict[Manifest, ManifestContents] = msgspec.field(default_factory=dict)
    _known: dict[tuple[Manifest, str | None], Asked] = msgspec.field(default_factory=dict)
    _installed: dict[tuple[str | None, str], Mapping[str, tuple[str, float]]] = msgspec.field(default_factory=dict)
    _sizes: dict[Vendored, float | None] = msgspec.field(default_factory=dict)

    def contents(self, build: Build, folder: str, vendored: Sequence[Vendored], python: str | None) -> Contents:
        """Return what *build* makes of *folder*, in which *vendored* lies, for the Python version *python*."""
        found: dict[str, Distribution] = {}
        asked = [self._asked(manifest, python) for manifest in build.manifests]
        asked.append(Asked(build.requirements, self.catalogue, python))
        for each in asked:
            self._require(each, build, folder, found)
        for one in vendored:
            if not _left_out(one.name, build.left_out):
                # What lies in the folder is copied over what was installed.
                known = found.get(one.distribution)
                there = self._vendored(one)
                found[one.distribution] = there if known is None else replace(there, brings=known.brings)
        return Contents(
            tuple(found.values()),
            complete=build.complete and all(each.is_understood for each in asked) and len(found) < MAX_DISTRIBUTIONS,
            confidence=build.confidence,
            slimmed=build.slimmed,
        )

    def _asked(self, manifest: Manifest, python: str | None) -> Asked:
        key = manifest, python
        if key not in self._known:
            self._known[key] = Asked.by_manifest(manifest, self._manifest(manifest), self.catalogue, python)
        return self._known[key]

    def _manifest(self, manifest: Manifest) -> ManifestContents:
        if manifest not in self._manifests:
            read = self._manifests[manifest] = read_manifest(self.tree, manifest)
            self.problems.update(dict.fromkeys(read.problems))
            self.files.add(manifest.path)
            for one in read.requirements:
                self.files |= {one.span.path, *(span.path for span in one.through)}
        return self._manifests[manifest]

    def _require(self, asked: Asked, build: Build, folder: str, found: dict[str, Distribution]) -> None:
        """Add what is *asked* for and applies, and what that brings along, to what was *found*."""
        local = self._installed_for(build, folder)

        def add(name: str, requirement: Requirement, *, by: str | None) -> None:
            if name and name not in found and not _left_out(name, build.left_out) and len(found) < MAX_DISTRIBUTIONS:
                version = (pinned(requirement) if by is None else None) or asked.version(name)
                if version is None and by is not None and by in found:
                    version = self._along(found[by], name)
                made = self._distribution(name, requirement, version, local)
                if by is None:
                    brings = asked.closure(name, version)
                    made = replace(made, provenance=Provenance.REQUIRED, requirement=requirement, brings=brings)
                found[name] = replace(made, brought_by=by)

        wanted = [
            one
            for one in asked.requirements
            if not (build.skip_comment and one.beside and one.comment.lstrip().startswith(build.skip_comment))
            and applies(one, asked.python) is not False
        ]
        for one in wanted:
            add(one.name, one, by=_library_of(one, asked.manifest, folder))
        for one in wanted:
            for name in found[one.name].brings if one.name in found else ():
                add(name, one, by=one.name)
        if asked.whole and wanted:
            for name in asked.locked:
                add(name, wanted[0], by=asked.manifest)

    def _distribution(
        self, name: str, requirement: Requirement, version: str | None, local: Mapping[str, tuple[str, float]]
    ) -> Distribution:
        """Return what *requirement* brings along under *name*, with the size that is known of it."""
        there = local.get(name)
        row = self.catalogue.release(name, version)
        measured = there is not None and version in {None, there[0]}
        return Distribution(
            name=name,
            provenance=Provenance.BROUGHT,
            span=requirement.span,
            version=there[0] if measured and there is not None else version,
            mb=there[1] if measured and there is not None else row.unpacked_mb if row is not None else None,
            measured=measured,
            sized_as=row.version if row is not None and not measured else None,
        )

    def _vendored(self, one: Vendored) -> Distribution:
        if one not in self._sizes:
            self._sizes[one] = size_of(self.tree, one)
            self.files.add(one.mark)
        row = self.catalogue.release(one.distribution, one.version)
        size = self._sizes[one]
        estimate = row.unpacked_mb if row is not None else None
        return Distribution(
            name=one.distribution,
            provenance=Provenance.VENDORED,
            span=Span.point(one.mark),
            version=one.version,
            mb=size if size is not None else estimate,
            measured=size is not None,
            sized_as=row.version if row is not None and size is None else None,
        )

    def _along(self, one: Distribution, name: str) -> str | None:
        """Return the version of *name* that came with *one*, as far as the catalogue knows it."""
        row = self.catalogue.release(one.name, one.version)
        return row.along.get(name) if isinstance(row, OlderReleaseRow) else None

    def _installed_for(self, build: Build, folder: str) -> Mapping[str, tuple[str, float]]:
        key = (build.elsewhere, folder)
        if key not in self._installed:
            self._installed[key] = installed(self.tree, build, folder)
        return self._installed[key]


def _left_out(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether one of *patterns*, names of distributions or globs of folders, stands for *name*."""
    spelled = (name, name.replace("-", "_"))
    return any(fnmatchcase(spelling, pattern) for pattern in patterns for spelling in spelled)


def _library_of(requirement: Requirement, manifest: str, folder: str) -> str | None:
    """Return the folder of the project's own library that has *requirement*, or None where the package itself has it.

    The package's project is the one that *folder*, its code, lies in.
    """
    above, _, name = requirement.span.path.rpartition("/")
    if requirement.span.path == manifest or name not in _PROJECT_FILES:
        return None
    return None if not above or folder == above or folder.startswith(f"{above}/") else above
