"""Which files and databases exist only in the ``/tmp`` of one execution environment, and why that loses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, HoleKind, Removal
from lambdalint.rules.wording import located, shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambdalint.model import Effect, Lifetime, Place, Span, Step

FILES = frozenset({EffectKind.WRITE, EffectKind.APPEND, EffectKind.EXTRACT, EffectKind.RENAME})
"""Effects that put content into files."""


def lifetime_in_tmp(effect: Effect, kinds: Collection[EffectKind]) -> Lifetime | None:
    """Return what becomes of what *effect* makes in ``/tmp``, if it is one of *kinds* and that is known."""
    return effect.lifetime if effect.kind in kinds and effect.place.base is Base.TMP else None


def is_scratch(effect: Effect, lifetime: Lifetime) -> bool:
    """Tell whether an object is meant for one invocation: it is removed, or may have a name that is new each time."""
    return lifetime.removed is not Removal.NEVER or not recurs(effect.place)


def recurs(place: Place) -> bool:
    """Tell whether a later invocation can use the same name: it holds nothing that is new, or may be new, each time."""
    recurring = {HoleKind.ENVIRONMENT, HoleKind.REQUEST, HoleKind.LOOP}
    return all(hole.kind in recurring and not hole.fresh for hole in place.holes)


def shared_by(effect: Effect) -> tuple[Step, ...]:
    """Return the reads, by other entry points or later invocations, that rely on a file which *effect* writes.

    What is made anew wherever it is missing is a cache, on which nothing relies.
    """
    lifetime = lifetime_in_tmp(effect, FILES)
    if lifetime is None or lifetime.cached or not recurs(effect.place):
        return ()
    return lifetime.read_by


def reader(step: Step, near: Span) -> str:
    """Return who reads a file where: "GET /state reads on line 20"; the step's text names the entry point."""
    return f"{shown(step.text)} reads {located(step.span, near)}"


def exit_of(step: Step, near: Span) -> str:
    """Return by what something leaves an invocation: "the return on line 7", "put_item() on line 9"."""
    text = shown(step.text)
    if text == "return":
        text = "the return"
    elif " " not in text:
        text = f"{text.rpartition('.')[2]}()"
    return f"{text} {located(step.span, near)}"
