"""Turns code that stands inside a template into Python source whose lines know their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.cloudformation.intrinsics import is_absent, sub_parts
from lambdalint.deployment.node import Node, Scalar
from lambdalint.model import InlineSource

if TYPE_CHECKING:
    from lambdalint.deployment.cloudformation.nested_stacks import Stack

MAX_ELEMENTS = 5_000
MAX_DEPTH = 20
MAX_TEXT = 5_000_000
MAX_VALUE = 1_000

_HOLE = re.compile(r"\$\{([^}\n]*)\}")
_ESCAPED_BREAK = re.compile(r"\\(?:(n)|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")

Place = tuple[int, int]


def read_inline(stack: Stack, node: Node, virtual_path: str) -> InlineSource | None:
    """Return the code that *node* holds; None where the template does not show it.

    What only the deployment knows is replaced by a name of the same length, so that the code around it can be
    read and keeps its columns. A value that the template knows stands there in full, and moves what follows on
    its line.
    """
    splitter = _Pieces(stack)
    pieces = splitter.of(node, 0)
    if pieces is None:
        return None
    lines: list[str] = [""]
    places: list[Place] = []
    for text, where in pieces:
        for number, line in enumerate(text.split("\n")):
            place = where[min(number, len(where) - 1)]
            if number:
                lines.append("")
            if not lines[-1]:
                del places[len(lines) - 1 :]
                places.append(place)
            lines[-1] += line
    if sum(map(len, lines)) > MAX_TEXT:
        return None
    return InlineSource(stack.path, virtual_path, "\n".join(lines), tuple(places), tuple(splitter.stand_ins))


Piece = tuple[str, list[Place]]


class _Pieces:
    """Splits a value into pieces of text, each with the place of each of its lines."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._left = MAX_ELEMENTS
        self.stand_ins: dict[str, None] = {}

    def of(self, node: Node, depth: int) -> list[Piece] | None:
        """Return the pieces of *node*, or None if it is no text."""
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0 or (node.tag and not is_absent(node)):
            return None
        if isinstance(node, Scalar):
            return [self._scalar(node, node.raw)] if node.text is not None else None
        name, argument = node.intrinsic or ("", node)
        if name == "Fn::Sub":
            return self._sub(argument)
        if name == "Fn::Join":
            return self._join(argument, depth)
        if name == "Fn::Base64":
            return self.of(argument, depth + 1)
        resolved = self._stack.scope.resolve(node) if name else None
        if resolved is None or resolved is node or is_absent(resolved):
            return None
        return self.of(resolved, depth + 1)

    def _sub(self, argument: Node) -> list[Piece] | None:
        pattern, values = sub_parts(argument)
        if pattern is None or pattern.text is None or pattern.tag:
            return None
        span = pattern.span

        def fill(hole: re.Match[str]) -> str:
            known = self._stack.scope.hole(hole[1], values, span)
            if known is None or len(known) > MAX_VALUE or "\n" in known or "\r" in known:
                return self._stand_in(re.sub(r"[^0-9A-Za-z_]", "_", hole[0]))
            return known

        return [self._scalar(pattern, _HOLE.sub(fill, pattern.raw))]

    def _join(self, argument: Node, depth: int) -> list[Piece] | None:
        if len(argument.items) != 2 or not isinstance(argument.items[0], Scalar):
            return None
        between = argument.items[0].raw
        elements = self._stack.scope.resolve(argument.items[1])
        if elements is None:
            return None
        found: list[Piece] = []
        for number, element in enumerate(elements.items):
            if number:
                found.append((between, [self._at(element)] * (between.count("\n") + 1)))
            pieces = self.of(element, depth + 1)
            if pieces is None and element.intrinsic is not None and self._left >= 0:
                pieces = [(self._stand_in(_name_for(element)), [self._at(element)])]
            if pieces is None:
                return None
            found.extend(pieces)
        return found or None

    def _stand_in(self, name: str) -> str:
        self.stand_ins[name] = None
        return name

    @staticmethod
    def _at(node: Node) -> Place:
        if isinstance(node, Scalar):
            return node.content_line, node.content_offset
        return node.span.line, node.span.column - 1

    def _scalar(self, node: Scalar, text: str) -> Piece:
        """Return the text of a scalar with the place of each of its lines."""
        count = text.count("\n") + 1
        first = node.content_line, node.content_offset
        if node.span.path != self._stack.path or count == 1:
            return text, [first]
        if node.style == "literal":
            return text, [(node.content_line + number, node.content_offset) for number in range(count)]
        source = self._stack.lines[node.content_line - 1 : node.span.end_line]
        if len(source) == 1:
            return text, _in_one_line(node, source[0], count)
        return text, _aligned(node, text.split("\n"), source)


def _in_one_line(node: Scalar, source: str, count: int) -> list[Place]:
    """Return the places of the *count* lines of a scalar on one line, which escapes its line breaks."""
    first = node.content_line, node.content_offset
    if node.style != "double":
        return [first] * count
    starts = [node.content_offset]
    escapes = _ESCAPED_BREAK.finditer(source, node.content_offset, max(node.span.end_column - 2, 0))
    starts.extend(escape.end() for escape in escapes if escape[1])
    if len(starts) != count:
        return [first] * count
    return [(node.content_line, start) for start in starts]


def _aligned(node: Scalar, lines: list[str], source: tuple[str, ...]) -> list[Place]:
    """Return the place of each line, found by its text in *source*; where it is not there, that of the line before."""
    places: list[Place] = []
    current: Place = node.content_line, node.content_offset
    position = 0
    for line in lines:
        wanted = line.strip()
        if wanted:
            for number in range(position, min(position + 20, len(source))):
                column = source[number].find(wanted[:40])
                if column >= 0:
                    indentation = len(line) - len(line.lstrip())
                    current = node.content_line + number, max(column - indentation, 0)
                    position = number
                    break
        places.append(current)
    return places


def _name_for(node: Node) -> str:
    name = next((part.text for part in node.walk() if part.text), "value")
    return "_" + re.sub(r"[^0-9A-Za-z_]", "_", name[:100])
