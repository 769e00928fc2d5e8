"""Merges the Globals section of a SAM template into its functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.node import Entry, MappingNode, Node, SequenceNode

if TYPE_CHECKING:
    from lambdalint.model import Span

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
APPLICATION = "AWS::Serverless::Application"

_DEEPEST = 20


def properties(root: Node, resource: Node, span: Span) -> Node:
    """Return the properties of a ``AWS::Serverless::Function`` with those of ``Globals`` under them.

    Lists are joined, the global elements first; mappings are merged; anything else of the function's wins. The
    code of the function replaces global code whatever property it stands in.
    """
    own = resource.get("Properties")
    common = root.get("Globals", "Function")
    if common is None or not common.entries:
        return own if own is not None else MappingNode(span)
    if own is None or not own.entries:
        return common
    merged = _merged(common, own, 0)
    if own.get("InlineCode") is not None and own.get("CodeUri") is None:
        return _without(merged, "CodeUri")
    return merged


def _merged(common: Node, own: Node, depth: int) -> Node:
    if depth > _DEEPEST or common.intrinsic or own.intrinsic:
        return own
    if isinstance(common, SequenceNode) and isinstance(own, SequenceNode):
        return SequenceNode(own.span, elements=(*common.elements, *own.elements))
    if isinstance(common, MappingNode) and isinstance(own, MappingNode):
        index = {entry.name: entry for entry in common.entries}
        for entry in own.entries:
            shared = index.get(entry.name)
            value = entry.value if shared is None else _merged(shared.value, entry.value, depth + 1)
            index[entry.name] = Entry(entry.key, value)
        return MappingNode(own.span, pairs=tuple(index.values()), index=index)
    return own


def _without(node: Node, name: str) -> Node:
    index = {entry.name: entry for entry in node.entries if entry.name != name}
    return MappingNode(node.span, pairs=tuple(index.values()), index=index)
