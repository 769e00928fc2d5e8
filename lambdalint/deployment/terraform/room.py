"""The room of a function that Terraform declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.rooms import merge_environment
from lambdalint.deployment.terraform.project_files import is_marked
from lambdalint.deployment.terraform.values import (
    Entries,
    Scalar,
    Unknown,
    integer_of,
    is_complete,
    is_null,
    shown,
    text_of,
    truth_of,
)
from lambdalint.model import EnvironmentVariable, Mount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.terraform.settings import Settings
    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Layer, Room, Span

MAX_VARIABLES = 500


def build_room(room: Room, settings: Settings, layers: tuple[Layer, ...], *, image: bool) -> Room:
    """Return *room*, which is that of the platform, with the *settings* of a function, but for what an image adds."""
    variables, complete = _environment(settings)
    storage = settings.storage
    return replace(
        room,
        tmp_mb=room.tmp_mb if storage is None else integer_of(storage),
        timeout=integer_of(settings.timeout),
        runtime=None if image else text_of(settings.runtime),
        package_type="image" if image else "zip",
        vpc=settings.in_network,
        env=merge_environment(room.env, variables),
        env_complete=complete,
        mounts=tuple(_mounts(settings)),
        layers=layers,
        variants=tuple(_variants(settings)),
        spans=tuple(_spans(settings)),
    )


def _environment(settings: Settings) -> tuple[tuple[EnvironmentVariable, ...], bool]:
    """Return the variables that are set, and whether there are no others."""
    block = settings.variables
    if block is None:
        return (), settings.variables_known
    if not isinstance(block, Entries):
        return (), False
    found: list[EnvironmentVariable] = []
    for name, entry in list(block.entries.items())[:MAX_VARIABLES]:
        if is_null(entry.value):
            continue
        text = text_of(entry.value)
        found.append(EnvironmentVariable(name, None if text is None or is_marked(text) else text, entry.span))
    complete = is_complete(block) and settings.variables_known and len(block.entries) <= MAX_VARIABLES
    return tuple(found), complete


def _mounts(settings: Settings) -> Iterator[Mount]:
    for mount in settings.mounts:
        path = text_of(mount.path)
        if path is not None:
            yield Mount(path, _kind(mount.arn), mount.path.span)


def _kind(arn: Value | None) -> str:
    origin = arn.origin if isinstance(arn, (Scalar, Unknown)) else None
    kind = origin.resource.kind if origin is not None else ""
    return "s3files" if "s3files" in f"{kind} {shown(arn)}".lower() else "efs"


def _variants(settings: Settings) -> Iterator[str]:
    wanted = settings.snap_start
    if wanted is not None and (truth_of(wanted) or (text_of(wanted) or "None").lower() not in {"none", "false"}):
        yield "snap-start"
    if settings.managed:
        yield "managed-instances"


def _spans(settings: Settings) -> Iterator[tuple[str, Span]]:
    stated: tuple[tuple[str, Value | None], ...] = (
        ("handler", settings.handler),
        ("runtime", settings.runtime),
        ("timeout", settings.timeout),
        ("tmp_mb", settings.storage),
        ("layers", settings.layers),
        ("vpc", settings.network),
        ("environment", settings.variables),
        ("mounts", settings.mounts[0].path if settings.mounts else None),
        ("snap_start", settings.snap_start),
    )
    for name, value in stated:
        if value is not None:
            yield name, value.span
