"""Paths in a CDK program: those below the project's root are absolute ones below a root of their own."""

from __future__ import annotations

import posixpath

ROOT = "/\0"
"""What the project's root is written as, so that the functions for paths can do their work on it."""

_JOINING = frozenset({"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})
_FOLDER_OF = frozenset({"os.path.dirname", "posixpath.dirname", "path.dirname"})
_ABSOLUTE = frozenset({"os.path.abspath", "os.path.realpath"})
_NORMAL = frozenset({"os.path.normpath", "path.normalize"})
_SAME = frozenset({"str", "os.fspath", "String"})


def parent(path: str) -> str:
    """Return the folder that *path* lies in, as ``pathlib`` gives it."""
    return posixpath.dirname(path.rstrip("/")) or "."


def absolute(path: str, directory: str | None) -> str | None:
    """Return *path* as it is from *directory*, a folder relative to the root, or None where that is not known."""
    if path.startswith("/"):
        return posixpath.normpath(path)
    return None if directory is None else posixpath.normpath(posixpath.join(ROOT, directory, path))


def below_root(path: str, directory: str | None) -> str | None:
    """Return *path* relative to the project's root; None if it lies elsewhere, or is not known."""
    found = absolute(path, directory)
    if found == ROOT:
        return ""
    return found[len(ROOT) + 1 :] if found is not None and found.startswith(f"{ROOT}/") else None


def join_parts(function: str, parts: list[str], directory: str | None) -> str | None:
    """Return the path that a *function*, by its dotted name, makes of *parts*; None for any other function."""
    if function in _JOINING:
        return posixpath.join(*parts) if parts else "."
    if function == "path.join":
        # Node's function, unlike Python's, lets no later part take the place of the earlier ones.
        return posixpath.normpath("/".join(part for part in parts if part))
    if function == "path.resolve":
        return absolute(posixpath.join(*parts) if parts else ".", directory)
    if len(parts) != 1:
        return None
    if function in _FOLDER_OF:
        return posixpath.dirname(parts[0])
    if function in _ABSOLUTE:
        return absolute(parts[0], directory)
    if function in _NORMAL:
        return posixpath.normpath(parts[0])
    return parts[0] if function in _SAME else None
