"""Writes the constructs that a run has made as expressions, which is what functions are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.expression import (
    Call,
    Entry,
    Expression,
    Joined,
    Mapping,
    Member,
    Name,
    Nothing,
    Number,
    Scope,
    Sequence,
    Text,
)
from lambdalint.deployment.cdk.path import below_root
from lambdalint.deployment.cdk.program.values import (
    LAYERS,
    OPEN,
    VARIABLE,
    Attribute,
    Choice,
    Constant,
    DictValue,
    FileValue,
    Imported,
    Instance,
    Items,
    ListValue,
    Made,
    Partial,
    Unknown,
    Value,
    member_value,
    normal,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.deployment.cdk.program.machine import Machine
    from lambdalint.model import Span

MAX_NODES = 20_000
MAX_DEPTH = 40
_TAKEN = frozenset({"code", "entry", "handler", "index", "runtime", "filesystem", "path", "directory", "file", "cmd"})
"""The properties of which the first value that is possible counts: one of them is what is deployed."""
_TOPS = frozenset({"Stack", "NestedStack", "Stage", "App"})
_SCOPE = Scope()


class Writer:
    """Writes values of one run."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._left = MAX_NODES

    def function(self, made: Made) -> Call:
        """Return the call that makes a function, with what the program adds to the function later."""
        self._left = MAX_NODES
        span = made.span or made.callee
        keywords = list(self._keywords(made, 0, taken=False))
        variables = [
            (str(key).removeprefix(VARIABLE), value)
            for key, value in made.cells.items()
            if isinstance(key, str) and key.startswith(VARIABLE)
        ]
        if variables or OPEN in made.cells:
            entries = [Entry(name, value.span or span, self.write(value, span)) for name, value in variables]
            if OPEN in made.cells:
                entries.insert(0, Entry(None, span, None))
            keywords = list(_added(keywords, "environment", span, entries))
        layers = made.cells.get(LAYERS)
        if layers is not None:
            keywords = list(self._with_layers(keywords, layers, span))
        arguments = [self.write(one, span) for one in made.arguments]
        if len(arguments) > 1:
            arguments[1] = self._identity(arguments[1], made, span)
        named = tuple(
            Entry(one.name, one.span, self._identity(one.value, made, span)) if one.name == "id" else one
            for one in keywords
        )
        return Call(span, Name(made.callee, made.name, _SCOPE), tuple(arguments), named)

    def _identity(self, given: Expression | None, made: Made, call: Span) -> Expression:
        """Return the name of a construct, with the call as its place where it is put together elsewhere."""
        callee = made.callee
        if not isinstance(given, Text):
            return given if given is not None else Expression(callee)
        path = "/".join((*_around(made), given.value))
        span = given.span
        inside = span.path == call.path and call.line <= span.line <= call.end_line
        source = self._machine.sources.get(span.path) if span.path.endswith(".py") else None
        line = source.lines[span.line - 1] if source is not None and span.line <= len(source.lines) else b""
        is_there = inside or given.value.encode("utf-8", "replace") in line
        return Text(span if is_there else callee, path)

    def _with_layers(self, keywords: list[Entry], layers: Value, span: Span) -> Iterable[Entry]:
        known = layers if isinstance(layers, Items) else Items((), complete=False)
        added = tuple(self.write(one, span) for one in known.values)
        found = next((one for one in keywords if one.name == "layers"), None)
        before = found.value if found is not None else None
        if before is None or isinstance(before, Nothing):
            listed = Sequence(span, added, known.complete)
        elif isinstance(before, Sequence):
            listed = Sequence(before.span, (*before.items, *added), before.complete and known.complete)
        else:
            listed = Sequence(before.span, added, complete=False)
        return (*(one for one in keywords if one is not found), Entry("layers", span, listed))

    def write(self, value: Value, place: Span, depth: int = 0, *, taken: bool = False) -> Expression:
        """Return *value* as an expression; it stands at *place* if it has no place of its own.

        *taken* tells that of several possible values the first counts.
        """
        self._left -= 1
        span = value.span or place
        if self._left < 0 or depth > MAX_DEPTH:
            return Expression(span)
        if isinstance(value, Choice):
            return self._one_of(value, span, depth) if taken else Expression(span)
        text = text_of(value) if not isinstance(value, Constant) or isinstance(value.value, str) else None
        if text is not None:
            return Text(span, text)
        if isinstance(value, Instance):
            made = value.made
            inner = made if made is not None else member_value(value)
            return self.write(inner, span, depth + 1, taken=taken) if inner is not None else Expression(span)
        if isinstance(value, Constant):
            return _constant(value, span)
        if isinstance(value, Partial):
            parts = tuple(Text(span, part) if part is not None else Expression(span) for part in value.parts)
            return Joined(span, parts)
        if isinstance(value, ListValue):
            items = tuple(self.write(one, span, depth + 1, taken=taken) for one in value.content.values)
            return Sequence(span, items, value.content.complete)
        if isinstance(value, DictValue):
            return Mapping(span, tuple(self._entries(value, span, depth, taken=taken)))
        if isinstance(value, Imported):
            return Name(span, normal(value.name), _SCOPE)
        if isinstance(value, Attribute):
            return Member(span, self.write(value.of, span, depth + 1, taken=taken), value.name)
        if isinstance(value, Made):
            arguments = tuple(self.write(one, span, depth + 1, taken=taken) for one in value.arguments)
            keywords = tuple(self._keywords(value, depth + 1, taken=taken))
            return Call(span, Name(value.callee, normal(value.name), _SCOPE), arguments, keywords)
        return Expression(span)

    def _one_of(self, value: Choice, span: Span, depth: int) -> Expression:
        options = [one for one in value.options if not isinstance(one, Unknown) and not _is_none(one)]
        there = [one for one in options if self._is_there(one)]
        chosen = next(iter(there or options), None)
        return self.write(chosen, span, depth + 1, taken=True) if chosen is not None else Expression(span)

    def _is_there(self, value: Value) -> bool:
        """Tell whether a value is a path of the project that leads to something."""
        text = text_of(value)
        path = below_root(text, self._machine.directory) if text is not None else None
        return path is not None and (path in self._machine.tree.directories or path in self._machine.tree)

    def _keywords(self, made: Made, depth: int, *, taken: bool) -> Iterable[Entry]:
        span = made.span or made.callee
        if not made.complete:
            yield Entry(None, span, Expression(span))
        for key, value in made.keywords.entries():
            if isinstance(key, str):
                place = made.keywords.spans.get(key) or value.span or span
                yield Entry(key, place, self.write(value, place, depth + 1, taken=taken or key in _TAKEN))

    def _entries(self, value: DictValue, span: Span, depth: int, *, taken: bool) -> Iterable[Entry]:
        if not value.complete:
            yield Entry(None, span, None)
        for key, one in value.entries():
            if isinstance(key, str):
                place = value.spans.get(key) or one.span or span
                yield Entry(key, place, self.write(one, place, depth + 1, taken=taken or key in _TAKEN))


def _around(made: Made) -> tuple[str, ...]:
    """Return the names of the constructs around one, up to its stack: what tells it from others of its name."""
    found: list[str] = []
    for _ in range(MAX_DEPTH):
        scope = made.argument(0, "scope")
        outer = scope.made if isinstance(scope, Instance) else scope
        if not isinstance(outer, Made) or normal(outer.name).rpartition(".")[2] in _TOPS:
            break
        identity = outer.argument(1, "id")
        name = text_of(identity) if identity is not None else None
        if name is None:
            break
        found.append(name)
        made = outer
    return tuple(reversed(found))


def _added(keywords: list[Entry], name: str, span: Span, entries: list[Entry]) -> Iterable[Entry]:
    """Yield *keywords* with *entries* in the mapping *name*."""
    found = next((one for one in keywords if one.name == name), None)
    before = found.value if found is not None else None
    if before is None or isinstance(before, Nothing):
        merged = Mapping(span, tuple(entries))
    elif isinstance(before, Mapping):
        merged = Mapping(before.span, (*before.entries, *entries))
    else:
        merged = Mapping(before.span, (Entry(None, before.span, None), *entries))
    yield from (one for one in keywords if one is not found)
    yield Entry(name, found.span if found is not None else span, merged)


def _constant(value: Constant, span: Span) -> Expression:
    if value.value is None:
        return Nothing(span)
    if isinstance(value.value, (int, float)) and not isinstance(value.value, bool) and abs(value.value) < 1e15:
        return Number(span, float(value.value))
    return Expression(span)


def _is_none(value: Value) -> bool:
    return (isinstance(value, Constant) and value.value is None) or isinstance(value, FileValue)
