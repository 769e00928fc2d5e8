"""Makes text from foreign files safe to print: it cannot move the cursor, reorder a line or command a CI service."""

from __future__ import annotations

import re
import unicodedata

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_COMMAND = re.compile(r"(^\s*:):|(#)#(?=\[|vso\[)")
"""What GitHub's runner reads as a command at the start of a line, and what it and Azure's agent read anywhere."""


def _character(character: str) -> str:
    if unicodedata.category(character) not in _UNPRINTABLE:
        return character
    number = ord(character)
    if number < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\x{number:02x}")
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _disarmed(command: re.Match[str]) -> str:
    return f"{command[1]}\\x3a" if command[1] else f"{command[2]}\\x23"


def escape(text: str) -> str:
    """Return *text* with control, formatting and surrogate characters written as escapes.

    Of a command to a CI service (``::name::`` at the start, ``##[name]``, ``##vso[name]``) one character is written so.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_character, text))
    return _COMMAND.sub(_disarmed, text) if ":" in text or "##" in text else text


def width(text: str) -> int:
    """Return how many columns of a terminal *text*, which is escaped, takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
