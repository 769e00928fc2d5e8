"""Reads YAML and JSON into nodes that know their place; whatever is wrong becomes a problem, never an exception."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import msgspec

from lambdalint.deployment.json_escapes import without_surrogates
from lambdalint.deployment.node import Entry, MappingNode, Node, Plain, Scalar, SequenceNode
from lambdalint.deployment.yaml_faults import explain, span_of
from lambdalint.deployment.yaml_values import typed
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from lambdalint.model import Tree

__all__ = ["Entry", "Loaded", "MappingNode", "Node", "Plain", "Scalar", "SequenceNode", "decode", "load", "read"]

MAX_DEPTH = 100
MAX_NODES = 400_000
"""How many nodes a file may hold with every alias written out."""
MAX_PROBLEMS = 50

_STYLES = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
_FUNCTIONS = frozenset(
    [
        "And",
        "Base64",
        "Cidr",
        "Contains",
        "EachMemberEquals",
        "EachMemberIn",
        "Equals",
        "FindInMap",
        "GetAtt",
        "GetAZs",
        "If",
        "ImportValue",
        "Join",
        "Length",
        "Not",
        "Or",
        "RefAll",
        "Select",
        "Split",
        "Sub",
        "ToJsonString",
        "Transform",
        "ValueOf",
        "ValueOfAll",
    ]
)
_PROPERTIES = re.compile(r"(?:[!&][^\s,\[\]{}]*(?:\s|#[^\n]*\n)*)+")
_ODD_BREAKS = re.compile("[\x85\u2028\u2029]")
_BREAK = re.compile("\r\n|\r|\n")


class Loaded(msgspec.Struct, frozen=True):
    """What a file holds: one root for each of its documents, and the lines that the spans count."""

    path: str
    documents: tuple[Node, ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def root(self) -> Node | None:
        """The first document, or None if the file is empty or cannot be read."""
        return self.documents[0] if self.documents else None


def decode(path: str, data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of *data*, which is UTF-8, or UTF-16 with its mark; bad bytes are replaced, and reported."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        # the error names the order of bytes that the mark says, and counts the bytes behind the mark
        line = len(_BREAK.findall(error.object[: error.start].decode(error.encoding, "replace"))) + 1
        message = f"not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'}: the text cannot be read in full"
        return data.decode(encoding, "replace"), (Problem(Span.point(path, line), message),)


def read(tree: Tree, path: str) -> Loaded | None:
    """Load a listed file of *tree*; None if it is not listed or cannot be read."""
    data = tree.read(path)
    if data is None:
        return None
    text, problems = decode(path, data)
    loaded = load(path, text)
    return Loaded(path, loaded.documents, (*problems, *loaded.problems), loaded.lines)


def load(path: str, text: str) -> Loaded:
    """Read *text* as YAML, which JSON is a part of; *path* names the file in spans."""
    import yaml

    text = text.removeprefix("\ufeff")
    builder = _Builder(path, text)
    try:
        builder.run()
    except yaml.YAMLError as error:
        mended = without_surrogates(text)
        if mended is not None and mended != text:
            return load(path, mended)
        builder.give_up(span_of(path, error, text), f"not valid YAML: {explain(error, text)}")
    except _TooMuchError as error:
        builder.give_up(error.span, str(error))
    except (UnicodeError, ValueError, RecursionError) as error:
        builder.give_up(Span.point(path), f"not valid YAML: {error}")
    return Loaded(path, tuple(builder.documents), tuple(builder.problems), tuple(_BREAK.split(text)))


class _TooMuchError(Exception):
    """The document goes past a bound of this reader."""

    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.span = span


class _Open(msgspec.Struct):
    """A collection whose end has not been seen yet; ``size`` and ``depth`` are those of its finished children."""

    start: Any
    mapping: bool
    children: list[Node]
    size: int = 1
    depth: int = 0


class _Builder:
    """Builds nodes from the parser's events, with a stack of its own, so that depth is bounded here."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.documents: list[Node] = []
        self.problems: list[Problem] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int] | None] = {}
        self._expanded = 0
        self._unknown_tags: set[str] = set()
        breaks = [0, *(match.end() for match in _BREAK.finditer(text))] if _ODD_BREAKS.search(text) else None
        self._line_starts = breaks

    def problem(self, span: Span, message: str, severity: str = "warning") -> None:
        """Report something, unless enough has been reported."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(span, message, severity))

    def give_up(self, span: Span, message: str) -> None:
        """Keep nothing of the file but why it cannot be read."""
        self.documents = []
        self.problems = [Problem(span, message)]

    def run(self) -> None:
        """Read all documents; raise YAMLError or _TooMuchError."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for event in yaml.parse(self.text, Loader=loader):
            if isinstance(event, yaml.ScalarEvent):
                self._count(event, 1)
                self._finish(self._scalar(event), event.anchor, 1, 1)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self._count(event, 1)
                if len(self._stack) >= MAX_DEPTH:
                    raise _TooMuchError(self._span(event, event), f"nested deeper than {MAX_DEPTH} levels")
                if event.anchor:
                    self._anchors[event.anchor] = None
                self._stack.append(_Open(event, isinstance(event, yaml.MappingStartEvent), []))
            elif isinstance(event, yaml.CollectionEndEvent):
                opened = self._stack.pop()
                node = self._mapping(opened, event) if opened.mapping else self._sequence(opened, event)
                self._finish(node, opened.start.anchor, opened.size, opened.depth + 1)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()

    def _count(self, event: Any, nodes: int) -> None:
        self._expanded += nodes
        if self._expanded > MAX_NODES:
            raise _TooMuchError(self._span(event, event), f"more than {MAX_NODES} values, aliases written out")

    def _finish(self, node: Node, anchor: str | None, size: int, depth: int) -> None:
        if anchor:
            self._anchors[anchor] = node, size, depth
        if not self._stack:
            self.documents.append(node)
            return
        parent = self._stack[-1]
        parent.children.append(node)
        parent.size += size
        parent.depth = max(parent.depth, depth)

    def _alias(self, event: Any) -> None:
        span = self._span(event, event)
        found = self._anchors.get(event.anchor)
        if found is None:
            cyclic = event.anchor in self._anchors
            why = "stands inside of what it names" if cyclic else "names no anchor"
            self.problem(span, f"the alias *{event.anchor} {why}; it is read as null")
            self._count(event, 1)
            self._finish(Scalar(span, content_line=span.line), None, 1, 1)
            return
        node, size, depth = found
        if len(self._stack) + depth > MAX_DEPTH:
            raise _TooMuchError(span, f"nested deeper than {MAX_DEPTH} levels")
        self._count(event, size)
        self._finish(node, None, size, depth)

    def _place(self, mark: Any) -> tuple[int, int]:
        if self._line_starts is None:
            return mark.line + 1, mark.column + 1
        line = bisect_right(self._line_starts, mark.index)
        return line, mark.index - self._line_starts[line - 1] + 1

    def _span(self, start: Any, end: Any) -> Span:
        return Span(self.path, *self._place(start.start_mark), *self._place(end.end_mark))

    def _scalar(self, event: Any) -> Node:
        style = _STYLES.get(event.style, "plain")
        raw: str = event.value
        span = self._span(event, event)
        line, offset = span.line, span.column - 1
        tag: str | None = event.tag
        if tag or event.anchor:
            line, offset = self._after_properties(event, line, offset)
        if style in {"single", "double"}:
            offset += 1
        elif style in {"literal", "folded"}:
            line, offset, last = self._block(event, raw, line)
            span = Span(self.path, span.line, span.column, *last)
        value: bool | int | float | str | None = raw
        if style == "plain" and (tag is None or tag.startswith("tag:yaml.org")):
            value = raw if tag == "tag:yaml.org,2002:str" else typed(raw)
        node = Scalar(span, raw=raw, value=value, style=style, content_line=line, content_offset=offset, tag="")
        return self._tagged(node, tag)

    def _after_properties(self, event: Any, line: int, offset: int) -> tuple[int, int]:
        """Return the place of a scalar's own text, behind its tag and its anchor."""
        start = event.start_mark.index
        match = _PROPERTIES.match(self.text, start)
        if match is None:
            return line, offset
        breaks = list(_BREAK.finditer(self.text, start, match.end()))
        if not breaks:
            return line, offset + match.end() - start
        return line + len(breaks), match.end() - breaks[-1].end()

    def _block(self, event: Any, raw: str, header: int) -> tuple[int, int, tuple[int, int]]:
        """Return the first line of a block scalar, its indentation, and where its text ends."""
        start = event.start_mark.index
        first = _BREAK.search(self.text, start)
        if first is None:
            return header, 0, self._place(event.end_mark)
        header += len(_BREAK.findall(self.text, start, first.start()))
        body = _BREAK.split(self.text[first.end() : event.end_mark.index])
        wanted = next((line for line in raw.split("\n") if line.strip()), "")
        indentation, end = 0, (header, 1)
        for number, content in enumerate(body):
            if content.strip():
                if end == (header, 1):
                    indentation = _leading(content) - _leading(wanted)
                if indentation and not content.startswith(" " * min(indentation, _leading(content) or 1)):
                    break
                if _leading(content) < indentation:
                    break
                end = header + 1 + number, len(content) + 1
        return header + 1, max(indentation, 0), end

    def _sequence(self, opened: _Open, event: Any) -> Node:
        span = self._collection_span(opened, event)
        return self._tagged(SequenceNode(span, elements=tuple(opened.children)), opened.start.tag)

    def _mapping(self, opened: _Open, event: Any) -> Node:
        pairs: list[Entry] = []
        index: dict[str, Entry] = {}
        merged: list[Node] = []
        for key, value in zip(opened.children[::2], opened.children[1::2], strict=False):
            if not isinstance(key, Scalar):
                self.problem(key.span, "a key that is no text is not read", "note")
                continue
            if key.raw == "<<" and key.style == "plain":
                merged.extend(value.items or (value,))
                continue
            entry = Entry(key, value)
            if key.raw in index:
                earlier = index[key.raw].key.span.line
                self.problem(key.span, f"the key {key.raw!r} was set on line {earlier} before; the last one counts")
            pairs.append(entry)
            index[key.raw] = entry
        for source in merged:
            for entry in source.entries:
                if entry.name not in index:
                    index[entry.name] = Entry(entry.key, entry.value, merged=True)
                    pairs.append(index[entry.name])
        span = self._collection_span(opened, event)
        return self._tagged(MappingNode(span, pairs=tuple(pairs), index=index), opened.start.tag)

    def _collection_span(self, opened: _Open, event: Any) -> Span:
        """Return where a collection stands; the parser lets block collections end at the next thing."""
        start = self._place(opened.start.start_mark)
        if opened.start.flow_style or not opened.children:
            return Span(self.path, *start, *self._place(event.end_mark))
        ends = [(child.span.end_line, child.span.end_column) for child in opened.children[-2:]]
        return Span(self.path, *start, *max(start, *(end for end in ends if end <= self._place(event.end_mark))))

    def _tagged(self, node: Node, tag: str | None) -> Node:
        if not tag or not tag.startswith("!") or tag == "!":
            return node
        name = tag[1:]
        span = node.span
        if name in {"Ref", "Condition"}:
            return self._call(name, node)
        if name in _FUNCTIONS:
            if name == "GetAtt" and isinstance(node, Scalar):
                node = self._attribute(node)
            return self._call(f"Fn::{name}", node)
        if tag not in self._unknown_tags:
            self._unknown_tags.add(tag)
            self.problem(span, f"the tag {tag} is not known; what it marks is read without it", "note")
        if isinstance(node, Scalar):
            return Scalar(
                span,
                raw=node.raw,
                value=node.value,
                style=node.style,
                content_line=node.content_line,
                content_offset=node.content_offset,
                tag=tag,
            )
        if isinstance(node, MappingNode):
            return MappingNode(span, pairs=node.pairs, index=node.index, tag=tag)
        return SequenceNode(span, elements=node.items, tag=tag)

    @staticmethod
    def _call(name: str, argument: Node) -> Node:
        span = argument.span
        key = Scalar(
            Span(span.path, span.line, span.column, span.line, span.column),
            raw=name,
            value=name,
            content_line=span.line,
            content_offset=span.column - 1,
        )
        entry = Entry(key, argument)
        return MappingNode(span, pairs=(entry,), index={name: entry})

    @staticmethod
    def _attribute(node: Scalar) -> Node:
        parts = node.raw.split(".", 1)
        elements = tuple(
            Scalar(node.span, raw=part, value=part, content_line=node.content_line, content_offset=node.content_offset)
            for part in parts
        )
        return SequenceNode(node.span, elements=elements)


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
