"""Finds the folders of caches, and deletes what lies in them: lambdalint's own files, and no others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.engine.collect import PathError
from lambdalint.engine.project_root import project_around

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambdalint.model import Settings

TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder holds what lambdalint can compute again; it may be deleted at any time.\n"
)
"""What marks a folder as a cache, for backup programs, and as one of lambdalint's."""
_TAG_NAME, _IGNORE_NAME = "CACHEDIR.TAG", ".gitignore"
_OWN = (".cache", ".tmp")


def mark(folder: Path) -> None:
    """Make a folder, and mark it as a cache that Git leaves alone.

    Raises:
        OSError: the file system refuses it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((_TAG_NAME, TAG), (_IGNORE_NAME, "*\n")):
        if not os.path.lexists(folder / name):
            (folder / name).write_text(text, encoding="utf-8")


def caches_of(paths: Sequence[Path], settings: Settings, *, cwd: Path) -> Iterator[Path]:
    """Yield the folders that runs on *paths*, together or one by one, may have their cache in.

    Raises:
        PathError: one of *paths* does not exist.
    """
    for path in paths:
        absolute = Path(os.path.abspath(cwd / path))  # noqa: PTH100 - resolve() would follow symbolic links
        if not absolute.exists():
            raise PathError(f"{path}: no such file or folder")
        around = project_around(absolute, cwd=cwd, config_dir=settings.config_dir)
        for folder in _roots(absolute, around, cwd):
            yield folder / settings.cache_dir


def _roots(path: Path, around: Path, cwd: Path) -> Iterable[Path]:
    """Return the folders that may be the root of an analysis of *path*."""
    above = (path, *path.parents)
    found = {around, *(folder for folder in above if around in folder.parents or folder == cwd)}
    return sorted(folder for folder in found if folder.is_dir())


def delete_cache(folder: Path) -> tuple[int, int] | None:
    """Delete lambdalint's files in a cache folder, and the folder if it is empty then.

    Returns how many values' files that were, and how many bytes; None where there is no cache of lambdalint.
    """
    try:
        if folder.is_symlink() or (folder / _TAG_NAME).read_text(encoding="utf-8") != TAG:
            return None
        count, size = delete_files(path for path in folder.iterdir() if path.suffix in _OWN)
        for name in (_IGNORE_NAME, _TAG_NAME):
            (folder / name).unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    except (OSError, UnicodeDecodeError):
        return None
    return count, size


def delete_files(paths: Iterable[Path]) -> tuple[int, int]:
    """Delete files, and return how many there were, and how many bytes; those that cannot be deleted stay."""
    count = size = 0
    for path in list(paths):
        try:
            found = path.lstat().st_size
            path.unlink()
        except OSError:
            continue
        count, size = count + 1, size + found
    return count, size
