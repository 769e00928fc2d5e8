"""Evaluates CloudFormation's intrinsic functions as far as a template's defaults decide them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.node import Node, Scalar, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdalint.model import Span

MAX_DEPTH = 60
MAX_TEXT = 100_000
MAX_ELEMENTS = 1_000

_PSEUDO = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
_HOLE = re.compile(r"\$\{([^}]*)\}")
_NO_VALUE = "AWS::NoValue"
_DYNAMIC = "{{resolve:"
"""Opens a reference to a parameter store or a secret, which only the deployment reads."""


def is_absent(node: Node | None) -> bool:
    """Tell whether a resolved *node* removes the property that it stands in, as ``AWS::NoValue`` does."""
    return isinstance(node, Scalar) and node.tag == _NO_VALUE


class Scope:
    """A template in which names have values: its parameters, mappings and conditions.

    *parameters* are values that a parent stack passes in; None stands for one that is not known. A parameter that
    nobody passes has its default. What differs between deployments (account, region, stack) is not known.
    """

    def __init__(self, root: Node, parameters: Mapping[str, str | None] | None = None) -> None:
        self.root = root
        self._passed = dict(parameters or {})
        self._resolved: dict[int, tuple[Node, Node | None]] = {}
        self._conditions: dict[str, bool | None] = {}
        self._depth = 0
        self._functions: dict[str, Callable[[Node, Span], Node | None]] = {
            "Ref": self._ref,
            "Fn::Base64": self._same,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
        }

    def resolve(self, node: Node | None) -> Node | None:
        """Return *node* with its outermost functions evaluated; None where the value is not known."""
        if node is None:
            return None
        intrinsic = node.intrinsic
        if intrinsic is None:
            return None if isinstance(node, Scalar) and _DYNAMIC in node.raw else node
        known = self._resolved.get(id(node))
        if known is not None:
            return known[1]
        function = self._functions.get(intrinsic[0])
        if function is None or self._depth >= MAX_DEPTH:
            return None
        self._resolved[id(node)] = node, None
        self._depth += 1
        try:
            value = function(intrinsic[1], node.span)
        finally:
            self._depth -= 1
        if isinstance(value, Scalar) and _DYNAMIC in value.raw:
            value = None
        self._resolved[id(node)] = node, value
        return value

    def get(self, node: Node | None, *names: str) -> Node | None:
        """Return the resolved value that the keys *names* lead to; None if it is absent or not known."""
        found = self.resolve(node)
        for name in names:
            if found is None:
                return None
            found = self.resolve(found.get(name))
        return None if is_absent(found) else found

    def text(self, node: Node | None, *names: str) -> str | None:
        """Return the text of a scalar, or of what *names* lead to below *node*; None if it is not known."""
        found = self.get(node, *names)
        return found.text if found is not None else None

    def number(self, node: Node | None, *names: str) -> int | None:
        """Return a whole number of at most nine digits, or None."""
        text = (self.text(node, *names) or "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def condition(self, name: str) -> bool | None:
        """Return what the condition *name* gives for the parameters' values; None if they do not decide it."""
        if name not in self._conditions:
            self._conditions[name] = None
            self._conditions[name] = self._truth(self.root.get("Conditions", name), 0)
        return self._conditions[name]

    def _truth(self, node: Node | None, depth: int) -> bool | None:
        if node is None or depth > MAX_DEPTH:
            return None
        name, argument = node.intrinsic or ("", node)
        if name == "Condition":
            return self.condition(argument.text) if argument.text is not None else None
        operands = argument.items[:MAX_ELEMENTS]
        if name == "Fn::Equals" and len(operands) == 2:
            first, second = self.text(operands[0]), self.text(operands[1])
            return None if first is None or second is None else first == second
        if name == "Fn::Not":
            inner = self._truth(operands[0], depth + 1) if operands else None
            return None if inner is None else not inner
        if name in {"Fn::And", "Fn::Or"}:
            values = [self._truth(operand, depth + 1) for operand in operands]
            decisive = name == "Fn::Or"
            if decisive in values:
                return decisive
            return None if None in values or not values else not decisive
        return None

    def _parameter(self, name: str, span: Span) -> Node | None:
        """Return a parameter's value; a list where its type is one."""
        declared = self.root.get("Parameters", name)
        kind = (self._plain_text(declared, "Type") or "") if declared is not None else ""
        if name in self._passed:
            value = self._passed[name]
            place = span
        else:
            default = declared.get("Default") if declared is not None else None
            value = default.text if default is not None else None
            place = default.span if default is not None else span
            if kind.startswith("AWS::SSM::"):
                return None
        if value is None:
            return None
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            parts = [part.strip() for part in value.split(",")] if value else []
            return SequenceNode(place, elements=tuple(_text(part, place) for part in parts[:MAX_ELEMENTS]))
        return _text(value, place)

    @staticmethod
    def _plain_text(node: Node, name: str) -> str | None:
        found = node.get(name)
        return found.text if found is not None else None

    def _ref(self, argument: Node, span: Span) -> Node | None:
        name = argument.text
        if name is None:
            return None
        if name == _NO_VALUE:
            return Scalar(span, tag=_NO_VALUE)
        if name in _PSEUDO:
            return _text(_PSEUDO[name], span)
        return self._parameter(name, span)

    def _same(self, argument: Node, span: Span) -> Node | None:
        value = self.text(argument)
        return None if value is None else _text(value, span)

    def _if(self, argument: Node, span: Span) -> Node | None:
        branches = argument.items
        if len(branches) != 3 or branches[0].text is None:
            return None
        chosen = self.condition(branches[0].text)
        if chosen is not None:
            return self.resolve(branches[1 if chosen else 2])
        first = self.resolve(branches[1])
        if first is not None and not is_absent(first):
            return first
        second = self.resolve(branches[2])
        return second if second is not None else first

    def _find_in_map(self, argument: Node, span: Span) -> Node | None:
        names = [self.text(key) for key in argument.items[:3]]
        if len(names) == 3 and names[0] is not None:
            named = self.root.get("Mappings", names[0])
            found = [named] if named is not None else []
            for name in names[1:]:
                found = _below(found, name)
            texts = {value.text for value in found}
            if found and (len(found) == 1 or (len(texts) == 1 and None not in texts)):
                return found[0]
        fallback = argument.items[3].get("DefaultValue") if len(argument.items) > 3 else None
        return self.resolve(fallback)

    def _join(self, argument: Node, span: Span) -> Node | None:
        if len(argument.items) != 2:
            return None
        between = self._delimiter(argument.items[0])
        elements = self.resolve(argument.items[1])
        if between is None or elements is None or len(elements.items) > MAX_ELEMENTS:
            return None
        parts: list[str] = []
        for element in elements.items:
            resolved = self.resolve(element)
            if is_absent(resolved):
                continue
            if resolved is None or resolved.text is None:
                return None
            parts.append(resolved.text)
        return _bounded(parts, between, span)

    def _delimiter(self, node: Node) -> str | None:
        resolved = self.resolve(node)
        if isinstance(resolved, Scalar) and resolved.style != "plain":
            return resolved.raw
        return resolved.text if resolved is not None else None

    def _select(self, argument: Node, span: Span) -> Node | None:
        if len(argument.items) != 2:
            return None
        index = self.number(argument.items[0])
        elements = self.resolve(argument.items[1])
        if index is None or elements is None or index >= len(elements.items):
            return None
        return self.resolve(elements.items[index])

    def _split(self, argument: Node, span: Span) -> Node | None:
        if len(argument.items) != 2:
            return None
        between, value = self._delimiter(argument.items[0]), self.text(argument.items[1])
        if not between or value is None:
            return None
        parts = value.split(between, MAX_ELEMENTS)
        return SequenceNode(span, elements=tuple(_text(part, span) for part in parts))

    def _sub(self, argument: Node, span: Span) -> Node | None:
        pattern, values = sub_parts(argument)
        if pattern is None or pattern.text is None or len(pattern.raw) > MAX_TEXT:
            return None
        parts: list[str] = []
        position = 0
        for hole in _HOLE.finditer(pattern.raw):
            parts.append(pattern.raw[position : hole.start()])
            position = hole.end()
            value = self.hole(hole[1], values, span)
            if value is None:
                return None
            parts.append(value)
        parts.append(pattern.raw[position:])
        return _bounded(parts, "", span)

    def hole(self, name: str, values: Node | None, span: Span) -> str | None:
        """Return what replaces ``${name}`` in a pattern with its own *values*; None if it is not known."""
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        own = values.get(name) if values is not None else None
        if own is not None:
            return self.text(own)
        if name in _PSEUDO:
            return _PSEUDO[name]
        parameter = self._parameter(name, span)
        return parameter.text if parameter is not None else None


def sub_parts(argument: Node) -> tuple[Scalar | None, Node | None]:
    """Return the pattern and the values of an ``Fn::Sub``'s *argument*, in either of its forms."""
    if isinstance(argument, Scalar):
        return argument, None
    items = argument.items
    if items and isinstance(items[0], Scalar):
        return items[0], items[1] if len(items) > 1 else None
    return None, None


def _below(nodes: list[Node], name: str | None) -> list[Node]:
    """Return what the key *name* leads to in each of *nodes*; what any key does where it is not known."""
    if name is None:
        return [entry.value for node in nodes for entry in node.entries]
    return [value for node in nodes if (value := node.get(name)) is not None]


def _bounded(parts: list[str], between: str, span: Span) -> Node | None:
    length = sum(map(len, parts)) + len(between) * max(len(parts) - 1, 0)
    return _text(between.join(parts), span) if length <= MAX_TEXT else None


def _text(value: str, span: Span) -> Scalar:
    return Scalar(span, raw=value, value=value, style="double", content_line=span.line, content_offset=span.column - 1)
