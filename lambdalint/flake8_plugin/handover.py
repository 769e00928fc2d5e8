"""Hands the violations of a run from flake8's process to the workers that it spawns.

Workers that are forked inherit memory and need none of this. One that is spawned begins anew: it finds the name of a
private folder in its environment. It trusts that folder only if the process that started it has made it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambdalint.flake8_plugin.analysis import Violation, Violations

if TYPE_CHECKING:
    import argparse

_VARIABLE = "LAMBDALINT_FLAKE8"
_FILE = "violations.json"
_left: Path | None = None
"""The folder that this process has made."""


def leave(violations: Violations, options: argparse.Namespace) -> None:
    """Leave *violations* for the workers that this process is going to start.

    Raises:
        OSError: there is no place for them.
    """
    import tempfile

    global _left
    withdraw()
    _left = Path(tempfile.mkdtemp(prefix="lambdalint-flake8-"))
    # unlike atexit this also happens at the end of a process that multiprocessing started, and not in a fork of it
    Finalize(None, withdraw, exitpriority=0)
    content = {"run": _run(options), "by_file": violations.by_file, "elsewhere": violations.elsewhere}
    (_left / _FILE).write_text(json.dumps(content), encoding="ascii")
    os.environ[_VARIABLE] = f"{os.getpid()}:{_left}"


def withdraw() -> None:
    """Remove what this process has left."""
    global _left
    if _left is not None:
        import shutil

        os.environ.pop(_VARIABLE, None)
        shutil.rmtree(_left, ignore_errors=True)
        _left = None


def receive(options: argparse.Namespace) -> Violations | None:
    """Return what the process that started this worker has left for a run with *options*, if it did."""
    parent = multiprocessing.parent_process()
    pid, _, folder = os.environ.get(_VARIABLE, "").partition(":")
    if parent is None or pid != str(parent.pid) or not _is_private(Path(folder)):
        return None
    try:
        content: dict[str, Any] = json.loads((Path(folder) / _FILE).read_bytes())
        if content["run"] != _run(options):
            return None
        return Violations(
            {path: tuple(Violation(*item) for item in items) for path, items in content["by_file"].items()},
            tuple(content["elsewhere"]),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _run(options: argparse.Namespace) -> list[object]:
    """Return what tells this run from another one in the same process."""
    return [str(Path.cwd()), list(options.filenames)]


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except (OSError, ValueError):
        return False
    if not folder.is_absolute() or not stat.S_ISDIR(status.st_mode):
        return False
    # Windows has no such owner; its folder for temporary files is the user's own.
    return os.name == "nt" or (status.st_uid == os.geteuid() and not status.st_mode & 0o077)
