"""Makes text from foreign files safe to print: it cannot move the cursor or reorder a line."""

from __future__ import annotations

import unicodedata

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _character(character: str) -> str:
    if unicodedata.category(character) not in _UNPRINTABLE:
        return character
    number = ord(character)
    if number < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\x{number:02x}")
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def escape(text: str) -> str:
    """Return *text* with control, formatting and surrogate characters written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_character, text))


def width(text: str) -> int:
    """Return how many columns of a terminal *text*, which is escaped, takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
