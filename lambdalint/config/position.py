"""Finds the lines of keys in TOML text, for messages: the TOML parser does not tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import tomli

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KeyPath = tuple["str | int", ...]

_MAX_DEPTH = 12
"""How deep lines are kept: no key of ours lies deeper, and a key may have a thousand parts."""

_TOKEN = re.compile(
    r'''
      (?P<blank> [ \t\r]+ | \#[^\n]* )
    | (?P<text> """ (?:[^\\]|\\.)*? "{3,5} | \'\'\' .*? '{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
    | (?P<mark> [\n\[\]{},=.] )
    | (?P<word> [^\s\[\]{},=#"'.]+ )
    ''',
    re.DOTALL | re.VERBOSE,
)


@dataclass(slots=True)
class _Container:
    """A table, an inline table or an array that is open; ``key`` is the path of its value that is being read."""

    path: KeyPath
    kind: str
    key: KeyPath = ()
    index: int = 0

    @property
    def value(self) -> KeyPath:
        return (*self.path, self.index) if self.kind == "array" else self.key


@dataclass(slots=True)
class _Scan:
    """Reads tokens of valid TOML and keeps what is open. Each of its places is a key with its line."""

    line: int = 1
    mode: str = "key"  # or "header", or "value"
    open: list[_Container] = field(default_factory=lambda: [_Container((), "table")])
    parts: list[str] = field(default_factory=list)
    started: int = 1
    doubled: bool = False
    lengths: dict[KeyPath, int] = field(default_factory=dict)

    def places(self, text: str) -> Iterator[tuple[KeyPath, int]]:
        last = 0
        for match in _TOKEN.finditer(text):
            token, kind = match[0], match.lastgroup
            if kind == "mark":
                found = self.mark(token, adjacent=match.start() == last)
            elif kind == "blank":
                found = None
            else:
                found = self.word(token)
                self.line += token.count("\n")
            last = match.end()
            if found is not None:
                yield found

    def word(self, token: str) -> tuple[KeyPath, int] | None:
        if self.mode == "value":
            top = self.open[-1]
            return (top.value, self.line) if top.kind == "array" else None
        if not self.parts:
            self.started = self.line
        self.parts.append(_name(token))
        return None

    def mark(self, token: str, *, adjacent: bool) -> tuple[KeyPath, int] | None:
        if token == "\n":
            self.line += 1
            if len(self.open) == 1:
                self.mode, self.parts = "key", []
        elif self.mode == "header":
            return self.in_header(token, adjacent=adjacent)
        elif self.mode == "key":
            return self.in_key(token)
        else:
            return self.in_value(token)
        return None

    def in_header(self, token: str, *, adjacent: bool) -> tuple[KeyPath, int] | None:
        if token == "[" and adjacent and not self.parts:
            self.doubled = True
        if token != "]":
            return None
        path: KeyPath = ()
        for name in self.parts[:-1]:
            path = (*path, name)
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        path = (*path, *self.parts[-1:])
        if self.doubled:
            self.lengths[path] = self.lengths.get(path, 0) + 1
        if path in self.lengths:
            path = (*path, self.lengths[path] - 1)
        self.open = [_Container(path, "table")]
        self.mode, self.parts = "value", []  # what follows on the line is a bracket or a comment
        return path, self.line

    def in_key(self, token: str) -> tuple[KeyPath, int] | None:
        top = self.open[-1]
        if token == "[" and top.kind == "table":
            self.mode, self.doubled = "header", False
        elif token == "=":
            top.key, self.parts, self.mode = (*top.path, *self.parts), [], "value"
            return top.key, self.started
        elif token == "}":
            self.close()
        return None

    def in_value(self, token: str) -> tuple[KeyPath, int] | None:
        top = self.open[-1]
        if token in "[{":
            self.open.append(_Container(top.value, "array" if token == "[" else "inline"))
            self.mode = "value" if token == "[" else "key"
            return (top.value, self.line) if top.kind == "array" else None
        if token in "]}":
            self.close()
        elif token == "," and top.kind == "array":
            top.index += 1
        elif token == ",":
            self.mode = "key"
        return None

    def close(self) -> None:
        if len(self.open) > 1:
            self.open.pop()
        self.mode, self.parts = "value", []


def _name(token: str) -> str:
    if token[0] not in "\"'":
        return token
    if "\\" not in token:
        return token[1:-1]
    name: str = tomli.loads(f"name = {token}")["name"]
    return name


def statements(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Yield the headers of tables and the assignments in valid TOML *text*, each with its 1-based line."""
    scan = _Scan()
    for place in scan.places(text):
        if len(scan.open) == 1:
            yield place


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the first line of each table, key and element of an array in the valid TOML *text*."""
    lines: dict[KeyPath, int] = {}
    for place, number in _Scan().places(text):
        for end in range(min(len(place), _MAX_DEPTH), 0, -1):
            if place[:end] in lines:
                break
            lines[place[:end]] = number
    return lines


def nearest_line(lines: Mapping[KeyPath, int], key: Sequence[str | int]) -> int | None:
    """Return the line of *key*, or else of the nearest table around it."""
    wanted = tuple(key)
    while wanted and wanted not in lines:
        wanted = wanted[:-1]
    return lines.get(wanted)
