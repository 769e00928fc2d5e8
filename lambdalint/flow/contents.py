"""Where the content of files in ``/tmp`` comes from, and what is done with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from lambdalint.flow import fresh
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.exits import is_pure
from lambdalint.flow.outflow import note_stores, stores
from lambdalint.flow.tmp_arguments import TmpArgument, all_in, from_request, look_at, words_in
from lambdalint.flow.values import (
    CONTENT,
    TRUE,
    ExternalObject,
    Items,
    ListOf,
    Mapping,
    Opaque,
    PathText,
    Text,
    Value,
    texts_of,
)
from lambdalint.model import Base, Hole, HoleKind, Step

if TYPE_CHECKING:
    from lambdalint.flow.external_call import Called, ExternalCall
    from lambdalint.flow.machine import Machine

Note: TypeAlias = Callable[["ExternalCall", list[TmpArgument], set[str]], None]
"""Notes something of a call: by its arguments and receiver, and by the paths that it has made itself."""

_READING = frozenset({"read", "readline", "readlines", "readall", "read_text", "read_bytes"})
_PARSING = frozenset(
    {"load", "safe_load", "full_load", "loads", "reader", "DictReader", "parse", "read_csv", "read_json"}
)
_CHANGING = frozenset(
    {"commit", "create_all", "executemany", "executescript", "bulk_save_objects", "add_all", "insert", "upsert", "put",
     "insert_multiple", "setdefault", "sync", "add_documents", "add_texts", "to_sql"}
)  # fmt: skip
_QUERYING = frozenset(
    {"cursor", "connect", "begin", "close", "rollback", "fetchone", "fetchall", "fetchmany", "query", "search", "get",
     "all", "find", "find_one", "scalar", "scalars", "count", "contains", "similarity_search", "get_collection", "peek",
     "keys", "items", "values"}
)  # fmt: skip
_CHANGING_SQL = re.compile(r"\s*(?:insert|update|delete|create|replace|alter|drop|merge|copy)\b", re.IGNORECASE)
_EMPTYING_SQL = re.compile(r"\s*(?:drop\s+table\b|truncate\b|delete\s+from\s+\S+\s*;?\s*$)", re.IGNORECASE)
_PATHS = re.compile(r"/tmp/[^\s'\"<>|;,&]+")
_COMMANDS = ("subprocess.", "os.system", "os.popen", "os.spawn", "os.exec", "asyncio.create_subprocess")
_SHIPPED = (Base.PACKAGE, Base.TASK, Base.LAYER, Base.MOUNT)
_PLAIN = frozenset(
    f"builtins.{name}"
    for name in (
        "len", "str", "int", "float", "bool", "isinstance", "issubclass", "hasattr", "getattr", "range", "enumerate",
        "zip", "sorted", "reversed", "min", "max", "sum", "any", "all", "abs", "round", "repr", "type", "id", "super",
        "callable", "format", "ord", "chr", "hash", "tuple", "list", "dict", "set", "frozenset",
    )
)  # fmt: skip
_WRAPPING = ("io.BytesIO", "io.StringIO", "zipfile.", "tarfile.", "gzip.", "base64.", "bz2.", "lzma.")


def is_plain(called: Called) -> bool:
    """Tell whether a call only computes: a method of a text or container, a built-in function that opens nothing."""
    return called.receiver in (Text, Items, ListOf, Mapping) or called.name in _PLAIN


def notes_of(called: Called) -> tuple[Note, ...]:
    """Return what may be noted of files in ``/tmp`` that a call is given, by what is called."""
    changes = called.method not in _READING
    may_change_database = called.receiver is not None and (
        called.method in _CHANGING or called.method.startswith("execute")
    )
    concerned: tuple[tuple[bool, Note], ...] = (
        (called.name.startswith(_COMMANDS), _note_words),
        (changes, _note_written),
        (_is_unknown(called), _note_unknown),
        (changes, _note_same_file),
        (may_change_database, _note_database),
        (stores(called), _note_stores),
    )
    return tuple(one for concerns, one in concerned if concerns)


def note(external: ExternalCall, made: list[int], notes: tuple[Note, ...]) -> None:
    """Note what a call says of files in ``/tmp``; *made* are the accounts of what it made itself."""
    machine = external.machine
    arguments = [look_at(machine, value) for value in external.given]
    if external.receiver is not None:
        arguments.append(look_at(machine, (external.receiver,)))
    mine: set[str] = set()
    if made:
        _note_origin(external, arguments, made)
        mine = {machine.ledger.accounts[number].text for number in made}
    for one in notes:
        one(external, arguments, mine)


def _note_origin(external: ExternalCall, arguments: list[TmpArgument], made: list[int]) -> None:
    """Note where the content comes from that a call puts into what it makes itself."""
    machine = external.machine
    ledger = machine.ledger
    fetched = _fetches(external)
    step = Step(external.span, external.method)
    for number in made:
        account = ledger.accounts[number]
        facts = ledger.traffic.facts_of(account.text)
        others = [argument for argument in arguments if account.text not in argument.paths]
        # What is fetched under a name that the request gives is not what the request holds.
        sent = not fetched and any(from_request(machine, atom) for argument in others for atom in argument.value)
        facts.request_content = facts.request_content or sent
        origin = {text for argument in others for text in (*argument.paths, *argument.opened)}
        facts.new_content = (
            facts.new_content
            or any(fresh.holds_fresh(machine, argument.value) for argument in others)
            or any(ledger.traffic.facts_of(text).new_content for text in origin)
        )
        if fetched or any(_is_shipped(machine, argument.value) for argument in others):
            facts.fetched = facts.fetched or step


def _note_written(external: ExternalCall, arguments: list[TmpArgument], made: set[str]) -> None:
    """Note where the content comes from that a call puts into an open file or database."""
    opened = [text for argument in arguments for text in argument.opened]
    if not opened or _is_query(external):
        return
    machine = external.machine
    is_fresh = fresh.takes_fresh(external)
    values = [argument.value for argument in arguments]
    chosen = any(from_request(machine, atom) for value in values for atom in value)
    fetched = _fetches(external)
    for text in opened:
        facts = machine.ledger.traffic.facts_of(text)
        facts.new_content = facts.new_content or is_fresh
        facts.changed = facts.changed or is_fresh
        facts.request_content = facts.request_content or chosen
        if fetched:
            facts.fetched = facts.fetched or Step(external.span, external.method)


def _is_unknown(called: Called) -> bool:
    """Tell whether nothing is known of what a call does with a path."""
    catalogue, name = called.catalogue, called.name
    return not (
        name in catalogue.effects
        or name in catalogue.reads
        or name in catalogue.stores
        or name in catalogue.returns
        or name in catalogue.passes
        or name in catalogue.neutral
        or is_pure(name)
    )


def _note_unknown(external: ExternalCall, arguments: list[TmpArgument], made: set[str]) -> None:
    """Note that code which is not known may read, or make, the files that it is given."""
    machine = external.machine
    traffic = machine.ledger.traffic
    found = all_in(machine, external.given)
    given = arguments[: min(len(found), len(external.given))]
    for argument in (*given, *(look_at(machine, value) for value in found[len(given) :])):
        for text in (*argument.paths, *argument.opened):
            if text not in made:
                traffic.mention(text)
                traffic.facts_of(text).read_back = True


def _note_words(external: ExternalCall, arguments: list[TmpArgument], made: set[str]) -> None:
    """Note the files that another process is given, in its words or as its working directory, and that it is run."""
    machine = external.machine
    spoken = words_in(machine, external.given)
    for word in spoken:
        for text in _PATHS.findall(word):
            machine.ledger.traffic.mention(text.rstrip("/"))
    for account in machine.ledger.accounts:
        if any(account.text in word or (word.startswith("/") and account.text.startswith(word)) for word in spoken):
            machine.ledger.traffic.facts_of(account.text).read_back = True
    machine.ledger.traffic.run_command()


def _note_same_file(external: ExternalCall, arguments: list[TmpArgument], made: set[str]) -> None:
    """Note a file whose new content follows from its old one: that was written by an earlier invocation."""
    written = {text for argument in arguments for text in argument.opened} | made
    if not written:
        return
    for argument in arguments:
        for text in written.intersection(argument.read):
            external.machine.ledger.traffic.rewrite(text, Step(external.span, "a later invocation"))


def _is_query(external: ExternalCall) -> bool:
    """Tell whether a call only asks an open database."""
    if external.method.startswith("execute") and external.arguments.positional:
        texts = texts_of(external.arguments.positional[0])
        return bool(texts) and not any(_CHANGING_SQL.match(text) for text in texts)
    return external.method in _QUERYING


def _note_database(external: ExternalCall, arguments: list[TmpArgument], made: set[str]) -> None:
    """Note a call that changes a database; of a connection that is not known, that it may be any."""
    method = external.method
    changes = method in _CHANGING
    if method.startswith("execute") and external.arguments.positional:
        texts = texts_of(external.arguments.positional[0])
        changes = changes or any(_CHANGING_SQL.match(text) for text in texts)
    if not changes or external.receiver is None:
        return
    machine = external.machine
    opened = look_at(machine, (external.receiver,)).opened
    traffic = machine.ledger.traffic
    empties = any(_EMPTYING_SQL.match(text) for value in external.arguments.positional[:1] for text in texts_of(value))
    for text in opened:
        facts = traffic.facts_of(text)
        facts.emptied = facts.emptied or empties
        if not machine.ledger.is_absent(machine, text):
            facts.new_content = facts.changed = True
    if not opened:
        traffic.changes_databases = True
        traffic.empties_databases = traffic.empties_databases or empties


def _note_stores(external: ExternalCall, arguments: list[TmpArgument], made: set[str]) -> None:
    note_stores(external)


def note_item(machine: Machine, atom: ExternalObject) -> None:
    """Note ``database[key] = value``."""
    for text in look_at(machine, (atom,)).opened:
        facts = machine.ledger.traffic.facts_of(text)
        facts.new_content = facts.changed = True


def contents_of(text: str) -> Value:
    """Return what reading the file at a path gives."""
    return (Opaque(Hole(HoleKind.UNKNOWN, CONTENT + text)),)


def wrapped(external: ExternalCall, result: Value) -> None:
    """Mark a buffer or archive as made of what the request sent."""
    machine = external.machine
    for atom in result:
        if isinstance(atom, ExternalObject) and atom.uid and atom.type.startswith(_WRAPPING):
            sent = any(from_request(machine, inner) for value in external.given for inner in value)
            if sent:
                machine.store.set(atom.uid, "<request>", TRUE)


def may_read(called: Called) -> bool:
    """Tell whether a call, by its name, may return the content of a file."""
    return (called.method in _READING and called.receiver is not None) or called.method in _PARSING


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
    look = look_at(machine, source)
    texts = look.opened or look.paths
    return contents_of(f"{texts[0]}\0") if texts else None


def _is_shipped(machine: Machine, value: Value) -> bool:
    """Tell whether a value is the path of something in the package, in a layer or on a mount."""
    paths = tuple(atom for atom in value if isinstance(atom, (Text, PathText)) and atom.text.startswith("/"))
    return any(place.base in _SHIPPED for place in places_of(machine, paths))


def _fetches(external: ExternalCall) -> bool:
    catalogue = external.machine.catalogue
    if any(row.fetches for row in catalogue.effects.get(external.name, ())):
        return True
    return external.name in catalogue.fetches or external.method in catalogue.fetch_methods
