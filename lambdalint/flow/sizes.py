"""How much a call is known to write into ``/tmp`` at least: by its literals, its source, its asset, or the settings."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from lambdalint.flow import occupancy, shipped
from lambdalint.flow.store import SIZES
from lambdalint.flow.text import is_hole, shown
from lambdalint.flow.tmp_arguments import look_at
from lambdalint.flow.values import (
    Atom,
    ExternalObject,
    Number,
    Opaque,
    Text,
    Value,
    texts_of,
)
from lambdalint.model import EffectKind, Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.external_call import Called, ExternalCall
    from lambdalint.flow.machine import Machine

_FILLED = frozenset({"builtins.bytes", "builtins.bytearray", "os.urandom", "os.getrandom", "secrets.token_bytes",
                     "random.randbytes", "random.Random.randbytes"})  # fmt: skip
"""Calls that return as many bytes as their first argument says."""
_HANDLES = ("io.", "tempfile._TemporaryFileWrapper")
_HANDLE_METHODS = frozenset({"write", "truncate", "seek"})
_DESCRIPTOR_CALLS = frozenset({"os.write", "os.ftruncate", "os.posix_fallocate"})
_NOTED = frozenset({*_HANDLE_METHODS, "ftruncate", "posix_fallocate", "download_fileobj"})
"""Names of methods that change a file which another call has made."""
_WRITES = frozenset({"pathlib.Path.write_bytes", "pathlib.Path.write_text"})
_COPIES = {
    "shutil.copy": "src@0",
    "shutil.copy2": "src@0",
    "shutil.copyfile": "src@0",
    "shutil.copytree": "src@0",
    "shutil.move": "src@0",
    "os.rename": "src@0",
    "os.replace": "src@0",
    "pathlib.Path.rename": "self",
    "pathlib.Path.replace": "self",
}
_EXTRACTIONS = {"shutil.unpack_archive": "filename@0", "zipfile.ZipFile.extractall": "self"}
_DOWNLOADS = frozenset({"download_file", "download_fileobj"})
_POSITION = "\0at "
_CLIENT_ARGUMENTS = 3
_LARGEST = 2**48


def concerns(called: Called) -> bool:
    """Tell whether what is called changes the size of a file that another call has made."""
    return called.method in _NOTED


def fills(called: Called) -> bool:
    """Tell whether what is called returns as many bytes as it is asked for."""
    return called.name in _FILLED


def note(external: ExternalCall, made: list[int]) -> None:
    """Note how large a call makes a file in ``/tmp``; *made* are the accounts of what it makes itself."""
    _renew(external.machine, made)
    if external.method in _HANDLE_METHODS and isinstance(external.receiver, ExternalObject):
        _note_handle(external, external.receiver)
    elif external.name in _DESCRIPTOR_CALLS:
        _note_descriptor(external)
    machine = external.machine
    number = _filled_by(machine, made)
    if number is None and external.method == "download_fileobj":
        number = _opened(machine, external.given)
    if number is None:
        return
    stated = _stated(machine, [shown(machine.ledger.accounts[number].text), *_addresses(external)])
    if stated is not None:
        occupancy.grow(machine, number, "", stated)
        return
    occupancy.grow(machine, number, "", _whole(external), sparse=external.name == "os.truncate")
    name, size = _asset(external)
    occupancy.grow(machine, number, f"asset {name}", size)


def note_command(machine: Machine, made: list[int], size: int, *, sparse: bool) -> None:
    """Note that a child process makes a file of at least *size* bytes."""
    _renew(machine, made)
    number = _filled_by(machine, made)
    if number is None:
        return
    stated = _stated(machine, [shown(machine.ledger.accounts[number].text)])
    occupancy.grow(machine, number, "", size if stated is None else stated, sparse=sparse and stated is None)


def filled(external: ExternalCall, result: Value) -> Value:
    """Return a result that consists of as many bytes as the call was asked for, with their number."""
    given = external.arguments.at_position(0)
    count = _number(given)
    if count is None or not given:
        return result
    hole = next((atom.hole for atom in result if isinstance(atom, Opaque)), Hole(HoleKind.UNKNOWN, external.method))
    return (Opaque(hole, truthy=count > 0, size=count),)


def entered(machine: Machine, atom: ExternalObject) -> None:
    """Note that a ``with`` block of a temporary object begins."""
    if machine.ledger.accounts:
        occupancy.enter(machine, list(look_at(machine, (atom,)).opened))


def left(machine: Machine, atom: ExternalObject) -> None:
    """Note that it ends."""
    if machine.store.names(SIZES):
        occupancy.leave(machine, list(look_at(machine, (atom,)).opened))


def _renew(machine: Machine, made: list[int]) -> None:
    for number in made:
        account = machine.ledger.accounts[number]
        if account.kind is EffectKind.WRITE:
            occupancy.renew(machine, account.text)


def _note_handle(external: ExternalCall, receiver: ExternalObject) -> None:
    """Note what a call puts into an open file, or that it changes the file's length or the position in it."""
    machine = external.machine
    number = _opened(machine, [(receiver,)]) if receiver.type.startswith(_HANDLES) else None
    if number is None:
        return
    machine.ledger.noted += 1
    given = external.arguments.at_position(0)
    position = f"{_POSITION}{receiver.uid}"
    if external.method == "seek":
        offset = _number(given) if external.count == 1 else None
        machine.store.set(SIZES, position, () if offset is None else (Number(offset),))
    elif external.method == "truncate":
        _set_length(machine, number, _number(given))
    else:
        at = _number(machine.store.get(SIZES, position))
        length = _least(given)
        if at is None:
            occupancy.grow(machine, number, _site(external), length)
        else:
            occupancy.grow(machine, number, "", at + length, sparse=True)
            machine.store.drop(SIZES, position)


def _note_descriptor(external: ExternalCall) -> None:
    machine = external.machine
    number = _opened(machine, [external.argument("fd@0") or ()])
    if number is None:
        return
    if external.method == "write":
        occupancy.grow(machine, number, _site(external), _least(external.argument("@1")))
    elif external.method == "ftruncate":
        _set_length(machine, number, _number(external.argument("length@1")))
    else:
        offset, length = _number(external.argument("@1")), _number(external.argument("@2"))
        if offset is not None and length is not None:
            occupancy.grow(machine, number, "", offset + length)


def _set_length(machine: Machine, number: int, length: int | None) -> None:
    if length == 0:
        occupancy.renew(machine, machine.ledger.accounts[number].text)
    elif length is not None:
        occupancy.grow(machine, number, "", length, sparse=True)


def _whole(external: ExternalCall) -> int:
    """Return how large a call makes a whole file, by what it puts into it."""
    if external.name in _WRITES:
        return _least(external.argument("data@0"))
    if external.name == "os.truncate":
        return _number(external.argument("length@1")) or 0
    machine = external.machine
    copied = _COPIES.get(external.name)
    if copied is not None:
        return min((_source(machine, atom) for atom in external.argument(copied) or ()), default=0)
    unpacked = _EXTRACTIONS.get(external.name)
    if unpacked is None:
        return 0
    source = external.argument(unpacked) or ()
    if unpacked == "self":
        source = _archive(external)
    return min((shipped.unpacked(machine, atom) for atom in source), default=0)


def _archive(external: ExternalCall) -> Value:
    """Return the path of the archive that is unpacked as a whole."""
    receiver = external.receiver
    if not isinstance(receiver, ExternalObject) or external.argument("members@1") is not None:
        return ()
    return external.machine.store.get(receiver.uid, "<path>") or ()


def _source(machine: Machine, atom: Atom) -> int:
    """Return how large the file or folder at a path is, in ``/tmp`` or in what is deployed."""
    look = look_at(machine, (atom,))
    if look.paths:
        return occupancy.size_of(machine, look.paths[0])
    return shipped.size_of(machine, atom)


def _asset(external: ExternalCall) -> tuple[str, int]:
    """Return the name and size of what a library fetches for a call."""
    for row in external.machine.catalogue.assets.get(external.name, ()):
        given = next((value for value in map(external.argument, row.arguments) if value is not None), None)
        names = texts_of(given) if given is not None else [row.default]
        altered = any(external.argument(reference) is not None for reference in row.unless)
        if len(names) == 1 and names[0] in row.names and not altered:
            return row.names[0], row.mb * occupancy.MB
    return "", 0


def _stated(machine: Machine, names: list[str]) -> int | None:
    """Return the size that the settings give for what has one of some names; of several patterns the first holds."""
    for pattern, size in machine.stated_sizes:
        if any(fnmatchcase(name, pattern) for name in names):
            return size
    return None


def _addresses(external: ExternalCall) -> list[str]:
    """Return the key of an object that is downloaded from S3, and its address where the bucket is known."""
    if external.method not in _DOWNLOADS:
        return []
    bucket: Value | None = None
    if ".Object." in external.name:
        attribute = external.machine.store.get
        receiver = external.receiver
        key = attribute(receiver.uid, "key") if isinstance(receiver, ExternalObject) else None
        bucket = attribute(receiver.uid, "bucket_name") if isinstance(receiver, ExternalObject) else None
    elif ".Bucket." in external.name or external.count < _CLIENT_ARGUMENTS:
        key = external.argument("Key@0")
    else:
        bucket, key = external.argument("Bucket@0"), external.argument("Key@1")
    keys = [shown(text) for text in texts_of(key or ())]
    buckets = [shown(text) for text in texts_of(bucket or ())]
    if len(keys) != 1:
        return []
    return [keys[0], *(f"s3://{buckets[0]}/{keys[0]}" for _ in buckets[:1] if len(buckets) == 1)]


def _filled_by(machine: Machine, made: list[int]) -> int | None:
    """Return the account of the one file that a call fills; None where there may be several."""
    accounts = machine.ledger.accounts
    numbers = [number for number in made if accounts[number].kind is not EffectKind.CREATE_DIR]
    return numbers[-1] if len({accounts[number].text for number in numbers}) == 1 else None


def _opened(machine: Machine, values: list[Value]) -> int | None:
    """Return the account of the one file that open files and descriptors among some values stand for."""
    looks = [look_at(machine, value) for value in values]
    texts = {text for look in looks for text in (*look.opened, *look.paths)}
    if len(texts) != 1:
        return None
    (text,) = texts
    accounts = machine.ledger.accounts
    numbers = range(len(accounts) - 1, -1, -1)
    return next((number for number in numbers if accounts[number].text == text), None)


def _least(value: Value | None) -> int:
    """Return how long a text, or bytes, are at least."""
    return min((_length(atom) for atom in value or ()), default=0)


def _length(atom: Atom) -> int:
    if isinstance(atom, Opaque):
        return atom.size
    return sum(not is_hole(character) for character in atom.text) if isinstance(atom, Text) else 0


def _number(value: Value | None) -> int | None:
    """Return the smallest of some numbers; None where one is not known, or none can be a size."""
    numbers = [atom.value for atom in value or () if isinstance(atom, Number)]
    if not numbers or len(numbers) != len(value or ()) or min(numbers) < 0 or max(numbers) > _LARGEST:
        return None
    return int(min(numbers))


def _site(external: ExternalCall) -> str:
    return str(external.span)
