"""Why a rule on the growth of ``/tmp`` has nothing to say of an effect, see ``reasons``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, HoleKind, Phase, Removal
from lambdalint.rules.growth import temporary

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.model import Effect, Lifetime

_UNKNOWN = "what becomes of the file is not known"
_MAKING = frozenset(
    {
        EffectKind.WRITE,
        EffectKind.APPEND,
        EffectKind.CREATE_DIR,
        EffectKind.EXTRACT,
        EffectKind.RENAME,
        EffectKind.DATABASE,
        EffectKind.LOG,
        EffectKind.CACHE,
    }
)
_NAMED = _MAKING - {EffectKind.EXTRACT}


def _elsewhere(effect: Effect) -> str | None:
    """Return where an effect makes something, if that is a place that can be full, but is not ``/tmp``."""
    return "it lies in a mounted file system, not in /tmp" if effect.place.base is Base.MOUNT else None


def _constant(effect: Effect) -> str | None:
    """Return why further invocations make nothing further in ``/tmp``; None where they may."""
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if effect.phase is Phase.INIT:
        return "it runs at import, once in each execution environment"
    if lifetime.bounded and all(hole.kind is HoleKind.ENVIRONMENT for hole in effect.place.holes):
        return "the name is the same in each invocation"
    if lifetime.removed is Removal.ALWAYS:
        return "it is removed on every way out"
    if lifetime.once:
        return "each execution environment makes it once"
    if not lifetime.bounded:
        return None
    if lifetime.kind is None:
        return "the name is one of those that each invocation uses again"
    return "what is left under such names is removed by a later invocation, or its number is limited"


def _gone(lifetime: Lifetime) -> str | None:
    """Return why a success leaves nothing behind; None where it does."""
    if lifetime.removed is Removal.ALWAYS:
        return "it is removed on every way out"
    return "only an exception skips its removal: LMB304 judges that" if lifetime.removed is Removal.ON_SUCCESS else None


def _named(effect: Effect) -> str | None:
    if effect.kind not in _NAMED:
        return None
    if effect.place.base is not Base.TMP:
        return _elsewhere(effect)
    constant = _constant(effect)
    if constant is not None:
        return constant
    if temporary(effect):
        return "a library chooses the name: LMB303 judges that"
    lifetime = effect.lifetime
    assert lifetime is not None
    gone = _gone(lifetime)
    if gone is None and lifetime.kind is None:
        return "the name is the same in each invocation"
    return gone


def _appended(effect: Effect) -> str | None:
    if effect.kind not in {EffectKind.APPEND, EffectKind.LOG}:
        return None
    if effect.place.base is not Base.TMP:
        return _elsewhere(effect)
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if lifetime.kind is not None:
        return "the name may be new in each invocation: LMB301 judges that"
    if lifetime.cached:
        return "it is made only where a test finds it absent"
    if effect.phase is Phase.INVOKE and lifetime.removed is not Removal.NEVER:
        return "the file is removed or opened anew"
    return "whether its handlers rotate is not known"


def _temporary(effect: Effect) -> str | None:
    if effect.place.base is not Base.TMP or effect.kind not in _MAKING or not temporary(effect):
        return None
    constant = _constant(effect)
    if constant is not None or effect.lifetime is None:
        return constant
    return _gone(effect.lifetime)


def _skipped(effect: Effect) -> str | None:
    if effect.place.base is not Base.TMP or effect.kind not in _MAKING:
        return None
    constant = _constant(effect)
    if constant is not None or effect.lifetime is None:
        return constant
    return "also an invocation that succeeds leaves it behind: another rule judges that"


def _extracted(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.EXTRACT:
        return None
    if effect.place.base is not Base.TMP:
        return _elsewhere(effect)
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    gone = _gone(lifetime)
    if gone is not None:
        return gone
    if lifetime.cached:
        return "it is unpacked only where a test finds it absent"
    if effect.phase is Phase.INVOKE and lifetime.bounded and not lifetime.once and not lifetime.new_content:
        return "each invocation unpacks the same archive into the same folder"
    return _constant(effect)


def _cached(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.CACHE:
        return None
    if effect.place.base is not Base.TMP:
        return _elsewhere(effect)
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if lifetime.bounded:
        return "its size is limited, or an invocation empties it"
    if not lifetime.once and lifetime.kind is not None:
        return "each invocation makes a cache of its own: LMB301 and LMB303 judge that"
    skips = effect.phase is Phase.INVOKE and lifetime.removed is not Removal.NEVER
    return "the function removes it" if skips else None


def _size(effect: Effect) -> str | None:
    if effect.place.base is not Base.TMP or effect.kind not in _MAKING - {EffectKind.CREATE_DIR}:
        return None
    if effect.size is None:
        return "how much it writes is not known"
    return "what one invocation is known to write fits into /tmp, or another call is the one that exceeds it"


def _emptied(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.DELETE or effect.place.base is not Base.TMP:
        return None
    return "it removes a part of /tmp only"


def _raced(effect: Effect) -> str | None:
    if effect.kind not in {EffectKind.WRITE, EffectKind.EXTRACT} or effect.place.base is not Base.TMP:
        return None
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if not lifetime.shared:
        return "the platform serves one request at a time in each execution environment"
    if effect.place.holes:
        return "the name is not fixed"
    if effect.phase is Phase.INIT:
        return "it runs at import, before any request"
    return "each execution environment makes it once"


REASONS: dict[str, Callable[[Effect], str | None]] = {
    "LMB301": _named,
    "LMB302": _appended,
    "LMB303": _temporary,
    "LMB304": _skipped,
    "LMB305": _extracted,
    "LMB306": _cached,
    "LMB307": _size,
    "LMB308": _emptied,
    "LMB309": _raced,
}
