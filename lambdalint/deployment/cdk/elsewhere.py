"""Where the code of a function lies in the project when its package is only made later, or published elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.source_root import ancestors

if TYPE_CHECKING:
    from lambdalint.model import Tree

_FARTHEST = 4
_DEEPEST = 50
_LIBRARY = b"aws_cdk"
_ARCHIVES = (".zip", ".jar")
_BUILT = re.compile(r"[._]?(?:build|dist|package|out|output|target|deploy|artifact|bundle|asset)", re.IGNORECASE)


def before_build(tree: Tree, handler: str, missing: str, directory: str | None) -> str | None:
    """Return the folder that a build makes *missing* of, a folder or an archive relative to the root; None if unknown.

    The nearest folder around it that has the handler's module is taken, then the one with the name of the archive, and
    then the only one below *directory*, where the program runs, if the name speaks of a build.
    """
    module = _module(handler)
    around = next((one for one in ancestors(missing)[:_FARTHEST] if module and _holds(tree, one, module)), None)
    if around is not None:
        return around
    named = published(tree, handler, missing)
    is_built = missing.endswith(_ARCHIVES) or any(_BUILT.match(part) for part in missing.split("/"))
    return named if named is not None or not is_built else only_folder(tree, handler, directory)


def published(tree: Tree, handler: str, archive: str) -> str | None:
    """Return the only folder that has the name of an *archive*, and the handler's module in it; None if unknown."""
    module = _module(handler)
    name = archive.rpartition("/")[2].rpartition(".")[0]
    if not module or not name or not archive.endswith(_ARCHIVES):
        return None
    found = [one for one in tree.directories if one.rpartition("/")[2] == name and _holds(tree, one, module)]
    return found[0] if len(found) == 1 else None


def only_folder(tree: Tree, handler: str, directory: str | None) -> str | None:
    """Return the only folder in *directory*, and below, that has the handler's module; None if there are several."""
    module = _module(handler)
    if directory is None or not module:
        return None
    tail = "/".join(module) + ".py"
    above = f"{directory}/" if directory else ""
    found = [
        path.removesuffix(tail).rstrip("/")
        for path in tree.files
        if path.startswith(above) and f"/{path}".endswith(f"/{tail}") and not is_apart(path)
    ]
    return found[0] if len(found) == 1 and _holds(tree, found[0], module) else None


def around_image(tree: Tree, handler: str, directory: str | None) -> str | None:
    """Return the folder of the handler's module for an image that is built elsewhere: *directory*, or one above."""
    module = _module(handler)
    if directory is None or not module:
        return None
    near = [directory, *(ancestors(directory) if directory else ())][:_FARTHEST]
    return next((one for one in near if _holds(tree, one, module)), None) or only_folder(tree, handler, directory)


def _module(handler: str) -> list[str]:
    module = [part for part in handler.replace("/", ".").split(".")[:-1] if part]
    return module if len(module) <= _DEEPEST else []


def _holds(tree: Tree, folder: str, module: list[str]) -> bool:
    """Tell whether a folder has the *module*, and it is no part of the program itself."""
    path = module_file(tree, folder, module)
    return path is not None and not is_apart(path) and _LIBRARY not in (tree.read(path) or b"")
