"""Where an evaluation stood before a call or an import: what was noted since is what that did."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lambdalint.flow.machine import Machine

_Item = TypeVar("_Item")
NOTED = itemgetter(0, 1)
"""The table and the key of a note."""


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


def once(items: Iterable[_Item], key: Callable[[_Item], object]) -> tuple[_Item, ...]:
    """Return of items with the same key the last one, at the place of the first; they need not be hashable."""
    return tuple({key(item): item for item in items}.values())
