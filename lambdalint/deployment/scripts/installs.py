"""What build steps written as scripts install, and where: the outcome of reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Manifest, Requirement


class Install(msgspec.Struct, frozen=True):
    """One command that installs distributions into a folder, such as ``pip install -t``.

    ``target`` is the folder, relative to the root (``""`` is the root), or None where it is not known or lies outside.
    ``places`` are all folders that the same run copies the installed to, ``target`` first. ``with_folders`` and
    ``with_files`` are the project's own that end up in one package with it: beside it in the folder, or in the same
    archive. ``archives`` are the zip files, relative to the root, that hold it. ``left_out`` are names or globs of
    top-level files and folders that the run removes again, or keeps out of the archive.

    ``complete`` tells that all that the command installs is listed. ``sure`` tells that no unknown condition decides
    whether it runs, and that its working directory is known. ``alone`` tells that dependencies are not installed.
    ``recipe`` is the target of a Makefile whose recipe holds the command; ``artifact`` is the folder below
    ``$(ARTIFACTS_DIR)``, which SAM's makefile builder sets, that it installs into (``""`` is that folder itself).
    """

    target: str | None
    manifests: tuple[Manifest, ...]
    requirements: tuple[Requirement, ...]
    span: Span
    places: tuple[str, ...] = ()
    with_folders: tuple[str, ...] = ()
    with_files: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    complete: bool = True
    sure: bool = True
    alone: bool = False
    recipe: str | None = None
    artifact: str | None = None


class Export(msgspec.Struct, frozen=True):
    """A command that writes a requirements file from another manifest.

    ``source`` is that manifest (``pyproject.toml``, ``Pipfile``, ``requirements.in``), None where it is not known, as
    for ``pip freeze``; ``groups`` are its optional groups and extras that are written. ``output`` is the file's path.
    """

    source: str | None
    output: str
    span: Span
    groups: tuple[str, ...] = ()


class BuildScripts(msgspec.Struct, frozen=True):
    """All that the scripts of a project install and export.

    ``cut`` are the scripts that were not followed to their end, for the bounds of reading.
    """

    installs: tuple[Install, ...] = ()
    exports: tuple[Export, ...] = ()
    cut: tuple[str, ...] = ()

    def into(self, folder: str, *files: str) -> tuple[Install, ...]:
        """Return the installs that go right into *folder*, or are packed together with it or with one of *files*."""
        return tuple(
            one
            for one in self.installs
            if folder in one.places or folder in one.with_folders or not set(files).isdisjoint(one.with_files)
        )

    def within(self, folder: str) -> tuple[Install, ...]:
        """Return the installs that go into *folder* or somewhere below it."""
        return tuple(
            one
            for one in self.installs
            if any(not folder or place == folder or place.startswith(f"{folder}/") for place in one.places)
        )

    def archived(self, path: str) -> tuple[Install, ...]:
        """Return the installs that the zip file *path* holds."""
        return tuple(one for one in self.installs if path in one.archives)

    def recipe(self, folder: str, name: str) -> tuple[Install, ...]:
        """Return the installs of the Makefile's recipe *name* in *folder*, for SAM's makefile builder."""
        return tuple(
            one
            for one in self.installs
            if one.recipe == name and one.artifact is not None and one.span.path.rpartition("/")[0] == folder
        )

    @property
    def unresolved(self) -> tuple[Span, ...]:
        """Where something may be installed into a folder that is not known, and that nothing known is packed with."""
        return tuple(map(Span.point, self.cut)) + _spans(
            one
            for one in self.installs
            if not (one.places or one.with_folders or one.with_files or one.archives) and one.artifact is None
        )

    def exported(self, path: str) -> tuple[Export, ...]:
        """Return the commands that write the requirements file *path*."""
        return tuple(one for one in self.exports if one.output == path)


def _spans(installs: Iterable[Install]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(one.span for one in installs))
