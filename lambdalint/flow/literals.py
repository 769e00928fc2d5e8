"""Literals of the source: text, numbers, constants."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lambdalint.flow.text import hole_text, literal
from lambdalint.flow.values import FALSE, NOTHING, TRUE, Number, Text, Value
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.facts import ir
    from lambdalint.flow.machine import Machine


def evaluated(machine: Machine, node: ir.Const) -> Value:
    """Return what a literal evaluates to in the file that is being run."""
    value = node.value
    inline = machine.inline
    if inline is None or not inline.stand_ins or machine.frame.facts.path != inline.virtual_path:
        return _constant(value)
    return (Text(_filled_in(literal(value), inline.stand_ins)),) if isinstance(value, str) else _constant(value)


@lru_cache(maxsize=16_384, typed=True)
def _constant(value: bool | float | str | None) -> Value:
    """Return what a literal evaluates to, of which each is made once."""
    if isinstance(value, str):
        return (Text(literal(value)),)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return (Number(value),)


def _filled_in(value: str, stand_ins: tuple[str, ...]) -> str:
    """Put a hole in a literal of a template's code where only the deployment knows the text."""
    for name in stand_ins:
        value = value.replace(name, hole_text(Hole(HoleKind.ENVIRONMENT, "${" + name.strip("_") + "}")))
    return value
