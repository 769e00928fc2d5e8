"""What a rule says of one effect, and how all it says of one call becomes one finding."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Confidence, Effect, Finding, Guard, Label, Step
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.model import RuleMeta, Severity

_MAX_LABELS = 8


class Verdict(msgspec.Struct, frozen=True):
    """A rule's decision on one effect. ``message`` says what is wrong, ``advice`` what to do instead.

    ``severity`` is that of the rule where it is None.
    """

    effect: Effect
    message: str
    advice: str
    confidence: Confidence
    severity: Severity | None = None


def certainty(effect: Effect, ceiling: Confidence) -> Confidence:
    """Return how sure a statement on *effect* can be, *ceiling* at the most."""
    limits = [ceiling, Confidence(effect.confidence)]
    if Guard.SELECTED in effect.guards:
        limits.append(Confidence.LOW)
    if Guard.MAYBE in effect.guards:
        limits.append(Confidence.MEDIUM)
    return max(limits, key=lambda confidence: confidence.rank)


def findings(meta: RuleMeta, verdicts: Iterable[Verdict]) -> Iterator[Finding]:
    """Yield one finding a call. The surest verdict with the shortest way speaks; the others become labels."""
    ordered = sorted(verdicts, key=_order)
    for _, group in groupby(ordered, key=lambda verdict: verdict.effect.span):
        yield _finding(meta, list(group))


def _order(verdict: Verdict) -> tuple[object, ...]:
    effect = verdict.effect
    way = tuple((step.span, step.text) for step in effect.chain)
    return effect.span, verdict.confidence.rank, len(way), effect.entry.function, verdict.message, way


def _finding(meta: RuleMeta, verdicts: list[Verdict]) -> Finding:
    leader = verdicts[0]
    functions = tuple(sorted({verdict.effect.entry.function for verdict in verdicts}))
    return Finding(
        code=meta.code,
        name=meta.name,
        message=f"{leader.message} ({joined([shown(name) for name in functions])}): {leader.advice}",
        severity=leader.severity or meta.severity,
        confidence=leader.confidence,
        span=leader.effect.span,
        functions=functions,
        trace=leader.effect.chain,
        labels=_labels(verdicts),
        headline=leader.message,
        advice=leader.advice,
    )


def _labels(verdicts: list[Verdict]) -> tuple[Label, ...]:
    others: dict[str, Effect] = {}
    for verdict in verdicts:
        others.setdefault(verdict.message, verdict.effect)
    del others[verdicts[0].message]
    labels = [Label(_origin(effect).span, f"also {message}") for message, effect in others.items()]
    if len(labels) > _MAX_LABELS:
        hidden = len(labels) - _MAX_LABELS
        labels[_MAX_LABELS:] = [Label(verdicts[0].effect.span, f"also reached with {hidden} more paths")]
    return tuple(labels)


def _origin(effect: Effect) -> Step | Effect:
    """Return the last station before the call itself: who hands it this path."""
    stations = [step for step in effect.chain if step.span != effect.span]
    return stations[-1] if stations else effect
