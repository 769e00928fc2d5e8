"""What the arguments of a call have to do with files in ``/tmp``: their paths, open files, and what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.flow.effect_log import places_of
from lambdalint.flow.tmp_paths import canonical, canonical_text
from lambdalint.flow.values import (
    CONTENT,
    Atom,
    ExternalMethod,
    ExternalObject,
    Instance,
    Items,
    ListOf,
    Mapping,
    Opaque,
    PathText,
    Text,
    Value,
    holes_of,
)
from lambdalint.model import Base, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

_TELLING = frozenset({Text, PathText, ExternalObject, ExternalMethod})
"""The kinds of atoms that may be a path, or an open file."""
_HOLDING = frozenset({Mapping, Items, ListOf, ExternalObject, Instance})
"""The kinds of atoms that may hold others."""
_MOST = 40
_MOST_INSIDE = 80
_FRAMEWORK_FILES = ("werkzeug.datastructures.", "starlette.datastructures.", "fastapi.UploadFile", "django.core.files.")


class TmpArgument(msgspec.Struct):
    """An argument, and what of it stands for files in ``/tmp``: by path, by an open file, by what was read."""

    machine: Machine
    value: Value
    paths: tuple[str, ...]
    opened: tuple[str, ...]

    @property
    def read(self) -> tuple[str, ...]:
        """The paths of the files that the value, or something in it, was read from."""
        found: list[str] = []
        for atom in self.value:
            if isinstance(atom, (Text, PathText, Opaque)):
                found.extend(sources_of(atom))
            else:
                owner = atom.receiver if isinstance(atom, ExternalMethod) else atom
                found.extend(_read_in(self.machine, owner, 2))
        return tuple(found)


def look_at(machine: Machine, value: Value) -> TmpArgument:
    """Return what a value stands for."""
    paths: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    if _TELLING.isdisjoint(map(type, value)):
        return TmpArgument(machine, value, paths, opened)
    for atom in value:
        if isinstance(atom, (Text, PathText)):
            if _may_lie_in_tmp(atom):
                paths += tuple(paths_in(machine, (atom,)))
        elif isinstance(atom, (ExternalObject, ExternalMethod)):
            owner = atom.receiver if isinstance(atom, ExternalMethod) else atom
            path = machine.store.get(owner.uid, "<path>") if isinstance(owner, ExternalObject) and owner.uid else None
            if path is not None:
                opened += tuple(paths_in(machine, path))
    return TmpArgument(machine, value, paths, opened)


def parts_of(machine: Machine, value: Value) -> list[Value]:
    """Return the values inside of containers, and of what was wrapped."""
    parts: list[Value] = []
    for atom in value:
        if isinstance(atom, Mapping):
            names = [name for name in machine.store.names(atom.uid) if name.startswith("[")]
            parts.extend(machine.store.get(atom.uid, name) or () for name in names[:_MOST])
        elif isinstance(atom, Items):
            parts.extend(atom.items[:_MOST])
        elif isinstance(atom, ListOf):
            parts.append(machine.store.get(atom.uid, "*") or ())
        elif isinstance(atom, ExternalObject) and atom.uid:
            parts.append(machine.store.get(atom.uid, "<holds>") or ())
    return parts


def all_in(machine: Machine, values: list[Value]) -> list[Value]:
    """Return values with all that is inside of them: in containers, and in the attributes of instances."""
    found: list[Value] = []
    waiting = list(values)
    while waiting and len(found) < _MOST:
        value = waiting.pop(0)
        found.append(value)
        if _HOLDING.isdisjoint(map(type, value)):
            continue
        waiting.extend(part for part in parts_of(machine, value) if part)
        for atom in value:
            if isinstance(atom, Instance):
                names = machine.store.names(atom.uid)[:_MOST]
                waiting.extend(machine.store.get(atom.uid, name) or () for name in names)
    return found


def paths_in(machine: Machine, value: Value) -> list[str]:
    """Return the paths below ``/tmp`` that a value means."""
    if not any(_may_lie_in_tmp(atom) for atom in value):
        return []
    return [canonical(place) for place in places_of(machine, value) if place.base is Base.TMP]


def words_in(machine: Machine, values: list[Value]) -> list[str]:
    """Return all texts in values."""
    return [
        canonical_text(atom.text)
        for value in all_in(machine, values)
        for atom in value
        if isinstance(atom, (Text, PathText))
    ]


def sources_of(atom: Atom) -> list[str]:
    """Return the paths of the files that a value was read from."""
    holes = holes_of(atom)
    if not holes:
        return []
    return [hole.origin.removeprefix(CONTENT).partition("\0")[0] for hole in holes if hole.origin.startswith(CONTENT)]


def from_request(machine: Machine, atom: Atom) -> bool:
    """Tell whether the request sent it."""
    if isinstance(atom, ExternalMethod):
        return from_request(machine, atom.receiver)
    if isinstance(atom, ExternalObject):
        marked = bool(atom.uid) and machine.store.get(atom.uid, "<request>") is not None
        return marked or atom.type.startswith(_FRAMEWORK_FILES)
    return isinstance(atom, Opaque) and atom.hole.kind is HoleKind.REQUEST


def _read_in(machine: Machine, atom: Atom, depth: int) -> list[str]:
    """Return the paths of the files that values inside of a container were read from."""
    found: list[str] = []
    seen = {atom}
    level = [atom]
    for _ in range(depth + 1):
        inside = dict.fromkeys(inner for value in parts_of(machine, tuple(level)) for inner in value)
        level = [inner for inner in inside if inner not in seen][:_MOST_INSIDE]
        seen.update(level)
        for inner in level:
            found.extend(sources_of(inner))
    return found


def _may_lie_in_tmp(atom: Atom) -> bool:
    if not isinstance(atom, (Text, PathText)):
        return isinstance(atom, Opaque)
    text = atom.text
    if not text.startswith(("/", "file:", "sqlite")) and text[:1].isascii():
        return False
    return len(text) <= 500 and "\n" not in text and " " not in text[:8]
