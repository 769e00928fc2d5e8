"""Which rule speaks of a log file: LMB112 of one that is not written, LMB206 of one in ``/tmp``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, Guard

if TYPE_CHECKING:
    from lambdalint.model import Effect

_READ_ONLY = frozenset({Base.TASK, Base.PACKAGE, Base.LAYER, Base.HOME, Base.ABSOLUTE})
_FILES = _READ_ONLY | {Base.TMP, Base.MOUNT}


def idle(effect: Effect) -> bool:
    """Tell whether *effect* would configure the root logger, for which the runtime has installed a handler before."""
    return effect.kind is EffectKind.LOG and Guard.IDLE in effect.guards and effect.place.base in _FILES


def log_file(effect: Effect) -> bool:
    """Tell whether *effect* opens a log file where nothing can be written.

    What no known template mounts below ``/mnt`` may be mounted all the same: that is the matter of LMB101.
    """
    return (
        effect.kind is EffectKind.LOG
        and Guard.IDLE not in effect.guards
        and effect.place.base in _READ_ONLY
        and not effect.place.path.startswith("/mnt/")
        and not effect.defaulted
    )
