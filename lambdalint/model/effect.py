"""Effects: what one call does to the file system, seen from one entry point."""

from __future__ import annotations

import enum

import msgspec

from lambdalint.model.deployment import EntryPoint, Phase  # noqa: TC001 - decoding looks at the fields' types
from lambdalint.model.place import HoleKind, Place  # noqa: TC001 - as above
from lambdalint.model.span import Span  # noqa: TC001 - as above


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
    CHECKED = "checked"
    """A test for the file, or a handler for its absence, comes before a read."""
    PROVIDED = "provided"
    """Something in the same function may have made the file that is read."""
    IDLE = "idle"
    """The call does nothing: the runtime has done before what it would do."""


class Step(msgspec.Struct, frozen=True):
    """One station on the way from an entry point to an effect."""

    span: Span
    text: str


class Removal(str, enum.Enum):
    """On which ways out of an invocation an object in ``/tmp`` is removed."""

    ALWAYS = "always"
    ON_SUCCESS = "on_success"
    """An exception between creation and removal skips the removal."""
    SOMETIMES = "sometimes"
    """A way out without any exception (an early return, a ``continue``, a branch) skips the removal."""
    NEVER = "never"


class Excess(msgspec.Struct, frozen=True):
    """More in ``/tmp`` at one time than it holds, by the sizes that are known; sizes are in MB of 1,048,576 bytes.

    ``written`` is a lower bound of the sum of ``parts``, which are paths with their sizes, the largest first; ``room``
    is the size of ``/tmp``, ``stated`` where the deployment states it. ``most`` is the largest that the platform
    allows, None where there is no choice, and ``declared_by`` the kind of the function's declaration. ``sparse`` tells
    that a part is the length given to a file which takes up room only where it is written to, ``assumed`` that ``room``
    is the platform's default, although the project speaks of another size somewhere.
    """

    written: int
    room: int
    parts: tuple[tuple[str, int], ...] = ()
    most: int | None = None
    stated: Span | None = None
    declared_by: str = ""
    sparse: bool = False
    assumed: bool = False


class Lifetime(msgspec.Struct, frozen=True):
    """What becomes of the object that an effect makes in ``/tmp``, over many invocations in one environment.

    ``bounded``: further invocations make no further objects, because the name is fixed, the code runs once in an
    environment, or a wipe of the folder removes what was left. ``varies`` names the part of the path that is new in
    each invocation where it is not (``event['key']``, ``uuid4()``), ``kind`` its kind. ``once`` tells that the
    environment makes it once (at import, or kept in a variable that outlives the invocation). ``cached`` tells that it
    is made only where a test found it absent.

    ``removal`` is a removal that a way out skips, and ``skipped`` the call or statement where that way leaves;
    ``doubtful`` tells that it is doubtful whether that happens: what removes it removes an unknown path, or a
    ``finally`` clause of a caller removes it, which only a failure of the function that makes it can skip.
    ``stored`` is where its content goes to a durable place in the same invocation, ``fetched`` where the content came
    from one. ``escapes`` is where its path leaves the invocation. ``read_back`` tells that the same invocation reads
    it after it is written. ``request_content`` tells that the request chose its content; ``new_content``
    that content differs from invocation to invocation. ``read_by`` are the reads by other entry points, or by
    later invocations, with nothing written before. ``exceeds`` tells of the call that makes what
    lies in ``/tmp`` at one time larger than that. ``shared`` tells that the platform serves several requests at the
    same time with one ``/tmp``.
    """

    bounded: bool
    removed: Removal
    varies: str = ""
    kind: HoleKind | None = None
    once: bool = False
    cached: bool = False
    removal: Span | None = None
    skipped: Step | None = None
    doubtful: bool = False
    stored: Step | None = None
    fetched: Step | None = None
    escapes: Step | None = None
    read_back: bool = False
    request_content: bool = False
    new_content: bool = False
    read_by: tuple[Step, ...] = ()
    exceeds: Excess | None = None
    shared: bool = False


class LibraryDefault(msgspec.Struct, frozen=True):
    """What is known of the default place of a *library* to which a call or import leads.

    ``location`` is the place as it is documented. ``fails`` tells that the library raises, ``failure`` says what
    happens, and ``redirect`` what to do, both as clauses. ``variable`` is the variable to set for a fix, with the
    ``folder`` below the temporary directory that it names, which has to be there if ``exists``. ``imported`` is where
    the library is imported first, before which the variable has to be set. ``late`` is a variable that is set too late;
    ``releases`` are those of the library of which this is known, where others do not do so.
    """

    library: str
    location: str
    fails: bool
    failure: str
    redirect: str
    variable: str = ""
    folder: str = ""
    exists: bool = False
    imported: Span | None = None
    late: str = ""
    releases: str = ""


class Effect(msgspec.Struct, frozen=True):
    """One call's doing to one place.

    ``callee`` is the catalogue's name of the call; ``argument`` is the span of the argument that holds the path, if
    one was given; ``defaulted`` tells that the place is the library's default. ``chain`` leads from the entry point
    to the call. ``lifetime`` is known of what is made in ``/tmp``. ``size`` is a lower bound, in bytes, of what lies
    at the place after it. ``library`` tells of the library whose default place it is; ``failure`` says what becomes of
    a refusal, where it is no ``OSError`` at the call.
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
    size: int | None = None
    library: LibraryDefault | None = None
    failure: str = ""
