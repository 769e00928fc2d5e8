"""The abstract state: one dictionary with a trail, so that branches can be run, undone and joined.

A key is ``(owner, name)``: a scope and a variable, an object and an attribute, or the process and what it holds (its
working directory, its environment). A value missing from one branch only does not weaken the others: the analysed code
would raise where it read it.
"""

from __future__ import annotations

from typing import TypeAlias

from lambdalint.flow.values import Number, Value, join

Key: TypeAlias = tuple[int, str]
Changes: TypeAlias = dict[Key, Value]

PROCESS = 0
"""The owner of what belongs to the process: ``cwd``, ``$NAME`` for the environment."""

SIZES = -1
"""The owner of the least sizes that are known of files: of alternative ways, the one with the smallest size counts."""

LIVE = "<tmp>"
"""What the invocation has made in ``/tmp`` and may not have removed: atoms of kind ``Made``."""

_MISSING: Value = ()


class Store:
    """Abstract memory with undo."""

    def __init__(self) -> None:
        self._owners: dict[int, dict[str, Value]] = {}
        self._trail: list[tuple[int, str, Value]] = []
        self._next_uid = PROCESS + 1
        self._recordings: list[tuple[int, Changes]] = []

    def new_uid(self) -> int:
        """Return a fresh owner."""
        self._next_uid += 1
        return self._next_uid

    def get(self, owner: int, name: str) -> Value | None:
        """Return what is known under a key, or None."""
        names = self._owners.get(owner)
        value = names.get(name, _MISSING) if names is not None else _MISSING
        if self._recordings:
            newest, touched = self._recordings[-1]
            if owner <= newest:
                touched.setdefault((owner, name), value)
        return value or None

    def set(self, owner: int, name: str, value: Value) -> None:
        """Replace what is known under a key."""
        names = self._owners.get(owner)
        if names is None:
            names = self._owners[owner] = {}
        old = names.get(name, _MISSING)
        if self._recordings:
            newest, touched = self._recordings[-1]
            if owner <= newest:
                touched.setdefault((owner, name), old)
        self._trail.append((owner, name, old))
        names[name] = value

    def add(self, owner: int, name: str, value: Value) -> None:
        """Join a value to what is known under a key."""
        self.set(owner, name, join(self.get(owner, name) or _MISSING, value))

    def drop(self, owner: int, name: str) -> None:
        """Forget a key."""
        if self.get(owner, name) is not None:
            self.set(owner, name, _MISSING)

    def start_recording(self) -> None:
        """Note, from now on, what each key held before it was first read or written."""
        self._recordings.append((self._next_uid, {}))

    def stop_recording(self) -> Changes:
        """Return what was noted, of the keys whose owners are older than the recording."""
        _, touched = self._recordings.pop()
        if self._recordings:
            newest, outer = self._recordings[-1]
            for key, value in touched.items():
                if key[0] <= newest:
                    outer.setdefault(key, value)
        return touched

    def holds(self, values: Changes) -> bool:
        """Tell whether each key holds the given value."""
        return all((self.get(owner, name) or _MISSING) == value for (owner, name), value in values.items())

    def names(self, owner: int) -> list[str]:
        """Return the names under one owner, in the order they were first set."""
        found = [name for name, value in self._owners.get(owner, {}).items() if value]
        if self._recordings:
            for name in found:
                self.get(owner, name)
        return found

    def mark(self) -> int:
        """Return a point to undo to."""
        return len(self._trail)

    def changes(self, mark: int) -> Changes:
        """Return the current values of all keys that were set since *mark*."""
        owners = self._owners
        return {(owner, name): owners[owner].get(name, _MISSING) for owner, name, _ in self._trail[mark:]}

    def undo(self, mark: int) -> None:
        """Return to the state at *mark*."""
        trail = self._trail
        owners = self._owners
        while len(trail) > mark:
            owner, name, old = trail.pop()
            if old:
                owners[owner][name] = old
            else:
                owners[owner].pop(name, None)

    def apply(self, changes: Changes) -> None:
        """Set all values of *changes*."""
        if self._recordings:
            for (owner, name), value in changes.items():
                self.set(owner, name, value)
            return
        owners, trail = self._owners, self._trail
        for (owner, name), value in changes.items():
            names = owners.get(owner)
            if names is None:
                names = owners[owner] = {}
            trail.append((owner, name, names.get(name, _MISSING)))
            names[name] = value

    def merge(self, outcomes: list[Changes]) -> None:
        """Join the outcomes of alternative ways that all started from the current state."""
        if not outcomes:
            return
        if len(outcomes) == 1:
            self.apply(outcomes[0])
            return
        first, *others = outcomes
        keys: Changes = dict(first)
        for outcome in others:
            keys.update(outcome)
        for key in keys:
            owner, name = key
            base = self.get(owner, name) or _MISSING
            if owner == SIZES:
                self.set(SIZES, name, _least([outcome.get(key, base) for outcome in outcomes]))
                continue
            value = first.get(key, base)
            for outcome in others:
                found = outcome.get(key, base)
                if found is not value:
                    value = join(value, found)
            if value is not base:
                self.set(owner, name, value)


def _least(sizes: list[Value]) -> Value:
    """Return the smallest of some sizes; none where one is not known."""
    numbers = [atom.value for size in sizes for atom in size if isinstance(atom, Number)]
    return (Number(min(numbers)),) if len(numbers) == len(sizes) else _MISSING
