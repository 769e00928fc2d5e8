"""The abstract state: one dictionary with a trail, so that branches can be run, undone and joined.

A key is ``(owner, name)``: a scope and a variable, an object and an attribute, or the process and what it holds (its
working directory, its environment). A value missing from one branch only does not weaken the others: the analysed code
would raise where it read it.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

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


_NONE = -2
"""An owner before all others."""


class Recording(msgspec.Struct):
    """What was there before: of each key that was read or written, and of the names that were listed.

    Owners that are newer than ``newest`` did not exist when the recording began, and are left out. ``read`` are the
    keys of which more was read than what was written since ``mark``.
    """

    newest: int
    mark: int = 0
    touched: Changes = msgspec.field(default_factory=dict)
    read: set[Key] = msgspec.field(default_factory=set)
    listed: dict[int, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Numbers:
    """Gives numbers to owners. Stores that share them never give the same number to two owners."""

    def __init__(self) -> None:
        self.newest = PROCESS + 1

    def next(self) -> int:
        """Return a new number."""
        self.newest += 1
        return self.newest


class Store:
    """Abstract memory with undo."""

    def __init__(self, numbers: Numbers | None = None) -> None:
        self._owners: dict[int, dict[str, Value]] = {}
        self._trail: list[tuple[int, str, Value]] = []
        self._numbers = numbers or Numbers()
        self._recordings = [Recording(_NONE)]
        self._newest = _NONE
        self._recording = self._recordings[0]
        self._last: dict[Key, int] = {}
        """Where in the trail each key was set last."""

    def new_uid(self) -> int:
        """Return a fresh owner."""
        return self._numbers.next()

    def get(self, owner: int, name: str) -> Value | None:
        """Return what is known under a key, or None."""
        names = self._owners.get(owner)
        value = names.get(name, _MISSING) if names is not None else _MISSING
        if owner <= self._newest:
            self._note_read((owner, name), value)
        return value or None

    def _note_read(self, key: Key, value: Value) -> None:
        if key in self._recording.read:
            return
        last = self._last.get(key, -1)
        if last >= len(self._trail) or self._trail[last][:2] != key:
            last = -1
        for recording in reversed(self._recordings):
            if key in recording.read or last >= recording.mark or key[0] > recording.newest:
                return
            recording.touched.setdefault(key, value)
            recording.read.add(key)

    def peek(self, owner: int, name: str) -> Value:
        """Return what is known under a key, or nothing; no recording notes that."""
        names = self._owners.get(owner)
        return names.get(name, _MISSING) if names is not None else _MISSING

    def lookup(self, owners: tuple[int, ...], name: str) -> Value | None:
        """Return what is known under a name of the first of *owners* that has it, or None."""
        known, newest = self._owners, self._newest
        for owner in owners:
            names = known.get(owner)
            value = names.get(name, _MISSING) if names is not None else _MISSING
            if owner <= newest:
                self._note_read((owner, name), value)
            if value:
                return value
        return None

    def set(self, owner: int, name: str, value: Value) -> None:
        """Replace what is known under a key."""
        names = self._owners.get(owner)
        if names is None:
            names = self._owners[owner] = {}
        old = names.get(name, _MISSING)
        if owner <= self._newest:
            key = (owner, name)
            self._recording.touched.setdefault(key, old)
            self._last[key] = len(self._trail)
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
        """Note, from now on, what was there before it is read or written."""
        self._resume(Recording(self._numbers.newest, len(self._trail)))

    def stop_recording(self) -> Recording:
        """Return what was noted."""
        stopped = self._recordings.pop()
        outer = self._recordings.pop()
        self._resume(outer)
        newest = outer.newest
        for key, value in stopped.touched.items():
            if key[0] <= newest:
                outer.touched.setdefault(key, value)
        for owner in stopped.listed:
            self._list(owner)
        return stopped

    def _resume(self, recording: Recording) -> None:
        self._recordings.append(recording)
        self._newest, self._recording = recording.newest, recording

    def _list(self, owner: int) -> None:
        """Note which names an owner had when the recording began."""
        recording = self._recordings[-1]
        if owner <= recording.newest and owner not in recording.listed:
            touched = recording.touched
            names = self._owners.get(owner, {})
            recording.listed[owner] = tuple(name for name in names if touched.get((owner, name), names[name]))

    def holds(self, recording: Recording) -> bool:
        """Tell whether all is there as it was when a recording began."""
        touched = recording.touched
        return all(self.peek(*key) == touched[key] for key in recording.read) and all(
            tuple(self.names(owner)) == names for owner, names in recording.listed.items()
        )

    def names(self, owner: int) -> list[str]:
        """Return the names under one owner, in the order they were first set."""
        found = [name for name, value in self._owners.get(owner, {}).items() if value]
        if owner <= self._newest:
            self._list(owner)
            for name in found:
                self.get(owner, name)
        return found

    def values(self, owner: int) -> list[Value]:
        """Return what is known under the names of one owner, in the order they were first set."""
        if owner <= self._newest:
            self.names(owner)
        return [value for value in self._owners.get(owner, {}).values() if value]

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
        owners, trail, newest, touched = self._owners, self._trail, self._newest, self._recording.touched
        for key, value in changes.items():
            owner, name = key
            names = owners.get(owner)
            if names is None:
                names = owners[owner] = {}
            old = names.get(name, _MISSING)
            if owner <= newest:
                touched.setdefault(key, old)
                self._last[key] = len(trail)
            trail.append((owner, name, old))
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
