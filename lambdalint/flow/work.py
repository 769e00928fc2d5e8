"""How much it takes to run what an outcome stands for."""

from __future__ import annotations

import msgspec


class Work(msgspec.Struct, frozen=True, eq=False):
    """The steps that a run took, and the work of what was not run in it, as outcomes stood for it.

    ``by`` is the number of the evaluation that the run belongs to.
    """

    by: int
    steps: int
    others: tuple[Work, ...]


class Borrowed:
    """The work that outcomes of other evaluations have saved one: each is counted once.

    ``steps`` is what the evaluation would have taken besides, without them.
    """

    def __init__(self, by: int) -> None:
        self._by = by
        self.steps = 0
        self._counted: dict[int, Work] = {}

    def take(self, work: Work) -> None:
        """Count what an outcome stands for."""
        waiting = [work]
        while waiting:
            one = waiting.pop()
            if one.by != self._by and id(one) not in self._counted:
                self._counted[id(one)] = one
                self.steps += one.steps
                waiting += one.others
