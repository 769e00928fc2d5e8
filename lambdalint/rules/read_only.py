"""Which effects a read-only place refuses without the code expecting it, and how the code names the place."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, Guard
from lambdalint.rules.installs import is_install

if TYPE_CHECKING:
    from lambdalint.model import Effect, Place

_ROOTED = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")
"""A path from the root, or an address such as ``file:///data/x``."""

_DELETIONS = frozenset({"command mv", "command rmdir", "command unlink"})
"""Commands that fail where they cannot remove what they name; ``rm -f`` of what is not there does not."""

_ALWAYS_THERE = frozenset(
    {
        "/",
        "/dev",
        "/etc",
        "/home",
        "/mnt",
        "/opt",
        "/proc",
        "/tmp",
        "/tmp/package",  # the task root of Genezio
        "/usr",
        "/var",
        "/var/lang",
        "/var/log",
        "/var/runtime",
        "/var/task",
        "/var/tmp",
    }
)


def refused(effect: Effect) -> bool:
    """Tell whether *effect* fails in a read-only place, and the code has no other way prepared.

    ``logging.basicConfig`` never opens its file on AWS Lambda: the runtime has installed a handler
    before. What a child process does, its own rule judges: a refusal is no exception there. So do
    installations have theirs.
    """
    return (
        not by_command(effect)
        and not is_install(effect)
        and unprepared(effect)
        and effect.callee.rpartition(".")[2] != "basicConfig"
    )


def command_refused(effect: Effect) -> bool:
    """Tell whether *effect* is that of a command which fails in a read-only place, with no other way prepared."""
    return by_command(effect) and not is_install(effect) and unprepared(effect) and fails(effect)


def unprepared(effect: Effect) -> bool:
    """Tell whether *effect* modifies something, and the code has no other way prepared where that is refused."""
    return effect.kind.modifies and Guard.FALLBACK not in effect.guards and not _already_there(effect)


def fails(effect: Effect) -> bool:
    """Tell whether a command fails for certain where *effect* is refused.

    Programs go on without their cache, databases are opened to be read, too, and what is to be deleted may be absent.
    """
    if effect.kind is EffectKind.DELETE:
        return effect.callee in _DELETIONS
    return effect.kind not in {EffectKind.CACHE, EffectKind.DATABASE}


def by_command(effect: Effect) -> bool:
    """Tell whether a child process does it, and not the code itself."""
    return effect.callee.startswith("command ")


def relative(place: Place) -> bool:
    """Tell whether the code names *place* by a relative path, also by one that ``..`` leads elsewhere."""
    if place.base is Base.TASK:
        return True
    start = place.written[0] if place.written else "/"
    return place.base is Base.ABSOLUTE and isinstance(start, str) and not _ROOTED.match(start)


def _already_there(effect: Effect) -> bool:
    """Tell whether *effect* would create a directory that exists in every room, and is content with that."""
    if effect.kind is not EffectKind.CREATE_DIR or Guard.EXIST_OK not in effect.guards or effect.place.holes:
        return False
    return posixpath.normpath(effect.place.path).replace("//", "/") in _ALWAYS_THERE
