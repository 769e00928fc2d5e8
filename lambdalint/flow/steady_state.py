"""The state of an environment that has served invocations before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.store import LIVE, PROCESS
from lambdalint.flow.values import FALSE, NOTHING

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine


def steady_state(machine: Machine, mark: int) -> None:
    """Turn what an invocation left into what later ones find.

    A variable that is empty until some invocation sets it, is set. The next invocation has made nothing yet.
    """
    store = machine.store
    for (owner, name), value in store.changes(mark).items():
        if len(value) > 1:
            kept = tuple(atom for atom in value if atom not in (*NOTHING, *FALSE))
            if kept and kept != value:
                store.set(owner, name, kept)
    store.set(PROCESS, LIVE, ())
