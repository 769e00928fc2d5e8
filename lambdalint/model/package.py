"""What a function ships: how its package and its layers are built, and the distributions that they hold."""

from __future__ import annotations

import enum

import msgspec

from lambdalint.model.span import Span  # noqa: TC001 - decoding looks at the fields' types


class Requirement(msgspec.Struct, frozen=True):
    """One distribution that a manifest asks for.

    ``name`` is normalised (PEP 503), ``written`` is what the user wrote, without the comment. ``specifier`` (PEP 440)
    is empty where any version will do; ``marker`` is a PEP 508 marker, not evaluated. ``reference`` is a path or URL
    that takes the place of an index. ``comment`` is the text of the comment that belongs to it, without ``#``: on its
    own line, or right above it. ``beside`` tells that it stands on the line itself. ``through`` are the lines, such as
    ``-r base.txt``, that lead from the manifest to its file, outermost first.
    """

    name: str
    written: str
    span: Span
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    reference: str = ""
    comment: str = ""
    beside: bool = False
    through: tuple[Span, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """A file with requirements (``requirements.txt``, ``pyproject.toml``, ``Pipfile``) that a build step installs.

    ``path`` is relative to the root. ``step`` is where the build step is told, for one that names the file; None where
    the build tool takes the file by its name. ``groups`` are optional groups or extras that the step asks for.
    """

    path: str
    step: Span | None = None
    groups: tuple[str, ...] = ()


class MakeStep(msgspec.Struct, frozen=True):
    """A build that is left to the Makefile in *folder*, relative to the root: the recipe of its target *target*."""

    folder: str
    target: str


class Build(msgspec.Struct, frozen=True):
    """How a folder becomes the package of a function, or the content of a layer.

    ``manifests`` and ``requirements`` are installed into it, the latter by their names in a build step. ``left_out``
    are names of distributions, or globs of top-level folders, that are never packed; so are requirements whose comment
    is ``skip_comment``. ``complete`` tells that no other step fills the package, as far as the project shows: what is
    not listed here is not in it. ``confidence`` (``high``, ``medium``) tells how surely the manifests are installed.
    ``slimmed`` tells that tests and symbols are stripped. ``zipped`` tells that libraries lie in an inner archive that
    is unpacked into ``/tmp``. ``elsewhere`` is a folder, relative to the root, that earlier builds left the finished
    content in, if they ran here. ``make`` is set where a Makefile does it all.
    """

    manifests: tuple[Manifest, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    left_out: tuple[str, ...] = ()
    skip_comment: str = ""
    complete: bool = False
    confidence: str = "high"
    slimmed: bool = False
    zipped: bool = False
    elsewhere: str | None = None
    make: MakeStep | None = None


class Provenance(str, enum.Enum):
    """How a distribution gets into a package or a layer."""

    REQUIRED = "required"
    """A manifest, or a build step, asks for it."""
    BROUGHT = "brought"
    """One that is required brings it along."""
    VENDORED = "vendored"
    """It lies in the folder."""
    SHARED = "shared"
    """A published layer, known by its ARN, holds it."""


class Vendored(msgspec.Struct, frozen=True):
    """A package or module that was installed, not written, and lies in a source folder.

    It is ``name``, an import name, in ``directory``, relative to the root. ``distribution`` is the normalised name;
    ``version`` is known where the folder shows it, and ``metadata`` is the name of the ``*.dist-info`` or
    ``*.egg-info`` folder beside it, or None. ``file`` tells that it is a module of one file.
    """

    directory: str
    name: str
    distribution: str
    version: str | None = None
    metadata: str | None = None
    file: bool = False

    @property
    def mark(self) -> str:
        """The file that stands for it in findings: the module itself, or the ``__init__.py`` of the package."""
        stem = f"{self.directory}/{self.name}".lstrip("/")
        return f"{stem}.py" if self.file else f"{stem}/__init__.py"


class Distribution(msgspec.Struct, frozen=True):
    """One distribution in a package or a layer.

    ``span`` is the requirement's place, or the vendored folder's ``__init__.py``; for one that was brought along, that
    of the requirement that brings it. ``mb`` is its unpacked size in MB of 1,048,576 bytes, alone; None where it is
    not known. ``measured`` tells that the size is that of files that are there; else it is that of the version
    ``sized_as``. ``brings`` are the names of what comes along with it, directly or not.
    """

    name: str
    provenance: Provenance
    span: Span
    version: str | None = None
    mb: int | float | None = None
    measured: bool = False
    sized_as: str | None = None
    requirement: Requirement | None = None
    brought_by: str | None = None
    brings: tuple[str, ...] = ()


class Contents(msgspec.Struct, frozen=True):
    """What a package or a layer holds.

    ``complete`` tells that nothing else is in it. ``own_mb`` is the size of the project's own files in MB.
    ``confidence`` is that of the build.
    """

    distributions: tuple[Distribution, ...] = ()
    complete: bool = False
    own_mb: int | float = 0.0
    confidence: str = "high"
    slimmed: bool = False

    def holding(self, name: str) -> Distribution | None:
        """Return the distribution *name*, which is normalised, or None."""
        return next((one for one in self.distributions if one.name == name), None)


class ForeignImport(msgspec.Struct, frozen=True):
    """An import of a module that is not the project's, in code that a function reaches.

    ``module`` is the dotted name; ``span`` the statement. ``guarded`` tells that an ImportError is caught.
    """

    module: str
    span: Span
    function: str
    guarded: bool = False
