"""Effects as the flow would yield them, built for a call that is found by its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.model import Base, Effect, EffectKind, EntryPoint, Guard, Hole, Phase, Place, Span, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = "app.py"


def span_of(source: str, text: str, path: str = PATH) -> Span:
    """Return where *text*, which occurs once, stands in *source*; lines end as Python ends them."""
    assert source.count(text) == 1, f"{text!r} stands {source.count(text)} times in the source"
    start = source.index(text)
    line, column = _position(source, start)
    end_line, end_column = _position(source, start + len(text))
    return Span(path, line, column, end_line, end_column)


def _position(source: str, offset: int) -> tuple[int, int]:
    lines = re.split(r"\r\n|\r|\n", source[:offset])
    return len(lines), len(lines[-1]) + 1


def place(base: Base, *parts: str | Hole, written: Iterable[str | Hole] = ()) -> Place:
    return Place(base, parts, tuple(written))


RELATIVE = place(Base.TASK, "/var/task/report.csv", written=["report.csv"])


def effect_at(
    span: Span,
    where: Place = RELATIVE,
    kind: EffectKind = EffectKind.WRITE,
    *,
    callee: str = "builtins.open",
    function: str = "ReportFunction",
    guards: Iterable[Guard] = (),
    chain: tuple[Step, ...] = (),
    defaulted: bool = False,
    confidence: str = "high",
) -> Effect:
    return Effect(
        kind=kind,
        place=where,
        callee=callee,
        span=span,
        chain=chain,
        phase=Phase.INVOKE,
        entry=EntryPoint(function, "app", "handler", Phase.INVOKE),
        guards=frozenset(guards),
        defaulted=defaulted,
        confidence=confidence,
    )
