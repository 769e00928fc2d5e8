"""The effective configuration as it is shown: each key with its value and where that comes from."""

from __future__ import annotations

import re
import unicodedata

import msgspec

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNPRINTABLE = frozenset({"Cc", "Cf", "Zl", "Zp"})


class Origin(msgspec.Struct, frozen=True):
    """Where a value comes from: a line of a file, a flag of the command line, or, without either, the default."""

    file: str | None = None
    line: int | None = None
    flag: str | None = None


class Setting(msgspec.Struct, frozen=True):
    """One effective key, its value as TOML has it, and the origins of the value.

    ``key`` leads to the value from the table ``tool.lambdalint``; numbers are indices of arrays. A ``value`` of
    None is "not set", which TOML cannot say. There are several ``origins`` where lists were joined.
    """

    key: tuple[str | int, ...]
    value: object
    origins: tuple[Origin, ...]


class Configuration(msgspec.Struct, frozen=True):
    """All effective settings, and the files that they were read from: the nearest, then what it extends."""

    files: tuple[str, ...]
    settings: tuple[Setting, ...]


def quoted(text: str) -> str:
    """Write *text* as a TOML string of one line that is safe to print; half a surrogate pair becomes U+FFFD."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    category = unicodedata.category(character)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    if category not in _UNPRINTABLE:
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def dotted(key: tuple[str | int, ...]) -> str:
    """Write *key* as TOML does, with its indices in brackets: ``functions[0].env.STAGE``, ``sizes."*.bin"``."""
    steps = (f"[{step}]" if isinstance(step, int) else "." + plain(step) for step in key)
    return "".join(steps).lstrip(".")


def plain(name: str) -> str:
    """Write one part of a key: bare where TOML allows it, else quoted."""
    return name if _BARE.fullmatch(name) else quoted(name)
