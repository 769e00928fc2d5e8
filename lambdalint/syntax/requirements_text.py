"""Takes lines out of a requirements file as text, with the comments that belong to them, and adds lines to it."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Edit, Span
from lambdalint.packaging import requirements_file

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lambdalint.model import Requirement, Tree

_BREAK = re.compile("\r\n|\r|\n")
_GENERATED = re.compile(
    r"auto-?generated|generated (?:by|using|with)|#\s*via\b|pip-compile|uv (?:export|pip)", re.IGNORECASE
)
_INCLUDES = re.compile(r"\s*(?:-r|--requirement)[\s=]")
_OPTION = re.compile(r"\s*-")
_PINNED_BY_HASH = re.compile(r"--hash\b|\\\s*$", re.MULTILINE)
_HEADING_OF_FILE = 1
_OF_AWS = re.compile(r"\b(?:aws|sdk|boto\w*)\b", re.IGNORECASE)


class Taken(msgspec.Struct, frozen=True):
    """What was taken out of a file: the edits that remove it, and its lines, with their comments."""

    edits: tuple[Edit, ...]
    lines: tuple[str, ...]


class RequirementsText:
    """A requirements file that people write. ``requirements`` are all that it asks for, with the files it includes."""

    def __init__(self, path: str, text: str, requirements: Sequence[Requirement]) -> None:
        self.path = path
        self.requirements = requirements
        self._text = text
        self._lines = _BREAK.split(text)

    @classmethod
    def read(cls, tree: Tree, path: str, text: str) -> RequirementsText | None:
        """Return the file at *path* with this *text*.

        None where lines cannot be taken out or added alone: a tool has made the file, hashes or constraints hold for
        all of it, or it sets options; or something in it is not understood.
        """
        text = text.removeprefix("\ufeff")
        if _GENERATED.search(text) or _PINNED_BY_HASH.search(text) or "\f" in text:
            return None
        if any(_OPTION.match(line) and not _INCLUDES.match(line) for line in _BREAK.split(text)):
            return None
        if path.endswith(".txt") and f"{path.removesuffix('.txt')}.in" in tree:
            return None
        requirements, problems = requirements_file.read(tree, path)
        return None if problems else cls(path, text, requirements)

    def take(self, names: Collection[str]) -> Taken | None:
        """Return what takes the requirements of all *names* out; None if one of them cannot be taken out."""
        asked = [one for one in self.requirements if one.name in names]
        if not asked or any(one.through or one.reference or one.span.line != one.span.end_line for one in asked):
            return None
        wanted = {one.span.line for one in asked}
        lines = sorted(wanted | self._comments_of(wanted))
        gaps = self._gaps(lines)
        edits = []
        for _, run in groupby(enumerate(sorted({*lines, *gaps})), key=lambda one: one[1] - one[0]):
            numbers = [number for _, number in run]
            edits.append(self._removed(numbers[0], numbers[-1]))
        return Taken(tuple(edits), tuple(self._lines[number - 1].rstrip() for number in lines))

    def added(self, lines: Sequence[str]) -> Edit:
        """Return the edit that adds *lines* to the end of the file."""
        last = self._lines[-1]
        place = Span.point(self.path, len(self._lines), len(last) + 1)
        return Edit(place, "\n" + "\n".join(lines) if last else "".join(f"{line}\n" for line in lines))

    def _comments_of(self, wanted: Collection[int]) -> set[int]:
        """Return the lines of the comments above requirements that speak of *wanted* lines only.

        A comment holds for all lines below it, up to the next comment or empty line.
        """
        found: set[int] = set()
        number = 1
        while number <= len(self._lines):
            first = number
            while self._is_comment(number):
                number += 1
            comment = range(first, number)
            first = number
            while number <= len(self._lines) and self._is_content(number):
                number += 1
            block = range(first, number)
            if block and comment and all(line in wanted for line in block) and self._belongs(comment):
                found.update(comment)
            if not block and not comment:
                number += 1
        return found

    def _belongs(self, comment: range) -> bool:
        """Tell whether a comment is of the lines below it, not of the whole file."""
        text = "\n".join(self._lines[number - 1] for number in comment)
        return comment[0] > _HEADING_OF_FILE or bool(_OF_AWS.search(text))

    def _is_comment(self, number: int) -> bool:
        return number <= len(self._lines) and self._lines[number - 1].lstrip().startswith("#")

    def _is_content(self, number: int) -> bool:
        return bool(self._lines[number - 1].strip()) and not self._is_comment(number)

    def _gaps(self, taken: Sequence[int]) -> set[int]:
        """Return the empty lines that would be left without anything on one of their sides."""
        gone = set(taken)
        for number in range(1, len(self._lines)):
            if number in gone or self._lines[number - 1].strip() or not {number - 1, number + 1} & gone:
                continue
            before = next((one for one in range(number - 1, 0, -1) if one not in gone), 0)
            after = next((one for one in range(number + 1, len(self._lines) + 1) if one not in gone), 0)
            lonely = not before or not self._lines[before - 1].strip()
            if lonely or (not after or not "".join(self._lines[after - 1 :]).strip()):
                gone.add(number)
        return gone - set(taken)

    def _removed(self, first: int, last: int) -> Edit:
        if last < len(self._lines):
            return Edit(Span(self.path, first, 1, last + 1, 1), "")
        return Edit(Span(self.path, first, 1, last, len(self._lines[last - 1]) + 1), "")
