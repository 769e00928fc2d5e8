"""Reads configurations in JSON, ``*.tf.json``, into the same blocks as those in Terraform's own syntax."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdalint.deployment import document
from lambdalint.deployment.node import MappingNode, Scalar, SequenceNode
from lambdalint.deployment.terraform.expression import Argument, Block, ListOf, Literal, MapOf, Opaque
from lambdalint.deployment.terraform.source_file import SourceFile
from lambdalint.deployment.terraform.syntax import parse_body
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.node import Entry, Node
    from lambdalint.deployment.terraform.expression import Expression
    from lambdalint.model import Tree

LARGEST = 1_000_000
MAX_TEMPLATES = 5_000
"""Bounds of one file: bytes, and texts with holes."""

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "locals": 0}


def read_json(tree: Tree, path: str) -> tuple[list[Block], tuple[Problem, ...]]:
    """Return the top-level blocks of the file at *path*, and what is wrong with it."""
    if len(tree.read(path) or b"") > LARGEST:
        return [], (Problem(Span.point(path), f"larger than {LARGEST:,} bytes; it is not read"),)
    loaded = document.read(tree, path)
    if loaded is None or loaded.root is None:
        return [], loaded.problems if loaded is not None else ()
    reader = _Reader()
    blocks = [
        block
        for entry in loaded.root.entries
        if entry.name in _LABELS
        for block in reader.blocks(entry, entry.name, (), _LABELS[entry.name])
    ]
    return blocks, loaded.problems


class _Reader:
    """Turns the nodes of one file into blocks."""

    def __init__(self) -> None:
        self._left = MAX_TEMPLATES

    def blocks(self, entry: Entry, kind: str, labels: tuple[str, ...], levels: int) -> Iterator[Block]:
        """Yield the blocks below *entry*, whose keys are their labels on so many *levels*."""
        for node in entry.value.items or (entry.value,):
            if not isinstance(node, MappingNode):
                continue
            if levels:
                for inner in node.entries:
                    yield from self.blocks(inner, kind, (*labels, inner.name), levels - 1)
            else:
                yield self._block(kind, labels, entry.key.span, node)

    def _block(self, kind: str, labels: tuple[str, ...], span: Span, node: Node) -> Block:
        """Return a block; what is an object in it may be an argument or a block, and is taken as both."""
        arguments: dict[str, Argument] = {}
        blocks: list[Block] = []
        for entry in node.entries:
            arguments[entry.name] = Argument(entry.key.span, self._expression(entry.value))
            if entry.name in {"dynamic", "provisioner"}:
                blocks += self.blocks(entry, entry.name, (), 1)
            elif kind != "locals":
                blocks += self.blocks(entry, entry.name, (), 0)
        return Block(kind, labels, span, arguments, tuple(blocks))

    def _expression(self, node: Node) -> Expression:
        if isinstance(node, MappingNode):
            return MapOf(
                node.span,
                tuple((Literal(one.key.span, one.name), self._expression(one.value)) for one in node.entries),
            )
        if isinstance(node, SequenceNode):
            return ListOf(node.span, tuple(self._expression(one) for one in node.items))
        if not isinstance(node, Scalar):
            return Opaque(node.span)
        if isinstance(node.value, str) and ("${" in node.value or "%{" in node.value):
            return self._template(node, node.value)
        return Literal(node.span, node.value)

    def _template(self, node: Node, text: str) -> Expression:
        self._left -= 1
        if self._left < 0:
            return Opaque(node.span)
        written = f"value = {json.dumps(text, ensure_ascii=False)}\n"
        parsed = parse_body(SourceFile(node.span.path, written, blanked=written, fixed=node.span))
        found = parsed.value("value") if isinstance(parsed, Block) else None
        return found if found is not None else Opaque(node.span)
