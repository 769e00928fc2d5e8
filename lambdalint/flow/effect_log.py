"""Collects effects: one for each call, kind and place, with the shortest way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.flow import objects
from lambdalint.flow.account import MAKING
from lambdalint.flow.machine import Refused
from lambdalint.flow.places import unknown_place
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import has_holes, hole_text
from lambdalint.flow.values import (
    Atom,
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
    configuration_hole,
    texts_of,
)
from lambdalint.model import Base, Effect, EffectKind, Guard, Hole, HoleKind, Place

if TYPE_CHECKING:
    from lambdalint.flow.ledger import Ledger
    from lambdalint.flow.machine import Machine
    from lambdalint.model import LibraryDefault, Span, Step

_NOT_A_PATH = (Nothing, Number, Truth, Items, ListOf, Mapping, Function, Bound, Class, Module)


_MAKING = frozenset(
    {
        EffectKind.WRITE,
        EffectKind.APPEND,
        EffectKind.CREATE_DIR,
        EffectKind.EXTRACT,
        EffectKind.DATABASE,
        EffectKind.LOG,
    }
)
_FILE_LIKE = (
    "io.", "tempfile.", "gzip.", "bz2.", "lzma.", "zipfile.", "tarfile.", "codecs.", "aiofiles.", "fsspec.", "s3fs.",
    "smart_open.", "socket.", "pandas.ExcelWriter", "botocore.response.", "sqlite3.", "sqlalchemy.",
)  # fmt: skip
"""Types of open files, buffers and connections: writing into one is no effect of its own."""
_STREAMS = frozenset({"sys.stdout", "sys.stderr", "sys.stdin", "sys.__stdout__", "sys.__stderr__"})


class EffectLog:
    """The effects seen so far, of one deployed function."""

    def __init__(self) -> None:
        self._effects: dict[tuple[object, ...], Effect] = {}
        self.told = 0
        """How often something was noted of ``/tmp``, and of what the code found there."""
        self.journal: list[Effect] = []
        """The other effects that were noted, in their order, each as often as it was."""

    @property
    def tells_of_tmp(self) -> bool:
        """Whether an effect is one on ``/tmp``: what else the function does says more of it."""
        return any(effect.place.base is Base.TMP for effect in self._effects.values())

    def effects(self, ledger: Ledger) -> tuple[Effect, ...]:
        """Return all effects with the lifetimes of what they make, in the order of their places in the code."""
        made = {effect.place for effect in self._effects.values() if effect.kind in _MAKING}
        found = sorted(
            (effect for effect in self._effects.values() if not _undoes(effect, made)),
            key=lambda effect: (
                effect.span,
                effect.callee,
                effect.kind.value,
                effect.place.path,
                str(effect.entry),
            ),
        )
        chosen = {hole for effect in found if effect.kind in _MAKING for hole in _requested(effect.place)}
        settled = (_settled(effect, ledger) for effect in found)
        return tuple(_repeating(effect, chosen) for effect in settled)

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
        raises: bool = True,
        cleans_up: bool = False,
        limited: bool = False,
        tree: bool = False,
        library: LibraryDefault | None = None,
        failure: str = "",
    ) -> None:
        """Note what a call does to each place that its path may mean.

        ``cleans_up`` tells that what is made removes itself, ``limited`` that it bounds its own
        size, ``tree`` that a whole folder is removed; ``library`` and ``failure`` are as in ``Effect``.

        Raises:
            Refused: the room refuses it for certain, and the code is prepared for that.
        """
        if kind is EffectKind.DELETE:
            machine.ledger.remove(machine, places_of(machine, path, suffix), span, tree=tree)
            # What was found by a test before it is removed: in a place that cannot be written it was never made.
            path = tuple(atom for atom in path if not _was_found(machine, atom))
        places = places_of(machine, path, suffix)
        if machine.fallbacks:
            guards |= {Guard.FALLBACK}
        chosen = len(path) > 1 and configuration_hole(path) is not None and any(place.writable for place in places)
        if machine.selected or machine.configured or chosen:
            guards |= {Guard.SELECTED}
        if kind is EffectKind.EXTRACT:
            places = [place for place in places if not _holds_writable(machine, place)]
        if len(places) > 1 and any(place.writable is not False for place in places):
            guards |= {Guard.MAYBE}
        if any(place.base is Base.UNKNOWN for place in places) and len(places) > 1:
            places = [place for place in places if place.base is not Base.UNKNOWN]
        for place in places:
            if kind is EffectKind.CREATE_DIR and _in_package(machine, place):
                continue
            place = _with_checks(machine, place)
            effect = Effect(
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
                confidence=_confidence(machine, place),
                library=library,
                failure=failure,
            )
            if place.base is Base.TMP or kind in (EffectKind.DELETE, EffectKind.EXEC):
                self.told += 1
            if kind is EffectKind.READ and place.base is Base.TMP:
                checked = machine.absence_handled > 0
                if machine.ledger.traffic.read(
                    machine, place, span, callee, checked=checked, second=machine.ledger.second
                ):
                    effect = replace(effect, guards=guards | {Guard.PROVIDED})
                elif checked or machine.ledger.was_found(machine, place):
                    effect = replace(effect, guards=guards | {Guard.CHECKED})
            elif kind is EffectKind.EXEC:
                machine.ledger.traffic.run_command()
            if not machine.ledger.second:
                self.journal.append(effect)
                self._note(effect)
            if place.base is Base.TMP and kind in MAKING and Guard.IDLE not in guards:
                machine.ledger.make(machine, effect, _key(effect), cleans_up=cleans_up, limited=limited)
        certain = raises and kind.modifies and places and all(place.writable is False for place in places)
        if Guard.EXIST_OK in guards:
            certain = certain and all(place.base in (Base.HOME, Base.TASK, Base.PACKAGE) for place in places)
        if machine.fallbacks and certain and Guard.SELECTED not in guards and not defaulted:
            raise Refused

    def repeat(self, machine: Machine, effects: tuple[Effect, ...], way: tuple[Step, ...], known: int) -> None:
        """Note effects of a call once more: *way* leads to this one, instead of the first *known* steps."""
        if machine.ledger.second:
            return
        for effect in effects:
            repeated = replace(effect, chain=(*way, *effect.chain[known:]), entry=machine.entry)
            self.journal.append(repeated)
            self._note(repeated)

    def _note(self, effect: Effect) -> None:
        key = _key(effect)
        known = self._effects.get(key)
        if known is None or _better(effect, known):
            self._effects[key] = effect


def _settled(effect: Effect, ledger: Ledger) -> Effect:
    """Return an effect with what only the end of the evaluation tells."""
    if effect.place.base is not Base.TMP:
        return effect
    if effect.kind is EffectKind.READ and Guard.PROVIDED not in effect.guards and ledger.traffic.provides(effect.place):
        return replace(effect, guards=effect.guards | {Guard.PROVIDED})
    return replace(effect, lifetime=ledger.lifetime(_key(effect)), size=ledger.size(_key(effect)))


def _key(effect: Effect) -> tuple[object, ...]:
    return effect.span, effect.kind, effect.place, effect.callee


def _in_package(machine: Machine, place: Place) -> bool:
    """Tell whether a directory is part of what is deployed: creating it again does nothing."""
    if place.holes or place.base not in (Base.TASK, Base.PACKAGE, Base.LAYER):
        return False
    return machine.finder.source_of(place.path.rstrip("/")) is not None


def _holds_writable(machine: Machine, place: Place) -> bool:
    """Tell whether a writable directory lies below a place: what is unpacked there may all land in it."""
    above = place.path.rstrip("/") + "/"
    return any(directory.startswith(above) for directory in machine.deployed.room.writable)


def _was_found(machine: Machine, atom: Atom) -> bool:
    if not isinstance(atom, (Text, PathText)) or machine.store.get(PROCESS, f"<found {atom.text}>") is None:
        return False
    return all(place.writable is False for place in places_of(machine, (atom,)))


def _with_checks(machine: Machine, place: Place) -> Place:
    """Confine the parts of a place that a test on the way here has checked."""
    if not _requested(place):
        return place

    def settled(part: str | Hole) -> str | Hole:
        if isinstance(part, Hole) and machine.store.get(PROCESS, f"<checked {part.origin}>") is not None:
            return replace(part, confined=True)
        return part

    return replace(place, parts=tuple(settled(part) for part in place.parts))


def _confidence(machine: Machine, place: Place) -> str:
    """A function that nothing declares may have mounts that nothing tells."""
    deployed = machine.deployed
    if place.base is Base.ABSOLUTE and deployed.confidence != "high" and place.path.startswith("/mnt/"):
        return "low"
    return deployed.confidence


def _requested(place: Place) -> set[Hole]:
    return {hole for hole in place.holes if hole.kind is HoleKind.REQUEST and not hole.confined}


def _repeating(effect: Effect, chosen: set[Hole]) -> Effect:
    """Mark a removal under a name that the request chose where the same name was used to make something before."""
    requested = _requested(effect.place)
    if effect.kind is EffectKind.DELETE and requested and requested <= chosen:
        return replace(effect, guards=effect.guards | {Guard.REPEATED})
    return effect


def _undoes(effect: Effect, made: set[Place]) -> bool:
    """Tell whether an effect only removes what another one tried to make in a place that refuses both."""
    return effect.kind is EffectKind.DELETE and effect.place.writable is False and effect.place in made


def _better(effect: Effect, known: Effect) -> bool:
    """Prefer what is less guarded, then what is reached by the shorter way."""
    if len(effect.guards) != len(known.guards):
        return len(effect.guards) < len(known.guards)
    return len(effect.chain) < len(known.chain)


def places_of(machine: Machine, path: Value, suffix: str = "") -> list[Place]:
    """Return the places that a value used as a path may mean; open files and buffers are none."""
    places: list[Place] = []
    for atom in path:
        if isinstance(atom, Instance):
            places.extend(places_of(machine, objects.file_system_path(machine, atom), suffix))
            continue
        if isinstance(atom, _NOT_A_PATH):
            continue
        if isinstance(atom, Opaque):
            whole = hole_text(atom.hole)
            found = [machine.rooms.place(whole, cwd) for cwd in _cwds(machine, whole)]
            places.extend(place or unknown_place(atom.hole) for place in found or [None])
            continue
        if isinstance(atom, External) and atom.name in _STREAMS:
            continue
        if isinstance(atom, (External, ExternalMethod)):
            places.append(unknown_place())
            continue
        if isinstance(atom, ExternalObject):
            if not atom.type.startswith(_FILE_LIKE):
                places.append(unknown_place())
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
