"""Formats scalars as Python does, where they are known; what is not known keeps its hole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdalint.flow.text import has_holes
from lambdalint.flow.values import Number, Opaque, Text, Truth

if TYPE_CHECKING:
    from lambdalint.flow.values import Atom

_WIDEST = 64


def formatted(atom: Atom, spec: str, conversion: str = "") -> Atom:
    """Return ``format(atom, spec)``; the atom itself where that is not known."""
    value: str | int | float | bool
    if isinstance(atom, Text) and not has_holes(atom.text):
        value = atom.text
    elif isinstance(atom, (Number, Truth)):
        value = atom.value
    elif isinstance(atom, Opaque) and spec[-1:] in "bcdeEfFgGnoxX%" and spec:
        # A text would raise here: what is printed is a number.
        return Opaque(replace(atom.hole, confined=True))
    else:
        return atom
    if conversion in ("r", "a"):
        value = repr(value) if conversion == "r" else ascii(value)
    if any(len(digits) > 2 for digits in "".join(c if c.isdigit() else " " for c in spec).split()):
        return atom
    try:
        return Text(format(value, spec)[: _WIDEST + len(str(value))])
    except (ValueError, TypeError):
        return atom


def percent(atom: Atom, placeholder: str) -> Atom:
    """Return ``placeholder % atom`` for a placeholder such as ``%03d``."""
    kind = placeholder[-1]
    flags = placeholder[1:-1]
    if kind in "sra":
        width = flags if not flags.startswith("-") else "<" + flags[1:]
        if flags and not flags.startswith("-"):
            width = ">" + flags
        return formatted(atom, width, "" if kind == "s" else kind)
    if isinstance(atom, Opaque):
        return Opaque(replace(atom.hole, confined=True))
    if not isinstance(atom, Number):
        return atom
    if any(len(digits) > 2 for digits in "".join(c if c.isdigit() else " " for c in flags).split()):
        return atom
    try:
        return Text(placeholder % atom.value)
    except (ValueError, TypeError):
        return atom
