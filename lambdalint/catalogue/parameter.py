"""Parameter references: how a catalogue row names an argument of a call."""

from __future__ import annotations

from functools import cache

import msgspec

from lambdalint.catalogue.schema import PARAMETER


class Parameter(msgspec.Struct, frozen=True):
    """A parsed reference. ``name`` is empty for a positional-only one, ``position`` None for a keyword-only one."""

    name: str
    position: int | None
    receiver: bool = False
    key: str = ""
    """Where it is not empty, what the argument holds under that key is meant."""


@cache
def parse_parameter(reference: str) -> Parameter:
    """Parse ``file@0``, ``dir``, ``@0`` or ``self``; raise ValueError for anything else."""
    if not PARAMETER.fullmatch(reference):
        raise ValueError(f"{reference!r} is not a parameter reference; expected name@position, name, @position or self")
    if reference == "self":
        return Parameter("", None, receiver=True)
    reference, _, key = reference.partition("[")
    name, _, position = reference.partition("@")
    return Parameter(name, int(position) if position else None, key=key.rstrip("]"))
