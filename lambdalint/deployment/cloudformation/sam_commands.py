"""Tells from scripts and instructions whether ``sam build`` runs before a template is deployed.

``sam deploy``, ``sam package`` and ``aws cloudformation package`` archive the folders of a template as they are; only
``sam build`` installs requirements, and leaves a template that names the folders with them:
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/using-sam-cli-build.html
"""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.deployment.cloudformation.sam_manifests import (
    BuildCommand,
    Override,
    build_commands,
    configured_commands,
    override,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Tree

MAX_FILES = 200
MAX_BYTES = 300_000
"""Bounds of one folder: the files that are looked at, and the size of each."""

_TOLD = re.compile(
    rb"\bsam[\"',\s]+(build|package|deploy)\b|\b(?:cloudformation|cfn)[\"',\s]+(package)\b|\.(build)\.parameters\]"
)
_ENDINGS = (
    ".sh",
    ".bash",
    ".ps1",
    ".bat",
    ".cmd",
    ".md",
    ".rst",
    ".txt",
    ".yml",
    ".yaml",
    ".toml",
    ".json",
    ".py",
    ".mk",
)
_NAMES = frozenset({"Makefile", "makefile", "GNUmakefile", "Justfile", "justfile", "Jenkinsfile"})
_FOLDERS = ("scripts", "script", "bin", "ci", "deploy", "deployment", "tools", ".github/workflows", ".circleci")


class Practice(enum.Enum):
    """What becomes of a template's folders: ``sam build`` makes packages of them, or they are archived as they are."""

    BUILT = "built"
    ARCHIVED = "archived"
    UNSURE = "unsure"
    UNTOLD = "untold"


class SamCommands:
    """Reads the scripts and instructions around the templates of a project; each folder once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, list[str]] | None = None
        self._known: dict[str, frozenset[str]] = {}
        self._builds: dict[str, tuple[BuildCommand, ...]] = {}

    def practice(self, directory: str) -> Practice:
        """Return what is told for a template in *directory*.

        The nearest folder, up to the root, in which something is told of packaging decides. Where another one tells
        otherwise, and where only a deployment is told, it is not sure.
        """
        told = [one for folder in _upwards(directory) if (one := self._told(folder))]
        if not told:
            return Practice.UNTOLD
        decisive = [one for one in told if one != {"deploy"}]
        if not decisive:
            return Practice.UNSURE
        if "build" in decisive[0]:
            return Practice.BUILT
        return Practice.UNSURE if any("build" in one for one in decisive) else Practice.ARCHIVED

    def override(self, template: str, resource: str) -> Override:
        """Return what is installed in place of the manifest in the folder of *resource* of *template*.

        What stands in the nearest folder counts, and of those above it what names a file.
        """
        commands: list[BuildCommand] = []
        for folder in _upwards(template.rpartition("/")[0]):
            found = self._commands_in(folder)
            commands.extend(one for one in found if not commands or one.manifest is not None)
        told = [one for one in commands if one.environment is None]
        return override(self._tree, template, resource, told, [one for one in commands if one.environment is not None])

    def _commands_in(self, folder: str) -> tuple[BuildCommand, ...]:
        if folder not in self._builds:
            found: list[BuildCommand] = []
            for path in self._around(folder):
                content = self._tree.read(path) or b""
                if len(content) > MAX_BYTES or b"build" not in content or b"sam" not in content + path.encode():
                    continue
                if path.rpartition("/")[2].startswith("samconfig."):
                    found.extend(configured_commands(self._tree, path))
                else:
                    found.extend(build_commands(path, content.decode("utf-8", "replace")))
            self._builds[folder] = tuple(found)
        return self._builds[folder]

    def _told(self, folder: str) -> frozenset[str]:
        if folder not in self._known:
            found: set[str] = set()
            for path in self._around(folder):
                content = self._tree.read(path) or b""
                if len(content) <= MAX_BYTES:
                    found.update(match[match.lastindex or 0].decode() for match in _TOLD.finditer(content))
            self._known[folder] = frozenset(found)
        return self._known[folder]

    def _around(self, folder: str) -> list[str]:
        """Return the files that may hold commands, in *folder* and in its usual folders for scripts."""
        if self._files is None:
            self._files = defaultdict(list)
            for path in self._tree.files:
                above, _, name = path.rpartition("/")
                if name in _NAMES or name.endswith(_ENDINGS):
                    self._files[above].append(path)
        folders = (folder, *(f"{folder}/{inner}".lstrip("/") for inner in _FOLDERS))
        found = [path for one in folders for path in self._files.get(one, ())]
        return found[:MAX_FILES]


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder
