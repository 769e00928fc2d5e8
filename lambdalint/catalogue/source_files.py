"""The catalogue's TOML files: what they hold, and what tells one state of them from another."""

from __future__ import annotations

import os
from typing import NamedTuple

from lambdalint import __version__

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_DATA = os.path.join(_PACKAGE, "data")


class SourceFile(NamedTuple):
    """A TOML file: its name below the folder of the data, with ``/``, and its content, without carriage returns."""

    name: str
    content: bytes


def read() -> tuple[SourceFile, ...]:
    """Return all TOML files, sorted by folder and name."""
    return tuple(
        SourceFile(f"{group}/{name}", _content(os.path.join(_DATA, group, name)))
        for group in sorted(os.listdir(_DATA))
        for name in sorted(os.listdir(os.path.join(_DATA, group)))
        if name.endswith(".toml")
    )


def digest(files: tuple[SourceFile, ...]) -> str:
    """Return what tells the contents of *files* from others: 32 hexadecimal digits."""
    return _hash(b"".join(file.content for file in files))


def key(files: tuple[SourceFile, ...]) -> str:
    """Return what changes with anything that the rows of *files* are made from, also with the code that makes them."""
    modules = sorted(name for name in os.listdir(_PACKAGE) if name.endswith(".py"))
    code = [SourceFile(name, _content(os.path.join(_PACKAGE, name))) for name in modules]
    parts = (*code, *files)
    listed = "\n".join([__version__, *(f"{len(part.content)} {part.name}" for part in parts)])
    return _hash(b"\0".join([listed.encode(), *(part.content for part in parts)]))


def _hash(content: bytes) -> str:
    import hashlib

    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        content = file.read()
    return content.replace(b"\r\n", b"\n") if b"\r" in content else content
