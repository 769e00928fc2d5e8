"""Finds the line of a key in TOML text, for messages: the TOML parser does not tell it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*(?P<open>\[\[?)\s*(?P<key>{_KEY})\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"\s*(?P<key>{_KEY})\s*=(?P<value>.*)$")
_INLINE_KEY = re.compile(rf"[{{,]\s*(?P<key>{_KEY})\s*=")
_LONG_QUOTE = re.compile(r'"""|\'\'\'')

KeyPath = tuple["str | int", ...]


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, key))


def _places(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Yield each table and key with its 1-based line; elements of an array of tables carry their index."""
    counts: Counter[tuple[str, ...]] = Counter()
    table: KeyPath = ()
    quote: str | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if quote is not None:
            if line.count(quote) % 2:
                quote = None
            continue
        header = _TABLE.match(line)
        if header:
            names = _parts(header["key"])
            if header["open"] == "[[":
                counts[names] += 1
                table = (*_indexed(names[:-1], counts), names[-1], counts[names] - 1)
            else:
                table = _indexed(names, counts)
            yield table, number
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            key = (*table, *_parts(assignment["key"]))
            yield key, number
            for inner in _INLINE_KEY.finditer(assignment["value"]):
                yield (*key, *_parts(inner["key"])), number
        opened = _LONG_QUOTE.findall(line)
        if len(opened) % 2:
            quote = opened[-1]


def _indexed(names: tuple[str, ...], counts: Counter[tuple[str, ...]]) -> KeyPath:
    found: list[str | int] = []
    for end, name in enumerate(names, 1):
        found.append(name)
        if counts[names[:end]]:
            found.append(counts[names[:end]] - 1)
    return tuple(found)


def line_of(text: str, key: Sequence[str | int]) -> int | None:
    """Return the 1-based line of *key* in the TOML *text*, or else of the nearest table around it."""
    places: dict[KeyPath, int] = {}
    for place, number in _places(text):
        for end in range(1, len(place) + 1):
            places.setdefault(place[:end], number)
    wanted = tuple(key)
    while wanted:
        if wanted in places:
            return places[wanted]
        wanted = wanted[:-1]
    return None
