"""The nodes of a YAML or JSON document, each with its place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambdalint.model import Span

Plain = Union[None, bool, int, float, str, list["Plain"], dict[str, "Plain"]]  # noqa: UP007 (it refers to itself by name)
"""A document's value as plain Python data."""


class Node(msgspec.Struct, frozen=True, eq=False):
    """A value of a document; nodes are compared by identity, and aliases share one node.

    ``tag`` is a tag that has no known meaning (``!Custom``), else empty: the short forms of CloudFormation's
    functions are read as their long forms (``!Sub a`` as ``{"Fn::Sub": "a"}``).
    """

    span: Span
    tag: str = ""

    @property
    def text(self) -> str | None:
        """The text of a scalar that is not null, as the file writes it (``0644``, ``true``); else None."""
        return None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of a mapping, in order; nothing for other nodes."""
        return ()

    @property
    def items(self) -> tuple[Node, ...]:
        """The elements of a sequence, in order; nothing for other nodes."""
        return ()

    @property
    def intrinsic(self) -> tuple[str, Node] | None:
        """The name and the argument of an intrinsic function (``Ref``, ``Fn::...``), or None."""
        return None

    def entry(self, name: str) -> Entry | None:
        """Return the entry of a mapping with the key *name*; the last one if several have it."""
        return None

    def get(self, *names: str) -> Node | None:
        """Return what the keys *names* lead to, one mapping in the other, or None."""
        node: Node = self
        for name in names:
            found = node.entry(name)
            if found is None:
                return None
            node = found.value
        return node

    def plain(self) -> Plain:
        """Return the value as plain Python data; shared nodes are written out."""
        return None

    def walk(self) -> Iterator[Node]:
        """Yield this node and each node below it once, in document order."""
        seen: set[int] = set()
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            stack.extend(reversed(node.items))
            stack.extend(entry.value for entry in reversed(node.entries))


class Scalar(Node, frozen=True, eq=False):
    """A single value.

    ``raw`` is its text after unquoting and folding, ``value`` the same with its type. ``style`` is ``plain``,
    ``single``, ``double``, ``literal`` (``|``) or ``folded`` (``>``). The content begins on the 1-based line
    ``content_line`` after ``content_offset`` code points: behind the opening quote, or behind the indentation.
    """

    raw: str = ""
    value: bool | int | float | str | None = None
    style: str = "plain"
    content_line: int = 1
    content_offset: int = 0

    @property
    def text(self) -> str | None:
        """The text of a scalar that is not null."""
        return None if self.value is None else self.raw

    def plain(self) -> Plain:
        """Return the typed value."""
        return self.value


class Entry(msgspec.Struct, frozen=True):
    """One key of a mapping and its value; ``merged`` tells that it came from another mapping by ``<<``."""

    key: Scalar
    value: Node
    merged: bool = False

    @property
    def name(self) -> str:
        """The key's text."""
        return self.key.raw


class MappingNode(Node, frozen=True, eq=False):
    """Keys and values; of duplicate keys all are in ``pairs``."""

    pairs: tuple[Entry, ...] = ()
    index: Mapping[str, Entry] = msgspec.field(default_factory=dict)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries, in order, without those that a later duplicate overrides."""
        if len(self.index) == len(self.pairs):
            return self.pairs
        return tuple(entry for entry in self.pairs if self.index[entry.name] is entry)

    @property
    def intrinsic(self) -> tuple[str, Node] | None:
        """The intrinsic function that a mapping with a single key stands for."""
        if len(self.pairs) != 1:
            return None
        name = self.pairs[0].key.raw
        if name.startswith("Fn::") or name in {"Ref", "Condition"}:
            return name, self.pairs[0].value
        return None

    def entry(self, name: str) -> Entry | None:
        """Return the entry with the key *name*."""
        return self.index.get(name)

    def plain(self) -> Plain:
        """Return a dict."""
        return {entry.name: entry.value.plain() for entry in self.entries}


class SequenceNode(Node, frozen=True, eq=False):
    """A list."""

    elements: tuple[Node, ...] = ()

    @property
    def items(self) -> tuple[Node, ...]:
        """The elements."""
        return self.elements

    def plain(self) -> Plain:
        """Return a list."""
        return [element.plain() for element in self.elements]
