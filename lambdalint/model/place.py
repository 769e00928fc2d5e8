"""Places: where in a function's room a path points."""

from __future__ import annotations

import enum

import msgspec


class HoleKind(str, enum.Enum):
    """What is known of a piece of a path that has no literal value."""

    UNIQUE = "unique"
    """New on each evaluation: uuid, time, request id, random."""
    REQUEST = "request"
    """Chosen by whoever sends the event or request."""
    ENVIRONMENT = "environment"
    """Read from the environment or from configuration outside the code."""
    LOOP = "loop"
    """Varies within one invocation."""
    UNKNOWN = "unknown"


LISTING = "listing"
"""The origin of a hole that stands for each name in a folder."""


class Hole(msgspec.Struct, frozen=True):
    """A piece of text whose value is not known.

    ``origin`` says where it comes from (``event['key']``, ``$OUT_DIR``). ``confined`` means that the text cannot
    leave the directory it is joined onto: it holds no separator, or it was validated. ``site`` tells values that are
    new each time apart, by the call that made them. ``fresh`` marks what is computed or looked up from such a value, or
    from the request: it differs from invocation to invocation, though the sender does not spell it.
    """

    kind: HoleKind
    origin: str = ""
    confined: bool = False
    site: str = ""
    fresh: bool = False

    def __str__(self) -> str:
        return "{" + (self.origin or self.kind.value) + "}"


class Base(str, enum.Enum):
    """The part of the room that a path starts from."""

    TMP = "tmp"
    TASK = "task"
    """The working directory, reached by a relative path."""
    PACKAGE = "package"
    """The deployed code, reached by an absolute path."""
    HOME = "home"
    LAYER = "layer"
    MOUNT = "mount"
    DEVICE = "device"
    SHM = "shm"
    ABSOLUTE = "absolute"
    """An absolute path in none of the other parts."""
    REMOTE = "remote"
    MEMORY = "memory"
    UNKNOWN = "unknown"


class Place(msgspec.Struct, frozen=True):
    """A path as one entry point evaluates it: a base, and literal and unknown parts that follow each other.

    The concatenated ``parts`` are the path as the operating system would see it (``/var/task/report.csv``).
    ``written`` is the same as the code expresses it (``report.csv``).
    """

    base: Base
    parts: tuple[str | Hole, ...] = ()
    written: tuple[str | Hole, ...] = ()

    @property
    def path(self) -> str:
        """The absolute path, with ``{...}`` for what is not known."""
        return "".join(str(part) for part in self.parts)

    @property
    def expression(self) -> str:
        """The path as written, with ``{...}`` for what is not known."""
        return "".join(str(part) for part in self.written) or self.path

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The unknown parts, in order."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def writable(self) -> bool | None:
        """True in ``/tmp``, a mount, a device, memory or a remote store; None where nothing is known."""
        if self.base is Base.UNKNOWN:
            return None
        return self.base in {Base.TMP, Base.MOUNT, Base.DEVICE, Base.REMOTE, Base.MEMORY}
