"""What calls did, kept so that a call like an earlier one need not be run again.

Two calls are alike if all that the first one looked at is as it was then, up to the numbers of objects: a list, a
dictionary or an instance may be another one of the same content. What such a call returns and changes is what the
first one did, with its own objects in the place of the others, and new ones for those that the first call has made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from lambdalint.flow.before import NOTED, Before, once
from lambdalint.flow.renaming import Renaming, holds_new_code, is_rigid, shape, uids_of
from lambdalint.flow.store import LIVE, PROCESS
from lambdalint.flow.surroundings import QUESTION
from lambdalint.flow.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lambdalint.flow.exits import Exits
    from lambdalint.flow.machine import Machine, Note
    from lambdalint.flow.store import Changes, Recording
    from lambdalint.flow.surroundings import Inquiry
    from lambdalint.flow.values import Function, Value
    from lambdalint.model import Effect, Step

CallKey: TypeAlias = tuple[object, ...]
"""The function, what of the interpreter's state the run depends on, and the shapes of its arguments."""

MOST_RERUN = 3
"""How often a call that does something to ``/tmp`` is run before its outcome stands for it: objects are shared then."""
MOST_OUTCOMES = 4
"""How many outcomes are kept for calls of one key."""
_MOST_ENTRIES = 3000
"""How much an outcome may depend on or change to be kept."""
_MOST_KEPT = 400_000
"""How many such entries are kept in all."""

_Entry: TypeAlias = tuple[int, str, "Value", bool]
"""An owner, a name, the value, and whether the value names no object."""


class Outcome(msgspec.Struct, frozen=True):
    """What a call did: the state that it started from, as far as it looked, the changes it made, the value it returned.

    ``given`` are its arguments; ``born`` is the newest owner before it, and ``asked`` what it was told from outside.
    ``exits`` are the ways that exceptions may take out of it, ``answer`` what the value tells, see ``answers``. Its
    ``effects`` begin with ``way`` steps that lead to it; ``renewed`` are the calls in it that make new names, ``noted``
    is what stands in the interpreter's tables. It ``ran`` functions, ``deepest`` frames deep.

    One that is not ``renamable`` holds for the same objects alone; a ``lasting`` one for all entry points; ``anyones``
    for all functions; one that is not ``in_tmp`` for whatever lies in ``/tmp``.
    """

    given: tuple[Value, ...]
    assumed: tuple[_Entry, ...]
    listed: tuple[tuple[int, tuple[str, ...]], ...]
    asked: tuple[Inquiry, ...]
    born: int
    changes: tuple[_Entry, ...]
    value: Value
    exits: Exits
    answer: Value
    effects: tuple[Effect, ...]
    way: int
    renewed: tuple[str, ...]
    noted: tuple[Note, ...]
    ran: tuple[Function, ...]
    deepest: int
    work: Work
    renamable: bool
    lasting: bool
    anyones: bool
    in_tmp: bool


class Outcomes:
    """The outcomes of calls: of those of one function's evaluation, or of all functions that are analysed together."""

    def __init__(self) -> None:
        self._kept: dict[CallKey, list[Outcome]] = {}
        self._size = 0

    def begin(self) -> None:
        """Forget what holds in the evaluation of one entry point only."""
        for key, kept in list(self._kept.items()):
            kept[:] = [outcome for outcome in kept if outcome.lasting]
            if not kept:
                del self._kept[key]

    def find(self, machine: Machine, key: CallKey, given: tuple[Value, ...]) -> tuple[Outcome, Renaming] | None:
        """Return the outcome of a call like this one, and which of its objects stand for which, or None."""
        for outcome in self._kept.get(key, ()):
            if not machine.may_go(outcome.deepest, outcome.ran):
                continue
            renaming = _alike(machine, outcome, given)
            if renaming is None or not (outcome.renamable or renaming.is_identity):
                continue
            if not outcome.asked or machine.surroundings.agree(outcome.asked):
                return outcome, renaming
        return None

    def keep(
        self,
        machine: Machine,
        key: CallKey,
        given: tuple[Value, ...],
        before: Before,
        recording: Recording,
        value: Value,
        exits: Exits,
        way: int,
        deepest: int,
        *,
        again: Callable[[], int],
    ) -> Outcome | None:
        """Keep what a call did since *before*; return its outcome, or None if it is not kept.

        What did more than change the store, or has made new code, holds for the same objects alone, and only after some
        runs: calls that it stands for share what it has made.
        """
        changes = machine.store.changes(before.mark)
        ran = tuple(dict.fromkeys(machine.ran[before.ran :]))
        if len(recording.touched) + len(changes) > _MOST_ENTRIES or not machine.may_go(0, ran):
            return None
        now = Before.of(machine)
        quiet = (now.told, now.defined) == (before.told, before.defined)
        born = recording.newest
        reachable = _reachable(changes, value, born) if quiet else changes
        renamable = quiet and not holds_new_code((value, *reachable.values()), born)
        if renamable:
            changes = reachable
        elif again() <= MOST_RERUN:
            return None
        lasting = renamable and not machine.ledger.second
        own = now.own > before.own or now.logged > before.logged or bool(recording.touched.get((PROCESS, LIVE)))
        outcome = Outcome(
            given,
            tuple((*key, held, is_rigid(held)) for key, held in recording.touched.items() if key in recording.read),
            tuple(recording.listed.items()),
            once(machine.surroundings.asked[before.asked :], QUESTION),
            born,
            tuple((owner, name, held, is_rigid(held)) for (owner, name), held in changes.items()),
            value,
            exits,
            machine.answer,
            tuple(machine.log.journal[before.logged :]),
            way,
            tuple(dict.fromkeys(machine.ledger.renewals[before.renewals :])),
            once(machine.noted[before.noted :], NOTED),
            ran,
            deepest,
            Work(machine.number, now.steps - before.steps, once(machine.works[before.works :], id)),
            renamable,
            lasting,
            lasting and not own,
            (PROCESS, LIVE) in recording.read,
        )
        self.add(key, outcome)
        return outcome

    def add(self, key: CallKey, outcome: Outcome) -> None:
        """Keep an outcome."""
        self._size += len(outcome.assumed) + len(outcome.changes)
        if self._size > _MOST_KEPT:
            self._kept.clear()
            self._size = 0
        kept = self._kept.setdefault(key, [])
        kept.insert(0, outcome)
        del kept[MOST_OUTCOMES:]


def call_key(start: tuple[object, ...], given: Iterable[Value]) -> CallKey:
    """Return what outcomes are kept by."""
    return (*start, *map(shape, given))


def apply(machine: Machine, outcome: Outcome, renaming: Renaming, way: Callable[[], tuple[Step, ...]]) -> Value:
    """Do what the outcome's call did, with the objects of this one; return the value. *way* gives the steps to it."""
    store = machine.store
    if outcome.in_tmp:
        machine.exits[-1].absorb(outcome.exits)
    else:
        machine.exits[-1].repeat(machine, outcome.exits)
    if outcome.effects:
        machine.log.repeat(machine, outcome.effects, way(), outcome.way)
    for site in outcome.renewed:
        machine.ledger.renew(site)
    for note in outcome.noted:
        machine.note(*note)
    machine.surroundings.asked += outcome.asked
    machine.ran += outcome.ran
    machine.works.append(outcome.work)
    machine.deepest = max(machine.deepest, len(machine.frames) + outcome.deepest)
    machine.answer = outcome.answer
    renaming.make = store.new_uid
    for owner, name, value, rigid in outcome.changes:
        store.set(renaming.owner(owner), name, value if rigid else renaming.value(value))
    return renaming.value(outcome.value)


def _alike(machine: Machine, outcome: Outcome, given: tuple[Value, ...]) -> Renaming | None:
    """Return how the objects of an outcome are called here; None if something is not as it was."""
    renaming = Renaming(outcome.born)
    for value, found in zip(outcome.given, given, strict=True):
        if not renaming.matches(value, found):
            return None
    get = machine.store.get
    known = renaming.known
    for owner, name, value, rigid in outcome.assumed:
        here = known.get(owner)
        if here is None:
            if not renaming.bind(owner, owner):
                return None
            here = owner
        found = get(here, name) or ()
        if found is value and rigid:
            continue
        if found != value if rigid else not renaming.matches(value, found):
            return None
    for owner, names in outcome.listed:
        if tuple(machine.store.names(renaming.owner(owner))) != names:
            return None
    return renaming


def _reachable(changes: Changes, value: Value, born: int) -> Changes:
    """Leave out what was changed of new objects that nothing refers to any more."""
    new: dict[int, Changes] = {}
    reached: Changes = {}
    waiting = list(uids_of(value))
    for key, held in changes.items():
        if key[0] > born:
            new.setdefault(key[0], {})[key] = held
        else:
            reached[key] = held
            waiting += uids_of(held)
    while waiting and new:
        for key, held in new.pop(waiting.pop(), {}).items():
            reached[key] = held
            waiting += uids_of(held)
    return reached
