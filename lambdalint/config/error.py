"""The error that a configuration gets for whatever is wrong with it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ConfigError(Exception):
    """What is wrong with a configuration.

    ``file`` and ``line`` say where (None for a flag of the command line), ``key`` which setting, ``expected``
    what would be right, and ``nearest`` which valid key or value was probably meant.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        line: int | None = None,
        key: str | None = None,
        expected: str | None = None,
        nearest: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.key = key
        self.expected = expected
        self.nearest = nearest
        super().__init__(str(self))

    def __str__(self) -> str:
        where = "" if self.file is None else self.file + (f":{self.line}" if self.line else "") + ": "
        key = f"{self.key}: " if self.key else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        nearest = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{where}{key}{self.problem}{expected}{nearest}"


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the one of the *valid* names that is most like *name*, if any is like it."""
    by_folded = {item.casefold(): item for item in valid}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.55)
    return by_folded[found[0]] if found else None
