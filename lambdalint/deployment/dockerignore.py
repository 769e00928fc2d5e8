"""Reads ``.dockerignore``: what of a folder never gets into the images that are built from it."""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING

from lambdalint.deployment.not_lambda import is_below
from lambdalint.deployment.package_patterns import below, understood

if TYPE_CHECKING:
    from lambdalint.model import Tree

MAX_PATTERNS = 500
MAX_BYTES = 200_000


def left_out(tree: Tree, context: str, dockerfile: str, folder: str) -> tuple[str, ...]:
    """Return the patterns, relative to *folder*, of what an image lacks of it, as ``Function.packaged`` has them.

    *folder* lies in *context*, which the image is built from. A file that is named after the Dockerfile goes before the
    one of the context. A pattern stands for a path from the context, and for all that lies in it; ``!`` takes files
    back in. Where a pattern is not understood, nothing counts as left out.
    """
    names = (f"{dockerfile}.dockerignore", f"{context}/.dockerignore".lstrip("/"))
    path = next((name for name in names if name in tree), None)
    content = tree.read(path) if path is not None else None
    if content is None or len(content) > MAX_BYTES or not is_below(folder, (context,)):
        return ()
    inner = folder[len(context) :].strip("/")
    found: list[str] = []
    for line in content.decode("utf-8", "replace").splitlines()[:MAX_PATTERNS]:
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        pattern = normpath(written.removeprefix("!").strip().lstrip("/"))
        if not understood(pattern) or pattern.startswith(".."):
            return ()
        mark = "" if written.startswith("!") else "!"
        if is_below(inner, (pattern,)) and inner:
            found.append(f"{mark}**")
            continue
        for glob in (pattern, f"{pattern}/**") if pattern != "." else ("**",):
            relative = below(glob, inner)
            found += [f"{mark}{relative}"] if relative is not None else []
    return tuple(found)
