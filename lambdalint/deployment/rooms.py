"""The room that a platform gives a function, and how a template's settings change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import EnvironmentVariable, Room

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.catalogue import Catalogue
    from lambdalint.catalogue.schema import PlatformRow

DEFAULT_PLATFORM = "aws-lambda"


def base_room(platform: str, catalogue: Catalogue) -> Room:
    """Return the room of a function on *platform* whose template sets nothing.

    A platform that the catalogue does not know gets the room of AWS Lambda, under its own name.
    """
    row = catalogue.platforms.get(platform)
    if row is None:
        return replace(base_room(DEFAULT_PLATFORM, catalogue), platform=platform)
    return Room(
        platform=row.name,
        writable=row.writable,
        tmp_mb=row.tmp_mb,
        cwd=row.cwd,
        task_root=row.task_root,
        home=row.home,
        unjudged=row.unjudged if row.shared_memory is not None else (*row.unjudged, "/dev/shm"),
        env=_platform_variables(platform, catalogue),
        env_outside=row.env_outside,
    )


def merge_environment(*scopes: Iterable[EnvironmentVariable]) -> tuple[EnvironmentVariable, ...]:
    """Join the variables of several *scopes*; where two set the same name, the later scope wins."""
    merged: dict[str, EnvironmentVariable] = {}
    for scope in scopes:
        for variable in scope:
            merged[variable.name] = variable
    return tuple(merged.values())


def complete(room: Room, catalogue: Catalogue, writable: tuple[str, ...] = ()) -> Room:
    """Add to *room* what its platform sets and its template leaves alone, and the user's *writable* places.

    The template's variables go before those of the platform. Python takes ``~`` from ``HOME`` where it is
    set, so a ``HOME`` of unknown value makes the home unknown.
    """
    row = catalogue.platforms.get(room.platform) or catalogue.platforms.get(DEFAULT_PLATFORM)
    env = merge_environment(_platform_variables(room.platform, catalogue), room.env)
    set_home = next((variable for variable in env if variable.name == "HOME"), None)
    if set_home is not None:
        home = set_home.value
    else:
        home = room.home or (row.home if row is not None else None)
    shared = room.concurrent_requests
    return replace(
        room,
        env=env,
        home=home,
        writable=tuple(dict.fromkeys((*room.writable, *writable))),
        concurrent_requests=shared if shared is not None else row is not None and _is_shared(row, room),
    )


def _is_shared(row: PlatformRow, room: Room) -> bool:
    asked = (variant for variant in row.variant if variant.name in room.variants)
    return row.concurrent_requests or any(variant.concurrent_requests for variant in asked)


def same_room(first: Room, second: Room) -> bool:
    """Tell whether two rooms hold the same, wherever each of them is stated."""
    return _without_places(first) == _without_places(second)


def _platform_variables(platform: str, catalogue: Catalogue) -> tuple[EnvironmentVariable, ...]:
    row = catalogue.platforms.get(platform) or catalogue.platforms.get(DEFAULT_PLATFORM)
    if row is None:
        return ()
    return tuple(EnvironmentVariable(name, value or None) for name, value in row.env.items())


def _without_places(room: Room) -> Room:
    return replace(
        room,
        env=tuple(sorted((replace(variable, span=None) for variable in room.env), key=lambda one: one.name)),
        mounts=tuple(replace(mount, span=None) for mount in room.mounts),
        layers=tuple(replace(layer, span=None) for layer in room.layers),
        spans=(),
    )
