"""Whether a path exists when a function starts: what is deployed does, and what no part of the room holds does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.text import without_marks
from lambdalint.flow.values import EITHER, FALSE, TRUE, Value, join
from lambdalint.model import Base

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.model import Place

_SYSTEM = (
    "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run",
    "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var",
)  # fmt: skip


def exists(machine: Machine, text: str, *, kind: str = "any") -> Value:
    """Return whether a path exists; ``kind`` is ``file``, ``dir`` or ``any``.

    In the deployed code, a folder that the project does not hold is taken not to be there. A file may be one that a
    build step makes.
    """
    result: Value = ()
    for cwd in ["/"] if text.startswith("/") else machine.cwds():
        place = machine.rooms.place(text, cwd)
        result = join(result, EITHER if place is None or place.holes else _known(machine, place, kind))
    return result or EITHER


def _known(machine: Machine, place: Place, kind: str) -> Value:
    path = without_marks(place.path).rstrip("/") or "/"
    room = machine.deployed.room
    if path in {"/", "/tmp", room.task_root, room.cwd, *(mount.path for mount in room.mounts), *_SYSTEM}:
        return FALSE if kind == "file" else TRUE
    if path in ("/dev/shm", "/.dockerenv"):
        return FALSE
    declared = machine.deployed.confidence == "high" and room.package_type == "zip"
    if place.base in (Base.TASK, Base.PACKAGE):
        if machine.finder.source_of(path) is not None:
            return FALSE if kind == "file" else TRUE
        if machine.finder.file_at(path) is not None:
            return FALSE if kind == "dir" else TRUE
        return FALSE if room.package_type == "zip" and kind == "dir" else EITHER
    if place.base is Base.HOME:
        return FALSE
    if place.base is Base.ABSOLUTE and declared:
        # A mount that the template does not have, or a folder that the platform's image does not have.
        return FALSE if path.startswith("/mnt/") or not path.startswith(_SYSTEM) else EITHER
    return EITHER
