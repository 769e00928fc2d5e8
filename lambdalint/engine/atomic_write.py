"""Replaces a file as a whole: whatever happens, the old content stands or the new one does."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)
"""Windows would translate line ends without it."""


def replace_file(path: Path, content: bytes) -> None:
    """Make *content* the whole content of the file at *path*, which need not exist; its folder must.

    The content is written to a new file beside it, which then takes its name. Permission bits are kept, and the owner
    where that is allowed; a hard link to the old content stays behind with it. A symbolic link is not followed. A file
    that may not be written to is refused, although its folder would let it be replaced.

    Raises:
        OSError: with the reason, and *path* as its file name; the file is as it was.
    """
    try:
        _replace(path, content)
    except OSError as error:
        # the file's own name, not that of the one beside it
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(path)) from error
    except ValueError as error:  # a name that no file can have: a NUL, a lone surrogate
        raise OSError(errno.EINVAL, str(error), str(path)) from error


def _replace(path: Path, content: bytes) -> None:
    present = _present(path)
    beside = path.parent / f".lambdalint-{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    handle = os.open(beside, flags, 0o666 if present is None else 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            if present is not None:
                _make_like(out.fileno(), present)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(path.parent)


def _present(path: Path) -> os.stat_result | None:
    """Return what stands at *path*, None for nothing; raise if it is nothing that may be replaced."""
    try:
        present = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(present.st_mode):
        raise OSError(errno.ELOOP, "a symbolic link, which is not followed")
    if stat.S_ISDIR(present.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(present.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return present


def _make_like(handle: int, present: os.stat_result) -> None:
    if sys.platform != "win32":
        # a container that runs as root must not take the files of the mounted checkout
        with contextlib.suppress(OSError):
            os.fchown(handle, present.st_uid, present.st_gid)
        os.fchmod(handle, stat.S_IMODE(present.st_mode))


def _sync_folder(folder: Path) -> None:
    """Make the new name outlast a crash, where the system can; the file itself is safe already."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
