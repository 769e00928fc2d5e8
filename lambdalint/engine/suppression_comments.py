"""Reads what a comment suppresses, and writes it anew with fewer or more codes."""

from __future__ import annotations

import enum
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_NOQA_CODES = r"(?::\s?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?"
_OTHER_TOOLS = (
    r"(?:(?:type|pylint|pyright|mypy|pytype|fmt|isort|yapf|ruff|pragma|checkov|cfn-lint|yamllint|zizmor|codespell"
    r"|shellcheck|tslint)\s*:|pyre-|@ts-|eslint-|prettier-|biome-|(?:nosec|nosemgrep|noinspection|NOSONAR)\b)"
)


class _Patterns:
    """What the parts of a comment look like that begin with *marker*."""

    def __init__(self, marker: str) -> None:
        def compiled(behind: str) -> re.Pattern[str]:
            return re.compile(rf"{marker}\s*{behind}", re.IGNORECASE)

        self.marker = marker
        self.noqa = compiled(rf"noqa{_NOQA_CODES}")
        self.noqa_file = compiled(rf"flake8[:=]\s*noqa{_NOQA_CODES}")
        self.own = compiled(r"lambdalint:\s*(?P<kind>ignore-file|ignore)\s*\[(?P<codes>[^\]#]*)\]")
        self.directive = compiled(r"(?:noqa|flake8[:=]|lambdalint:)")
        self.other_tool = compiled(_OTHER_TOOLS)
        self.blanks = f"{marker[0]} \t"


_OF_HASH = _Patterns("#")
_OF_SLASHES = _Patterns("//")


def _patterns(comment: str) -> _Patterns:
    return _OF_SLASHES if comment.startswith("//") else _OF_HASH


_CODE = re.compile(r"[^\s,;]+")
_SEPARATORS = " \t\f-:;,.\N{EN DASH}\N{EM DASH}"
"""What may stand between the codes and the reason."""


class Kind(str, enum.Enum):
    """The ways to suppress findings, as they are written."""

    NOQA = "noqa"
    NOQA_FILE = "flake8: noqa"
    IGNORE = "lambdalint: ignore"
    IGNORE_FILE = "lambdalint: ignore-file"

    @property
    def is_noqa(self) -> bool:
        """Whether other tools know it, too."""
        return self in (Kind.NOQA, Kind.NOQA_FILE)

    @property
    def is_of_file(self) -> bool:
        """Whether it holds for the whole file."""
        return self in (Kind.NOQA_FILE, Kind.IGNORE_FILE)


class Word(msgspec.Struct, frozen=True):
    """A code, in capitals, and where it stands in the comment: offsets, the end exclusive."""

    code: str
    start: int
    end: int


class Part(msgspec.Struct, frozen=True):
    """A stretch of a comment, from a marker on, which suppresses something, or is other text: then ``kind`` is None.

    Offsets are those of the comment. ``head`` is the end of what suppresses; the reason may follow. A ``noqa`` without
    words suppresses everything.
    """

    start: int
    end: int
    kind: Kind | None = None
    words: tuple[Word, ...] = ()
    head: int = 0
    reason: str = ""


def parts_of(comment: str, *, alone: bool) -> list[Part]:
    """Return the parts of a *comment*, which is *alone* on its line or not, in their order.

    As in flake8, the first ``noqa`` of a comment holds, and one for the whole file must stand alone.
    """
    known = _patterns(comment)
    marks = (match.start() for match in re.finditer(known.marker, comment))
    starts = [0, *(start for start in marks if _begins_part(comment, start, known))]
    found: list[Part] = []
    noqa_seen = False
    for start, end in zip(starts, (*starts[1:], len(comment)), strict=True):
        part = _part(comment, start, start + len(comment[start:end].rstrip()), known)
        is_noqa = part.kind is Kind.NOQA
        if (is_noqa and noqa_seen) or (part.kind is Kind.NOQA_FILE and not (alone and start == 0)):
            part = Part(part.start, part.end)
        noqa_seen = noqa_seen or is_noqa
        found.append(part)
    return _with_reasons(comment, found, known)


def _begins_part(comment: str, position: int, known: _Patterns) -> bool:
    if position == 0:
        return False
    if known.directive.match(comment, position) or known.other_tool.match(comment, position):
        return True
    # "#12" is the number of an issue, "//" part of an address
    return known is _OF_HASH and comment[position - 1].isspace() and not comment[position + 1 : position + 2].isdigit()


def _part(comment: str, start: int, end: int, known: _Patterns) -> Part:
    for pattern, kind in ((known.noqa, Kind.NOQA), (known.noqa_file, Kind.NOQA_FILE), (known.own, None)):
        match = pattern.match(comment, start, end)
        if match is None:
            continue
        offset = match.start("codes")
        found = _CODE.finditer(match["codes"] or "")
        words = tuple(Word(one[0].upper(), offset + one.start(), offset + one.end()) for one in found)
        if kind is None:
            if not words:
                break
            kind = Kind.IGNORE_FILE if match["kind"].lower() == "ignore-file" else Kind.IGNORE
        return Part(start, end, kind, words, match.end())
    return Part(start, end)


def _with_reasons(comment: str, parts: Iterable[Part], known: _Patterns) -> list[Part]:
    """Return *parts* with the text behind their codes; where there is none, with the next part that is only text."""
    found: list[Part] = []
    text = ""
    for part in reversed(list(parts)):
        if part.kind is not None:
            found.append(replace(part, reason=comment[part.head : part.end].lstrip(_SEPARATORS) or text))
            continue
        found.append(part)
        if not (known.other_tool.match(comment, part.start) or known.directive.match(comment, part.start)):
            text = comment[part.start : part.end].lstrip(known.blanks) or text
    return found[::-1]


def without(comment: str, parts: Iterable[Part], words: Collection[Word]) -> str:
    """Return *comment* without *words*; a part that loses its last word goes, and "" is what is left of no part."""
    kept: list[str] = []
    end = 0
    for part in parts:
        text = _without_words(comment, part, words)
        if text is not None:
            kept += (comment[end : part.start], text) if kept else (text,)
        end = part.end
    remaining = "".join(kept)
    return remaining if remaining.strip(_patterns(comment).blanks) else ""


def _without_words(comment: str, part: Part, words: Collection[Word]) -> str | None:
    kept = [word for word in part.words if word not in words]
    if len(kept) == len(part.words):
        return comment[part.start : part.end]
    if not kept:
        return None
    first, last = part.words[0], part.words[-1]
    before = {word: comment[previous.end : word.start] for previous, word in pairwise(part.words)}
    codes = "".join(
        (before[word] if number else "") + comment[word.start : word.end] for number, word in enumerate(kept)
    )
    return comment[part.start : first.start] + codes + comment[last.end : part.end]


def with_codes(comment: str, part: Part, codes: Iterable[str], reason: str) -> str:
    """Return *comment* with *codes* that *part* does not name yet, and with *reason* besides the one it has."""
    named = {word.code for word in part.words}
    added = "".join(f", {code}" for code in codes if code not in named)
    position = part.words[-1].end if part.words else part.head
    behind = comment[part.head : part.end]
    if not behind.lstrip(_SEPARATORS):
        behind = f" {reason}"
    elif reason not in behind:
        behind = f"{behind}; {reason}"
    return comment[:position] + added + comment[position : part.head] + behind + comment[part.end :]
