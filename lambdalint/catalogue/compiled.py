"""The catalogue in one file that is read fast, made from the TOML files and never there in place of them.

The wheel ships it, and an installed file does not change: it is good for the version that it names. A checkout keeps
it among Python's byte code, where it is good for the contents that it was made from, which are read each time. A form
that is absent, broken or for something else is no error: the rows are read from the TOML files then.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from pathlib import Path
from typing import NamedTuple

import msgspec

from lambdalint import __version__
from lambdalint.catalogue.schema import CatalogueFile

SHIPPED = "data.msgpack"
"""The name of the wheel's form, in this package."""

_KEPT = "catalogue.msgpack"
_MAGIC = "lambdalint-catalogue"
_FOR_VERSION = f"version-{__version__}"

CatalogueFiles = tuple[tuple[str, CatalogueFile], ...]
_DECODER = msgspec.msgpack.Decoder(CatalogueFiles)


class Compiled(NamedTuple):
    """The rows of all TOML files, and the digest of the files' contents."""

    files: CatalogueFiles
    digest: str


def encode(rows: Compiled, good_for: str = _FOR_VERSION) -> bytes:
    """Return *rows* as the content of a file: a line that says what it is good for, then the rows."""
    payload = msgspec.msgpack.encode(rows.files)
    head = f"{_MAGIC} {good_for} {rows.digest} {zlib.crc32(payload):08x}\n"
    return head.encode() + payload


def decode(content: bytes, good_for: str = _FOR_VERSION) -> Compiled | None:
    """Return the rows in *content*; None where it is broken, or good for something else."""
    head, _, payload = content.partition(b"\n")
    try:
        magic, known, digest, checksum = head.decode("ascii").split(" ")
        if (magic, known) != (_MAGIC, good_for) or int(checksum, 16) != zlib.crc32(payload):
            return None
        return Compiled(_DECODER.decode(payload), digest)
    except (ValueError, msgspec.MsgspecError):
        return None


def shipped() -> Compiled | None:
    """Return the rows that the wheel ships in this form; None in a checkout."""
    return _read(Path(__file__).with_name(SHIPPED), _FOR_VERSION)


def kept(key: str) -> Compiled | None:
    """Return the rows that were kept for *key*, which tells all that they are made from."""
    path = _kept_path()
    return None if path is None else _read(path, key)


def keep(rows: Compiled, key: str) -> None:
    """Keep *rows* for *key* in place of what was kept before, where the folder of the byte code lets them."""
    path = _kept_path()
    if path is None:
        return
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(encode(rows, key))
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _read(path: Path, good_for: str) -> Compiled | None:
    try:
        return decode(path.read_bytes(), good_for)
    except OSError:
        return None


def _kept_path() -> Path | None:
    """Return where this package's byte code lies, which PYTHONPYCACHEPREFIX may say; None where it has no place."""
    byte_code = None if __spec__ is None else __spec__.cached
    return None if byte_code is None else Path(byte_code).with_name(_KEPT)
