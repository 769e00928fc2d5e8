"""The files of the analysed project."""

from __future__ import annotations

import io
import os
import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from lambdalint.model.package import Vendored


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
        self.files = tuple(sorted(files))
        self.vendored = vendored
        self.large = dict(large or {})
        self._known = frozenset(self.files)
        self._readable = self._known.union(one.mark for one in vendored)
        self._directories: frozenset[str] | None = None
        self._above = os.path.join(root, "")  # noqa: PTH118 - a text, as `read` is called very often
        self._matches: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __getstate__(self) -> dict[str, object]:
        """Return what crosses to another process: all but the answers that are kept."""
        return {**self.__dict__, "_matches": {}}

    def __contains__(self, path: str) -> bool:
        return path in self._known

    @property
    def replaced(self) -> tuple[str, ...]:
        """The files of which something else is read than the disk holds."""
        return tuple(sorted(self._overlay))

    @property
    def directories(self) -> frozenset[str]:
        """Every folder that holds a listed file, and the folders above; the root is ``""``."""
        if self._directories is None:
            found = {""}
            for path in self.files:
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
            found = tuple(path for path in self.files if matches(path.rpartition("/")[2]))
            self._matches[patterns] = found
        return iter(found)

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
