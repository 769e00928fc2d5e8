"""Recognises published layers by their ARNs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.catalogue.packaging_rows import SharedLayerRow

_MAX_TEXT = 2_048
"""How long an ARN may be; what is longer is none."""

_HOLE = re.compile(r"\$\{[^{}]*\}|(?<![{$])\{[^{}]*\}(?!\})")
_STAND_IN = "\0"
_DISTRIBUTION = "{distribution}"
_SHOWN = "\1"
"""Keeps that mark from being taken for an expression."""
_NAME = 6
"""Which part of a layer's ARN is the name; the version follows."""


class SharedLayer(msgspec.Struct, frozen=True):
    """A published layer with the normalised names of the distributions in it, as far as they are known.

    ``complete`` tells that there are no others.
    """

    name: str
    distributions: tuple[str, ...]
    complete: bool


def matches(pattern: str, arn: str) -> bool:
    """Tell whether *arn*, or another name of a layer, is one that *pattern* stands for.

    In *pattern*, ``*`` stands for any text. One with the form of an ARN (``arn:aws:lambda:*:123456789012:layer:name``)
    is compared part by part, and may leave out the version; where *arn* has an expression such as ``${AWS::Region}`` in
    place of the partition, region or account, that part fits anything. Any other pattern stands for the layer's name,
    or for the name of an application in the repository of serverless applications; one with a slash stands for the
    whole text, such as the path of a parameter that holds the ARN.
    """
    return _shown(pattern, arn) is not None


def find(rows: Sequence[SharedLayerRow], arn: str) -> tuple[SharedLayerRow, str | None] | None:
    """Return the first of *rows* that *arn* belongs to, and the distribution that the layer's name shows; or None."""
    for row in rows:
        for pattern in row.arns:
            shown = _shown(pattern, arn)
            if shown is not None:
                return row, re.sub(r"[-_.]+", "-", shown).lower() or None
    return None


def _shown(pattern: str, arn: str) -> str | None:
    """Return what ``{distribution}`` stands for in *arn*, empty for a *pattern* without it; None if it does not fit."""
    if len(arn) > _MAX_TEXT:
        return None
    if "/" in pattern and not pattern.startswith("arn:"):
        return _fits(pattern, arn)
    parts = _masked(arn).split(":")
    if not pattern.startswith("arn:"):
        return _fits(pattern, _bare_name(parts))
    wanted = _masked(pattern.replace(_DISTRIBUTION, _SHOWN)).replace(_STAND_IN, "*").split(":")
    if len(wanted) > len(parts) or (len(wanted) < len(parts) and len(wanted) != _NAME + 1):
        return None
    shown = ""
    for number, (one, part) in enumerate(zip(wanted, parts, strict=False)):
        if part == _STAND_IN and number < _NAME:
            continue
        found = _fits(one.replace(_SHOWN, _DISTRIBUTION), part)
        if found is None:
            return None
        shown = shown or found
    return shown


def _bare_name(parts: list[str]) -> str:
    """Return the name in the *parts* of a layer's or an application's ARN; the whole text if it is neither."""
    if parts[0] == "arn" and len(parts) > _NAME and parts[_NAME - 1] == "layer":
        return parts[_NAME]
    if parts[0] == "arn" and parts[-1].startswith("applications/"):
        return parts[-1].removeprefix("applications/")
    return ":".join(parts)


def _masked(text: str) -> str:
    """Return *text* with one character in place of each expression, also of nested ones."""
    before = ""
    while before != text:
        before, text = text, _HOLE.sub(_STAND_IN, text)
    return text


def _fits(pattern: str, text: str) -> str | None:
    """Compare the whole *text*; the result is that of ``_shown``. Each ``*`` stands for as little as possible."""
    shows = pattern.endswith(_DISTRIBUTION)
    first, *others = pattern.removesuffix(_DISTRIBUTION).split("*")
    if not text.startswith(first):
        return None
    start = len(first)
    for number, literal in enumerate(others):
        last = number == len(others) - 1 and not shows
        found = len(text) - len(literal) if last else text.find(literal, start)
        if found < start or not text.startswith(literal, found):
            return None
        start = found + len(literal)
    rest = text[start:]
    if not shows:
        return "" if not rest else None
    return rest if rest and _STAND_IN not in rest else None
