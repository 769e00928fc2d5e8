"""Choices that are the same on each machine and for each release of Python."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Draw:
    """Draws from a seed; rests on `Random.random` alone, the one method whose sequence Python guarantees."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def below(self, bound: int) -> int:
        """Return a number from 0 on, below *bound*."""
        return int(self._random.random() * bound)

    def between(self, low: int, high: int) -> int:
        """Return a number from *low* to *high*, both included."""
        return low + self.below(high - low + 1)

    def of(self, items: Sequence[T]) -> T:
        """Return one of *items*."""
        return items[self.below(len(items))]

    def chance(self, share: float) -> bool:
        """Return True in a *share* of all cases."""
        return self._random.random() < share

    def some(self, items: Sequence[T], number: int) -> list[T]:
        """Return *number* different ones of *items*, or all, in the order drawn."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(min(number, len(left)))]
