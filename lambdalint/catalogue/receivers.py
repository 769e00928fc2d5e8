"""Types as receivers of methods: which of them the catalogue knows, and which last along a chain of calls.

An alias whose name ends in ``.*`` tells that what the methods, attributes and items of a type give counts as of the
type itself, or as of the type that ``of`` names, unless a row or another alias says otherwise: what follows from a
data frame is mostly a data frame again.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STEP = re.compile(r"\.[^.\[]+|\[\]")
_ANY_MEMBER = ".*"


class Receivers(msgspec.Struct, frozen=True, dict=True):
    """The names of types, from the names of all calls that rows speak of, and from the aliases."""

    calls: tuple[Mapping[str, object], ...]
    aliases: Mapping[str, str]

    @cached_property
    def owners(self) -> frozenset[str]:
        """All that a row's call, or the first part of it, is a member of."""
        return frozenset(_prefixes(name for rows in self.calls for name in rows))

    @cached_property
    def lasting(self) -> dict[str, str]:
        """What the members of a type count as, by the type."""
        return {name.removesuffix(_ANY_MEMBER): of for name, of in self.aliases.items() if name.endswith(_ANY_MEMBER)}

    @cached_property
    def _libraries(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self.lasting)

    def knows(self, name: str) -> bool:
        """Tell whether *name* is a type, or a module, that rows speak of members of."""
        return name in self.owners or name in self.lasting

    def settled(self, name: str) -> str:
        """Return a dotted name with the types along its chain put in, but for its last step."""
        if name.partition(".")[0] not in self._libraries:
            return name
        start = self._start(name)
        if start is None:
            return name
        current = start
        steps = _STEP.findall(name, len(start))
        for number, step in enumerate(steps):
            longer = current + step
            last = number == len(steps) - 1
            if longer in self.aliases:
                current = self.aliases[longer]
            elif last or longer in self.owners or current not in self.lasting:
                current = longer
            else:
                current = self.lasting[current]
        return current

    def lasting_type(self, name: str) -> str | None:
        """Return the type that a chain of members has reached, if it is one that lasts."""
        if name.partition(".")[0] not in self._libraries:
            return None
        settled = self.settled(f"{name}[]").removesuffix("[]")
        return settled if settled in self.lasting else None

    def _start(self, name: str) -> str | None:
        """Return the longest type that lasts among the parts that *name* starts with."""
        found = [kind for kind in self.lasting if name.startswith((f"{kind}.", f"{kind}["))]
        return max(found, key=len, default=None)


def _prefixes(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        owner = name.rpartition(".")[0]
        while owner and owner not in found:
            found.add(owner)
            owner = owner.rpartition(".")[0]
    return found
