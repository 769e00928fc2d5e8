"""Why a rule on persistence has nothing to say of an effect, see ``reasons``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, Guard, Phase, Removal
from lambdalint.rules.persistence import FILES, exit_of, recurs, shared_by
from lambdalint.rules.wording import located

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.model import Effect, Lifetime

_UNKNOWN = "what becomes of the file is not known"
_LASTS = {
    Base.MOUNT: "it lies in a mounted file system, which outlives the execution environment",
    Base.REMOTE: "it lies in a remote store",
    Base.MEMORY: "it stays in memory",
}


def _stored(effect: Effect, lifetime: Lifetime) -> str | None:
    if lifetime.stored is None:
        return None
    return f"what it holds, or follows from it, is stored elsewhere by {exit_of(lifetime.stored, effect.span)}"


def _database(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.DATABASE:
        return None
    if effect.place.base is not Base.TMP:
        return _LASTS.get(effect.place.base)
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if lifetime.removed is not Removal.NEVER:
        return "it is removed, and so meant for one invocation"
    if not recurs(effect.place):
        return "its name may be new in each invocation, so that no other one looks for it"
    stored = _stored(effect, lifetime)
    if stored is not None and (lifetime.fetched is not None or not lifetime.new_content):
        return stored
    if lifetime.read_back:
        return "the same invocation reads the file after it has written it"
    if lifetime.fetched is not None:
        return f"it is fetched {located(lifetime.fetched.span, effect.span)}, and no change to it is seen"
    return "it is built where it is missing, and no change to it is seen" if lifetime.cached else _UNKNOWN


def _shared(effect: Effect) -> str | None:
    if effect.kind not in FILES or effect.place.base is not Base.TMP:
        return None
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if not recurs(effect.place):
        return "its name may be new in each invocation, so that no other one finds it"
    if not lifetime.read_by:
        return "no other entry point and no later invocation reads it without having written it"
    return "it is made anew wherever it is missing" if lifetime.cached else None


def _read(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.READ or effect.place.base is not Base.TMP:
        return None
    if Guard.PROVIDED in effect.guards:
        return "the function itself may have made the file"
    if Guard.CHECKED in effect.guards:
        return "a test, or a handler for its absence, comes before"
    if Guard.FALLBACK in effect.guards:
        return "the code goes on without the file where it is missing"
    if Guard.MAYBE in effect.guards:
        return "another file may be read in its place"
    if effect.place.holes:
        return "a part of the path is not known"
    return "the library chooses the place" if effect.defaulted else "/tmp itself is always there"


def _upload(effect: Effect) -> str | None:
    if effect.kind not in {EffectKind.WRITE, EffectKind.EXTRACT} or effect.place.base is not Base.TMP:
        return None
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if effect.phase is Phase.INIT:
        return "it runs at import, before any request"
    if not lifetime.request_content:
        return "its content is not known to come from the request"
    if lifetime.removed is not Removal.NEVER:
        return "it is removed, and so meant for one invocation"
    stored = _stored(effect, lifetime)
    if stored is not None:
        return stored
    if lifetime.fetched is not None:
        return f"its content comes from a durable place, {located(lifetime.fetched.span, effect.span)}"
    if lifetime.escapes is not None:
        return f"its path leaves the invocation ({exit_of(lifetime.escapes, effect.span)}): LMB205 judges that"
    if lifetime.read_back:
        return "the same invocation works on it after it has written it"
    return "another entry point or invocation relies on it: LMB202 judges that" if shared_by(effect) else None


def _leaves(effect: Effect) -> str | None:
    if effect.kind not in FILES | {EffectKind.CREATE_DIR} or effect.place.base is not Base.TMP:
        return None
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    if lifetime.escapes is None:
        return "its path is not seen to leave the invocation"
    return _stored(effect, lifetime)


def _log(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.LOG:
        return None
    if effect.place.base is not Base.TMP:
        return _LASTS.get(effect.place.base)
    lifetime = effect.lifetime
    if lifetime is None:
        return _UNKNOWN
    stored = _stored(effect, lifetime)
    if stored is not None:
        return stored
    if lifetime.removed is not Removal.NEVER:
        return "it is removed, and so meant for one invocation"
    return "the same invocation reads it" if lifetime.read_back else None


REASONS: dict[str, Callable[[Effect], str | None]] = {
    "LMB201": _database,
    "LMB202": _shared,
    "LMB203": _read,
    "LMB204": _upload,
    "LMB205": _leaves,
    "LMB206": _log,
}
"""By code; sessions (LMB207) are a matter of few calls, of which nothing but their place decides."""
