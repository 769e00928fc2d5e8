"""Comments that state what lambdalint must report of the line they stand on.

``# error: LMB102`` and ``# error: LMB101, LMB107`` are reports; ``# missed: LMB102`` is a mistake that is
known to go unreported; ``# place: /tmp/{event['id']}`` is where the call on the line leads, with ``|``
between places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERDICT = re.compile(r"\s*#\s*(error|missed):\s*(LMB\d{3}(?:\s*,\s*LMB\d{3})*)(?=\s*(?:#|$))")
_PLACE = re.compile(r"\s*#\s*place:\s*(\S.*?)\s*$")
_ANY_MARK = re.compile(r"#\s*(error|missed|place)\s*:")


@dataclass(frozen=True, slots=True, order=True)
class Expectation:
    """One report that a line must, or, if ``missed``, should but does not yet, have."""

    path: str
    line: int
    code: str
    missed: bool = False


@dataclass(frozen=True, slots=True, order=True)
class PlaceExpectation:
    """The places that the call on a line leads to, as text with ``{...}`` for what is not known."""

    path: str
    line: int
    places: tuple[str, ...]


def expectations_in(path: str, text: str) -> tuple[Expectation, ...]:
    """Return the verdicts stated in *text*, the content of the file *path*.

    Raises:
        ValueError: a comment begins like an expectation and is none.
    """
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        verdicts = list(_VERDICT.finditer(line))
        marks = len(_ANY_MARK.findall(line))
        if marks != len(verdicts) + bool(_PLACE.search(line)):
            raise ValueError(f"{path}:{number}: an expectation that cannot be read: {line.strip()}")
        for verdict in verdicts:
            codes = [code.strip() for code in verdict[2].split(",")]
            found += [Expectation(path, number, code, missed=verdict[1] == "missed") for code in codes]
    return tuple(found)


def places_in(path: str, text: str) -> tuple[PlaceExpectation, ...]:
    """Return the places stated in *text*, the content of the file *path*."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        place = _PLACE.search(line)
        if place:
            found.append(PlaceExpectation(path, number, tuple(part.strip() for part in place[1].split(" | "))))
    return tuple(found)


def without_expectations(text: str) -> str:
    """Return *text* with its expectation comments removed."""
    lines = (_PLACE.sub("", _VERDICT.sub("", line)) for line in text.split("\n"))
    return "\n".join(line.rstrip() for line in lines)


def as_suppressions(text: str) -> str:
    """Return *text* with each expected report turned into a ``noqa`` of its codes."""

    def suppress(match: re.Match[str]) -> str:
        return f"  # noqa: {match[2]}" if match[1] == "error" else ""

    return "\n".join(_VERDICT.sub(suppress, line).rstrip() for line in text.split("\n"))


def as_suppressions_above(text: str) -> str:
    """Return *text* with a comment above each line with an expected report, for files without comments behind code."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines += [f"# lambdalint: ignore[{one[2]}] as expected" for one in _VERDICT.finditer(line) if one[1] == "error"]
        lines.append(_VERDICT.sub("", line).rstrip())
    return "\n".join(lines)
