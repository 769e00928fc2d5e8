"""Where the content of files in ``/tmp`` comes from, where it goes, and where their paths go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.flow import fresh
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.exits import is_pure
from lambdalint.flow.tmp_paths import canonical, canonical_text
from lambdalint.flow.values import (
    CONTENT,
    TRUE,
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
    texts_of,
)
from lambdalint.model import Base, Hole, HoleKind, Step

if TYPE_CHECKING:
    from lambdalint.flow.externals import ExternalCall
    from lambdalint.flow.machine import Machine

_READING = frozenset({"read", "readline", "readlines", "readall", "read_text", "read_bytes"})
_PARSING = frozenset(
    {"load", "safe_load", "full_load", "loads", "reader", "DictReader", "parse", "read_csv", "read_json"}
)
_PATH_PARAMETERS = frozenset(
    {"Filename", "filename", "file_name", "fileName", "localpath", "local_path", "path", "file_path", "source",
     "src", "lpath", "file", "localFile"}
)  # fmt: skip
_CHANGING = frozenset(
    {"commit", "create_all", "executemany", "executescript", "bulk_save_objects", "add_all", "insert", "insert_multiple",
     "upsert", "setdefault", "sync", "add_documents", "add_texts", "to_sql", "put"}
)  # fmt: skip
_CHANGING_SQL = re.compile(r"\s*(?:insert|update|delete|create|replace|alter|drop|merge|copy)\b", re.IGNORECASE)
_COMMANDS = ("subprocess.", "os.system", "os.popen", "os.spawn", "os.exec", "asyncio.create_subprocess")
_ANSWERS = re.compile(
    r"(?:json|simplejson|ujson|orjson|pickle|yaml)\.(?:dumps|dump|safe_dump)$|flask\.(?:json\.)?jsonify$|flask\.make_response$|"
    r"(?:fastapi|starlette)\.responses\.(?:JSON|ORJSON|UJSON|PlainText|HTML)?Response$|chalice\.Response$|"
    r"django\.http\.JsonResponse$|aws_lambda_powertools\.event_handler\.Response$"
)
"""Calls whose result says what their arguments say."""
_SHIPPED = (Base.PACKAGE, Base.TASK, Base.LAYER, Base.MOUNT)
_WRAPPING = ("io.BytesIO", "io.StringIO", "zipfile.", "tarfile.", "gzip.", "base64.", "bz2.", "lzma.")
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
    chosen = any(_from_request(machine, atom) for value in values for atom in value)
    fetched = _fetches(external)
    step = Step(external.span, external.method)
    for number in made:
        account = ledger.accounts[number]
        facts = ledger.traffic.facts_of(account.text)
        others = [argument for argument in arguments if account.text not in argument.paths]
        from_request = any(_from_request(machine, atom) for argument in others for atom in argument.value)
        facts.request_content = facts.request_content or from_request
        origin = {text for argument in others for text in (*argument.paths, *argument.opened)}
        facts.new_content = (
            facts.new_content
            or any(fresh.holds_fresh(machine, argument.value) for argument in others)
            or any(ledger.traffic.facts_of(text).new_content for text in origin)
        )
        if fetched or any(_is_shipped(machine, argument.value) for argument in others):
            facts.fetched = facts.fetched or step
    if external.name.startswith(_COMMANDS):
        note_command(external)
    mine = {ledger.accounts[number].text for number in made}
    for argument in arguments:
        for text in argument.opened:
            facts = ledger.traffic.facts_of(text)
            if external.method not in _READING:
                facts.new_content = facts.new_content or is_fresh
                facts.request_content = facts.request_content or chosen
                if fetched:
                    facts.fetched = facts.fetched or step
        if _is_unknown(external):
            for text in (*argument.paths, *argument.opened):
                if text not in mine:
                    ledger.traffic.mention(text)
                    ledger.traffic.facts_of(text).read_back = True
    _note_same_file(external, arguments, mine)
    _note_database(external)
    _note_stores(external)


def _is_unknown(external: ExternalCall) -> bool:
    """Tell whether nothing is known of what a call does with a path."""
    catalogue = external.machine.catalogue
    known = (
        catalogue.effects,
        catalogue.reads,
        catalogue.stores,
        catalogue.returns,
        catalogue.passes,
        catalogue.neutral,
    )
    return not any(external.name in table for table in known) and not is_pure(external.name)


def note_command(external: ExternalCall) -> None:
    """Note the files that another process is given, in its words or as its working directory."""
    machine = external.machine
    words: list[str] = []
    waiting = external.arguments.all()
    for _ in range(_MOST):
        if not waiting:
            break
        value = waiting.pop()
        words.extend(atom.text for atom in value if isinstance(atom, (Text, PathText)))
        waiting.extend(_parts(machine, value))
    spoken = [canonical_text(word) for word in words]
    for account in machine.ledger.accounts:
        if any(account.text in word or (word.startswith("/") and account.text.startswith(word)) for word in spoken):
            machine.ledger.traffic.facts_of(account.text).read_back = True


def _note_same_file(external: ExternalCall, arguments: list[_Argument], made: set[str]) -> None:
    """Note a file whose new content follows from its old one: that was written by an earlier invocation."""
    ledger = external.machine.ledger
    written = {text for argument in arguments for text in argument.opened} | made
    read = {text for argument in arguments for text in argument.read}
    if external.method not in _READING:
        for text in written & read:
            ledger.traffic.rewrite(text, Step(external.span, "a later invocation"))


def _note_database(external: ExternalCall) -> None:
    """Note a call that changes a database; of a connection that is not known, that it may be any."""
    method = external.method
    changes = method in _CHANGING
    if method.startswith("execute") and external.arguments.positional:
        texts = texts_of(external.arguments.positional[0])
        changes = changes or any(_CHANGING_SQL.match(text) for text in texts)
    if not changes or external.receiver is None:
        return
    machine = external.machine
    opened = _look_at(machine, (external.receiver,)).opened
    for text in opened:
        if not machine.ledger.is_absent(machine, text):
            machine.ledger.traffic.facts_of(text).new_content = True
    if not opened:
        machine.ledger.traffic.changes_databases = True


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
        machine.ledger.traffic.stores = machine.ledger.traffic.stores or Step(external.span, external.method)
        by_path = row.content.partition("@")[0] in _PATH_PARAMETERS or "file" in external.method
        _store(external, given, by_path=by_path, depth=0)


def _store(external: ExternalCall, value: Value, *, by_path: bool, depth: int) -> None:
    machine = external.machine
    step = Step(external.span, external.method)
    look = _look_at(machine, value)
    for text in (*look.opened, *look.read, *(look.paths if by_path else ())):
        facts = machine.ledger.traffic.facts_of(text)
        facts.stored = facts.stored or step
    if not by_path:
        for text in look.paths:
            facts = machine.ledger.traffic.facts_of(text)
            facts.escapes = facts.escapes or Step(external.span, f"{external.method}() sends it")
    for inner in _parts(machine, value) if depth < _DEEPEST else ():
        _store(external, inner, by_path=False, depth=depth + 1)


def note_returned(machine: Machine, value: Value, step: Step, depth: int = 0) -> None:
    """Note the paths that an entry point returns to its caller."""
    held = [text for atom in value for hole in holes_of(atom) for text in machine.ledger.traffic.held(hole.origin)]
    if depth or held:
        for text in (*held, *(_look_at(machine, value).paths if depth else ())):
            facts = machine.ledger.traffic.facts_of(text)
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
            read.extend(_read_in(machine, owner, 2))
        elif isinstance(atom, (Mapping, ListOf, Items)):
            read.extend(_read_in(machine, atom, 2))
    return _Argument(value, tuple(paths), tuple(opened), tuple(read))


def _read_in(machine: Machine, atom: Atom, depth: int) -> list[str]:
    found: list[str] = []
    for value in _parts(machine, (atom,)):
        for inner in value:
            found.extend(_contents(inner))
            if depth:
                found.extend(_read_in(machine, inner, depth - 1))
    return found


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


def note_item(machine: Machine, atom: ExternalObject) -> None:
    """Note ``database[key] = value``."""
    for text in _look_at(machine, (atom,)).opened:
        machine.ledger.traffic.facts_of(text).new_content = True


def contents_of(text: str) -> Value:
    """Return what reading the file at a path gives."""
    return (Opaque(Hole(HoleKind.UNKNOWN, CONTENT + text)),)


def _contents(atom: Atom) -> list[str]:
    """Return the paths of the files that a value was read from."""
    return [
        hole.origin.removeprefix(CONTENT).partition("\0")[0]
        for hole in holes_of(atom)
        if hole.origin.startswith(CONTENT)
    ]


def hold(machine: Machine, atom: Opaque, value: Value) -> None:
    """Note a path that is put into the event."""
    if atom.hole.kind is HoleKind.REQUEST:
        machine.ledger.traffic.hold(atom.hole.origin, _texts(machine, value))


def answered(external: ExternalCall) -> Value | None:
    """Return the result of a call that only wraps what it is given; None of another."""
    if not _ANSWERS.search(external.name):
        return None
    uid = external.machine.store.new_uid()
    values = external.arguments.all()
    external.machine.store.set(uid, "<holds>", (Items(tuple(values)),))
    return (ExternalObject(external.name, uid),)


def wrapped(external: ExternalCall, result: Value) -> None:
    """Mark a buffer or archive as made of what the request sent."""
    machine = external.machine
    given = external.arguments.all()
    for atom in result:
        if isinstance(atom, ExternalObject) and atom.uid and atom.type.startswith(_WRAPPING):
            if any(_from_request(machine, inner) for value in given for inner in value):
                machine.store.set(atom.uid, "<request>", TRUE)


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


def _from_request(machine: Machine, atom: Atom) -> bool:
    if isinstance(atom, ExternalMethod):
        return _from_request(machine, atom.receiver)
    if isinstance(atom, ExternalObject):
        marked = bool(atom.uid) and machine.store.get(atom.uid, "<request>") is not None
        return marked or atom.type.startswith(_FRAMEWORK_FILES)
    return isinstance(atom, Opaque) and atom.hole.kind is HoleKind.REQUEST


def _is_shipped(machine: Machine, value: Value) -> bool:
    """Tell whether a value is the path of something in the package, in a layer or on a mount."""
    paths = tuple(atom for atom in value if isinstance(atom, (Text, PathText)) and atom.text.startswith("/"))
    return any(place.base in _SHIPPED for place in places_of(machine, paths))


def _fetches(external: ExternalCall) -> bool:
    catalogue = external.machine.catalogue
    if any(row.fetches for row in catalogue.effects.get(external.name, ())):
        return True
    return external.name in catalogue.fetches or external.method in catalogue.fetch_methods
