"""The process's environment variables: what the room sets, what the code sets, and what may be set elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import literal
from lambdalint.flow.values import EITHER, FALSE, NOTHING, TRUE, Opaque, Text, Value, join
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.model import Room, Tree

ABSENT_ON_LAMBDA = frozenset(
    {
        "AWS_SAM_LOCAL",
        "IS_LOCAL",
        "IS_OFFLINE",
        "LOCALSTACK_HOSTNAME",
        "GITHUB_ACTIONS",
        "GITHUB_OUTPUT",
        "GITHUB_STEP_SUMMARY",
        "GITHUB_WORKSPACE",
        "CI",
        "PYTEST_CURRENT_TEST",
        "CODEBUILD_BUILD_ID",
        "KUBERNETES_SERVICE_HOST",
        "VIRTUAL_ENV",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "TMPDIR",
        "TEMP",
        "TMP",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
    }
)
"""Variables that other systems set and the platform does not: local emulators, CI services, test runners, desktops."""

_NAME = re.compile(rb"\b[A-Z][A-Z0-9_]{2,}\b")
_PYTHON_KEY = re.compile(rb"""["']([A-Z][A-Z0-9_]{2,})["']\s*(?::|,\s*value\b)|\b([A-Z][A-Z0-9_]{2,})=""")
_DECLARING = (
    ".tf", ".tfvars", ".hcl", ".ts", ".js", ".mjs", ".yml", ".yaml", ".json", ".toml", ".env", ".sh", ".cfg", ".ini",
    ".template", ".mk",
)  # fmt: skip
_EXAMPLE = re.compile(r"\b(?:example|sample|dist|template)$")
"""Files that show developers what could be set: they set nothing."""
_LARGEST = 300_000


class Mentions:
    """The names of variables that files other than the code mention: they may set them at deployment."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._names: frozenset[bytes] | None = None

    def __contains__(self, name: str) -> bool:
        if self._names is None:
            self._names = _COLLECTED.get(self._tree)
        if self._names is None:
            self._names = _COLLECTED[self._tree] = self._collect()
        return name.encode() in self._names

    def _collect(self) -> frozenset[bytes]:
        found: set[bytes] = set()
        for path in self._tree.files:
            name = path.rpartition("/")[2]
            if _EXAMPLE.search(name):
                continue
            declaring = path.endswith(_DECLARING) or name.startswith(("Dockerfile", "Makefile", ".env"))
            if not declaring and not path.endswith(".py"):
                continue
            content = self._tree.read(path)
            if content is None or len(content) > _LARGEST:
                continue
            if declaring:
                found.update(_NAME.findall(_without_rows(content) if path.endswith(".toml") else content))
            elif b"environment" in content.lower():
                for key, keyword in _PYTHON_KEY.findall(content):
                    found.add(key or keyword)
        return frozenset(found)


_COLLECTED: WeakKeyDictionary[Tree, frozenset[bytes]] = WeakKeyDictionary()
"""The names that each tree mentions: the functions of one tree are analysed in several portions."""


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


class Environment:
    """Looks variables up for one function."""

    def __init__(self, room: Room, mentions: Mentions) -> None:
        self._set = {variable.name: variable.value for variable in room.env}
        self._complete = room.env_complete
        self._outside = room.env_outside
        self._mentions = mentions

    def contains(self, machine: Machine, name: str) -> Value:
        """Return whether a variable is set: TRUE, FALSE or EITHER."""
        value = self._known(machine, name, asked=True)
        if value is None:
            return EITHER
        return FALSE if value == NOTHING else (EITHER if NOTHING[0] in value else TRUE)

    def get(self, machine: Machine, name: str, default: Value) -> Value:
        """Return a variable's value; *default* where it is, or may be, absent.

        Code without a default counts on the variable, or asks whether it is set.
        """
        value = self._known(machine, name, asked=default == NOTHING)
        if value is None:
            return (Opaque(Hole(HoleKind.ENVIRONMENT, f"${name}")),)
        if NOTHING[0] in value:
            return join(tuple(atom for atom in value if atom != NOTHING[0]), default)
        return value

    def peek(self, machine: Machine, name: str) -> Value | None:
        """Return a variable's value as a library finds it, NOTHING where it is absent, or None where that is open."""
        return self._known(machine, name)

    def _known(self, machine: Machine, name: str, *, asked: bool = False) -> Value | None:
        """Return a variable's value, NOTHING where it is absent, or None where that is not known."""
        stored = machine.store.get(PROCESS, f"${name}")
        if stored is not None:
            return stored
        if name in self._set:
            text = self._set[name]
            if text is None:
                return (Opaque(Hole(HoleKind.ENVIRONMENT, f"${name}"), truthy=True),)
            return (Text(literal(text)),)
        if self._complete or name in ABSENT_ON_LAMBDA:
            return NOTHING
        return None if (asked and self._outside) or name in self._mentions else NOTHING

    def set(self, machine: Machine, name: str, value: Value) -> None:
        """Run ``os.environ[name] = value``."""
        machine.store.set(PROCESS, f"${name}", value)

    def set_default(self, machine: Machine, name: str, value: Value) -> Value:
        """Run ``os.environ.setdefault``."""
        known = self._known(machine, name)
        if known == NOTHING:
            self.set(machine, name, value)
            return value
        return known if known is not None else self.get(machine, name, value)
