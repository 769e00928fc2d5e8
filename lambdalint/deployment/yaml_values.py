"""The typed values of YAML's plain scalars."""

from __future__ import annotations

import re

_INT = re.compile(r"[-+]?[0-9][0-9_]{0,99}")
_PREFIXED_INT = re.compile(r"[-+]?0(?:x[0-9a-fA-F_]{1,99}|o?[0-7_]{1,99}|b[01_]{1,99})")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]{0,99}\.[0-9_]{0,99}|\.[0-9][0-9_]{0,99})(?:[eE][-+]?[0-9]{1,9})?"
    r"|[-+]?[0-9]{1,99}[eE][-+]?[0-9]{1,9}"
)
_WORDS: dict[str, bool | None] = {
    **{form: None for word in ("", "~", "null") for form in (word, word.title(), word.upper())},
    **{form: True for word in ("true", "yes", "on") for form in (word, word.title(), word.upper())},
    **{form: False for word in ("false", "no", "off") for form in (word, word.title(), word.upper())},
}


def typed(raw: str) -> bool | int | float | str | None:
    """Return a plain scalar's value by YAML 1.1, but for dates and base-60 numbers, which stay text."""
    if raw in _WORDS:
        return _WORDS[raw]
    if raw[0] not in "+-.0123456789":
        return raw
    digits = raw.replace("_", "")
    try:
        if _PREFIXED_INT.fullmatch(raw):
            sign = -1 if raw[0] == "-" else 1
            body = digits.lstrip("+-")
            return sign * (int(body, 0) if body[1:2] in {"x", "b", "o"} else int(body, 8))
        if _INT.fullmatch(raw):
            return int(digits)
        if _FLOAT.fullmatch(raw):
            return float(digits)
    except ValueError:
        return raw
    return raw
