"""Finds what the services of a ``vercel.json`` run, of which a project has several side by side.

See https://vercel.com/docs/services and, for the older key, https://vercel.com/docs/services/experimental.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment import document
from lambdalint.deployment.not_lambda import is_below
from lambdalint.deployment.source_root import ancestors
from lambdalint.deployment.vercel.entry import (
    declared_entry,
    entry_of,
    is_python_project,
    module_entry,
    searched_entry,
)
from lambdalint.model import Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.deployment.document import Node
    from lambdalint.deployment.vercel.entry import Entry
    from lambdalint.model import Span

KEYS = ("services", "experimentalServicesV2", "experimentalServices")
PYTHON_PRESETS = frozenset({"python", "fastapi", "flask", "django", "fasthtml"})

_PYTHON = re.compile(r"python|wsgi|asgi", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")
_DOCKERFILE = re.compile(r"(?:.*/)?(?:Docker|Container)file(?:\.vercel)?", re.IGNORECASE)
_MANIFESTS = ("pyproject.toml", "requirements.txt", "Pipfile", "manage.py")


class Service(msgspec.Struct, frozen=True):
    """A service in Python: its name, what it serves, the folder that is its own, its settings, and its place."""

    name: str
    entry: Entry
    folder: str
    settings: Node
    span: Span


def services(tree: Tree, folder: str, listed: Iterable[document.Entry]) -> tuple[list[Service], list[Problem]]:
    """Return the services in Python among those *listed* for the project in *folder*, and what is not understood."""
    found: list[Service] = []
    problems: list[Problem] = []
    for one in listed:
        if not isinstance(one.value, document.MappingNode):
            problems.append(Problem(one.key.span, f"the service {one.name} is no object; it is not read"))
            continue
        stated = {name: one.value.get(name) for name in ("framework", "runtime", "builder", "entrypoint", "root")}
        texts = {name: node.text for name, node in stated.items() if node is not None and node.text is not None}
        kinds = [texts[name] for name in ("framework", "runtime", "builder") if name in texts]
        if any(not _PYTHON.search(kind) and kind not in PYTHON_PRESETS for kind in kinds):
            continue
        root = Tree.join(folder, texts.get("root", ".").lstrip("/"))
        written = texts.get("entrypoint", ".")
        if root is None or Tree.join(root, written) is None:
            problems.append(Problem(one.key.span, f"the service {one.name} leads out of the project; it is not read"))
            continue
        if _DOCKERFILE.fullmatch(written):
            problems.append(Problem(one.key.span, f"the service {one.name} is a container; it is not read", "note"))
            continue
        place = _entry(tree, root, written, sure=bool(kinds))
        if place is not None:
            span = (stated["entrypoint"] or one.key).span
            found.append(Service(one.name, *place, one.value, span))
        elif kinds or written.endswith(".py") or _REFERENCE.fullmatch(written):
            message = f"the application of the service {one.name} is not found; it is not read"
            problems.append(Problem(one.key.span, message, "note"))
    return found, problems


def _entry(tree: Tree, root: str, written: str, *, sure: bool) -> tuple[Entry, str] | None:
    """Return what a service serves, and the folder that is deployed."""
    reference = _REFERENCE.fullmatch(written)
    if reference is not None:
        found = module_entry(tree, root, reference[1], reference[2])
        return (found, root) if found is not None else None
    path = Tree.join(root, written) or ""
    if path in tree:
        entry = entry_of(tree, path) if path.endswith(".py") else None
        return (entry, _project(tree, path, root)) if entry is not None else None
    if path and path not in tree.directories:
        return None
    if not sure and not is_python_project(tree, path):
        return None
    found = declared_entry(tree, path) or searched_entry(tree, path)
    return (found, path) if found is not None else None


def _project(tree: Tree, path: str, root: str) -> str:
    """Return the folder of the file at *path*, or above it in *root*, that has a manifest; else *root*."""
    for folder in ancestors(path):
        if not is_below(folder, (root,)):
            break
        if any(f"{folder}/{name}".lstrip("/") in tree for name in _MANIFESTS):
            return folder
    return root
