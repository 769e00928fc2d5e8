"""Times as text: ``strftime`` with a literal format keeps what is literal in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.text import has_holes, hole_text
from lambdalint.flow.values import Opaque, Text, Value, bounded, texts_of
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.externals import ExternalCall

_DIRECTIVE = re.compile(r"%[-_#^0]?[A-Za-z%]")
_WITH_SLASHES = frozenset("Dx")
_FINE = frozenset("HIMSfsTXcpr")
"""Directives finer than a day: what they print is new on each invocation."""


def printed_time(call: ExternalCall) -> Value | None:
    """Return what a time prints as; nothing is known of a format that is not literal."""
    return (Opaque(Hole(HoleKind.UNIQUE, f"{call.method}()", confined=True), truthy=True),)


def formatted_time(call: ExternalCall) -> Value | None:
    """Return the format with a hole for each directive."""
    formats = texts_of(call.argument("format@0") or ())
    if not formats or any(has_holes(text) for text in formats):
        return printed_time(call)
    return bounded(tuple(Text(_filled(text)) for text in formats))


def _filled(text: str) -> str:
    def fill(match: re.Match[str]) -> str:
        letter = match[0][-1]
        if letter == "%":
            return "%"
        kind = HoleKind.UNIQUE if letter in _FINE else HoleKind.UNKNOWN
        return hole_text(Hole(kind, match[0], confined=letter not in _WITH_SLASHES))

    return _DIRECTIVE.sub(fill, text)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "datetime.datetime.strftime": formatted_time,
    "datetime.date.strftime": formatted_time,
    "time.strftime": formatted_time,
    "datetime.datetime.isoformat": printed_time,
    "datetime.datetime.timestamp": printed_time,
    "uuid.UUID.hex": printed_time,
}
