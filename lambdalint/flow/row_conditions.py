"""Whether the conditions of a catalogue's row hold for the arguments of a call."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from lambdalint.flow.containers import known_items
from lambdalint.flow.text import has_holes, without_marks
from lambdalint.flow.values import (
    NOTHING,
    External,
    ExternalObject,
    Nothing,
    Opaque,
    PathText,
    Text,
    text_of,
)

if TYPE_CHECKING:
    from lambdalint.catalogue.condition import Condition
    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.values import Atom


def hold(external: ExternalCall, conditions: tuple[Condition, ...]) -> bool:
    """Tell whether all *conditions* may hold for the arguments of a call."""
    return all(_holds(external, condition) for condition in conditions)


def _holds(external: ExternalCall, condition: Condition) -> bool:
    value = external.argument(condition.argument)
    if condition.given is not None:
        return (value is not None) is condition.given
    if value is None or value == NOTHING:
        if condition.default is None:
            return condition.negate
        return bool(_pattern(condition.matches).search(condition.default)) != condition.negate
    outcomes = set()
    for atom in value:
        rendered = _condition_text(external, atom)
        if rendered is None:
            outcomes.add(condition.unknown)
        else:
            outcomes.add(bool(_pattern(condition.matches).search(rendered)) != condition.negate)
    return True in outcomes


def _condition_text(external: ExternalCall, atom: Atom) -> str | None:
    items = known_items(external.machine, (atom,))
    if items is not None:
        texts = [_condition_text(external, one) for item in items for one in item]
        return None if None in texts else " ".join(one for one in texts if one is not None)
    if isinstance(atom, External):
        return atom.name
    if isinstance(atom, (Text, PathText)):
        return without_marks(atom.text)
    if isinstance(atom, Nothing):
        return "None"
    if isinstance(atom, (Opaque, ExternalObject)):
        return None
    rendered = text_of(atom)
    return None if rendered is None or has_holes(rendered) else rendered


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
