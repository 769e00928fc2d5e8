"""Paths below ``/tmp`` as canonical text, and what they say of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

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


def removes(place: Place, text: str, *, tree: bool, folder: bool) -> bool:
    """Tell whether the removal of a place may remove what lies at a path; that of an unknown place may."""
    if place.base is Base.UNKNOWN:
        return not any(hole.kind is HoleKind.REQUEST for hole in place.holes)
    if place.base is not Base.TMP:
        return False
    removed = canonical(place)
    if text == removed or (tree and text.startswith(removed + "/")):
        return True
    wiped = wipe_of(removed, tree=tree)
    return wiped is not None and wiped.covers(text, folder=folder)


class Wipe(msgspec.Struct, frozen=True):
    """The removal of what a folder holds: what starts and ends so, at any depth or directly in it, folders or not."""

    prefix: str
    suffix: str
    deep: bool
    folders: bool

    def covers(self, text: str, *, folder: bool) -> bool:
        """Tell whether it removes the file or *folder* at a path."""
        if self.deep and self.folders and text + "/" == self.prefix and not self.suffix:
            return True
        below = text[len(self.prefix) :]
        if not text.startswith(self.prefix) or (folder and not self.folders):
            return False
        if not below and self.prefix.endswith("/"):
            return False
        if not self.deep and "/" in below and not self.folders:
            return False
        return not self.suffix or text.endswith(self.suffix) or is_hole(text[-1])


def wipe_of(removed: str, *, tree: bool) -> Wipe | None:
    """Return what the removal of a path empties: a folder whose names are listed, or one with all below it."""
    prefix, listed, rest = removed.partition(LISTED)
    if listed:
        return Wipe(prefix, rest.rpartition(LISTED)[2], deep=LISTED in rest or tree, folders=tree)
    return Wipe(removed + "/", "", deep=True, folders=True) if tree else None


def is_at_or_above(text: str, other: str) -> bool:
    """Tell whether *other* is *text* or lies below it."""
    return other == text or other.startswith(text + "/")


def pattern(text: str) -> str:
    """Return a text in which all holes are the same: a name that one request gives, another may ask for."""
    return text if text.isascii() else "".join("\0" if is_hole(character) else character for character in text)
