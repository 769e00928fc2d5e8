"""What is deployed, and the room that each function runs in."""

from __future__ import annotations

import enum

import msgspec

from lambdalint.model.package import Build
from lambdalint.model.span import Span


class Phase(str, enum.Enum):
    """When code runs: once per environment, or on each invocation."""

    INIT = "init"
    INVOKE = "invoke"


class Mount(msgspec.Struct, frozen=True):
    """A file system that the function mounts: ``kind`` is ``efs`` or ``s3files``."""

    path: str
    kind: str
    span: Span | None = None


class Layer(msgspec.Struct, frozen=True):
    """A layer of a function.

    ``directory`` is the folder, relative to the root, whose content lands in ``/opt``; None for a layer that is
    only known by its ARN, or by a name. ``build`` is how the folder becomes the content; a layer that a build tool
    makes of requirements alone has no folder.
    """

    name: str
    directory: str | None = None
    span: Span | None = None
    build: Build = msgspec.field(default_factory=Build)


class EnvironmentVariable(msgspec.Struct, frozen=True):
    """One variable of the function's environment; ``value`` is None where it is set to something unknown."""

    name: str
    value: str | None
    span: Span | None = None


class Room(msgspec.Struct, frozen=True):
    """The file system, environment and limits that a function runs in.

    ``env_complete`` tells that ``env`` lists every variable that the deployment sets, so that another name is
    known to be absent; ``env_outside`` that the project, as a rule, does not show what is set. ``tmp_mb`` is the size
    of ``/tmp`` in MB, ``timeout`` is in seconds; both are what the template states, even where the platform does not
    take it. ``concurrent_requests`` tells whether one environment serves several requests at a time; None leaves it to
    the platform. ``variants`` are the ways of running that the template asks for, which the platform names
    (``snap-start``, ``managed-instances``). Of the places below ``unjudged`` nobody has verified whether they can be
    written.
    ``served`` tells that a server of the function's own may run in the place of the runtime's client.
    ``spans`` names where the template states a setting: ``tmp_mb``, ``timeout``, ``runtime``, ``handler``, ``layers``,
    ``mounts``, ``vpc``, ``environment``, ``code_root``, ``snap_start``.
    """

    platform: str = "aws-lambda"
    writable: tuple[str, ...] = ("/tmp",)
    tmp_mb: int | None = 512
    cwd: str = "/var/task"
    task_root: str = "/var/task"
    home: str | None = None
    env: tuple[EnvironmentVariable, ...] = ()
    env_complete: bool = False
    env_outside: bool = False
    mounts: tuple[Mount, ...] = ()
    layers: tuple[Layer, ...] = ()
    runtime: str | None = None
    package_type: str = "zip"
    concurrent_requests: bool | None = None
    vpc: bool | None = None
    timeout: int | None = None
    variants: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    served: bool = False
    spans: tuple[tuple[str, Span], ...] = ()

    def span_of(self, setting: str) -> Span | None:
        """Return where the template states *setting*, or None."""
        return next((span for name, span in self.spans if name == setting), None)


class ImageFile(msgspec.Struct, frozen=True):
    """A file or folder below ``/tmp`` that the build of a function's image leaves there, for nothing in the build.

    ``instruction`` is the one of the Dockerfile, as ``COPY`` or ``RUN``, at ``span``.
    """

    path: str
    instruction: str
    span: Span


class InlineSource(msgspec.Struct, frozen=True):
    """Python code that stands inside a template.

    ``virtual_path`` (``template.yaml::FunctionName``) names it as a file of its own while it is analysed; spans in the
    code are translated to the template, ``path``, when findings are reported. ``lines`` gives, for each line of
    ``text``, the 1-based line of the template and the number of code points that stand before the code on it; a code
    line of a one-line string maps onto that string's line. ``stand_ins`` are the names that stand in ``text`` where
    only the deployment knows what stands there.
    """

    path: str
    virtual_path: str
    text: str
    lines: tuple[tuple[int, int], ...]
    stand_ins: tuple[str, ...] = ()

    def translate(self, span: Span) -> Span:
        """Return the place in the template of a *span* in the code."""
        first, offset = self.lines[min(span.line, len(self.lines)) - 1]
        last, end_offset = self.lines[min(span.end_line, len(self.lines)) - 1]
        return Span(self.path, first, span.column + offset, last, span.end_column + end_offset)


class Function(msgspec.Struct, frozen=True):
    """A deployed function.

    ``handler`` is ``module.qualname`` with ``/`` or ``.`` between folders, as the template writes it. ``code_root`` is
    the folder, relative to the root (``""`` is the root itself), whose content lands in the task root; ``prefix`` is
    where below the task root it lands (images copy folders). ``search_path`` lists further folders that imports are
    resolved in. ``confidence`` is ``high`` for a declared function, ``medium`` for one that was guessed. ``packaged``
    are ordered glob patterns, relative to ``code_root``, of what the package holds of it: ``!`` starts one that
    excludes, the last one that matches a file decides, and a file that none matches is in it. ``build`` is how the
    package is made of the folder. ``image_files`` are what an image's build leaves in ``/tmp``.
    """

    name: str
    handler: str | None
    code_root: str
    room: Room
    source: Span
    declared_by: str
    build: Build = msgspec.field(default_factory=Build)
    search_path: tuple[str, ...] = ()
    prefix: str = ""
    inline: InlineSource | None = None
    confidence: str = "high"
    packaged: tuple[str, ...] = ()
    image_files: tuple[ImageFile, ...] = ()


class EntryPoint(msgspec.Struct, frozen=True):
    """Where the platform, or a web framework on it, enters the code: a handler, a route, or a module's import."""

    function: str
    module: str
    qualname: str
    phase: Phase
    route: str | None = None

    def __str__(self) -> str:
        return self.route or f"{self.module}.{self.qualname}".rstrip(".")


class Problem(msgspec.Struct, frozen=True):
    """Something that could not be read or resolved. ``severity`` is ``warning`` or ``note``."""

    span: Span
    message: str
    severity: str = "warning"


class Deployment(msgspec.Struct, frozen=True):
    """All functions of a project, and what could not be understood of its declarations."""

    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = msgspec.field(default=())
