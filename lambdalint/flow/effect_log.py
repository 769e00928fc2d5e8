"""Collects effects: one for each call, kind and place, with the shortest way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.places import unknown_place
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    Bound,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    Instance,
    Items,
    ListOf,
    Mapping,
    Module,
    Nothing,
    Number,
    Opaque,
    PathText,
    Text,
    Truth,
    Value,
    texts_of,
)
from lambdalint.model import Base, Effect, EffectKind, Guard, Place

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.model import Span

_NOT_A_PATH = (Nothing, Number, Truth, Items, ListOf, Mapping, Instance, Function, Bound, Class, Module)


class EffectLog:
    """The effects seen so far, of one deployed function."""

    def __init__(self) -> None:
        self._effects: dict[tuple[object, ...], Effect] = {}
        self.noted = 0

    def effects(self) -> tuple[Effect, ...]:
        """Return all effects, in the order of their places in the code."""
        found = sorted(
            self._effects.values(),
            key=lambda effect: (effect.span, effect.callee, effect.kind.value, effect.place.path, str(effect.entry)),
        )
        return tuple(found)

    def add(
        self,
        machine: Machine,
        kind: EffectKind,
        callee: str,
        path: Value,
        span: Span,
        *,
        argument: Span | None = None,
        defaulted: bool = False,
        guards: frozenset[Guard] = frozenset(),
        suffix: str = "",
    ) -> None:
        """Note what a call does to each place that its path may mean."""
        self.noted += 1
        places = places_of(machine, path, suffix)
        if machine.fallbacks:
            guards |= {Guard.FALLBACK}
        if machine.selected:
            guards |= {Guard.SELECTED}
        if len(places) > 1 and any(place.writable is not False for place in places):
            guards |= {Guard.MAYBE}
        if any(place.base is Base.UNKNOWN for place in places) and len(places) > 1:
            places = [place for place in places if place.base is not Base.UNKNOWN]
        for place in places:
            self._add(
                Effect(
                    kind=kind,
                    place=place,
                    callee=callee,
                    span=span,
                    chain=machine.chain(),
                    phase=machine.phase,
                    entry=machine.entry,
                    guards=guards,
                    argument=argument,
                    defaulted=defaulted,
                    confidence=machine.deployed.confidence,
                )
            )

    def _add(self, effect: Effect) -> None:
        key = (effect.span, effect.kind, effect.place, effect.callee)
        known = self._effects.get(key)
        if known is None or _better(effect, known):
            self._effects[key] = effect


def _better(effect: Effect, known: Effect) -> bool:
    """Prefer what is less guarded, then what is reached by the shorter way."""
    if len(effect.guards) != len(known.guards):
        return len(effect.guards) < len(known.guards)
    return len(effect.chain) < len(known.chain)


def places_of(machine: Machine, path: Value, suffix: str = "") -> list[Place]:
    """Return the places that a value used as a path may mean; open files and buffers are none."""
    places: list[Place] = []
    for atom in path:
        if isinstance(atom, _NOT_A_PATH):
            continue
        if isinstance(atom, Opaque):
            places.append(unknown_place(atom.hole))
            continue
        if isinstance(atom, (External, ExternalMethod)):
            places.append(unknown_place())
            continue
        if isinstance(atom, ExternalObject):
            found = machine.store.get(atom.uid, "<fspath>")
            if found is not None:
                places.extend(places_of(machine, found, suffix))
            continue
        if isinstance(atom, (Text, PathText)):
            if not atom.text and isinstance(atom, Text):
                continue
            text = (atom.text or ".") + suffix
            for cwd in _cwds(machine, text):
                place = machine.rooms.place(text, cwd)
                if place is not None:
                    places.append(place)
    return list(dict.fromkeys(places))


def _cwds(machine: Machine, text: str) -> list[str]:
    if text.startswith("/"):
        return ["/"]
    value = machine.store.get(0, "cwd") or ()
    cwds = texts_of(value)
    if any(cwd[:1] != "/" or has_holes(cwd[:1]) for cwd in cwds):
        return [cwd for cwd in cwds if cwd.startswith("/")] if not text else cwds
    return cwds
