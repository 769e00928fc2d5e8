"""Where the content of files in ``/tmp`` comes from, where it goes, and where their paths go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.flow import fresh
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.ledger import canonical
from lambdalint.flow.values import (
    Atom,
    ExternalMethod,
    ExternalObject,
    Items,
    ListOf,
    Mapping,
    Opaque,
    PathText,
    Text,
    Value,
    holes_of,
)
from lambdalint.model import Base, Hole, HoleKind, Step

if TYPE_CHECKING:
    from lambdalint.flow.externals import ExternalCall
    from lambdalint.flow.machine import Machine

_CONTENT = "contents of "
_READING = frozenset({"read", "readline", "readlines", "readall", "read_text", "read_bytes"})
_PARSING = frozenset(
    {"load", "safe_load", "full_load", "loads", "reader", "DictReader", "parse", "read_csv", "read_json"}
)
_PATH_PARAMETERS = frozenset(
    {"Filename", "filename", "file_name", "fileName", "localpath", "local_path", "path", "file_path", "source",
     "src", "lpath", "file", "localFile"}
)  # fmt: skip
_DEEPEST = 4
_MOST = 40
_FRAMEWORK_FILES = ("werkzeug.datastructures.", "starlette.datastructures.", "fastapi.UploadFile", "django.core.files.")


@dataclass(frozen=True)
class _Argument:
    """An argument, and what of it stands for files in ``/tmp``: by path, by an open file, by what was read."""

    value: Value
    paths: tuple[str, ...]
    opened: tuple[str, ...]
    read: tuple[str, ...]


def note(external: ExternalCall, made: list[int]) -> None:
    """Note what a call says of files in ``/tmp``; *made* are the accounts of what it made itself."""
    machine = external.machine
    ledger = machine.ledger
    if not ledger.accounts and not made and machine.phase.value == "init":
        return
    values = external.arguments.all()
    if external.receiver is not None:
        values = [*values, (external.receiver,)]
    arguments = [_look_at(machine, value) for value in values]
    is_fresh = fresh.takes_fresh(external)
    chosen = any(_from_request(atom) for value in values for atom in value)
    fetched = _fetches(external)
    step = Step(external.span, external.method)
    for number in made:
        account = ledger.accounts[number]
        facts = ledger.facts_of(account.text)
        others = [argument for argument in arguments if account.text not in argument.paths]
        from_request = any(_from_request(atom) for argument in others for atom in argument.value)
        facts.request_content = facts.request_content or from_request
        origin = {text for argument in others for text in (*argument.paths, *argument.opened)}
        facts.new_content = (
            facts.new_content
            or any(fresh.holds_fresh(machine, argument.value) for argument in others)
            or any(ledger.facts_of(text).new_content for text in origin)
        )
        if fetched:
            facts.fetched = facts.fetched or step
    mine = {ledger.accounts[number].text for number in made}
    for argument in arguments:
        for text in argument.opened:
            facts = ledger.facts_of(text)
            if external.method not in _READING:
                facts.new_content = facts.new_content or is_fresh
                facts.request_content = facts.request_content or chosen
                if fetched:
                    facts.fetched = facts.fetched or step
        for text in argument.paths:
            if text not in mine:
                ledger.mention(text)
    _note_same_file(external, arguments, mine)
    _note_stores(external)


def _note_same_file(external: ExternalCall, arguments: list[_Argument], made: set[str]) -> None:
    """Note a file whose new content follows from its old one: that was written by an earlier invocation."""
    ledger = external.machine.ledger
    written = {text for argument in arguments for text in argument.opened} | made
    read = {text for argument in arguments for text in argument.read}
    if external.method not in _READING:
        for text in written & read:
            ledger.rewrite(text, Step(external.span, "a later invocation"))


def _note_stores(external: ExternalCall) -> None:
    machine = external.machine
    catalogue = machine.catalogue
    rows = catalogue.stores.get(external.name)
    if rows is None and external.receiver is not None and not isinstance(external.receiver, (Text, PathText)):
        rows = catalogue.store_methods.get(external.method)
    for row in rows or ():
        given = external.argument(row.content)
        if given is None:
            continue
        machine.ledger.stores = machine.ledger.stores or Step(external.span, external.method)
        by_path = row.content.partition("@")[0] in _PATH_PARAMETERS or "file" in external.method
        _store(external, given, by_path=by_path, depth=0)


def _store(external: ExternalCall, value: Value, *, by_path: bool, depth: int) -> None:
    machine = external.machine
    step = Step(external.span, external.method)
    look = _look_at(machine, value)
    for text in (*look.opened, *look.read, *(look.paths if by_path else ())):
        facts = machine.ledger.facts_of(text)
        facts.stored = facts.stored or step
    if not by_path:
        for text in look.paths:
            facts = machine.ledger.facts_of(text)
            facts.escapes = facts.escapes or Step(external.span, f"{external.method}() sends it")
    for inner in _parts(machine, value) if depth < _DEEPEST else ():
        _store(external, inner, by_path=False, depth=depth + 1)


def note_returned(machine: Machine, value: Value, step: Step, depth: int = 0) -> None:
    """Note the paths that an entry point returns to its caller."""
    if depth:
        for text in _look_at(machine, value).paths:
            facts = machine.ledger.facts_of(text)
            facts.escapes = facts.escapes or step
    for inner in _parts(machine, value) if depth < _DEEPEST else ():
        note_returned(machine, inner, step, depth + 1)


def _parts(machine: Machine, value: Value) -> list[Value]:
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


def _look_at(machine: Machine, value: Value) -> _Argument:
    paths: list[str] = []
    opened: list[str] = []
    read: list[str] = []
    for atom in value:
        if isinstance(atom, (Text, PathText)):
            paths.extend(_texts(machine, (atom,)))
            read.extend(_contents(atom))
        elif isinstance(atom, Opaque):
            read.extend(_contents(atom))
        elif isinstance(atom, (ExternalObject, ExternalMethod)):
            owner = atom.receiver if isinstance(atom, ExternalMethod) else atom
            path = machine.store.get(owner.uid, "<path>") if isinstance(owner, ExternalObject) and owner.uid else None
            if path is not None:
                opened.extend(_texts(machine, path))
        elif isinstance(atom, Mapping):
            for inner in _parts(machine, (atom,)):
                read.extend(text for part in inner for text in _contents(part))
    return _Argument(value, tuple(paths), tuple(opened), tuple(read))


def _texts(machine: Machine, value: Value) -> list[str]:
    if not any(_may_lie_in_tmp(machine, atom) for atom in value):
        return []
    return [canonical(place) for place in places_of(machine, value) if place.base is Base.TMP]


def _may_lie_in_tmp(machine: Machine, atom: Atom) -> bool:
    if not isinstance(atom, (Text, PathText)):
        return isinstance(atom, Opaque)
    text = atom.text
    if len(text) > 500 or "\n" in text or " " in text[:8]:
        return False
    return text.startswith(("/", "file:", "sqlite")) or not text[:1].isascii()


def contents_of(text: str) -> Value:
    """Return what reading the file at a path gives."""
    return (Opaque(Hole(HoleKind.UNKNOWN, _CONTENT + text)),)


def _contents(atom: Atom) -> list[str]:
    """Return the paths of the files that a value was read from."""
    return [
        hole.origin.removeprefix(_CONTENT).partition("\0")[0]
        for hole in holes_of(atom)
        if hole.origin.startswith(_CONTENT)
    ]


def read_from(external: ExternalCall) -> Value | None:
    """Return the content that a call reads from a file in ``/tmp``; None where it reads none."""
    machine = external.machine
    source: Value = ()
    if external.method in _READING and external.receiver is not None:
        source = (external.receiver,)
    elif external.method in _PARSING and external.arguments.positional:
        source = external.arguments.positional[0]
    if len(source) != 1 or not isinstance(source[0], (ExternalObject, PathText)):
        return None
    look = _look_at(machine, source)
    texts = look.opened or look.paths
    return contents_of(f"{texts[0]}\0") if texts else None


def _from_request(atom: Atom) -> bool:
    if isinstance(atom, ExternalMethod):
        return _from_request(atom.receiver)
    if isinstance(atom, ExternalObject):
        return atom.type.startswith(_FRAMEWORK_FILES)
    return isinstance(atom, Opaque) and atom.hole.kind is HoleKind.REQUEST


def _fetches(external: ExternalCall) -> bool:
    catalogue = external.machine.catalogue
    if any(row.fetches for row in catalogue.effects.get(external.name, ())):
        return True
    return external.name in catalogue.fetches or external.method in catalogue.fetch_methods
