"""What the commands of one run put into folders and archives: the installed, and the project's own files."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.scripts.script_text import in_project, is_below

if TYPE_CHECKING:
    from lambdalint.model import Manifest, Requirement, Span, Tree

MAX_ITEMS = 300
MAX_INSTALLS = 300
MAX_SETTLED = 1_000
_CODE = frozenset({"*", "*.py", "**", "*.*"})


class Installed(msgspec.Struct):
    """One installation while its run is followed.

    ``place`` is the path that it went to, ``target`` the same as it is written. ``places`` are the paths that it was
    copied to as well; ``beside`` are the project's files and folders that lie with it in a folder, ``packed`` those
    that an archive holds with it. ``left_out`` was removed; ``excluded`` are, by archive, the names that it does not
    hold. ``implied`` tells that it went into a virtual environment.
    """

    place: str
    span: Span
    target: str
    manifests: tuple[Manifest, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    complete: bool = True
    sure: bool = True
    alone: bool = False
    recipe: str | None = None
    implied: bool = False
    places: list[str] = msgspec.field(default_factory=list)
    beside: set[str] = msgspec.field(default_factory=set)
    packed: set[str] = msgspec.field(default_factory=set)
    archives: list[str] = msgspec.field(default_factory=list)
    left_out: list[str] = msgspec.field(default_factory=list)
    excluded: dict[str, set[str]] = msgspec.field(default_factory=dict)


class Item(msgspec.Struct, frozen=True):
    """Something that lies at ``path``: an installation, or a file or the content of a folder of the project."""

    path: str
    installed: int | None = None
    source: str | None = None
    file: bool = False


class Archive(msgspec.Struct):
    """A zip file: the installations and the files and folders of the project in it, and the patterns left out."""

    items: list[Item] = msgspec.field(default_factory=list)
    excluded: list[tuple[str, str]] = msgspec.field(default_factory=list)


class BuildFolders(msgspec.Struct):
    """The folders and archives of one run, by their paths; ``full`` tells that a bound was hit, and something lost."""

    tree: Tree
    installs: list[Installed] = msgspec.field(default_factory=list)
    items: list[Item] = msgspec.field(default_factory=list)
    archives: dict[str, Archive] = msgspec.field(default_factory=dict)
    made: set[str] = msgspec.field(default_factory=set)
    settled: int = 0
    full: bool = False

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder at *path*, as far as the run shows."""
        relative = in_project(path)
        if relative is not None and relative in self.tree.directories:
            return True
        return path in self.made

    def make(self, path: str) -> None:
        """Create a folder and those above it."""
        while path and path not in self.made and len(self.made) < MAX_ITEMS * 10:
            self.made.add(path)
            path = path.rpartition("/")[0]

    def install(self, installed: Installed) -> None:
        """Put an installation where its ``place`` says."""
        if len(self.installs) >= MAX_INSTALLS:
            self.full = True
            return
        self.installs.append(installed)
        self.make(installed.place)
        self._add(Item(installed.place, len(self.installs) - 1))

    def source_of(self, path: str) -> str | None:
        """Return the project's file or folder that lies at *path*: its own, or one that was copied there."""
        relative = in_project(path)
        if relative is not None and (relative in self.tree or relative in self.tree.directories):
            return relative
        for item in reversed(self.items):
            if item.source is None or not is_below(path, item.path):
                continue
            if item.file:
                if path == item.path:
                    return item.source
                continue
            inner = "/".join(part for part in (item.source, path[len(item.path) + 1 :]) if part)
            if inner in self.tree or inner in self.tree.directories:
                return inner
        return None

    def held(self, path: str, *, deep: bool = True) -> list[Item]:
        """Return what lies at *path* and, with *deep*, below it, the project's own files included."""
        found = [item for item in self.items if (is_below(item.path, path) if deep else item.path == path)]
        relative = in_project(path)
        if relative is not None:
            if relative in self.tree:
                found.append(Item(path, source=relative, file=True))
            elif relative in self.tree.directories:
                found.append(Item(path, source=relative))
        return found

    def copy(self, source: str, target: str, *, content: bool, move: bool = False) -> None:
        """Copy a file or folder, or only the *content* of a folder, into the folder *target*."""
        if source in self.archives and not content:
            name = source.rpartition("/")[2]
            self.archives[f"{target}/{name}" if self.is_folder(target) else target] = self.archives[source]
            return
        held = self.held(source)
        if not held:
            origin = self.source_of(source)
            held = [Item(source, source=origin, file=origin in self.tree)] if origin is not None else []
        name = source.rpartition("/")[2]
        into = target if content or not self.is_folder(target) else f"{target}/{name}"
        if move:
            self._drop(source)
        for item in held:
            path = into + item.path[len(source) :]
            self.make(path.rpartition("/")[0] if item.file else path)
            self._add(Item(path, item.installed, item.source, item.file))
            if item.installed is not None:
                self.installs[item.installed].places.append(path)

    def match(self, folder: str, pattern: str, target: str) -> None:
        """Copy the files of *folder* that match *pattern* into *target*; all code of it is the folder itself."""
        for item in self.matching(folder, pattern):
            path = target if not item.file else f"{target}/{item.path.rpartition('/')[2]}"
            self._add(Item(path, item.installed, item.source, item.file))

    def matching(self, folder: str, pattern: str) -> list[Item]:
        """Return the files in *folder* whose names match; a pattern for all code stands for the folder itself."""
        relative = in_project(folder)
        if relative is None or relative not in self.tree.directories:
            return []
        prefix = f"{relative}/" if relative else ""
        if pattern in _CODE:
            return [Item(folder, source=relative)]
        return [
            Item(f"{folder}/{path[len(prefix) :]}", source=path, file=True)
            for path in self.tree.files
            if path.startswith(prefix) and "/" not in path[len(prefix) :] and fnmatchcase(path[len(prefix) :], pattern)
        ][:MAX_ITEMS]

    def remove(self, path: str) -> None:
        """Remove a file or folder, or what a path with wildcards in its last part matches."""
        folder, _, name = path.rpartition("/")
        removed = folder if name == "*" else path
        if path in self.archives or any(is_below(item.path, removed) for item in self.items):
            self.settle(removed)
        self.archives.pop(path, None)
        for item in self.items:
            if item.installed is not None and item.path == folder and name not in ("*", ""):
                self.installs[item.installed].left_out.append(name)
        self._drop(removed)

    def pack(self, archive: str, items: list[Item], excluded: list[tuple[str, str]]) -> None:
        """Add to an archive; *excluded* are pairs of a folder and a pattern below it."""
        if archive not in self.archives and len(self.archives) >= MAX_ITEMS:
            return
        found = self.archives.setdefault(archive, Archive())
        kept = [item for item in items if not any(_covers(folder, pattern, item.path) for folder, pattern in excluded)]
        found.items.extend(kept[: MAX_ITEMS - len(found.items)])
        found.excluded.extend(excluded[: MAX_ITEMS - len(found.excluded)])

    def settle(self, removed: str | None = None) -> None:
        """Note what lies together now: before *removed* is gone, of what that concerns, or at the end."""
        self.settled += 1
        if removed is not None and self.settled > MAX_SETTLED:
            self.full = True
            return
        for item in self.items:
            if item.installed is None:
                continue
            if removed is not None and not (is_below(item.path, removed) or is_below(removed, item.path)):
                continue
            installed = self.installs[item.installed]
            if len(installed.beside) < MAX_ITEMS:
                installed.beside.update(
                    other.source for other in self.items if other.source is not None and is_below(other.path, item.path)
                )
        for path, archive in self.archives.items():
            if removed is not None and path != removed:
                continue
            sources = {item.source for item in archive.items if item.source is not None}
            for item in archive.items:
                if item.installed is None:
                    continue
                installed = self.installs[item.installed]
                installed.packed |= sources
                if path not in installed.archives:
                    installed.archives.append(path)
                names = {
                    name
                    for folder, pattern in archive.excluded
                    if (name := _name_left_out(item.path, folder, pattern)) is not None
                }
                installed.excluded[path] = names

    def _drop(self, path: str) -> None:
        self.items = [item for item in self.items if not is_below(item.path, path)]
        self.made = {folder for folder in self.made if not is_below(folder, path)}

    def _add(self, item: Item) -> None:
        if item in self.items:
            return
        if len(self.items) < MAX_ITEMS:
            self.items.append(item)
        else:
            self.full = self.full or item.installed is not None


def _covers(folder: str, pattern: str, path: str) -> bool:
    """Tell whether a pattern below *folder* leaves out all that lies at *path*."""
    if not path.startswith(f"{folder}/"):
        return False
    relative = path[len(folder) + 1 :]
    return fnmatchcase(f"{relative}/\0", pattern.removeprefix("./")) or fnmatchcase(relative, pattern)


def _name_left_out(place: str, folder: str, pattern: str) -> str | None:
    """Return the name at the top of *place* that a pattern below *folder* leaves out, or None."""
    pattern = pattern.removeprefix("./")
    whole = f"{folder}/{pattern}"
    if pattern.startswith("*/"):
        name = pattern[2:].partition("/")[0]
    elif pattern.startswith("*"):
        name = pattern.partition("/")[0]
    elif is_below(whole, place) and whole != place:
        name = whole[len(place) + 1 :].partition("/")[0]
    else:
        return None
    return name if name.strip("*.") else None
