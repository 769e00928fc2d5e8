"""How large the files are that a function is deployed with, and what its archives unpack to."""

from __future__ import annotations

import os
import re
import struct
import zipfile
from typing import TYPE_CHECKING

from lambdalint.flow.effect_log import places_of
from lambdalint.flow.text import without_marks
from lambdalint.model import Base

if TYPE_CHECKING:
    from typing import BinaryIO

    from lambdalint.flow.machine import Machine
    from lambdalint.flow.values import Atom
    from lambdalint.model import Tree

_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?size (\d{1,15})\n")
"""What stands in a repository for a file that Git LFS keeps elsewhere."""
_LARGEST_POINTER = 1024
_LARGEST_DIRECTORY = 8 * 2**20
_LARGEST_COMMENT = 2**16
_END = struct.Struct("<4s4H2LH")
_MOST_FILES = 20_000


def size_of(machine: Machine, atom: Atom) -> int:
    """Return how large the deployed file or folder at a path is; 0 where there is none."""
    path = _deployed(machine, atom)
    if path is None:
        return 0
    tree = machine.sources.tree
    file = machine.finder.file_at(path)
    if file is not None:
        return _size(tree, file)
    folder = machine.finder.source_of(path)
    if not folder:
        return 0
    return sum(_size(tree, name) for name in tree.below(folder)[:_MOST_FILES])


def unpacked(machine: Machine, atom: Atom) -> int:
    """Return how large the members of the deployed zip archive at a path are together, by its directory alone."""
    path = _deployed(machine, atom)
    file = machine.finder.file_at(path) if path is not None else None
    opened = machine.sources.tree.open(file) if file is not None else None
    if opened is None:
        return 0
    with opened:
        try:
            if not _has_small_directory(opened):
                return 0
            with zipfile.ZipFile(opened) as archive:
                members = {member.filename: member.file_size for member in archive.infolist()}
        except (OSError, ValueError, NotImplementedError, EOFError, RuntimeError, struct.error, zipfile.BadZipFile):
            return 0
    return sum(members.values())


def _deployed(machine: Machine, atom: Atom) -> str | None:
    """Return a path of the deployed code as the operating system sees it."""
    places = places_of(machine, (atom,))
    if len(places) != 1 or places[0].holes or places[0].base not in (Base.TASK, Base.PACKAGE, Base.LAYER):
        return None
    return without_marks(places[0].path).rstrip("/")


def _size(tree: Tree, path: str) -> int:
    """Return the size of a listed file, or of the one that it stands for."""
    size = tree.size(path) or 0
    pointer = _POINTER.match(tree.read(path) or b"") if 0 < size <= _LARGEST_POINTER else None
    return int(pointer[1]) if pointer else size


def _has_small_directory(file: BinaryIO) -> bool:
    """Tell whether the directory of a zip archive is small enough to be read."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _END.size - _LARGEST_COMMENT))
    tail = file.read(_END.size + _LARGEST_COMMENT)
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or len(tail) - start < _END.size:
        return False
    length: int = _END.unpack_from(tail, start)[5]
    return length <= _LARGEST_DIRECTORY
