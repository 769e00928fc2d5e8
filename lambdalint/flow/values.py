"""Abstract values: small sets of atoms, each one thing that an expression may evaluate to.

The lattice is ordered by inclusion; ``()`` is unreachable, ``UNKNOWN`` stands for anything. Joins keep at most
``MOST_TEXTS`` texts and ``MOST_ATOMS`` atoms; beyond that the texts keep their common directory and lose the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from lambdalint.flow.text import common_directory, confined_hole, confined_text, hole_text, holes_in
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT = "contents of "
"""How the origin of what is read from a file starts."""
MOST_TEXTS = 8
MOST_ATOMS = 40
MOST_MADE = 200
_MOST_COMPARED = 64
"""How many comparisons of two atoms are made before a table is."""


class Atom(msgspec.Struct, frozen=True, gc=False):
    """One abstract thing."""


class Text(Atom, frozen=True):
    """A string (or bytes), with a private-use character for each hole (see ``lambdalint.flow.text``)."""

    text: str


class PathText(Atom, frozen=True):
    """A ``pathlib`` path."""

    text: str


class Number(Atom, frozen=True):
    """A number."""

    value: int | float


class Truth(Atom, frozen=True):
    """``True`` or ``False``."""

    value: bool


class Nothing(Atom, frozen=True):
    """``None``."""


class Opaque(Atom, frozen=True):
    """A value that is not known; ``truthy`` tells that it is not empty, ``size`` how long it is at least."""

    hole: Hole
    truthy: bool = False
    size: int = 0


class Items(Atom, frozen=True):
    """A tuple of known length."""

    items: tuple[Value, ...]


class ListOf(Atom, frozen=True):
    """A list, set or iterator: its elements are joined in the store under ``(uid, "*")``.

    ``(uid, "#")`` holds them one by one, as ``Items``; several ``Items`` are alternatives, and ``Several`` in one of
    them stands for elements that are not known one by one.
    """

    uid: int


class Several(Atom, frozen=True):
    """Any number of elements of a list, at their place among the others."""


class Mapping(Atom, frozen=True):
    """A dictionary: known keys are in the store under ``(uid, "[key]")``, the others under ``(uid, "*")``."""

    uid: int


class Function(Atom, frozen=True):
    """A function of the analysed code, closed over ``scope``; ``owner`` is the class that it was defined in."""

    module: str
    index: int
    scope: int
    owner: int = 0


class Bound(Atom, frozen=True):
    """A method bound to its receiver."""

    function: Atom
    receiver: Atom


class Class(Atom, frozen=True):
    """A class of the analysed code; the interpreter keeps its bases, its scope is ``uid``."""

    uid: int
    name: str


class Instance(Atom, frozen=True):
    """An instance of such a class; attributes are in the store under ``(uid, name)``.

    ``selected`` tells that configuration chose the class among others.
    """

    uid: int
    cls: int
    selected: bool = False


class Module(Atom, frozen=True):
    """A module of the analysed code, by the path of its file."""

    path: str


class External(Atom, frozen=True):
    """Something that the analysed code imports from elsewhere, by its dotted name."""

    name: str


class ExternalObject(Atom, frozen=True):
    """What a call into elsewhere returned: an object of a dotted type; facts about it are in the store.

    ``fresh`` as for holes.
    """

    type: str
    uid: int = 0
    fresh: bool = False


class ExternalMethod(Atom, frozen=True):
    """An attribute of an object whose class is not part of the analysed code."""

    receiver: Atom
    name: str


class Partial(Atom, frozen=True):
    """``functools.partial``: a callable with arguments already given."""

    function: Atom
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


class Wrapped(Atom, frozen=True):
    """A function under a descriptor or decorator: ``property``, ``classmethod``, ``staticmethod``, ``contextmanager``.

    ``selected`` marks a callable that was looked up in a table by a key that is not known, and not the request's.
    """

    kind: str
    function: Atom


class GeneratorCall(Atom, frozen=True):
    """A generator that was called and not yet run: it runs when it is entered or iterated."""

    uid: int


class Made(Atom, frozen=True):
    """An object in ``/tmp`` that may be there: its path, and the number of the account of the call that made it.

    ``failed`` tells that an exception that was caught has led here.
    """

    text: str
    account: int
    failed: bool = False


class SuperOf(Atom, frozen=True):
    """``super()``: the attributes of the bases of class ``owner``, bound to ``receiver``."""

    owner: int
    receiver: Atom


Value: TypeAlias = tuple[Atom, ...]

NOTHING: Value = (Nothing(),)
UNREACHABLE: Value = ()
SEVERAL: Value = (Several(),)
UNKNOWN: Value = (Opaque(Hole(HoleKind.UNKNOWN)),)
TRUE: Value = (Truth(value=True),)
FALSE: Value = (Truth(value=False),)
EITHER: Value = (*TRUE, *FALSE)


def text(value: str) -> Value:
    """Return a string value."""
    return (Text(value),)


def unknown(origin: str) -> Value:
    """Return a value of which only the origin is known."""
    return (Opaque(Hole(HoleKind.UNKNOWN, origin)),)


def join(left: Value, right: Value) -> Value:
    """Return the least value that includes both, within the bounds of the lattice."""
    if left is right or not right:
        return left
    if not left:
        return right
    if left == right:
        return left
    known = left if len(left) * len(right) <= _MOST_COMPARED else frozenset(left)
    added = tuple([atom for atom in right if atom not in known])
    return bounded(left + added) if added else left


def join_all(values: list[Value]) -> Value:
    """Join a list of values."""
    if len(values) <= 2:
        return join(*values) if len(values) == 2 else (values[0] if values else ())
    return bounded(tuple(dict.fromkeys(atom for value in values for atom in value)))


def bounded(value: Value) -> Value:
    """Enforce the bounds of the lattice."""
    if len(value) <= MOST_TEXTS:
        return value
    if isinstance(value[0], Made):
        return value[:MOST_MADE]
    kinds = list(map(type, value))
    if kinds.count(Text) > MOST_TEXTS:
        texts = [atom.text for atom in value if isinstance(atom, Text)]
        value = (*(atom for atom in value if not isinstance(atom, Text)), Text(widened(texts)))
    if kinds.count(PathText) > MOST_TEXTS:
        paths = [atom.text for atom in value if isinstance(atom, PathText)]
        value = (*(atom for atom in value if not isinstance(atom, PathText)), PathText(widened(paths)))
    if kinds.count(Opaque) > MOST_TEXTS:
        opaque = [atom for atom in value if isinstance(atom, Opaque)]
        kept = next((atom for atom in opaque if atom.hole.kind is HoleKind.REQUEST), opaque[0])
        value = (*(atom for atom in value if not isinstance(atom, Opaque)), kept)
    return value if len(value) <= MOST_ATOMS else UNKNOWN


def widened(texts: list[str]) -> str:
    """Return one text for many: their common directory, and a hole for what differs."""
    kinds = {hole.kind for text in texts for hole in holes_in(text)}
    kind = next((kind for kind in (HoleKind.UNIQUE, HoleKind.REQUEST) if kind in kinds), HoleKind.LOOP)
    return common_directory(texts) + hole_text(Hole(kind, confined=True))


def text_of(atom: Atom) -> str | None:
    """Return the text that ``str()`` gives; None where there is no sensible one."""
    if isinstance(atom, (Text, PathText)):
        return atom.text
    if isinstance(atom, (Number, Truth)):
        return str(atom.value)
    if isinstance(atom, Opaque):
        return hole_text(atom.hole)
    if isinstance(atom, Nothing):
        return None
    formed = isinstance(atom, ExternalObject) and atom.type.startswith(_FORMED)
    if isinstance(atom, ExternalObject) and atom.type == "datetime.date":
        return hole_text(Hole(HoleKind.LOOP, "date", confined=True))
    return hole_text(Hole(HoleKind.UNKNOWN, describe(atom), confined=formed, fresh=is_fresh(atom)))


def holes_of(atom: Atom) -> list[Hole]:
    """Return the holes of an unknown value or a text."""
    if isinstance(atom, Opaque):
        return [atom.hole]
    return holes_in(atom.text) if isinstance(atom, (Text, PathText)) else []


def is_fresh(atom: Atom) -> bool:
    """Tell whether an atom is new in each invocation, or follows from what the request holds."""
    asked = _FRESHNESS.get(type(atom))
    return asked is not None and asked(atom)


def _is_fresh_hole(hole: Hole) -> bool:
    return hole.fresh or hole.kind is HoleKind.UNIQUE or hole.kind is HoleKind.REQUEST


def _is_fresh_text(atom: Text | PathText) -> bool:
    return not atom.text.isascii() and any(_is_fresh_hole(hole) for hole in holes_in(atom.text))


_FRESHNESS: dict[type[Atom], Callable[[Any], bool]] = {
    Opaque: lambda atom: _is_fresh_hole(atom.hole),
    Text: _is_fresh_text,
    PathText: _is_fresh_text,
    ExternalObject: lambda atom: atom.fresh,
    ExternalMethod: lambda atom: is_fresh(atom.receiver),
    Items: lambda atom: any(is_fresh(part) for item in atom.items for part in item),
}
"""How the kinds of atoms that may be fresh tell whether they are."""
MAY_BE_FRESH = frozenset(_FRESHNESS)


_FORMED = ("datetime.", "uuid.", "decimal.", "ipaddress.")
"""Types whose text holds no separator."""


def describe(atom: Atom) -> str:
    """Return what to call an atom inside a path."""
    if isinstance(atom, ExternalObject):
        return atom.type.rpartition(".")[2]
    if isinstance(atom, ExternalMethod):
        return atom.name
    if isinstance(atom, External):
        return atom.name.rpartition(".")[2]
    return ""


def texts_of(value: Value) -> list[str]:
    """Return the distinct texts of a value; an unknown one is a hole."""
    if len(value) == 1:
        rendered = text_of(value[0])
        return [] if rendered is None else [rendered]
    found: list[str] = []
    for atom in value:
        rendered = text_of(atom)
        if rendered is not None and rendered not in found:
            found.append(rendered)
    return found


def confined(value: Value) -> Value:
    """Return the value with each unknown part marked as unable to leave its directory."""
    if len(value) == 1:
        atom = _confined(value[0])
        return value if atom is value[0] else (atom,)
    result: Value = ()
    for atom in value:
        result = join(result, (_confined(atom),))
    return result


def _confined(atom: Atom) -> Atom:
    if isinstance(atom, Opaque):
        return atom if atom.hole.confined else Opaque(confined_hole(atom.hole), atom.truthy, atom.size)
    if isinstance(atom, Text):
        return atom if atom.text.isascii() else Text(confined_text(atom.text))
    if isinstance(atom, PathText):
        return atom if atom.text.isascii() else PathText(confined_text(atom.text))
    return atom


def configuration_hole(value: Value) -> Hole | None:
    """Return the first hole of a value that the environment of the deployment fills."""
    return _hole_of_kind(value, HoleKind.ENVIRONMENT)


def request_hole(value: Value) -> Hole | None:
    """Return the first hole of a value that the sender of the request fills."""
    return _hole_of_kind(value, HoleKind.REQUEST)


def _hole_of_kind(value: Value, kind: HoleKind) -> Hole | None:
    for atom in value:
        if isinstance(atom, Opaque):
            if atom.hole.kind is kind:
                return atom.hole
        elif isinstance(atom, (Text, PathText)) and not atom.text.isascii():
            for hole in holes_in(atom.text):
                if hole.kind is kind:
                    return hole
    return None
