"""Writes the escapes of JSON that YAML has not in YAML's way."""

from __future__ import annotations

import re

_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?")
_LOW_SURROGATE = re.compile(r"(?<!\\)((?:\\\\)*)\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def without_surrogates(text: str) -> str | None:
    """Return JSON *text* with its escaped surrogate pairs in YAML's way; None for YAML.

    Columns behind a pair on its line are two less than in the file.
    """
    if not text.lstrip().startswith(("{", "[")):
        return None

    def replace(match: re.Match[str]) -> str:
        if match[3] is None:
            return match[1] + "\\uFFFD"
        code = 0x10000 + ((int(match[2], 16) - 0xD800) << 10) + (int(match[3], 16) - 0xDC00)
        return f"{match[1]}\\U{code:08X}"

    return _LOW_SURROGATE.sub(r"\1\\uFFFD", _SURROGATES.sub(replace, text))
