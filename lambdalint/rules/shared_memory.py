"""Which effects need ``/dev/shm``, and of which it is not known whether they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base
from lambdalint.rules.read_only import by_command

if TYPE_CHECKING:
    from lambdalint.model import Effect


def in_shared_memory(effect: Effect) -> bool:
    """Tell whether *effect* makes or changes something in shared memory, where there is none."""
    return effect.place.base is Base.SHM and effect.kind.modifies and not by_command(effect)


def unverified_memory(effect: Effect) -> bool:
    """Tell whether *effect* needs shared memory on a platform of which nobody knows whether it has any."""
    return effect.place.base is Base.UNKNOWN and effect.place.path.startswith("/dev/shm/")
