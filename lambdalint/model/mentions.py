"""The names of variables that files of the project mention: what may be set outside of the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lambdalint.model.tree import Tree

_NAME = re.compile(rb"\b[A-Z][A-Z0-9_]{2,}\b")
_PYTHON_KEY = re.compile(rb"""["']([A-Z][A-Z0-9_]{2,})["']\s*(?::|,\s*value\b)|\b([A-Z][A-Z0-9_]{2,})=""")
_DECLARING = (
    ".tf", ".tfvars", ".hcl", ".ts", ".js", ".mjs", ".yml", ".yaml", ".json", ".toml", ".env", ".sh", ".cfg", ".ini",
    ".template", ".mk",
)  # fmt: skip
_EXAMPLE = re.compile(r"\b(?:example|sample|dist|template)$")
"""Files that show developers what could be set: they set nothing."""
_LARGEST = 300_000
_TEXT, _ROWS, _PYTHON = "text", "toml", "python"
"""The forms that a file is read as."""


class KeptNames(Protocol):
    """Remembers the names in a file by what the file holds, and the form that it is read as."""

    def names(self, path: str, form: str) -> frozenset[bytes] | None:
        """Return the names in the file at *path*, or None if they are not known."""

    def keep_names(self, path: str, form: str, names: frozenset[bytes]) -> None:
        """Remember the names in the file at *path*."""


class Mentions:
    """The names of variables that files other than the code mention: they may set them at deployment."""

    def __init__(self, tree: Tree, kept: KeptNames | None = None) -> None:
        self._tree = tree
        self._kept = kept
        self._names: frozenset[bytes] | None = None

    def __contains__(self, name: str) -> bool:
        if self._names is None:
            self._names = self._collect()
        return name.encode() in self._names

    def _collect(self) -> frozenset[bytes]:
        found: set[bytes] = set()
        for path in self._tree.files:
            name = path.rpartition("/")[2]
            if _EXAMPLE.search(name):
                continue
            if path.endswith(_DECLARING) or name.startswith(("Dockerfile", "Makefile", ".env")):
                form = _ROWS if path.endswith(".toml") else _TEXT
            elif path.endswith(".py"):
                form = _PYTHON
            else:
                continue
            names = None if self._kept is None else self._kept.names(path, form)
            if names is None:
                names = self._names_in(path, form)
                if self._kept is not None:
                    self._kept.keep_names(path, form, names)
            found |= names
        return frozenset(found)

    def _names_in(self, path: str, form: str) -> frozenset[bytes]:
        content = self._tree.read(path)
        if content is None or len(content) > _LARGEST:
            return frozenset()
        if form != _PYTHON:
            return frozenset(_NAME.findall(_without_rows(content) if form == _ROWS else content))
        if b"environment" in content.lower():
            return frozenset(key or keyword for key, keyword in _PYTHON_KEY.findall(content))
        return frozenset()


def _without_rows(content: bytes) -> bytes:
    """Return the text of a TOML file without rows of the catalogue.

    These say which variables a library reads, and set none.
    """
    if b"library-default" not in content:
        return content
    import tomli

    try:
        return repr(_other_tables(tomli.loads(content.decode()))).encode()
    except (ValueError, RecursionError):
        return content


def _other_tables(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {key: _other_tables(item) for key, item in value.items() if key != "library-default"}
