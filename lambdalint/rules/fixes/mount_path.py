"""Mounts a file system at another path, where nothing in the project knows the one that it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.model import Edit, Fix, Safety
from lambdalint.rules.template_value import text_at, text_written

if TYPE_CHECKING:
    from lambdalint.model import Function, Span
    from lambdalint.syntax.project import Project

_PROSE = (".md", ".rst", ".adoc")
"""Files that nothing runs."""


def moved(span: Span, path: str, target: str, project: Project) -> Fix | None:
    """Return the fix that mounts at *target* what is mounted at *path*, which stands at *span*.

    None where something else mentions *path* or a folder above it, or where something is mounted at *target* already.
    """
    written = text_written(span, path, project.text_of)
    if written.span != span or written.value is None or not written.editable:
        return None
    functions = project.functions.values()
    stated = {mount.span for one in functions for mount in one.room.mounts if mount.path == path}
    if any(mount.path == target for one in functions for mount in one.room.mounts if _mounts_at(one, span)):
        return None
    if any(_is_below(effect.place.path, path) for effect in project.effects):
        return None
    if any(variable.value and path in variable.value for one in functions for variable in one.room.env):
        return None
    if _is_mentioned(path, project, stated):
        return None
    return Fix(f"Mount it at {target}", (Edit(written.value, target),), Safety.UNSAFE)


def _mounts_at(function: Function, span: Span) -> bool:
    return any(mount.span == span for mount in function.room.mounts)


def _is_below(place: str, path: str) -> bool:
    return path.strip("/") != "" and f"{place.rstrip('/')}/".startswith(f"{path.rstrip('/')}/")


def _is_mentioned(path: str, project: Project, stated: set[Span | None]) -> bool:
    """Tell whether the path's topmost folder is named anywhere but where such mounts are *stated*."""
    parts = path.strip("/").split("/")
    # Below /mnt every mount path begins alike.
    known = parts[:2] if path.startswith("/mnt/") else parts[:1]
    top = ("/" if path.startswith("/") else "") + "/".join(known)
    mention = re.compile(rf"(?<![\w./-]){re.escape(top)}(?![\w-])")
    for name in project.tree.files:
        content = project.tree.read(name) if not name.lower().endswith(_PROSE) else None
        if content is None or top.encode() not in content:
            continue
        own = [span for span in stated if span is not None and span.path == name]
        mentions = sum(mention.search(text_at(span, project.text_of) or "") is not None for span in own)
        if len(mention.findall(content.decode("utf-8", errors="replace"))) > mentions:
            return True
    return False
