"""What the rules on the growth of ``/tmp`` share: which effects grow, how sure that is, and the words for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, HoleKind, Phase, Removal
from lambdalint.rules.wording import action, located, shown

if TYPE_CHECKING:
    from lambdalint.model import Effect, Lifetime, Span, Step

_TEMPORARY_MODULES = frozenset({"tempfile", "aiofiles.tempfile"})

_THINGS = {
    EffectKind.CREATE_DIR: "directory",
    EffectKind.EXTRACT: "set of files",
    EffectKind.DATABASE: "database",
    EffectKind.CACHE: "cache",
}

_OWNED = "tempfile.TemporaryDirectory()"
_PREVENTION = {
    EffectKind.CREATE_DIR: f"use a {_OWNED} in a with statement, or shutil.rmtree() in a finally block",
    EffectKind.EXTRACT: f"extract into a {_OWNED} in a with statement",
}
_WRITE_BELOW = f"write below a {_OWNED}, or remove it in a finally block"
_MOVE_REMOVAL = f"move the removal into a finally block, or write below a {_OWNED}"


def grows(effect: Effect) -> bool:
    """Tell whether further invocations make further objects in ``/tmp`` by *effect*, unless they are removed."""
    lifetime = effect.lifetime
    return (
        effect.place.base is Base.TMP
        and effect.phase is Phase.INVOKE
        and lifetime is not None
        and not lifetime.bounded
        and not lifetime.once
    )


def stays(effect: Effect) -> bool:
    """Tell whether what *effect* makes is left behind by an invocation that succeeds."""
    return effect.lifetime is not None and effect.lifetime.removed in {Removal.NEVER, Removal.SOMETIMES}


def temporary(effect: Effect) -> bool:
    """Tell whether the library chooses a new name for what *effect* makes, as ``mkstemp`` does."""
    return effect.callee.rpartition(".")[0] in _TEMPORARY_MODULES or (
        effect.defaulted and any(hole.kind is HoleKind.UNIQUE for hole in effect.place.holes)
    )


def sureness(lifetime: Lifetime) -> Confidence:
    """Return how sure it is that an object with this *lifetime* is one of ever more.

    A name that is new by its making always is; one that the request chooses may come from a small set. Where the
    removal may be another thing's, or a caller is ready for failures, only a doubt is left.
    """
    if lifetime.doubtful:
        return Confidence.LOW
    if lifetime.kind is HoleKind.UNIQUE:
        sure = Confidence.HIGH
    elif lifetime.kind is HoleKind.REQUEST:
        sure = Confidence.MEDIUM
    else:
        return Confidence.LOW
    return sure if lifetime.removed is Removal.NEVER else Confidence.MEDIUM


def making(effect: Effect) -> str:
    """Return what *effect* makes under which name: "writes /tmp/{uuid4()}, a new name in each invocation"."""
    lifetime = effect.lifetime
    assert lifetime is not None
    certain = lifetime.kind in {HoleKind.UNIQUE, HoleKind.REQUEST}
    name = "a new name in each invocation" if certain else "a name that may be new in each invocation"
    nameless = lifetime.varies in {"", *(kind.value for kind in HoleKind)}
    origin = "" if nameless else f" ({shown(lifetime.varies)})"
    return f"{action(effect)}, {name}{origin}"


def remaining(effect: Effect) -> str:
    """Return why what *effect* makes is left behind, and what comes of it, as the rest of a sentence."""
    lifetime = effect.lifetime
    assert lifetime is not None
    thing = _THINGS.get(effect.kind, "file")
    if lifetime.removed is Removal.NEVER:
        return f"and nothing removes it, so that each warm invocation leaves another {thing} until /tmp is full"
    removal = "its removal" + (f" {located(lifetime.removal, effect.span)}" if lifetime.removal else "")
    if lifetime.removed is Removal.ON_SUCCESS:
        way = _failure(lifetime.skipped, effect.span) if lifetime.skipped else "when an exception is raised"
        return f"but {removal} is skipped {way}, so that each failure leaves another {thing} until /tmp is full"
    way = _departure(lifetime.skipped, effect.span) if lifetime.skipped else "on some ways"
    return f"but {removal} is skipped {way}, so that invocations leave another {thing} until /tmp is full"


def left_behind(effect: Effect) -> tuple[str, str, Confidence]:
    """Return what to say of an object under a new name that is left behind, what to do, and how sure that is."""
    assert effect.lifetime is not None
    return f"{making(effect)}, {remaining(effect)}", remedy(effect), sureness(effect.lifetime)


def remedy(effect: Effect) -> str:
    """Return what to do so that *effect* leaves nothing behind."""
    lifetime = effect.lifetime
    if lifetime is not None and lifetime.removed is not Removal.NEVER:
        return _MOVE_REMOVAL
    return _PREVENTION.get(effect.kind, _WRITE_BELOW)


def _failure(step: Step, near: Span) -> str:
    where = located(step.span, near)
    if step.text in {"raise", "exit"}:
        return f"by the {step.text} {where}"
    name = shown(step.text)
    # A name is that of a call; anything else ("the loop over rows") is a description.
    call = name if " " in name or name.endswith(")") else f"{name}()"
    return f"when {call} {where} raises"


def _departure(step: Step, near: Span) -> str:
    return f"by the {shown(step.text)} {located(step.span, near)}"
