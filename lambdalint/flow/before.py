"""Where an evaluation stood before a call or an import: what was noted since is what that did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.flow.machine import Machine, Note


class Before(msgspec.Struct, frozen=True):
    """Where a machine stood before a call or an import: its counters, and how much its lists held."""

    told: tuple[int, ...]
    own: int
    logged: int
    renewals: int
    asked: int
    defined: int
    noted: int
    ran: int
    steps: int
    works: int
    imports: int
    mark: int

    @classmethod
    def of(cls, machine: Machine) -> Before:
        """Return where a machine stands."""
        return cls(
            machine.told,
            machine.own,
            len(machine.log.journal),
            len(machine.ledger.renewals),
            len(machine.surroundings.asked),
            machine.defined,
            len(machine.noted),
            len(machine.ran),
            machine.steps,
            len(machine.works),
            len(machine.imports),
            machine.store.mark(),
        )


def once_each(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return notes once each; what is noted need not be hashable."""
    return tuple({note[:2]: note for note in notes}.values())
