"""What the catalogue says of a name, as it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class CatalogueEntry(msgspec.Struct, frozen=True):
    """One row in words.

    ``subject`` is the call, program or other thing that the row is about, ``headline`` says what that does, and
    ``facts`` are pairs of an aspect and what is said of it. ``source`` tells where that is known from; ``own`` marks a
    row of the user. ``table`` and ``row`` are the row as TOML has it.
    """

    table: str
    subject: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    source: str
    own: bool
    row: Mapping[str, object]


class CataloguePage(msgspec.Struct, frozen=True):
    """All that is known of a name: *names* are what it was found as."""

    asked: str
    names: tuple[str, ...]
    entries: tuple[CatalogueEntry, ...]


class CatalogueLibrary(msgspec.Struct, frozen=True):
    """A library in the list of all: its name for imports, its distribution, and how much is known of it.

    The ``distribution`` is empty where it is not known, and for the ``standard`` library. ``places`` are where it
    writes by default.
    """

    name: str
    distribution: str
    calls: int
    places: tuple[str, ...]
    standard: bool = False
    own: bool = False
