"""What imports did, kept so that a module is run once for all functions that find the same around it.

Nothing is renamed: the functions share the numbers of owners, and a module has the same ones in all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.flow.before import NOTED, Before, once
from lambdalint.flow.renaming import code_in
from lambdalint.flow.store import LIVE, PROCESS
from lambdalint.flow.surroundings import QUESTION
from lambdalint.flow.values import Function, GeneratorCall
from lambdalint.flow.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.flow.definitions import PendingGenerator
    from lambdalint.flow.exits import Exits
    from lambdalint.flow.machine import Machine, Note
    from lambdalint.flow.store import Changes, Recording
    from lambdalint.flow.surroundings import Inquiry

_MOST_KEPT = 4
"""How many outcomes of one module are kept."""
_MOST_ENTRIES = 100_000


class ModuleOutcome(msgspec.Struct, frozen=True, eq=False):
    """What the import of a module did: what it found, what it was told, and what it left.

    ``inner`` are the imports in it; what those were told and left is not said again. ``work`` is what it took,
    ``deepest`` how deep it called.
    """

    assumed: Changes
    listed: dict[int, tuple[str, ...]]
    inner: tuple[ModuleOutcome, ...]
    asked: tuple[Inquiry, ...]
    changes: Changes
    parents: tuple[tuple[int, tuple[int, ...]], ...]
    generators: tuple[tuple[int, PendingGenerator], ...]
    noted: tuple[Note, ...]
    ran: tuple[Function, ...]
    exits: Exits
    work: Work
    deepest: int

    @property
    def all(self) -> Iterator[ModuleOutcome]:
        """All imports in it, in the order in which they ended, itself last."""
        for one in self.inner:
            yield from one.all
        yield self


class ModuleOutcomes:
    """The outcomes of imports, of all functions that are analysed together."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], list[ModuleOutcome]] = {}

    def find(self, machine: Machine, path: str) -> ModuleOutcome | None:
        """Return what the import of a module did before, if it would do the same now."""
        for outcome in self._kept.get(_key(machine, path), ()):
            if _agrees(machine, outcome):
                return outcome
        return None

    def keep(
        self, machine: Machine, path: str, before: Before, recording: Recording, exits: Exits, deepest: int
    ) -> None:
        """Keep what the import of a module did, if it is the same for all functions that find the same around it."""
        now = Before.of(machine)
        if (now.told, now.own, now.logged, now.renewals) != (before.told, before.own, before.logged, before.renewals):
            return
        changes = machine.store.changes(before.mark)
        ran = tuple(dict.fromkeys(machine.ran[before.ran :]))
        if len(changes) > _MOST_ENTRIES or recording.touched.get((PROCESS, LIVE)) or not machine.may_go(0, ran):
            return
        inner = machine.imports[before.imports :]
        lasting = tuple(one for one in inner if _is_part(one, changes))
        parts = [part for one in lasting for part in one.all]
        asked = once(machine.surroundings.asked[before.asked :], QUESTION)
        noted = once(machine.noted[before.noted :], NOTED)
        for part in parts:
            changes = {key: value for key, value in changes.items() if part.changes.get(key) is not value}
        known_notes = {note[:2] for part in parts for note in part.noted}
        known_answers = {inquiry[:4] for part in parts for inquiry in part.asked}
        code = list(code_in(changes.values()))
        outcome = ModuleOutcome(
            {key: value for key, value in recording.touched.items() if key in recording.read},
            recording.listed,
            lasting,
            tuple(inquiry for inquiry in asked if inquiry[:4] not in known_answers),
            changes,
            tuple(
                (atom.scope, machine.scope_parents[atom.scope])
                for atom in code
                if isinstance(atom, Function) and atom.scope in machine.scope_parents
            ),
            tuple((atom.uid, machine.generators[atom.uid]) for atom in code if isinstance(atom, GeneratorCall)),
            tuple(note for note in noted if note[:2] not in known_notes),
            ran,
            exits,
            Work(machine.number, now.steps - before.steps, once(machine.works[before.works :], id)),
            deepest,
        )
        machine.imports[before.imports :] = [outcome]
        kept = self._kept.setdefault(_key(machine, path), [])
        kept.insert(0, outcome)
        del kept[_MOST_KEPT:]


def _key(machine: Machine, path: str) -> tuple[object, ...]:
    return (path, machine.site.frozen, *machine.situation)


def _is_part(outcome: ModuleOutcome, changes: Changes) -> bool:
    """Tell whether all that an import left is still there; a branch that was not gone on with leaves nothing."""
    return all(changes.get(key) is value for part in outcome.all for key, value in part.changes.items())


def apply(machine: Machine, outcome: ModuleOutcome) -> None:
    """Do what an import did."""
    for part in outcome.all:
        machine.scope_parents.update(part.parents)
        machine.generators.update(part.generators)
        for note in part.noted:
            machine.note(*note)
        machine.store.apply(part.changes)
        machine.surroundings.asked += part.asked
    machine.ran += outcome.ran
    machine.exits[-1].repeat(machine, outcome.exits)
    machine.borrowed.take(outcome.work)
    machine.works.append(outcome.work)
    machine.imports.append(outcome)
    machine.deepest = max(machine.deepest, len(machine.frames) + outcome.deepest)


def _agrees(machine: Machine, outcome: ModuleOutcome) -> bool:
    store = machine.store
    get = store.get
    return (
        machine.may_go(outcome.deepest, outcome.ran)
        and all((get(*key) or ()) == value for key, value in outcome.assumed.items())
        and all(tuple(store.names(owner)) == names for owner, names in outcome.listed.items())
        and all(machine.surroundings.agree(part.asked) for part in outcome.all)
    )
