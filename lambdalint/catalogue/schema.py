"""The typed, closed shape of a catalogue row.

A *parameter reference* names a parameter and its position: ``file@0`` is the first positional argument or the
keyword ``file``; ``dir`` is keyword only; ``self`` is the receiver; ``@0`` is positional only. Positions of a method
do not count the receiver.
"""

from __future__ import annotations

import re

import msgspec

from lambdalint.model import EffectKind

PARAMETER = re.compile(r"self|(?:[A-Za-z_]\w*)?(?:@\d+)?(?<=.)")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What every row has in common: the sentence's subject, its proof, and its tests."""

    source: str
    """A documentation address, or ``sandbox: ...`` for what was seen in a read-only sandbox."""
    note: str = ""


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """A condition on an argument's value.

    ``matches`` is searched in the value's text; for ``os.open``-like flags the text is the flags' names. ``default``
    is the value of an argument that is not given. A value that is not known does not satisfy the condition, unless
    ``unknown`` says so. ``negate`` turns the condition around.
    """

    argument: str
    matches: str
    default: str | None = None
    unknown: bool = False
    negate: bool = False


class EffectRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that does something to the file system.

    ``path`` is a parameter reference. ``default`` is the path that is used where that argument is missing or None
    (``.`` is the working directory, ``~/...`` lies in the home, ``<tempdir>`` in the temporary directory); without a
    ``default`` such a call has no effect. ``place`` is a fixed path, for calls without a path parameter. ``suffix`` is
    appended to the path. ``name_only`` also matches the method's name on a receiver of unknown type. ``arity`` bounds
    the number of given arguments (both ends included). ``opens`` marks that content is written through the result.
    ``raises`` is false where a refusal is not raised at the call itself.
    """

    call: str
    kind: EffectKind
    path: str | None = None
    default: str | None = None
    place: str | None = None
    suffix: str = ""
    when: tuple[Condition, ...] = ()
    name_only: bool = False
    arity: tuple[int, int] | None = None
    raises: bool = True
    example: str
    counter: str


class ReturnsRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """What a call returns.

    ``type`` is the dotted type of the result; ``{name@0}`` in it, and in ``suffix``, is replaced by that argument's
    literal value. ``path`` is the parameter whose path the result stands for (a handle, a path object);
    ``suffix`` is appended to it. ``value`` is a text result: ``<tempdir>``, ``<cwd>``, ``<home>`` and ``<unique>``
    are replaced; it stands where the argument of ``path`` is not given. ``enters`` tells what ``with ... as`` binds:
    ``self`` or ``value``. ``confined`` tells that the result holds no path separator. ``items`` makes the result a
    tuple of such values, ``unknown`` where nothing is known; a given ``path`` takes the place of the known ones.
    """

    call: str
    type: str | None = None
    path: str | None = None
    suffix: str = ""
    value: str | None = None
    items: tuple[str, ...] = ()
    enters: str = "self"
    confined: bool = False
    unique: bool = False
    attributes: dict[str, str] = {}
    """Attributes of the result, each with the parameter that it repeats."""
    example: str = ""


class PassesRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call whose result says the same as one of its arguments: ``value`` is a parameter reference."""

    call: str
    value: str
    confined: bool = False
    name_only: bool = False


class StoresRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that sends content to a durable place. ``content`` is the parameter that holds it, or the path to it."""

    call: str
    content: str
    name_only: bool = False


class ReadsRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that reads the file at ``path``; ``exists`` marks a check that does not read it."""

    call: str
    path: str
    exists: bool = False
    name_only: bool = False


class InvokesRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that runs a function it is given.

    ``function`` is the parameter that holds it. ``arguments`` says what it is called with: parameter references,
    ``*@1`` for the elements of an argument, ``**kwargs`` and ``*args`` for the rest. ``result`` is ``value`` (the
    function's result), ``list`` (a sequence of such results), ``future``, or ``none`` (the function runs, and its
    result is not the call's).
    """

    call: str
    function: str
    arguments: tuple[str, ...] = ()
    result: str = "value"


class NeutralRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that looks like an effect and is none."""

    call: str
    reason: str


class AliasRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """Other dotted names of one callable or type."""

    name: str
    of: str


class RequestSourceRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """An object or attribute that holds what the sender of a request chose. ``confined`` as for holes."""

    name: str
    confined: bool = False


class LibraryDefaultRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A place that a library writes to unless it is told otherwise."""

    library: str
    trigger: str
    location: str
    redirect: str


class PackageRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """The unpacked size of a distribution, alone and with all it requires, in MB."""

    distribution: str
    version: str
    unpacked_mb: float
    with_requirements_mb: float


class PlatformRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """The room that a platform gives a function. Sizes are in MB, ``timeout_max`` in seconds."""

    name: str
    title: str
    cwd: str
    task_root: str
    home: str
    writable: tuple[str, ...]
    tmp_mb: int
    tmp_mb_min: int | None = None
    tmp_mb_max: int | None = None
    package_mb: int | None = None
    image_mb: int | None = None
    layers_max: int | None = None
    timeout_max: int | None = None
    shared_memory: bool = False
    concurrent_requests: bool = False
    env: dict[str, str] = {}


class CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One TOML file: the rows of one library."""

    effect: tuple[EffectRow, ...] = ()
    returns: tuple[ReturnsRow, ...] = ()
    passes: tuple[PassesRow, ...] = ()
    stores: tuple[StoresRow, ...] = ()
    reads: tuple[ReadsRow, ...] = ()
    invokes: tuple[InvokesRow, ...] = ()
    neutral: tuple[NeutralRow, ...] = ()
    alias: tuple[AliasRow, ...] = ()
    request_source: tuple[RequestSourceRow, ...] = ()
    library_default: tuple[LibraryDefaultRow, ...] = ()
    package: tuple[PackageRow, ...] = ()
    platform: tuple[PlatformRow, ...] = ()
