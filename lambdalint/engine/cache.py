"""A cache of encoded facts: one flat file with an index, keyed by content, rebuilt when it is broken."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAGIC = b"lambdalint cache 1\n"
_MAX_BYTES = 256_000_000
_MAX_FILES = 8
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder holds what lambdalint can compute again; it may be deleted at any time.\n"
)


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    """Where a value stands behind the index, and its CRC-32."""

    offset: int
    length: int
    checksum: int


_INDEX = msgspec.msgpack.Decoder(dict[str, _Entry])


def content_hash(content: bytes) -> str:
    """Return the key of a file's *content*: 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class _Stored:
    """The values of one cache file; a file that is broken or absent holds none."""

    def __init__(self, path: Path) -> None:
        self.index: dict[str, _Entry] = {}
        self._data = memoryview(b"")
        try:
            content = path.read_bytes()
            if not content.startswith(_MAGIC):
                return
            start = len(_MAGIC) + 8
            end = start + int.from_bytes(content[len(_MAGIC) : start], "big")
            self.index = _INDEX.decode(content[start:end])
            self._data = memoryview(content)[end:]
        except (OSError, msgspec.DecodeError):
            self.index = {}

    def get(self, key: str) -> bytes | None:
        entry = self.index.get(key)
        if entry is None or entry.offset < 0 or entry.length < 0:
            return None
        value = bytes(self._data[entry.offset : entry.offset + entry.length])
        intact = len(value) == entry.length and zlib.crc32(value) == entry.checksum
        return value if intact else None


class Cache:
    """Values by the hash of the content they were made from.

    *key_prefix* names everything else that the values depend on (kind, tool version, catalogue, settings);
    each prefix has a file of its own in *directory*. Values must be safe to decode from an untrusted file. A
    folder that cannot be written to leaves the cache in memory only. Nothing is written before :meth:`save`.
    """

    def __init__(self, directory: Path, key_prefix: str) -> None:
        self._directory = directory
        self._path = directory / f"{content_hash(key_prefix.encode('utf-8', 'surrogatepass'))}.cache"
        usable = not directory.is_symlink() and not self._path.is_symlink()
        self._stored = _Stored(self._path) if usable else None
        self._added: dict[str, bytes] = {}
        self._used: set[str] = set()

    def get(self, content_hash: str) -> bytes | None:
        """Return the value for a content hash, or None if there is none that is intact."""
        value = self._added.get(content_hash)
        if value is None and self._stored is not None:
            value = self._stored.get(content_hash)
        if value is not None:
            self._used.add(content_hash)
        return value

    def put(self, content_hash: str, value: bytes) -> None:
        """Remember *value* for a content hash."""
        self._added[content_hash] = value
        self._used.add(content_hash)

    def save(self) -> bool:
        """Write what was added; return False if the folder refuses it.

        The file is read again before, so that of two runs at the same time neither loses the other's values.
        """
        if not self._added:
            return True
        if self._stored is None:
            return False
        current = _Stored(self._path)
        values: dict[str, bytes] = dict(self._added)
        size = sum(map(len, values.values()))
        keys = sorted(current.index, key=lambda key: (key not in self._used, key))
        for key in keys:
            value = None if key in values else current.get(key)
            if value is not None and size + len(value) <= _MAX_BYTES:
                values[key] = value
                size += len(value)
        try:
            self._write(values)
        except OSError:
            return False
        self._added.clear()
        self._stored = _Stored(self._path)
        return True

    def _write(self, values: Mapping[str, bytes]) -> None:
        import tempfile

        self._directory.mkdir(parents=True, exist_ok=True)
        for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
            if not os.path.lexists(self._directory / name):
                (self._directory / name).write_text(text, encoding="utf-8")
        index: dict[str, _Entry] = {}
        offset = 0
        for key, value in sorted(values.items()):
            index[key] = _Entry(offset, len(value), zlib.crc32(value))
            offset += len(value)
        head = msgspec.msgpack.encode(index)
        handle, temporary = tempfile.mkstemp(prefix="new-", suffix=".tmp", dir=self._directory)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(_MAGIC + len(head).to_bytes(8, "big") + head)
                out.writelines(values[key] for key in index)
            os.replace(temporary, self._path)  # noqa: PTH105 - mkstemp gives a string
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - mkstemp gives a string
            raise
        self._evict()

    def _evict(self) -> None:
        """Delete the files of the prefixes that were written longest ago."""
        with contextlib.suppress(OSError):
            files = sorted(self._directory.glob("*.cache"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in files[_MAX_FILES:]:
                path.unlink(missing_ok=True)
