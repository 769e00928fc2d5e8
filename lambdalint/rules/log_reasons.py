"""Why a rule has nothing to say of a log file, or of shared memory, see ``reasons``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, Guard
from lambdalint.rules.log_files import idle, log_file
from lambdalint.rules.shared_memory import in_shared_memory, unverified_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.model import Effect

_OF_READ_ONLY_PLACES = frozenset({"LMB101", "LMB102", "LMB103", "LMB104"})
_OF_FILES_THAT_ARE_MADE = frozenset({"LMB206", "LMB301", "LMB302", "LMB303", "LMB304", "LMB307"})


def why_another(code: str, effect: Effect) -> str | None:
    """Return why the rule *code* leaves *effect* to another one; None where it does not."""
    if code == "LMB101" and in_shared_memory(effect):
        return "it is in shared memory, which LMB108 judges"
    if code == "LMB109" and unverified_memory(effect):
        return "whether the platform has shared memory is not verified"
    if idle(effect):
        if code in (_OF_FILES_THAT_ARE_MADE if effect.place.base is Base.TMP else _OF_READ_ONLY_PLACES):
            return "the runtime has installed a handler before, so that basicConfig() opens no file: LMB112 judges that"
        return None
    if code in _OF_READ_ONLY_PLACES and log_file(effect):
        return "it is a log file, which LMB112 judges"
    return None


def _silent_log(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.LOG:
        return None
    if effect.place.base is Base.TMP:
        return f"{effect.place.path} is in /tmp, which is writable: LMB206 judges log files there"
    if effect.place.base is Base.MOUNT:
        return f"{effect.place.path} is in a mounted file system, which is writable"
    return "the code is prepared for its failure" if log_file(effect) and Guard.FALLBACK in effect.guards else None


def _shared_memory(effect: Effect) -> str | None:
    expected = in_shared_memory(effect) and Guard.FALLBACK in effect.guards
    return "the code is prepared for its failure" if expected else None


REASONS: dict[str, Callable[[Effect], str | None]] = {"LMB108": _shared_memory, "LMB112": _silent_log}
