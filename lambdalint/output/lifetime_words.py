"""What becomes of a file in ``/tmp``, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import HoleKind, Phase, Removal

if TYPE_CHECKING:
    from lambdalint.model import Effect, Hole, Lifetime, Step

_HOLES = {
    HoleKind.UNIQUE: "new on each evaluation",
    HoleKind.REQUEST: "chosen by the request",
    HoleKind.ENVIRONMENT: "set by the environment",
    HoleKind.LOOP: "varies within one invocation",
    HoleKind.UNKNOWN: "not known",
}


def hole_words(hole: Hole) -> str:
    """Return what is known of a part of a path: "{event['key']} is chosen by the request"."""
    confined = ", and cannot leave its folder" if hole.confined and hole.kind is HoleKind.REQUEST else ""
    verb = "" if hole.kind is HoleKind.LOOP else "is "
    return f"{hole} {verb}{_HOLES[hole.kind]}{confined}"


def lifetime_words(effect: Effect) -> list[tuple[str, str]]:
    """Return what is known of the object that *effect* makes, as pairs of an aspect and a clause."""
    lifetime = effect.lifetime
    if lifetime is None:
        return []
    words = [("name", _name(effect, lifetime)), ("removed", _removed(lifetime))]
    content = []
    if lifetime.fetched is not None:
        content.append(f"fetched by {_step(lifetime.fetched)}")
    if lifetime.request_content:
        content.append("chosen by the request")
    elif lifetime.new_content:
        content.append("differs from invocation to invocation")
    if lifetime.read_back:
        content.append("read again by the same invocation")
    if content:
        words.append(("content", "; ".join(content)))
    if lifetime.stored is not None:
        words.append(("stored", f"what it holds, or follows from it, by {_step(lifetime.stored)}"))
    if lifetime.escapes is not None:
        words.append(("path leaves", _step(lifetime.escapes)))
    words += [("read by", _step(step)) for step in lifetime.read_by]
    if lifetime.shared:
        words.append(("shared", "requests that are served at the same time share this /tmp"))
    if effect.size is not None:
        words.append(("size", f"at least {effect.size:,} bytes"))
    if lifetime.exceeds is not None:
        excess = lifetime.exceeds
        words.append(("exceeds", f"at least {excess.written:,} MB at the same time, and /tmp has {excess.room:,} MB"))
    return words


def _name(effect: Effect, lifetime: Lifetime) -> str:
    if effect.phase is Phase.INIT:
        known = "made once in each execution environment"
    elif lifetime.kind is None:
        known = "the same in each invocation" + ("" if lifetime.bounded else ", but what it holds grows")
    elif lifetime.bounded and lifetime.removed is not Removal.ALWAYS:
        once, again = (
            "made once in each execution environment",
            "one that earlier invocations used, or that they removed",
        )
        known = once if lifetime.once else again
    else:
        certain = lifetime.kind in {HoleKind.UNIQUE, HoleKind.REQUEST}
        known = f"{lifetime.varies or 'a part of it'} {'is' if certain else 'may be'} new in each invocation"
    return known + ("; made only where a test finds it absent" if lifetime.cached else "")


def _removed(lifetime: Lifetime) -> str:
    if lifetime.removed is Removal.ALWAYS:
        return "always"
    if lifetime.removed is Removal.NEVER:
        return "never"
    where = f", on line {lifetime.removal.line} of {lifetime.removal.path}" if lifetime.removal is not None else ""
    skipped = f", skipped by {_step(lifetime.skipped)}" if lifetime.skipped is not None else ""
    doubt = "; whether that happens is doubtful" if lifetime.doubtful else ""
    return ("on success only" if lifetime.removed is Removal.ON_SUCCESS else "sometimes") + where + skipped + doubt


def _step(step: Step) -> str:
    return f"{step.text} ({step.span})"
