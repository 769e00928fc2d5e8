"""A cache of encoded values: one flat file with an index, rebuilt when it is broken, and believed by its writer only.

What the cache says is reported as it stands, and it lies in the project, where others may have put it. So each value is
signed with a secret of the user; what bears another signature is not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lambdalint import rerun
from lambdalint.engine.cache_files import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAGIC = b"lambdalint cache 2\n"
_MAX_BYTES = 128_000_000
_MAX_FILES = 8
_LONGEST = 30 * 86_400
"""How many seconds a value stays that no run asks for."""
_SELDOM = 3_600
"""After how many seconds it is worth writing that a value was asked for."""
_SECRET_BYTES = 32
_SIGNATURE_BYTES = 16


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    """Where a value stands behind the index, its signature, and when it was asked for last."""

    offset: int
    length: int
    signature: bytes
    used: int


_INDEX = msgspec.msgpack.Decoder(dict[str, _Entry])


def content_hash(content: bytes) -> str:
    """Return the key of a file's *content*: 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _secret() -> bytes | None:
    """Return the user's own secret, which is made when it is first needed; None where it cannot be kept."""
    path = Path(rerun.own_folder(), "secret")
    with contextlib.suppress(OSError):
        if not os.path.lexists(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = path.with_name(f"{path.name}.{os.getpid()}.new")
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
                file.write(os.urandom(_SECRET_BYTES))
            # two processes that make one at the same time must come to the same
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
            new.unlink()
        secret = path.read_bytes()
        return secret if len(secret) == _SECRET_BYTES else None
    return None


class _Stored:
    """The values of one cache file; a file that is broken or absent holds none."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self._secret = secret
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
        return value if _signature(self._secret, key, value) == entry.signature else None


def _signature(secret: bytes, key: str, value: bytes) -> bytes:
    signed = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), key=secret, digest_size=_SIGNATURE_BYTES)
    signed.update(b"\0" + value)
    return signed.digest()


class Cache:
    """Values by what they are known by, such as the hash of the content they were made from.

    *key_prefix* names everything else that the values depend on (kind, tool version, catalogue, settings);
    each prefix has a file of its own in *directory*. A folder that cannot be written to leaves the cache in memory
    only. Nothing is written before :meth:`save`. *most* says of kinds, the part of a key before a bar, how many values
    are kept.
    """

    def __init__(self, directory: Path, key_prefix: str, most: Mapping[str, int] | None = None) -> None:
        self._most = most or {}
        self._directory = directory
        self._path = directory / f"{content_hash(key_prefix.encode('utf-8', 'surrogatepass'))}.cache"
        usable = not directory.is_symlink() and not self._path.is_symlink()
        self._secret = _secret() if usable else None
        self._stored = _Stored(self._path, self._secret) if self._secret is not None else None
        self._added: dict[str, bytes] = {}
        self._used: set[str] = set()
        self._now = int(time.time())
        self._is_old = False

    def get(self, key: str) -> bytes | None:
        """Return the value for a key, or None if there is none that is intact."""
        value = self._added.get(key)
        if value is None and self._stored is not None:
            value = self._stored.get(key)
            self._is_old |= value is not None and self._stored.index[key].used < self._now - _SELDOM
        if value is not None:
            self._used.add(key)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Remember *value* for a key."""
        self._added[key] = value
        self._used.add(key)

    def save(self) -> bool:
        """Write what was added, and now and then what is in use; return False if the folder refuses it.

        The file is read again before, so that of two runs at the same time neither loses the other's values.
        """
        if not self._added and not self._is_old:
            return True
        if self._stored is None or self._secret is None:
            return False
        current = _Stored(self._path, self._secret)
        used = {key: self._now if key in self._used else entry.used for key, entry in current.index.items()}
        used.update(dict.fromkeys(self._added, self._now))
        values: dict[str, tuple[bytes, int]] = {}
        size = 0
        kinds: Counter[str] = Counter()
        for key in sorted(used, key=lambda key: (key not in self._added, -used[key], key)):
            kind = key.partition("|")[0]
            kinds[kind] += 1
            if used[key] < self._now - _LONGEST or kinds[kind] > self._most.get(kind, kinds[kind]):
                continue
            value = self._added[key] if key in self._added else current.get(key)
            if value is not None and size + len(value) <= _MAX_BYTES:
                values[key] = value, used[key]
                size += len(value)
        try:
            self._write(values, self._secret)
        except OSError:
            return False
        self._added.clear()
        self._is_old = False
        self._stored = _Stored(self._path, self._secret)
        return True

    def _write(self, values: Mapping[str, tuple[bytes, int]], secret: bytes) -> None:
        import tempfile

        mark(self._directory)
        index: dict[str, _Entry] = {}
        offset = 0
        for key, (value, used) in sorted(values.items()):
            index[key] = _Entry(offset, len(value), _signature(secret, key, value), used)
            offset += len(value)
        head = msgspec.msgpack.encode(index)
        handle, temporary = tempfile.mkstemp(prefix="new-", suffix=".tmp", dir=self._directory)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(_MAGIC + len(head).to_bytes(8, "big") + head)
                out.writelines(values[key][0] for key in index)
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
