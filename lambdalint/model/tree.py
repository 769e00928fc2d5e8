"""The files of the analysed project."""

from __future__ import annotations

import io
import os
import re
from bisect import bisect_left
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from lambdalint.model.package import Vendored
    from lambdalint.model.watched import Answers


class Tree:
    """The user's files below one root, by their path relative to it, with ``/``.

    Only files that collection found are listed, so generated and vendored folders are absent. Reading never
    follows a path out of the root, and never raises: what cannot be read is None. *overlay* holds, by path, what
    takes the place of a file's content, such as an editor's unsaved text. *vendored* are the installed packages that
    lie between the files, whose marks may be read, too; *large* maps files that are too large to be listed to their
    sizes in bytes.
    """

    def __init__(
        self,
        root: Path,
        files: tuple[str, ...],
        overlay: Mapping[str, bytes] | None = None,
        *,
        vendored: tuple[Vendored, ...] = (),
        large: Mapping[str, int] | None = None,
    ) -> None:
        self.root = root
        self._overlay = dict(overlay or {})
        self._files = tuple(sorted(files))
        self._vendored = vendored
        self._large = dict(large or {})
        self._known = frozenset(self._files)
        self._readable = self._known.union(one.mark for one in vendored)
        self._directories: frozenset[str] | None = None
        self._above = os.path.join(root, "")  # noqa: PTH118 - a text, as `read` is called very often
        self._matches: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._modules: dict[str, list[str]] | None = None
        self._inside: dict[str, set[str]] | None = None
        self.answers: Answers | None = None
        """What this tree answers, once it is watched."""

    def __getstate__(self) -> dict[str, object]:
        """Return what crosses to another process: all but the answers that are kept."""
        return {**self.__dict__, "_matches": {}, "_modules": None, "_inside": None, "answers": None}

    def __contains__(self, path: str) -> bool:
        return path in self._known

    @property
    def files(self) -> tuple[str, ...]:
        """The listed files, in order."""
        return self._files

    @property
    def vendored(self) -> tuple[Vendored, ...]:
        """The installed packages that lie between the files."""
        return self._vendored

    @property
    def large(self) -> Mapping[str, int]:
        """The files that are too large to be listed, with their sizes in bytes."""
        return self._large

    @property
    def replaced(self) -> tuple[str, ...]:
        """The files of which something else is read than the disk holds."""
        return tuple(sorted(self._overlay))

    @property
    def directories(self) -> frozenset[str]:
        """Every folder that holds a listed file, and the folders above; the root is ``""``."""
        return self._folders()

    def _folders(self) -> frozenset[str]:
        if self._directories is None:
            found = {""}
            for path in self._files:
                parent = path.rpartition("/")[0]
                while parent not in found:
                    found.add(parent)
                    parent = parent.rpartition("/")[0]
            self._directories = frozenset(found)
        return self._directories

    def named(self, *patterns: str) -> Iterator[str]:
        """Return the files whose name matches one of the glob *patterns*, in order."""
        found = self._matches.get(patterns)
        if found is None:
            matches = re.compile("|".join(map(translate, patterns))).match
            found = tuple(path for path in self._files if matches(path.rpartition("/")[2]))
            self._matches[patterns] = found
        return iter(found)

    def holding(self, names: tuple[str, ...], pattern: re.Pattern[bytes]) -> tuple[str, ...]:
        """Return the files named like one of the globs *names* that hold what *pattern* matches, in order."""
        if self.answers is not None and self.answers.holding is not None:
            return self.answers.holding(names, pattern)
        return tuple(path for path in self.named(*names) if pattern.search(self.read(path) or b""))

    def is_folder_beside(self, path: str) -> bool:
        """Tell whether there is a folder that holds no listed file, and no part of the way to it is a link."""
        if path in self._folders() or not os.path.isdir(self._above + path):  # noqa: PTH112 - faster than a Path
            return False
        parts = path.split("/")
        ways = ("/".join(parts[: count + 1]) for count in range(len(parts)))
        return not any(os.path.islink(self._above + way) for way in ways)  # noqa: PTH114 - as above

    def leave(self) -> None:
        """Say that more is read now than this tree answers."""

    def below(self, folder: str) -> tuple[str, ...]:
        """Return the files below a folder, at any depth, in order."""
        return self._below(folder)

    def _below(self, folder: str) -> tuple[str, ...]:
        if not folder:
            return self._files
        return self._files[bisect_left(self._files, f"{folder}/") : bisect_left(self._files, f"{folder}0")]

    def inside(self, folder: str) -> frozenset[str]:
        """Return the names of the modules and folders right in a folder."""
        if self._inside is None:
            self._inside = {}
            for path in self._files:
                if path.endswith(".py"):
                    above, _, name = path[:-3].rpartition("/")
                    self._inside.setdefault(above, set()).add(name)
            for path in self._folders():
                above, _, name = path.rpartition("/")
                self._inside.setdefault(above, set()).add(name)
        return frozenset(self._inside.get(folder, ()))

    def folders_of_module(self, name: str) -> tuple[str, ...]:
        """Return the folders that hold a top-level module or package *name*, anywhere in the project."""
        if self._modules is None:
            self._modules = {}
            for path in self._files:
                if path.endswith(".py"):
                    folder, _, file = path.rpartition("/")
                    self._modules.setdefault(file[:-3], []).append(folder)
                    if file == "__init__.py":
                        parent, _, package = folder.rpartition("/")
                        self._modules.setdefault(package, []).append(parent)
        return tuple(self._modules.get(name, ()))

    def modules_in(self, directory: str) -> dict[str, bool]:
        """Return the modules and packages right in *directory*, each with whether it is a package."""
        above = f"{directory}/" if directory else ""
        found: dict[str, bool] = {}
        for path in self._below(directory):
            if not path.endswith(".py"):
                continue
            name, slash, rest = path[len(above) :].partition("/")
            if not slash and name != "__init__.py":
                found.setdefault(name.removesuffix(".py"), False)
            elif rest == "__init__.py":
                found[name] = True
        return found

    def read(self, path: str) -> bytes | None:
        """Return the content of a listed file, or None if it cannot be read."""
        if path not in self._readable:
            return None
        if path in self._overlay:
            return self._overlay[path]
        try:
            with open(self._above + path, "rb", buffering=0) as file:  # noqa: PTH123 - faster than a Path
                return file.read()
        except OSError:
            return None

    def open(self, path: str) -> BinaryIO | None:
        """Return a listed file, opened for reading, or None if it cannot be read."""
        if path not in self._known:
            return None
        if path in self._overlay:
            return io.BytesIO(self._overlay[path])
        try:
            return (self.root / path).open("rb")
        except OSError:
            return None

    def size(self, path: str) -> int | None:
        """Return how many bytes a listed file holds, or None if that cannot be told."""
        if path not in self._known:
            return None
        if path in self._overlay:
            return len(self._overlay[path])
        try:
            return (self.root / path).stat().st_size
        except OSError:
            return None

    @staticmethod
    def join(directory: str, relative: str) -> str | None:
        """Resolve *relative* against *directory*; None if it leaves the root or is absolute."""
        if relative.startswith("/"):
            return None
        parts = [part for part in directory.split("/") if part]
        for part in relative.split("/"):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)
