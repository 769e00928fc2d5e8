"""The folder that a CDK program runs in, which its relative paths start from."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import takewhile
from typing import TYPE_CHECKING

from lambdalint.deployment.source_root import ancestors

if TYPE_CHECKING:
    from lambdalint.model import Tree

MAX_FILES = 2_000
_CONFIGURATION = re.compile(r"cdk\.json\.[\w.-]+|cdk\.[\w-]+\.json")
_ENTRY = re.compile(r"app\.py|bin/[^/]+\.[cm]?[jt]s")
PYTHON_APP = re.compile(rb"(?:^|[=\s.(])App\s*\(|\bimport\b[^\n]*\bApp as\b", re.MULTILINE)
"""What shows that a file in Python makes the application of a program."""
_APP = re.compile(rb"\bnew\s+(?:\w+\.)?App\s*\(")
_PROJECT_FILES = ("package.json", "requirements.txt", "app.py")


def directory_of(tree: Tree, path: str) -> str | None:
    """Return the folder that the program of a file runs in; None where no ``cdk.json`` shows it."""
    return next((one for one in ancestors(path) if (f"{one}/cdk.json" if one else "cdk.json") in tree), None)


def candidates_of(tree: Tree, path: str) -> tuple[str, ...]:
    """Return the folders that the program of a file, which has no ``cdk.json``, may run in.

    Some file above has to show that the program is there: another ``cdk.*.json``, a template of it, or an entry point
    that makes an ``App``.
    """
    folders = ancestors(path)
    shown = [one for one in folders if _holds_program(tree, one)]
    listed = (one for one in folders if any(f"{one}/{name}".lstrip("/") in tree for name in _PROJECT_FILES))
    return tuple(dict.fromkeys((*shown, *listed))) if shown else ()


def _holds_program(tree: Tree, folder: str) -> bool:
    above = f"{folder}/" if folder else ""
    first = bisect_left(tree.files, above)
    for path in takewhile(lambda each: each.startswith(above), tree.files[first : first + MAX_FILES]):
        name = path[len(above) :]
        if _CONFIGURATION.fullmatch(name):
            return True
        if _ENTRY.fullmatch(name) and (PYTHON_APP if name.endswith(".py") else _APP).search(tree.read(path) or b""):
            return True
    return False
