"""``os.path`` on abstract text."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.flow.containers import new_list
from lambdalint.flow.existence import exists
from lambdalint.flow.operators import join_paths, product
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import confined_text, has_holes, hole_of, hole_text, is_hole
from lambdalint.flow.values import (
    EITHER,
    FALSE,
    TRUE,
    UNKNOWN,
    External,
    Items,
    Opaque,
    PathText,
    Text,
    Value,
    bounded,
    confined,
    join,
    text_of,
    texts_of,
)
from lambdalint.model import LISTING, Base, Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine


def absolute(machine: Machine, text: str) -> list[str]:
    """Return a text as an absolute path, for each directory that may be the working directory."""
    if text.startswith("/"):
        return [text]
    if text and is_hole(text[0]) and not hole_of(text[0]).confined:
        return [text]
    cwds = texts_of(machine.store.get(PROCESS, "cwd") or ())
    return [posixpath.join(cwd, text) if text not in ("", ".") else cwd for cwd in cwds]


def expand_user(machine: Machine, text: str) -> str:
    """Return a text with a leading ``~`` replaced by the home directory."""
    if text == "~" or text.startswith("~/"):
        return machine.home + text[1:]
    return text


def normalised(text: str) -> str:
    """Normalise a path, keeping the mark of the working directory."""
    return posixpath.normpath(text) if text else "."


def _dirname(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or UNKNOWN
    return bounded(tuple(Text(folder) for text in texts_of(value) for folder in folders_of(text))) or UNKNOWN


def _each(operation: Callable[[str], str]) -> Callable[[ExternalCall], Value | None]:
    def model(call: ExternalCall) -> Value | None:
        value = call.argument("path@0")
        if value is None:
            value = call.arguments.at_position(0)
        if value is None:
            return UNKNOWN
        return (
            bounded(tuple(Text(text) for text in dict.fromkeys(operation(text) for text in texts_of(value)))) or UNKNOWN
        )

    return model


def _join(call: ExternalCall) -> Value | None:
    if not call.arguments.positional:
        return UNKNOWN
    results = texts_of(call.arguments.positional[0]) or [""]
    for part in call.arguments.positional[1:]:
        results = join_paths(results, texts_of(part) or texts_of(UNKNOWN))
    if call.arguments.rest:
        results = join_paths(results, texts_of(call.arguments.rest))
    return bounded(tuple(Text(result) for result in results))


def _safe_join(call: ExternalCall) -> Value | None:
    """A join that refuses what would leave the directory."""
    joined = _join(call)
    return confined(joined) if joined is not None else None


def _basename(text: str) -> str:
    return confined_text(posixpath.basename(text))


def folders_of(text: str) -> list[str]:
    """Return the folders that a path may lie in: what the request sends may hold separators."""
    if has_holes(text) and "/" not in text:
        return [text]
    folder, _, last = text.rpartition("/")
    found = [posixpath.dirname(text)]
    for number, character in enumerate(last):
        if is_hole(character) and hole_of(character).kind is HoleKind.REQUEST and not hole_of(character).confined:
            inner = replace(hole_of(character), origin=f"folder of {hole_of(character).origin}")
            found.append(f"{folder}/{last[:number]}{hole_text(inner)}")
    return found


def _abspath(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or UNKNOWN
    results = [normalised(found) for text in texts_of(value) for found in absolute(call.machine, text)]
    return bounded(tuple(Text(result) for result in dict.fromkeys(results))) or UNKNOWN


def _expanduser(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or UNKNOWN
    return bounded(tuple(Text(expand_user(call.machine, text)) for text in texts_of(value))) or UNKNOWN


_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")


def _expandvars(call: ExternalCall) -> Value | None:
    machine = call.machine
    value = call.arguments.at_position(0) or UNKNOWN
    results: list[str] = []
    for text in texts_of(value):
        pieces = [""]
        last = 0
        for match in _VARIABLE.finditer(text):
            name = match[1] or match[2]
            found = machine.environment.get(machine, name, (Text(match[0]),))
            pieces = product(product(pieces, [text[last : match.start()]]), texts_of(found))
            last = match.end()
        results.extend(product(pieces, [text[last:]]))
    return bounded(tuple(Text(result) for result in dict.fromkeys(results))) or UNKNOWN


WILDCARD = re.compile(r"\*\*?|\?|\[[^]]*\]")
"""What stands for any text in the pattern of a path."""


def _any_name() -> str:
    return hole_text(Hole(HoleKind.LOOP, LISTING, confined=True))


def _list_directory(call: ExternalCall) -> Value | None:
    return new_list(call.machine, [(Text(_any_name()),)], complete=False)


def _scan_directory(call: ExternalCall) -> Value | None:
    """The entries of a directory know their paths."""
    folders = texts_of(call.argument("path@0") or (Text("."),))
    entries = bounded(tuple(PathText(f"{folder.rstrip('/')}/{_any_name()}") for folder in folders))
    return new_list(call.machine, [entries], complete=False)


def _walk(call: ExternalCall) -> Value | None:
    """Each directory below the top, with the names in it."""
    given = texts_of(call.argument("top@0") or UNKNOWN)
    tops = bounded(tuple(Text(text) for top in given for text in (top, f"{top.rstrip('/')}/{_any_name()}")))
    names = new_list(call.machine, [(Text(_any_name()),)], complete=False)
    return new_list(call.machine, [(Items((tops, names, names)),)], complete=False)


def _glob(call: ExternalCall) -> Value | None:
    pattern = texts_of(call.argument("pathname@0") or UNKNOWN)
    found = bounded(tuple(Text(WILDCARD.sub(_any_name(), text)) for text in pattern))
    return new_list(call.machine, [found], complete=False)


def _split(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or UNKNOWN
    heads: Value = ()
    tails: Value = ()
    for text in texts_of(value):
        heads = join(heads, tuple(Text(folder) for folder in folders_of(text)))
        tails = join(tails, (Text(_basename(text)),))
    return (Items((heads, tails)),)


def _extension(last: str) -> str:
    """Return the unknown extension of a name: another text than the name, in case it is compared with known ones."""
    if not is_hole(last):
        return last
    hole = hole_of(last)
    return hole_text(replace(hole, origin=f"extension of {hole.origin}", confined=True))


def _splitext(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or UNKNOWN
    stems: Value = ()
    extensions: Value = ()
    for text in texts_of(value):
        stem, extension = posixpath.splitext(text)
        if extension or not has_holes(text):
            stems = join(stems, (Text(stem),))
            extensions = join(extensions, (Text(extension),))
        else:
            stems = join(stems, (Text(text),))
            extensions = join(extensions, (Text(_extension(text[-1])),))
    return (Items((stems, extensions)),)


def _isabs(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or UNKNOWN
    result: Value = ()
    for text in texts_of(value):
        if text and is_hole(text[0]):
            result = join(result, EITHER)
        else:
            result = join(result, TRUE if text.startswith("/") else FALSE)
    return result or EITHER


def _exists(kind: str) -> Callable[[ExternalCall], Value | None]:
    def model(call: ExternalCall) -> Value | None:
        result: Value = ()
        for text in texts_of(call.arguments.at_position(0) or UNKNOWN):
            result = join(result, exists(call.machine, text, kind=kind))
        return result or EITHER

    return model


def _access(call: ExternalCall) -> Value | None:
    """``os.access(path, os.W_OK)`` is false in a read-only place."""
    mode = call.argument("mode@1")
    names = [atom.name if isinstance(atom, External) else text_of(atom) or "" for atom in mode or ()]
    asks_write = any("W_OK" in name for name in names)
    if not asks_write:
        return EITHER
    result: Value = ()
    for text in texts_of(call.argument("path@0") or UNKNOWN):
        for cwd in call.machine.cwds():
            place = call.machine.rooms.place(text, cwd)
            if place is None or place.writable is None or place.base in (Base.TMP, Base.MOUNT):
                result = join(result, EITHER)
            else:
                result = join(result, FALSE)
    return result or EITHER


def _commonpath(call: ExternalCall) -> Value | None:
    return UNKNOWN


def _first(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0)
    if value is None:
        return UNKNOWN
    return tuple(
        atom if isinstance(atom, (Text, Opaque)) else Text(text_of(atom) or "")
        for atom in value
        if text_of(atom) is not None
    )


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "os.path.join": _join,
    **dict.fromkeys(
        (
            "werkzeug.utils.safe_join",
            "werkzeug.security.safe_join",
            "flask.safe_join",
            "flask.helpers.safe_join",
            "django.utils._os.safe_join",
        ),
        _safe_join,
    ),
    "os.path.basename": _each(_basename),
    "os.path.dirname": _dirname,
    "os.path.normpath": _each(normalised),
    "os.path.normcase": _each(str),
    "os.path.abspath": _abspath,
    "os.path.realpath": _abspath,
    "os.path.expanduser": _expanduser,
    "os.path.expandvars": _expandvars,
    "os.path.split": _split,
    "os.path.splitext": _splitext,
    "os.path.isabs": _isabs,
    "os.path.exists": _exists("any"),
    "os.path.lexists": _exists("any"),
    "os.path.isfile": _exists("file"),
    "os.path.isdir": _exists("dir"),
    "os.path.commonpath": _commonpath,
    "os.access": _access,
    "os.listdir": _list_directory,
    "os.scandir": _scan_directory,
    "os.walk": _walk,
    "glob.glob": _glob,
    "glob.iglob": _glob,
    "os.fspath": _first,
    "os.fsencode": _first,
    "os.fsdecode": _first,
}
