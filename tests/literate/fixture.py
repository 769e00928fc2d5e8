"""Reads a literate fixture: a Markdown file into its cases, one small project each.

The blocks with a ``title`` that stand under one heading make one project. A block's further attributes say
how it is written and run: ``event`` (JSON, what the sandbox passes to the handler; ``{n}`` in its texts is the
number of the invocation), ``sandbox="skip: why"``, ``encoding``, ``escaped="yes"`` (``\\x00`` in the block is
that byte, for what Markdown cannot hold) and ``fixed`` (the block belongs to the repaired project: ``"safe"`` if the
safe fixes make it of the others, ``"unsafe"`` if it takes the unsafe ones, ``"yes"`` if a person does).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from literate.expectation import Expectation, PlaceExpectation, expectations_in, places_in

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = ("Flagged", "Not flagged", "Known misses", "Fix")
_ATTRIBUTES = frozenset({"title", "event", "sandbox", "encoding", "escaped", "fixed"})
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*$")
_FENCE = re.compile(r"(`{3,}|~{3,})\s*(.*?)\s*$")
_INFO = re.compile(r"""(\w+)=("[^"]*"|'[^']*')""")


class FixtureError(Exception):
    """A fixture that does not keep the format; the message names the file and line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One file of a case. ``line`` is that of the opening fence in the Markdown file."""

    path: str
    text: str
    line: int
    attributes: tuple[tuple[str, str], ...] = ()

    def attribute(self, name: str) -> str | None:
        """Return an attribute of the block's opening line, or None."""
        return dict(self.attributes).get(name)

    @property
    def is_plain_text(self) -> bool:
        """Whether the file holds the block's text in UTF-8."""
        return not (self.attribute("encoding") or self.attribute("escaped"))

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        text = self.text
        if self.attribute("escaped"):
            text = re.sub(r"\\x([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)
            return text.encode(self.attribute("encoding") or "latin-1")
        return text.encode(self.attribute("encoding") or "utf-8")


@dataclass(frozen=True, slots=True)
class Case:
    """One project, with the headings it stands under."""

    fixture: str
    section: str
    title: str
    line: int
    blocks: tuple[Block, ...]
    repaired: tuple[Block, ...] = ()

    @property
    def files(self) -> dict[str, bytes]:
        """The content of the project, by path."""
        return {block.path: block.content for block in self.blocks}

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """All that the project's files say must be reported, known misses included."""
        return tuple(sorted(item for block in self.blocks for item in expectations_in(block.path, block.text)))

    @property
    def places(self) -> tuple[PlaceExpectation, ...]:
        """All that the project's files say of the places that calls lead to."""
        return tuple(sorted(item for block in self.blocks for item in places_in(block.path, block.text)))

    @property
    def fixed_by(self) -> str | None:
        """Which fixes repair the project: ``"safe"`` or ``"unsafe"`` ones; None if it takes a person, or nobody can."""
        ways = {block.attribute("fixed") for block in self.repaired} - {"yes"}
        return "unsafe" if "unsafe" in ways else next(iter(ways), None)

    @property
    def skipped_in_sandbox(self) -> str | None:
        """Why the case cannot run in the sandbox, or None."""
        for block in (*self.blocks, *self.repaired):
            reason = block.attribute("sandbox")
            if reason:
                return reason.partition(":")[2].strip()
        return None

    @property
    def event(self) -> object:
        """What the sandbox passes to the handler."""
        for block in self.blocks:
            event = block.attribute("event")
            if event:
                return json.loads(event)
        return {}


@dataclass(frozen=True, slots=True)
class Fixture:
    """A Markdown file: its title (``LMB102 relative-path-write``), and its cases in order."""

    name: str
    title: str
    prose: str
    cases: tuple[Case, ...]


def _attributes(where: str, info: str) -> dict[str, str]:
    found = {name: value[1:-1] for name, value in _INFO.findall(info)}
    unknown = sorted(set(found) - _ATTRIBUTES)
    if unknown:
        raise FixtureError(f"{where}: unknown attribute {unknown[0]!r}; known are {', '.join(sorted(_ATTRIBUTES))}")
    if found.get("sandbox", "skip:").partition(":")[0] != "skip":
        raise FixtureError(f'{where}: sandbox must read "skip: reason"')
    if found.get("fixed", "yes") not in ("safe", "unsafe", "yes"):
        raise FixtureError(f"{where}: fixed must be safe, unsafe or yes")
    if "event" in found:
        try:
            json.loads(found["event"])
        except ValueError as error:
            raise FixtureError(f"{where}: the event is not JSON: {error}") from None
    return found


def parse_fixture(path: Path) -> Fixture:
    """Read the fixture at *path*; raise FixtureError if it does not keep the format."""
    lines = path.read_text(encoding="utf-8").split("\n")
    title, section, heading, heading_line = "", "", "", 0
    prose: list[str] = []
    blocks: list[Block] = []
    cases: list[Case] = []

    def finish_case() -> None:
        if not blocks:
            return
        before = tuple(block for block in blocks if not block.attribute("fixed"))
        after = tuple(block for block in blocks if block.attribute("fixed"))
        names = [block.path for block in before]
        if len(set(names)) != len(names):
            raise FixtureError(f"{path.name}:{heading_line}: two blocks of {heading!r} have the same title")
        cases.append(Case(path.stem, section, heading, heading_line, before, after))
        blocks.clear()

    position = 0
    while position < len(lines):
        line = lines[position]
        fence = _FENCE.match(line)
        if fence:
            end = position + 1
            while end < len(lines) and lines[end].rstrip() != fence[1]:
                end += 1
            if end == len(lines):
                raise FixtureError(f"{path.name}:{position + 1}: the block is never closed")
            attributes = _attributes(f"{path.name}:{position + 1}", fence[2])
            name = attributes.pop("title", None)
            if name is not None:
                text = "".join(f"{row}\n" for row in lines[position + 1 : end])
                try:
                    expectations_in(name, text)
                except ValueError as error:
                    raise FixtureError(f"{path.name}:{position + 1}: {error}") from None
                blocks.append(Block(name, text, position + 1, tuple(attributes.items())))
            position = end + 1
            continue
        head = _HEADING.match(line)
        if head:
            finish_case()
            if len(head[1]) == 1:
                title = head[2]
            elif head[2] in SECTIONS:
                section = head[2]
            heading, heading_line = head[2], position + 1
        elif not section:
            prose.append(line)
        position += 1
    finish_case()
    if not title:
        raise FixtureError(f"{path.name}: a title is missing")
    return Fixture(path.stem, title, "\n".join(prose).strip(), tuple(cases))
