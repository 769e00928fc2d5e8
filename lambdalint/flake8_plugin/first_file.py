"""Chooses the file that carries what is to be said once in a run and belongs to no file."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

_SKIPS_FILE = re.compile(rb"^\s*# flake8[:=]\s*noqa", re.IGNORECASE | re.MULTILINE)


def first_file(options: argparse.Namespace) -> str | None:
    """Return the first of the files, by the names that flake8 has for them, whose findings flake8 will hear."""
    names = {name: name for name in _files(options)}
    if "-" in names:
        names["-"] = options.stdin_display_name or "stdin"
    for shown, name in sorted((shown, name) for name, shown in names.items()):
        if name == "-" or _is_heard(Path(name), options):
            return shown
    return None


def _files(options: argparse.Namespace) -> list[str]:
    import inspect

    from flake8.discover_files import expand_paths  # type: ignore[import-untyped]  # flake8 has no type information

    values = {
        "paths": options.filenames,
        "stdin_display_name": options.stdin_display_name,
        "filename_patterns": options.filename,
        "exclude": (*options.exclude, *options.extend_exclude),
        "is_running_from_diff": False,  # flake8 before 6.0
    }
    accepted = inspect.signature(expand_paths).parameters
    return list(expand_paths(**{name: value for name, value in values.items() if name in accepted}))


def _is_heard(path: Path, options: argparse.Namespace) -> bool:
    try:
        content = path.read_bytes()
        ast.parse(content)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(options.disable_noqa) or _SKIPS_FILE.search(content) is None
