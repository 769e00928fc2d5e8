"""What a call passes, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.program.values import UNKNOWN, DictValue, Value

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.values import Frame
    from lambdalint.model import Span


class Site(msgspec.Struct, frozen=True, eq=False):
    """A call in the program: its span, that of what is called, and the frame that it runs in."""

    span: Span
    callee: Span
    frame: Frame


class Arguments(msgspec.Struct, frozen=True, eq=False):
    """The arguments of a call; ``listed`` tells that no unknown list is spread into the positional ones."""

    positional: tuple[Value, ...] = ()
    keywords: DictValue = msgspec.field(default_factory=DictValue)
    listed: bool = True

    @property
    def complete(self) -> bool:
        """Whether there are no other arguments than those that are known."""
        return self.listed and self.keywords.complete

    def get(self, position: int, name: str = "") -> Value | None:
        """Return the argument at *position*, or with the *name*; None where it is not given."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return self.keywords.cells.get(name) if name else None

    def value(self, position: int, name: str = "") -> Value:
        """Return the argument at *position*, or with the *name*; unknown where it is not given."""
        found = self.get(position, name)
        return UNKNOWN if found is None else found

    def behind(self, *first: Value) -> Arguments:
        """Return the same arguments with others in front of them."""
        return Arguments((*first, *self.positional), self.keywords, self.listed)


def unknown_arguments() -> Arguments:
    """Return arguments of which nothing is known."""
    from lambdalint.deployment.cdk.program.values import OPEN

    return Arguments((), DictValue({OPEN: UNKNOWN}), listed=False)
