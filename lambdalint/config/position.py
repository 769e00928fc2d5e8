"""Tells the lines of keys in TOML text, for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model.toml_places import KeyPath, Lines, TomlScan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["KeyPath", "key_lines", "nearest_line", "statements"]

_MAX_DEPTH = 12
"""How deep lines are kept: no key of ours lies deeper, and a key may have a thousand parts."""


def statements(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Yield the headers of tables and the assignments in valid TOML *text*, each with its 1-based line."""
    scan, lines = TomlScan(), Lines(text)
    for place, start in scan.places(text):
        if scan.at_top:
            yield place, lines.number(start)


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the first line of each table, key and element of an array in the valid TOML *text*."""
    found: dict[KeyPath, int] = {}
    lines = Lines(text)
    for place, start in TomlScan().places(text):
        for end in range(min(len(place), _MAX_DEPTH), 0, -1):
            if place[:end] in found:
                break
            found[place[:end]] = lines.number(start)
    return found


def nearest_line(lines: Mapping[KeyPath, int], key: Sequence[str | int]) -> int | None:
    """Return the line of *key*, or else of the nearest table around it."""
    wanted = tuple(key)
    while wanted and wanted not in lines:
        wanted = wanted[:-1]
    return lines.get(wanted)
