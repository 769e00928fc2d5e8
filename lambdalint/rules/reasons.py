"""Why a rule has nothing to say of an effect that is of the kind which it is about.

The answers follow the rules' ``concerns``, condition by condition; they are asked only where that is false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, Guard, HoleKind
from lambdalint.rules import growth_reasons, log_reasons, persistence_reasons
from lambdalint.rules.installs import CORPORA, is_install
from lambdalint.rules.read_only import by_command, fails, refused, relative

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.model import Effect

_WRITABLE = {
    Base.TMP: "{path} is in /tmp, which is writable",
    Base.MOUNT: "{path} is in a mounted file system, which is writable",
    Base.DEVICE: "{path} is a device, which can be written to",
    Base.REMOTE: "it goes to a remote store, not to the file system",
    Base.MEMORY: "it stays in memory",
}


def why_silent(code: str, effect: Effect) -> str | None:
    """Return why the rule *code*, which *effect* does not concern, is silent; None where that goes without saying."""
    reason = _REASONS.get(code)
    return log_reasons.why_another(code, effect) or (None if reason is None else reason(effect))


def _not_refused(effect: Effect) -> str | None:
    """Return why a write into a read-only place is no mistake."""
    if is_install(effect):
        return "it installs something, which LMB111 judges"
    if by_command(effect):
        return "a child process does it, which LMB110 judges"
    if Guard.FALLBACK in effect.guards:
        return "the code is prepared for its failure"
    if effect.callee.rpartition(".")[2] == "basicConfig":
        return "the runtime has installed a handler before, so that basicConfig() opens no file"
    if not refused(effect):
        return "the directory is always there"
    if effect.defaulted:
        return "the library chooses the place, which LMB106 judges"
    return None


def _default_place(effect: Effect) -> str | None:
    """Return why the default place of a library is no mistake."""
    if not effect.defaulted or effect.kind is EffectKind.EXTRACT or not effect.kind.modifies:
        return None
    if effect.place.writable:
        return f"the default place, {effect.place.path}, is writable"
    return None if refused(effect) else _not_refused(effect)


def _outside(effect: Effect) -> str | None:
    if not effect.kind.modifies or relative(effect.place):
        return None
    writable = _WRITABLE.get(effect.place.base)
    if writable is not None:
        return writable.format(path=effect.place.path)
    return _not_refused(effect) if effect.place.base in {Base.ABSOLUTE, Base.SHM} else None


def _relative(effect: Effect) -> str | None:
    if not effect.kind.modifies:
        return None
    if relative(effect.place):
        return _not_refused(effect)
    start = effect.place.written[0] if effect.place.written else "/"
    if isinstance(start, str) and not start.startswith("/") and effect.place.base in {Base.TMP, Base.MOUNT}:
        return f"the working directory is changed, so that the relative path leads to {effect.place.path}"
    return None


def _in(*bases: Base) -> Callable[[Effect], str | None]:
    def reason(effect: Effect) -> str | None:
        return _not_refused(effect) if effect.kind.modifies and effect.place.base in bases else None

    return reason


def _extraction(effect: Effect) -> str | None:
    if effect.kind is not EffectKind.EXTRACT:
        return None
    if not effect.defaulted:
        return "the code names the folder to extract into"
    if effect.place.base is not Base.TASK:
        return f"the working directory is {effect.place.path} there"
    return _not_refused(effect) or "the extraction cannot fail there"


def _escape(effect: Effect) -> str | None:
    chosen = [hole for hole in effect.place.holes if hole.kind is HoleKind.REQUEST]
    if not effect.kind.modifies or not chosen or effect.place.base in {Base.UNKNOWN, Base.REMOTE, Base.MEMORY}:
        return None
    if all(hole.confined for hole in chosen):
        return f"what the request chose ({chosen[0].origin or 'a part'}) cannot leave its folder"
    if by_command(effect):
        return "a child process does it"
    if Guard.REPEATED in effect.guards:
        return "the call that makes the file under this name is reported instead"
    return "the code is prepared for its failure" if Guard.FALLBACK in effect.guards else None


def _command(effect: Effect) -> str | None:
    if not by_command(effect) or not effect.kind.modifies:
        return None
    if is_install(effect):
        return "it installs something, which LMB111 judges"
    if effect.place.base in _WRITABLE:
        return _WRITABLE[effect.place.base].format(path=effect.place.path)
    if effect.place.writable is None:
        return "it is not known where the path leads"
    if Guard.FALLBACK in effect.guards:
        return "the script or the code is prepared for the command's failure"
    return "the directory is always there" if fails(effect) else "the command need not fail there"


def _install(effect: Effect) -> str | None:
    if not is_install(effect):
        return None
    if effect.place.base is Base.TMP and effect.callee in CORPORA:
        return f"{effect.place.path} is in /tmp, which is writable"
    if effect.place.base is Base.TMP:
        return "what it installs is sent to a durable store"
    if effect.place.base in _WRITABLE:
        return _WRITABLE[effect.place.base].format(path=effect.place.path)
    if effect.place.writable is None:
        return "it is not known where it installs to"
    return "the code is prepared for its failure"


_REASONS: dict[str, Callable[[Effect], str | None]] = {
    "LMB101": _outside,
    "LMB102": _relative,
    "LMB103": _in(Base.PACKAGE, Base.LAYER),
    "LMB104": _in(Base.HOME),
    "LMB105": _extraction,
    "LMB106": _default_place,
    "LMB107": _escape,
    "LMB109": _in(Base.UNKNOWN),
    "LMB110": _command,
    "LMB111": _install,
    **persistence_reasons.REASONS,
    **growth_reasons.REASONS,
    **log_reasons.REASONS,
}
