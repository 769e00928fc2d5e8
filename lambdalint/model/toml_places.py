"""Finds where keys, elements of arrays and comments stand in TOML text: the TOML parser does not tell."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

KeyPath = tuple["str | int", ...]

_TOKEN = re.compile(
    r'''
      (?P<blank> [ \t\r]+ )
    | (?P<comment> \#[^\n]* )
    | (?P<text> """ (?:[^\\]|\\.)*? "{3,5} | \'\'\' .*? '{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
    | (?P<mark> [\n\[\]{},=.] )
    | (?P<word> [^\s\[\]{},=#"'.]+ )
    ''',
    re.DOTALL | re.VERBOSE,
)


class _Container(msgspec.Struct):
    """A table, an inline table or an array that is open; ``key`` is the path of its value that is being read."""

    path: KeyPath
    kind: str
    key: KeyPath = ()
    index: int = 0

    @property
    def value(self) -> KeyPath:
        return (*self.path, self.index) if self.kind == "array" else self.key


class TomlScan(msgspec.Struct):
    """Reads tokens of valid TOML and keeps what is open. All places are offsets in the text, counted in code points.

    ``key_ends`` holds where the key itself ends, ``ends`` where its value, the header or the element of an array does;
    ``comments`` are those read so far.
    """

    mode: str = "key"  # or "header", or "value"
    open: list[_Container] = msgspec.field(default_factory=lambda: [_Container((), "table")])
    parts: list[str] = msgspec.field(default_factory=list)
    started: int = 0
    ended: int = 0
    doubled: bool = False
    lengths: dict[KeyPath, int] = msgspec.field(default_factory=dict)
    key_ends: dict[KeyPath, int] = msgspec.field(default_factory=dict)
    ends: dict[KeyPath, int] = msgspec.field(default_factory=dict)
    comments: list[tuple[int, int]] = msgspec.field(default_factory=list)

    @property
    def at_top(self) -> bool:
        """Whether no array and no inline table is open: what was just read is a header or an assignment."""
        return len(self.open) == 1

    def places(self, text: str) -> Iterator[tuple[KeyPath, int]]:
        """Yield each table, key and element of an array with its start; an element of several words more than once."""
        last = 0
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            found = None
            if kind == "mark":
                found = self._mark(match[0], match.start(), adjacent=match.start() == last)
            elif kind == "comment":
                self.comments.append(match.span())
            elif kind != "blank":
                found = self._word(match[0], match.start())
            last = match.end()
            if found is not None:
                yield found

    def _word(self, token: str, start: int) -> tuple[KeyPath, int] | None:
        self.ended = start + len(token)
        if self.mode == "value":
            top = self.open[-1]
            self.ends[top.value] = self.ended
            return (top.value, start) if top.kind == "array" else None
        if not self.parts:
            self.started = start
        self.parts.append(_name(token))
        return None

    def _mark(self, token: str, start: int, *, adjacent: bool) -> tuple[KeyPath, int] | None:
        if token == "\n":
            if self.at_top:
                self.mode, self.parts = "key", []
        elif self.mode == "header":
            return self._in_header(token, start, adjacent=adjacent)
        elif self.mode == "key":
            return self._in_key(token, start)
        else:
            return self._in_value(token, start)
        return None

    def _in_header(self, token: str, start: int, *, adjacent: bool) -> tuple[KeyPath, int] | None:
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
        self.key_ends[path] = self.ends[path] = self.ended
        return path, min(self.started, start)

    def _in_key(self, token: str, start: int) -> tuple[KeyPath, int] | None:
        top = self.open[-1]
        if token == "[" and top.kind == "table":
            self.mode, self.doubled = "header", False
            self.started = self.ended = start
        elif token == "=":
            top.key, self.parts, self.mode = (*top.path, *self.parts), [], "value"
            self.key_ends[top.key] = self.ends[top.key] = self.ended
            return top.key, self.started
        elif token == "}":
            self._close(start)
        return None

    def _in_value(self, token: str, start: int) -> tuple[KeyPath, int] | None:
        top = self.open[-1]
        if token in "[{":
            self.open.append(_Container(top.value, "array" if token == "[" else "inline"))
            self.mode = "value" if token == "[" else "key"
            return (top.value, start) if top.kind == "array" else None
        if token in "]}":
            self._close(start)
        elif token == "," and top.kind == "array":
            top.index += 1
        elif token == ",":
            self.mode = "key"
        return None

    def _close(self, start: int) -> None:
        if len(self.open) > 1:
            self.ends[self.open.pop().path] = start + 1
        self.mode, self.parts = "value", []


def _name(token: str) -> str:
    if token[0] not in "\"'":
        return token
    if "\\" not in token:
        return token[1:-1]
    import tomli

    name: str = tomli.loads(f"name = {token}")["name"]
    return name


class Lines:
    """Turns offsets in a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def number(self, offset: int) -> int:
        """Return the 1-based line that *offset* is on."""
        return bisect_right(self._starts, offset)

    def span(self, path: str, start: int, end: int) -> Span:
        """Return the stretch from *start* to *end* of the file *path*."""
        line, last = self.number(start), self.number(end)
        return Span(path, line, start - self._starts[line - 1] + 1, last, end - self._starts[last - 1] + 1)


class TomlPlaces:
    """Where everything stands in the valid TOML *text* of the file *path*."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._lines = Lines(text)
        self._scan = TomlScan()
        self._starts: dict[KeyPath, int] = {}
        for key, start in self._scan.places(text):
            self._starts.setdefault(key, start)

    def key(self, key: KeyPath) -> Span:
        """Return the span of *key*, or of the element of an array; what is not known stands where its parent does."""
        known = self._known(key)
        if not known:
            return Span.point(self._path)
        return self._lines.span(self._path, self._starts[known], self._scan.key_ends.get(known, self._end(known)))

    def whole(self, key: KeyPath) -> Span:
        """Return the span of *key* with its value."""
        known = self._known(key)
        if not known:
            return Span.point(self._path)
        return self._lines.span(self._path, self._starts[known], self._end(known))

    def written(self, key: KeyPath) -> str:
        """Return the text of *key* with its value."""
        known = self._known(key)
        return self._text[self._starts[known] : self._end(known)] if known else ""

    def comments(self) -> Iterator[tuple[int, str, bool]]:
        """Yield each comment: its line, its text without the first ``#``, and whether nothing else is on the line."""
        for start, end in self._scan.comments:
            before = self._text[self._text.rfind("\n", 0, start) + 1 : start]
            yield self._lines.number(start), self._text[start + 1 : end].rstrip("\r"), not before.strip()

    def _known(self, key: KeyPath) -> KeyPath:
        while key and key not in self._starts:
            key = key[:-1]
        return key

    def _end(self, key: KeyPath) -> int:
        return max(self._scan.ends.get(key, 0), self._starts[key])
