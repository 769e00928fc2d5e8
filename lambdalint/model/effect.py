"""Effects: what one call does to the file system, seen from one entry point."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdalint.model.deployment import EntryPoint, Phase
    from lambdalint.model.place import Place
    from lambdalint.model.span import Span


class EffectKind(str, enum.Enum):
    """The closed vocabulary of what a call can do."""

    WRITE = "write"
    APPEND = "append"
    CREATE_DIR = "create_dir"
    DELETE = "delete"
    RENAME = "rename"
    METADATA = "metadata"
    EXTRACT = "extract"
    DATABASE = "database"
    CACHE = "cache"
    LOG = "log"
    READ = "read"
    EXEC = "exec"
    CHANGE_DIR = "change_dir"
    STORE = "store"
    """Sends content to a durable place."""

    @property
    def modifies(self) -> bool:
        """Whether a read-only place refuses it."""
        return self not in {EffectKind.READ, EffectKind.EXEC, EffectKind.CHANGE_DIR, EffectKind.STORE}


class Guard(str, enum.Enum):
    """A circumstance under which an effect's failure is expected, or its reach limited."""

    FALLBACK = "fallback"
    """An enclosing ``except OSError`` goes on by another way."""
    EXIST_OK = "exist_ok"
    """Nothing happens where the directory exists."""
    MAYBE = "maybe"
    """Other values of the path, or other branches, lead elsewhere."""
    SELECTED = "selected"
    """Configuration that is not known selects the code among others, by a key of a table."""
    REPEATED = "repeated"
    """It removes what another effect made under the same name: the one mistake is reported there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One station on the way from an entry point to an effect."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What becomes of the object that an effect creates in ``/tmp``.

    ``removed`` is ``always``, ``on_success`` or ``never``.
    """

    bounded: bool
    removed: str
    stored: bool
    escapes: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """One call's doing to one place.

    ``callee`` is the catalogue's name of the call; ``argument`` is the span of the argument that holds the path, if
    one was given; ``defaulted`` tells that the place is the library's default. ``chain`` leads from the entry point
    to the call.
    """

    kind: EffectKind
    place: Place
    callee: str
    span: Span
    chain: tuple[Step, ...]
    phase: Phase
    entry: EntryPoint
    guards: frozenset[Guard] = frozenset()
    argument: Span | None = None
    defaulted: bool = False
    confidence: str = "high"
    lifetime: Lifetime | None = None
