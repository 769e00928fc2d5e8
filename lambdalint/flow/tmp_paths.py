"""Paths below ``/tmp`` as canonical text, and what they say of each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdalint.flow.text import hole_of, hole_text, holes_in, is_hole
from lambdalint.model import LISTING, Base, Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.model import Place

LISTED = hole_text(Hole(HoleKind.LOOP, LISTING, confined=True))
"""The hole that stands for each name in a folder."""


def canonical_text(text: str) -> str:
    """Return a text with holes that differ in what is known of them only made the same."""
    if text.isascii():
        return text
    return "".join(
        hole_text(replace(hole_of(one), confined=True, fresh=False)) if is_hole(one) else one for one in text
    )


def canonical(place: Place) -> str:
    """Return a place's path as text: holes that differ in what is known of them only are the same."""
    parts = (
        part if isinstance(part, str) else hole_text(replace(part, confined=True, fresh=False)) for part in place.parts
    )
    return "".join(parts).rstrip("/")


def unbounded(text: str) -> bool:
    """Tell whether a path is new in each invocation."""
    return any(hole.fresh or hole.kind in (HoleKind.UNIQUE, HoleKind.REQUEST) for hole in holes_in(text))


def removes(place: Place, text: str, *, tree: bool) -> bool:
    """Tell whether the removal of a place may remove what lies at a path; that of an unknown place may."""
    if place.base is Base.UNKNOWN:
        return not any(hole.kind is HoleKind.REQUEST for hole in place.holes)
    if place.base is not Base.TMP:
        return False
    removed = canonical(place)
    if text == removed or (tree and text.startswith(removed + "/")):
        return True
    prefix, listed, rest = removed.partition(LISTED)
    return bool(listed) and within(text, (prefix, rest.rpartition(LISTED)[2]))


def within(text: str, wipe: tuple[str, str]) -> bool:
    """Tell whether a path is among those with a prefix and a suffix, as a listing of a folder yields them."""
    prefix, suffix = wipe
    if text + "/" == prefix and not suffix:
        return True
    if not text.startswith(prefix) or len(text) < len(prefix) + 1:
        return False
    return text.endswith(suffix) or is_hole(text[-1]) or not suffix


def is_at_or_above(text: str, other: str) -> bool:
    """Tell whether *other* is *text* or lies below it."""
    return other == text or other.startswith(text + "/")


def pattern(text: str) -> str:
    """Return a text in which all holes are the same: a name that one request gives, another may ask for."""
    return text if text.isascii() else "".join("\0" if is_hole(character) else character for character in text)
