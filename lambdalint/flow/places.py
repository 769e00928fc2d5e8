"""From a text that a call takes for a path to the place that it means in the function's room."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.flow.text import CWD_MARK, has_holes, hole_of, holes_in, is_hole, parts_of, without_marks
from lambdalint.model import Base, Hole, HoleKind, Place

if TYPE_CHECKING:
    from lambdalint.model import Room

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_SQL_SCHEME = re.compile(r"sqlite(?:\+\w+)?://(.*)", re.DOTALL)
_DEVICES = (
    "/dev/null",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/zero",
    "/dev/urandom",
    "/dev/fd/",
    "/proc/self/fd/",
)
_IMMUTABLE = ("/var/runtime", "/var/lang")


class Rooms(msgspec.Struct, frozen=True):
    """Classifies paths for one room."""

    room: Room

    @property
    def home(self) -> str:
        """The home directory: ``HOME`` where it is set, else what the password database says."""
        return self.room.home or "/home/sbx_user1051"

    def place(self, text: str, cwd: str) -> Place | None:
        """Return the place of a path, with relative ones resolved against *cwd*; None where no file is meant."""
        database = _SQL_SCHEME.fullmatch(text)
        if database:
            text = database[1].partition("?")[0].removeprefix("/")
        written = parts_of(text)
        bare = without_marks(text)
        if not bare:
            return None
        if bare == ":memory:" or bare.startswith("file::memory:"):
            return Place(Base.MEMORY, (bare,), written)
        scheme = _SCHEME.match(bare)
        if scheme and scheme[1].lower() != "file":
            return Place(Base.REMOTE, written, written)
        if scheme:
            text = bare = bare[scheme.end() :]
        elif bare.startswith("file:"):
            text = bare = bare[5:].partition("?")[0]
        if not bare:
            return None
        if is_hole(bare[0]) and not _relative(hole_of(bare[0])) and not self._is_name(bare, cwd):
            return Place(Base.UNKNOWN, written, written)
        relative = not bare.startswith("/")
        absolute = f"{cwd}/{text}" if relative else text
        normal = posixpath.normpath(without_marks(absolute))
        if normal.startswith("//"):
            normal = normal[1:]
        if bare.endswith("/") and normal != "/":
            normal += "/"
        return Place(self._base(absolute, normal), parts_of(normal), written)

    def _is_name(self, text: str, cwd: str) -> bool:
        """Tell whether an unknown text is the name of a file, in the writable directory that the code has changed to.

        What goes on with a separator may be a folder anywhere, and so may what the environment gives.
        """
        if text[1:2] == "/" or hole_of(text[0]).kind is HoleKind.ENVIRONMENT:
            return False
        return any(_below(cwd, directory) for directory in self.room.writable) and CWD_MARK not in cwd

    def _base(self, absolute: str, normal: str) -> Base:
        first_hole = next((number for number, character in enumerate(normal) if is_hole(character)), None)
        if first_hole is not None and normal[:first_hole].count("/") < 2 and normal[:first_hole] in ("/", ""):
            return Base.UNKNOWN
        from_cwd = CWD_MARK in absolute
        marked = posixpath.normpath(without_marks(absolute[: absolute.rfind(CWD_MARK)])) if from_cwd else ""
        if normal.startswith(_DEVICES):
            return Base.DEVICE
        for mount in self.room.mounts:
            if _below(normal, mount.path):
                return Base.MOUNT
        # The code may lie below a writable directory (Genezio), so it comes first.
        for code, base in ((self.room.task_root, Base.PACKAGE), (self.room.cwd, Base.PACKAGE)):
            if code != "/" and _below(normal, code) and len(code) > 1:
                return Base.TASK if marked and _below(normal, marked) else base
        if any(_below(normal, directory) for directory in self.room.writable):
            return Base.TMP
        if from_cwd and _below(normal, marked):
            return Base.TASK
        if any(_below(normal, directory) for directory in self.room.unjudged):
            return Base.UNKNOWN
        if _below(normal, "/dev/shm"):
            return Base.SHM
        if _below(normal, self.home):
            return Base.HOME
        if _below(normal, "/opt"):
            return Base.LAYER
        if any(_below(normal, directory) for directory in _IMMUTABLE):
            return Base.PACKAGE
        return Base.ABSOLUTE


_NAMES = ("['key']", "['object_key']", ".key", "filename", "['filename']", "['file_name']")


def _relative(hole: Hole) -> bool:
    """Tell whether a text is no absolute path: it holds no separator, or is the key of an object or a file's name."""
    return hole.confined or (hole.kind is HoleKind.REQUEST and hole.origin.endswith(_NAMES))


def _below(path: str, directory: str) -> bool:
    directory = directory.rstrip("/")
    return path == directory or path.startswith(directory + "/") or path.rstrip("/") == directory


def unknown_place(hole: Hole | None = None) -> Place:
    """Return the place of a path of which nothing is known."""
    parts = (hole or Hole(HoleKind.UNKNOWN),)
    return Place(Base.UNKNOWN, parts, parts)


def certain(text: str) -> bool:
    """Tell whether a text holds no hole."""
    return not has_holes(text)


__all__ = ["Rooms", "certain", "holes_in", "unknown_place"]
