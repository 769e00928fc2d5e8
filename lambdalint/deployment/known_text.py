"""Writes out of a text what a template shows of it, where only the deployment knows all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.cloudformation.intrinsics import is_absent, sub_parts
from lambdalint.deployment.node import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cloudformation.intrinsics import Scope
    from lambdalint.deployment.node import Node

MAX_STEPS = 500
MAX_DEPTH = 20
MAX_TEXT = 2_000
"""Bounds of one text; an ARN has at most 2,048 characters."""

_HOLE = re.compile(r"\$\{([^}]*)\}")
_UNNAMED = "${}"
_REGION = 3
"""Which part of an ARN is the region."""


def known_text(scope: Scope, node: Node | None) -> str | None:
    """Return the text of *node*, with ``${...}`` where a part is not known; None if nothing of it is.

    ``!Sub arn:aws:lambda:${AWS::Region}:1:layer:x:7`` keeps its hole. An imported value is the name of its export, a
    parameter that is read from the parameter store the path there. A mapping by region gives the text of one of them.
    """
    text = _Writer(scope).text(node, 0)
    return text if text and text.replace(_UNNAMED, "") and len(text) <= MAX_TEXT else None


class _Writer:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._steps = 0

    def text(self, node: Node | None, depth: int) -> str | None:
        self._steps += 1
        if node is None or depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return None
        resolved = self._scope.resolve(node)
        if resolved is not None:
            return resolved.text
        if isinstance(node, Scalar):
            return node.text
        name, argument = node.intrinsic or ("", node)
        if name == "Ref":
            return self._name(argument.text)
        if name == "Fn::GetAtt":
            parts = [item.text or "" for item in argument.items[:5]] or [argument.text or ""]
            return "${" + ".".join(parts) + "}"
        if name == "Fn::ImportValue":
            return self.text(argument, depth + 1)
        if name == "Fn::Sub":
            return self._sub(argument, depth)
        if name == "Fn::Join" and len(argument.items) == 2:
            parts = [self._part(item, depth) for item in argument.items[1].items[:MAX_STEPS]]
            return (argument.items[0].text or "").join(parts) if parts else None
        if name == "Fn::If":
            texts = (self.text(item, depth + 1) for item in argument.items[1:3])
            return next((text for text in texts if text is not None), None)
        if name == "Fn::FindInMap" and argument.items:
            return self._one_region(argument.items[0].text)
        return None

    def _part(self, node: Node, depth: int) -> str:
        if is_absent(self._scope.resolve(node)):
            return ""
        text = self.text(node, depth + 1)
        return _UNNAMED if text is None else text

    def _name(self, name: str | None) -> str | None:
        if name is None:
            return None
        kind = self._scope.root.get("Parameters", name, "Type")
        default = self._scope.root.get("Parameters", name, "Default")
        if default is not None and default.text and kind is not None and (kind.text or "").startswith("AWS::SSM::"):
            return default.text
        return "${" + name + "}"

    def _sub(self, argument: Node, depth: int) -> str | None:
        pattern, values = sub_parts(argument)
        if pattern is None or len(pattern.raw) > MAX_TEXT:
            return None
        parts: list[str] = []
        position = 0
        for hole in _HOLE.finditer(pattern.raw):
            parts.append(pattern.raw[position : hole.start()])
            position = hole.end()
            value = self._scope.hole(hole[1], values, pattern.span)
            own = values.get(hole[1]) if value is None and values is not None else None
            if own is not None:
                value = self.text(own, depth + 1)
            parts.append(hole[0] if value is None else value)
        return "".join((*parts, pattern.raw[position:]))

    def _one_region(self, mapping: str | None) -> str | None:
        """Return a value of *mapping*, if its values are ARNs that differ by their region at most."""
        node = self._scope.root.get("Mappings", mapping) if mapping is not None else None
        texts = list(_leaves(node)) if node is not None else []
        kinds = {tuple(part for place, part in enumerate(text.split(":")) if place != _REGION) for text in texts}
        return texts[0] if len(kinds) == 1 and texts[0].startswith("arn:") else None


def _leaves(node: Node) -> Iterator[str]:
    """Yield the values of a mapping of two levels."""
    for entry in node.entries[:MAX_STEPS]:
        for inner in entry.value.entries[:MAX_STEPS]:
            if inner.value.text is not None:
                yield inner.value.text
