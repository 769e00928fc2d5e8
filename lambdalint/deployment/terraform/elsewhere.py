"""Guesses which folder an archive is made of that something else than Terraform makes."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.source_root import ancestors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Tree

_SUFFIX = re.compile(r"(?:\.zip|\.\w{1,4})$")
_SEPARATORS = re.compile(r"[^0-9a-z]+")
_ASIDE = frozenset(
    {"lambda", "function", "handler", "package", "build", "dist", "src", "code", "main", "zip", "aws", "py"}
    | {"image", "uri", "url", "tag", "var", "local", "lambdas", "functions", "this", "latest"}
)


class Elsewhere:
    """Finds modules by the handlers that name them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_name: dict[str, list[str]] | None = None
        self._known: dict[tuple[str, str], bool] = {}

    def folder(self, directory: str, handler: str, hints: Iterable[str]) -> str | None:
        """Return the one folder whose module defines *handler*; None where there is none, or several.

        It is looked for in *directory*, where the function is declared, and below, then around it. Of several, one is
        taken that is called like the archive or the function, as *hints* have it.
        """
        parts = [part for part in handler.replace("/", ".").split(".") if part]
        if len(parts) < 2:
            return None
        *module, name = parts
        found = [folder for folder in self._folders(module) if self._defines(folder, module, name)]
        for above in (directory, *ancestors(directory)):
            near = [folder for folder in found if not above or folder == above or folder.startswith(f"{above}/")]
            if len(near) == 1:
                return near[0]
            if near:
                return called_like(near, hints)
        return None

    def _folders(self, module: list[str]) -> list[str]:
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path in self._tree.files:
                if path.endswith(".py") and not is_apart(path):
                    self._by_name[path.rpartition("/")[2]].append(path)
        tails = [f"{'/'.join(module)}.py", f"{'/'.join(module)}/__init__.py"]
        return [
            path.removesuffix(tail).rstrip("/")
            for tail in tails
            for path in self._by_name.get(tail.rpartition("/")[2], ())
            if path == tail or path.endswith(f"/{tail}")
        ]

    def _defines(self, folder: str, module: list[str], name: str) -> bool:
        stem = f"{folder}/{'/'.join(module)}".lstrip("/")
        known = self._known.get((stem, name))
        if known is None:
            known = self._known[stem, name] = self._is_defined(stem, name)
        return known

    def _is_defined(self, stem: str, name: str) -> bool:
        word = name.encode()
        defined = re.compile(
            rb"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+%(name)s\b|^%(name)s[ \t]*[:=]|\bimport\b[^\n#]*\b%(name)s\b"
            rb"|^[ \t]+%(name)s[ \t]*,?[ \t]*$" % {b"name": re.escape(word)},
            re.MULTILINE,
        )
        contents = (self._tree.read(path) or b"" for path in (f"{stem}.py", f"{stem}/__init__.py"))
        return any(word in content and defined.search(content) for content in contents)


def called_like(folders: list[str], hints: Iterable[str]) -> str | None:
    """Return the one of *folders* whose name, or that of the folder it is in, fits the first hint that fits any."""
    for hint in hints:
        wanted = _words(_SUFFIX.sub("", hint.rstrip("/").rpartition("/")[2]))
        for choose in (_is_same, _is_part):
            fitting = [folder for folder in folders if wanted and choose(wanted, folder)]
            if len(fitting) == 1:
                return fitting[0]
    return None


def _words(name: str) -> frozenset[str]:
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"\$\{[^}]*\}", "_", name)).lower()
    return frozenset(_SEPARATORS.split(split)) - _ASIDE - {""}


def _is_same(wanted: frozenset[str], folder: str) -> bool:
    parts = folder.split("/")[-2:]
    return any(_words(name) == wanted for name in (*parts, "/".join(parts)))


def _is_part(wanted: frozenset[str], folder: str) -> bool:
    last = [words for part in folder.split("/")[-2:] if (words := _words(part))]
    return any(words <= wanted for words in last)
