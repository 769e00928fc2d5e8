"""Which file with requirements Vercel's Python builder installs for a function.

The order is that of ``discoverPythonPackage`` in ``@vercel/python-analysis`` 0.14 and of ``ensureUvProject`` in
``@vercel/python``, https://github.com/vercel/vercel/tree/main/packages/python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tomli

from lambdalint.deployment.not_lambda import is_below
from lambdalint.deployment.source_root import ancestors
from lambdalint.model import Build, Manifest

if TYPE_CHECKING:
    from lambdalint.model import Tree

_LISTS = (
    "requirements.frozen.txt",
    "requirements-frozen.txt",
    "requirements.txt",
    "requirements.in",
    "requirements/prod.txt",
)
_LARGEST = 1_000_000


def vercel_build(tree: Tree, path: str, folder: str, *, own_command: bool = False) -> Build:
    """Return how the package of the function in the file *path* of the project in *folder* is made.

    The builder goes up from the file's folder and takes the first one with a manifest: ``pyproject.toml``, else a
    Pipfile, else a list of requirements; without any it installs nothing. *own_command* tells that the project states
    an install command of its own, which is not read.
    """
    for above in ancestors(path):
        found = _manifest(tree, above)
        if found is None:
            continue
        manifest, sure = found
        # Only newer builders look above the project's folder.
        sure = sure and not own_command and is_below(above, (folder,))
        return Build(
            (manifest,) if manifest is not None else (), complete=sure, confidence="high" if sure else "medium"
        )
    return Build(complete=not own_command)


def _manifest(tree: Tree, folder: str) -> tuple[Manifest | None, bool] | None:
    """Return the manifest that the builder takes of *folder*, and whether that is sure; None where there is none."""
    project, pipfile, lock = (f"{folder}/{name}".lstrip("/") for name in ("pyproject.toml", "Pipfile", "Pipfile.lock"))
    listed = next((Manifest(one) for name in _LISTS if (one := f"{folder}/{name}".lstrip("/")) in tree), None)
    if project in tree:
        # uv refuses to lock a file without the table, so that whoever deploys has another way.
        return (Manifest(project), True) if _is_project(tree, project) else (listed, False)
    if pipfile in tree:
        return Manifest(pipfile), True
    if lock in tree:
        return None, False
    return None if listed is None else (listed, True)


def _is_project(tree: Tree, path: str) -> bool:
    content = tree.read(path) or b""
    try:
        return len(content) <= _LARGEST and "project" in tomli.loads(content.decode("utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return False
