"""Times as text: ``strftime`` with a literal format keeps what is literal in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.formatting import filled_time
from lambdalint.flow.fresh import new_hole
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import Opaque, Text, Value, bounded, texts_of
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall


def printed_time(call: ExternalCall) -> Value | None:
    """Return what a time prints as; nothing is known of a format that is not literal."""
    return (Opaque(new_hole(call), truthy=True),)


def printed_day(call: ExternalCall) -> Value | None:
    """Return what a day prints as: the same for as long as an environment lives."""
    return (Opaque(Hole(HoleKind.LOOP, f"{call.method}()", confined=True), truthy=True),)


def formatted_time(call: ExternalCall) -> Value | None:
    """Return the format with a hole for each directive."""
    formats = texts_of(call.argument("format@0") or ())
    if not formats or any(has_holes(text) for text in formats):
        return printed_time(call)
    return bounded(tuple(Text(filled_time(text)) for text in formats))


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "datetime.datetime.strftime": formatted_time,
    "datetime.date.strftime": formatted_time,
    "time.strftime": formatted_time,
    "datetime.datetime.isoformat": printed_time,
    "datetime.date.isoformat": printed_day,
    "datetime.date.toordinal": printed_day,
    "datetime.datetime.timestamp": printed_time,
    "uuid.UUID.hex": printed_time,
}
