"""Joins what one construct makes in several ways: that of a stack, which is made for each of several stages.

What the ways do not agree on is not known then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.rooms import same_room
from lambdalint.model import EnvironmentVariable, Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Function, Room


def join_ways(functions: Iterable[Function]) -> tuple[Function, ...]:
    """Return each function of one place, name, handler and folder once."""
    found: dict[tuple[object, ...], Function] = {}
    for one in functions:
        inline = one.inline.text if one.inline is not None else None
        key = one.source, one.name, one.handler, one.code_root, inline
        known = found.get(key)
        if known is None:
            found[key] = one
        elif not same_room(known.room, one.room):
            found[key] = replace(known, room=_common(known.room, one.room))
    return tuple(found.values())


def _common(first: Room, second: Room) -> Room:
    """Return what both rooms hold."""
    other = {one.name: one.value for one in second.env}
    own = {one.name for one in first.env}
    known = [one if other.get(one.name) == one.value else replace(one, value=None) for one in first.env]
    added = [EnvironmentVariable(one.name, None, one.span) for one in second.env if one.name not in own]
    layers = {one.name: one for one in (*first.layers, *second.layers)}
    if [one.name for one in first.layers] != [one.name for one in second.layers]:
        layers.setdefault("unknown", Layer("unknown"))
    mounts = {one.path: one for one in (*first.mounts, *second.mounts)}
    return replace(
        first,
        tmp_mb=first.tmp_mb if first.tmp_mb == second.tmp_mb else None,
        timeout=first.timeout if first.timeout == second.timeout else None,
        runtime=first.runtime if first.runtime == second.runtime else None,
        vpc=first.vpc if first.vpc == second.vpc else None,
        env=(*known, *added),
        env_complete=first.env_complete and second.env_complete,
        layers=tuple(layers.values()),
        mounts=tuple(mounts.values()),
        variants=tuple(one for one in first.variants if one in second.variants),
    )
