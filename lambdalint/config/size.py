"""Reads sizes as people write them."""

from __future__ import annotations

import re

_SIZE = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([kmgt]?)i?b\s*", re.IGNORECASE)
_FACTORS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_MOST_MB = 2**30


def parse_size(value: str | float) -> int | None:
    """Return a size in bytes: a text with its unit, or a number of MB; None for anything else.

    Units are powers of 1,024, as for the sizes of ``/tmp`` that the platforms give.
    """
    if isinstance(value, str):
        match = _SIZE.fullmatch(value)
        size = float(match[1]) * _FACTORS[match[2].lower()] if match else 0
    else:
        size = value * 2**20 if 0 < value <= _MOST_MB else 0
    return int(size) or None
