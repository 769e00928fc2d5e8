"""Finds the project that a path belongs to: what is analysed, although only the path is reported."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lambdalint import rerun
from lambdalint.engine.ignorefiles import is_ignored, specs_above

if TYPE_CHECKING:
    from collections.abc import Iterable

_DECLARATIONS = (
    "template.y*ml",
    "template.json",
    "*.template",
    "*.template.y*ml",
    "*.template.json",
    "*-template.y*ml",
    "serverless.y*ml",
    "vercel.json",
    "zappa_settings.*",
    "genezio.yaml",
    "cdk.json",
    "samconfig.toml",
)
"""Names of files that say what a project deploys."""
_MARKERS = ("pyproject.toml", "lambdalint.toml", ".git", ".chalice")


def declares(files: Iterable[str]) -> bool:
    """Tell whether one of *files* says what a project deploys."""
    paths = [PurePosixPath(file) for file in files]
    return any(path.parent.name == ".chalice" or any(map(path.match, _DECLARATIONS)) for path in paths)


def _is_marked(folder: Path) -> bool:
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return False
    return any(name in _MARKERS for name in names) or declares(names)


def _repository_of(path: Path) -> Path | None:
    """Return the Git repository that *path* is part of, unless the repository ignores it."""
    for folder in (path, *path.parents):
        rerun.looks_for(folder / ".git")
        if os.path.lexists(folder / ".git"):
            start = path if path.is_dir() else path.parent
            ignored = is_ignored(specs_above(str(start)), str(path), directory=path.is_dir())
            return None if ignored else folder
    return None


def project_around(path: Path, *, cwd: Path, config_dir: Path | None = None) -> Path:
    """Return the folder of the project that *path* (absolute, normalised) is part of.

    That is its Git repository; or else the folder of its configuration; or else the outermost folder, not above the
    working directory, that looks like a project. Where there is none, a folder stands for itself; a file is part of the
    nearest folder above that looks like a project, or else of the working directory if that lies above, or of its own.
    """
    folders = [path, *path.parents] if path.is_dir() else list(path.parents)
    repository = _repository_of(path)
    if repository is not None:
        return repository
    if config_dir is not None and config_dir in folders:
        return config_dir
    within = folders[: folders.index(cwd) + 1] if cwd in folders else []
    marked = [folder for folder in within if _is_marked(folder)]
    if marked:
        return marked[-1]
    if path.is_dir():
        return path
    return next((folder for folder in folders if _is_marked(folder)), cwd if within else path.parent)
