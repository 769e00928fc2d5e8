"""The abstract state: one dictionary with a trail, so that branches can be run, undone and joined.

A key is ``(owner, name)``: a scope and a variable, an object and an attribute, or the process and what it holds (its
working directory, its environment). A value missing from one branch only does not weaken the others: the analysed code
would raise where it read it.
"""

from __future__ import annotations

from typing import TypeAlias

from lambdalint.flow.values import Value, join

Key: TypeAlias = tuple[int, str]
Changes: TypeAlias = dict[Key, Value]

PROCESS = 0
"""The owner of what belongs to the process: ``cwd``, ``$NAME`` for the environment."""

_MISSING: Value = ()


class Store:
    """Abstract memory with undo."""

    def __init__(self) -> None:
        self.data: dict[Key, Value] = {}
        self._trail: list[tuple[Key, Value | None]] = []
        self._next_uid = PROCESS + 1

    def new_uid(self) -> int:
        """Return a fresh owner."""
        self._next_uid += 1
        return self._next_uid

    def get(self, owner: int, name: str) -> Value | None:
        """Return what is known under a key, or None."""
        return self.data.get((owner, name)) or None

    def set(self, owner: int, name: str, value: Value) -> None:
        """Replace what is known under a key."""
        key = (owner, name)
        self._trail.append((key, self.data.get(key)))
        self.data[key] = value

    def add(self, owner: int, name: str, value: Value) -> None:
        """Join a value to what is known under a key."""
        self.set(owner, name, join(self.data.get((owner, name), _MISSING), value))

    def drop(self, owner: int, name: str) -> None:
        """Forget a key."""
        key = (owner, name)
        if key in self.data:
            self._trail.append((key, self.data.pop(key)))

    def names(self, owner: int) -> list[str]:
        """Return the names under one owner; linear in the state's size, for small uses only."""
        return [name for found, name in self.data if found == owner]

    def mark(self) -> int:
        """Return a point to undo to."""
        return len(self._trail)

    def changes(self, mark: int) -> Changes:
        """Return the current values of all keys that were set since *mark*."""
        data = self.data
        return {key: data.get(key, _MISSING) for key, _ in self._trail[mark:]}

    def undo(self, mark: int) -> None:
        """Return to the state at *mark*."""
        trail = self._trail
        data = self.data
        while len(trail) > mark:
            key, old = trail.pop()
            if old is None:
                data.pop(key, None)
            else:
                data[key] = old

    def apply(self, changes: Changes) -> None:
        """Set all values of *changes*."""
        for (owner, name), value in changes.items():
            self.set(owner, name, value)

    def merge(self, outcomes: list[Changes]) -> None:
        """Join the outcomes of alternative ways that all started from the current state."""
        if not outcomes:
            return
        if len(outcomes) == 1:
            self.apply(outcomes[0])
            return
        keys: dict[Key, None] = {}
        for outcome in outcomes:
            keys.update(dict.fromkeys(outcome))
        for key in keys:
            base = self.data.get(key, _MISSING)
            value: Value = _MISSING
            for outcome in outcomes:
                value = join(value, outcome.get(key, base))
            self.set(key[0], key[1], value)
