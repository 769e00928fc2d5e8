"""The names that the shell makes of words with wildcards and braces."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from lambdalint.deployment.scripts.script_text import in_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.model import Tree

MAX_NAMES = 100
MAX_PARTS = 12

_GLOB = re.compile(r"[*?\[]")
_BRACES = re.compile(r"\{([^{}\s]*,[^{}\s]*)\}")


def is_pattern(text: str) -> bool:
    """Tell whether a text holds wildcards."""
    return _GLOB.search(text) is not None


def matching_names(tree: Tree, text: str, path: Callable[[str], str]) -> list[str]:
    """Return the files and folders of *tree* that *text* matches, as it would name them.

    *path* gives the path of a name, as ``script_text`` has them. Hidden names match no wildcard.
    """
    folders_only = text.endswith("/")
    head, _, last = text.rstrip("/").rpartition("/")
    if text.count("/") > MAX_PARTS:
        return []
    if not is_pattern(head):
        return _names_in(
            tree, head, last, path(head or ("/" if text.startswith("/") else ".")), folders_only=folders_only
        )
    found: list[str] = []
    for folder in matching_names(tree, f"{head}/", path):
        if is_pattern(last):
            found.extend(_names_in(tree, folder.rstrip("/"), last, path(folder), folders_only=folders_only))
            continue
        relative = in_project(path(folder + last))
        if relative is not None and (relative in tree or relative in tree.directories):
            found.append(folder + last + "/" * folders_only)
    return found[:MAX_NAMES]


def _names_in(tree: Tree, head: str, last: str, path: str, *, folders_only: bool) -> list[str]:
    folder = in_project(path)
    if folder is None:
        return []
    names = {
        rest.partition("/")[0]
        for each in (tree.directories if folders_only else [*tree.directories, *tree.files])
        if (rest := _inside(each, folder))
    }
    found = sorted(name for name in names if name[:1] != "." and fnmatchcase(name, last))[:MAX_NAMES]
    prefix = f"{head}/" if head else ""
    return [f"{prefix}{name}{'/' if folders_only else ''}" for name in found]


def _inside(path: str, folder: str) -> str:
    """Return *path* relative to *folder*, or nothing where it does not lie in it."""
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else ""


def braced(text: str) -> list[str]:
    """Return the words that ``a{b,c}`` stands for."""
    found = [text]
    for _ in range(MAX_PARTS):
        nested = [match for word in found if (match := _BRACES.search(word)) is not None]
        if not nested or len(found) > MAX_NAMES:
            break
        found = [made for word in found for made in _choices(word)]
    return found[:MAX_NAMES]


def _choices(word: str) -> list[str]:
    match = _BRACES.search(word)
    if match is None:
        return [word]
    return [word[: match.start()] + choice + word[match.end() :] for choice in match[1].split(",")[:MAX_NAMES]]
