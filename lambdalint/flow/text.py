"""Text with holes, as an ordinary string.

A hole is one character of a private-use plane. So joining, splitting, ``os.path`` and ``pathlib`` work on abstract text
with Python's own functions, and a hole behaves like a name of unknown spelling. ``CWD_MARK`` follows the working
directory where code asked for it, so that a path built on it is told from one that names the code's folder.
"""

from __future__ import annotations

from msgspec.structs import replace

from lambdalint.model import Hole, HoleKind

_FIRST = 0xF0000
_LAST = 0x10FFFC
CWD_MARK = "\U0010fffd"

_holes: list[Hole] = []
_numbers: dict[Hole, int] = {}
_ANY = Hole(HoleKind.UNKNOWN)


def hole_text(hole: Hole) -> str:
    """Return the text that stands for a hole."""
    number = _numbers.get(hole)
    if number is None:
        if len(_holes) >= _LAST - _FIRST:
            return hole_text(_ANY) if hole != _ANY else chr(_FIRST)
        number = len(_holes)
        _holes.append(hole)
        _numbers[hole] = number
    return chr(_FIRST + number)


def is_hole(character: str) -> bool:
    """Tell whether a character stands for a hole."""
    return _FIRST <= ord(character) <= _LAST


def hole_of(character: str) -> Hole:
    """Return the hole that a character stands for; source text may hold such characters of its own."""
    number = ord(character) - _FIRST
    return _holes[number] if number < len(_holes) else _ANY


def has_holes(text: str) -> bool:
    """Tell whether part of the text is unknown."""
    return not text.isascii() and any(is_hole(character) for character in text)


def holes_in(text: str) -> list[Hole]:
    """Return the holes of a text, in order."""
    if text.isascii():
        return []
    return [hole_of(character) for character in text if is_hole(character)]


def literal(text: str) -> str:
    """Return a literal of the source as abstract text: characters that mean a hole here are replaced."""
    if text.isascii():
        return text
    return "".join("\ufffd" if is_hole(character) or character == CWD_MARK else character for character in text)


def without_marks(text: str) -> str:
    """Return the text without the mark of the working directory."""
    return text if text.isascii() else text.replace(CWD_MARK, "")


def parts_of(text: str) -> tuple[str | Hole, ...]:
    """Split a text into literal parts and holes."""
    text = without_marks(text)
    if text.isascii():
        return (text,) if text else ()
    parts: list[str | Hole] = []
    run = ""
    for character in text:
        if is_hole(character):
            if run:
                parts.append(run)
            run = ""
            parts.append(_readable(hole_of(character)))
        else:
            run += character
    if run:
        parts.append(run)
    return tuple(parts)


def _readable(hole: Hole) -> Hole:
    """Return *hole* with an origin for people: that of a file's content may itself be a path with holes."""
    if hole.origin.isascii() and "\0" not in hole.origin:
        return hole
    return replace(hole, origin=shown(hole.origin.replace("\0", "")))


def shown(text: str) -> str:
    """Return a text as reports show it: a hole by its origin, in braces."""
    return "".join(map(str, parts_of(text)))


def confined_hole(hole: Hole) -> Hole:
    """Return the hole, marked as holding no separator."""
    if hole.confined:
        return hole
    return Hole(hole.kind, hole.origin, confined=True, site=hole.site, fresh=hole.fresh)


def confined_text(text: str) -> str:
    """Return the text with each hole marked as holding no separator."""
    if text.isascii():
        return text
    result = []
    for character in text:
        if is_hole(character):
            character = hole_text(confined_hole(hole_of(character)))
        result.append(character)
    return "".join(result)


def common_directory(texts: list[str]) -> str:
    """Return the longest directory that all texts start with, with its separator; ``""`` if there is none."""
    prefix = min(texts)
    other = max(texts)
    pairs = enumerate(zip(prefix, other, strict=False))
    shared = next((number for number, (left, right) in pairs if left != right), len(prefix))
    prefix = prefix[:shared]
    return prefix[: prefix.rfind("/") + 1]
