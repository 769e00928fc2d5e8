"""Formats scalars as Python does, where they are known; what is not known keeps its hole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.flow.text import has_holes, hole_text
from lambdalint.flow.values import ExternalObject, Number, Opaque, Text, Truth
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.values import Atom

_WIDEST = 64
_DIRECTIVE = re.compile(r"%[-_#^0]?[A-Za-z%]")
_WITH_SLASHES = frozenset("Dx")
_FINE = frozenset("MSfsTXcr")
"""Directives finer than an hour: what they print is new on each invocation."""


def filled_time(text: str) -> str:
    """Return a format of a time with a hole for each directive."""

    def fill(match: re.Match[str]) -> str:
        letter = match[0][-1]
        if letter == "%":
            return "%"
        kind = HoleKind.UNIQUE if letter in _FINE else HoleKind.LOOP
        return hole_text(Hole(kind, match[0], confined=letter not in _WITH_SLASHES))

    return _DIRECTIVE.sub(fill, text)


def formatted(atom: Atom, spec: str, conversion: str = "") -> Atom:
    """Return ``format(atom, spec)``; the atom itself where that is not known."""
    value: str | int | float | bool
    is_time = isinstance(atom, ExternalObject) and atom.type.startswith("datetime.")
    if "%" in spec and len(spec) > 1 and (is_time or isinstance(atom, Opaque)):
        return Text(filled_time(spec))
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
