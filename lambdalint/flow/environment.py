"""The process's environment variables: what the room sets, what the code sets, and what may be set elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import literal
from lambdalint.flow.values import EITHER, FALSE, NOTHING, TRUE, Opaque, Text, Value, join
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.model import Room
    from lambdalint.model.watched import Watched

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


class Environment:
    """Looks variables up for one function."""

    def __init__(self, room: Room, tree: Watched) -> None:
        self._set = {variable.name: variable.value for variable in room.env}
        self._complete = room.env_complete
        self._outside = room.env_outside
        self._mentions = tree.mentions

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
        return machine.surroundings.variable(name, asked=asked)

    def outside(self, name: str, *, asked: bool) -> Value | None:
        """Return what the deployment says of a variable's value: NOTHING where it is absent, None where it is open.

        Code that has *asked* whether it is set does not rely on it.
        """
        if name in self._set:
            text = self._set[name]
            if text is None:
                return (Opaque(Hole(HoleKind.ENVIRONMENT, f"${name}"), truthy=True),)
            return (Text(literal(text)),)
        if self._complete or name in ABSENT_ON_LAMBDA:
            return NOTHING
        return None if (asked and self._outside) or self._mentions(name) else NOTHING

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
