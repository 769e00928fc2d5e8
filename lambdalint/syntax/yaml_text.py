"""Adds to a YAML file as text: whole lines and list items, so that comments, order and style of the rest stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment import document
from lambdalint.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdalint.deployment.node import Entry, Node

_INDENTATION = 2


class YamlText:
    """One document of YAML in block style, with the nodes that ``document`` reads and the lines that they stand on.

    All edits only insert. ``unit`` is how many spaces one level more has, ``dash`` how many stand before the dash of a
    list below a key.
    """

    def __init__(self, path: str, lines: Sequence[str], root: Node) -> None:
        self.path = path
        self.lines = lines
        self.root = root
        self.unit = next((step for node in root.walk() if (step := self._step(node)) is not None), _INDENTATION)
        self.dash = next((step for node in root.walk() if (step := self._dash(node)) is not None), self.unit)

    @classmethod
    def parse(cls, path: str, text: str) -> YamlText | None:
        """Return the file with this *text*; None if it is no single mapping in block style, or has aliases."""
        loaded = document.load(path, text)
        if loaded.root is None or len(loaded.documents) != 1 or _has_aliases(text):
            return None
        made = cls(path, loaded.lines, loaded.root)
        return made if made.is_block(loaded.root) else None

    def is_block(self, node: Node) -> bool:
        """Tell whether *node* is a mapping with each of its keys at the start of a line, in one column."""
        return bool(node.entries) and self.column(node) is not None

    def column(self, mapping: Node) -> int | None:
        """Return the column of the keys of *mapping*; None if it is not in block style."""
        keys = [entry.key.span for entry in mapping.entries if not entry.merged]
        if not keys or len(keys) != len(mapping.entries) or mapping.intrinsic is not None:
            return None
        first = keys[0]
        if (first.line, first.column) != (mapping.span.line, mapping.span.column):
            return None
        aligned = all(one.column == first.column and not self._before(one).strip(" ") for one in keys)
        return first.column if aligned else None

    def entry_at(self, span: Span) -> Entry | None:
        """Return the entry whose key stands at *span*."""
        return next((one for node in self.root.walk() for one in node.entries if one.key.span == span), None)

    def below(self, entry: Entry, lines: Iterable[str]) -> Edit:
        """Return the edit that inserts *lines* below the key of *entry*, before its first own line."""
        return self._inserted(entry.key.span.line, lines)

    def behind(self, entry: Entry, lines: Iterable[str]) -> Edit:
        """Return the edit that inserts *lines* behind all of *entry*."""
        return self._inserted(max(entry.key.span.line, entry.value.span.end_line), lines)

    def above(self, entry: Entry, lines: Iterable[str]) -> Edit | None:
        """Return the edit that inserts *lines* above *entry* and its comments; None at the file's top.

        An empty line divides them from what follows if one stands there already.
        """
        line = entry.key.span.line - 1
        while line > 0 and self.lines[line - 1].lstrip(" ").startswith("#"):
            line -= 1
        if not line:
            return None
        return self._inserted(line, lines if self.lines[line - 1].strip() else [*lines, ""])

    def item(self, sequence: Node, text: str) -> Edit | None:
        """Return the edit that adds the item *text*, of one line, to the end of a list; None if that is not clear."""
        if not sequence.items:
            empty = sequence.span
            if empty.line != empty.end_line or self._slice(empty) != "[]":
                return None
            return Edit(Span.point(self.path, empty.line, empty.column + 1), text)
        last = sequence.items[-1].span
        start = self.lines[sequence.span.line - 1][sequence.span.column - 1 :]
        if start.startswith("["):
            return self._flow_item(sequence, text)
        dash = self.lines[last.line - 1][: last.column - 1].rstrip(" ")
        if not start.startswith("- ") or dash.strip(" ") != "-":
            return None
        return self._inserted(last.end_line, [f"{dash} {text}"])

    def _flow_item(self, sequence: Node, text: str) -> Edit:
        """Return the edit that adds an item to a list in brackets, on a line of its own if the last one has its own."""
        last = sequence.items[-1].span
        line = self.lines[last.end_line - 1]
        margin, rest = line[: len(line) - len(line.lstrip(" "))], line[last.end_column - 1 :]
        end = Span.point(self.path, last.end_line, last.end_column)
        alone = last.line > sequence.span.line and last.column == len(margin) + 1 and last.line == last.end_line
        if alone and rest.startswith(","):
            return self._inserted(last.end_line, [f"{margin}{text},"])
        return Edit(end, f",\n{margin}{text}" if alone and not rest.strip() else f", {text}")

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the text after *edits*, all of which insert and belong to this file; lines end with a line feed."""
        lines = list(self.lines)
        for edit in sorted(set(edits), key=lambda one: one.span, reverse=True):
            row, column = edit.span.line - 1, edit.span.column - 1
            lines[row] = lines[row][:column] + edit.text + lines[row][column:]
        return "\n".join(lines)

    def _inserted(self, line: int, lines: Iterable[str]) -> Edit:
        return Edit(
            Span.point(self.path, line, len(self.lines[line - 1]) + 1),
            "".join(f"\n{each}".rstrip(" ") for each in lines),
        )

    def _before(self, span: Span) -> str:
        return self.lines[span.line - 1][: span.column - 1]

    def _slice(self, span: Span) -> str:
        return self.lines[span.line - 1][span.column - 1 : span.end_column - 1]

    def _step(self, node: Node) -> int | None:
        """Return how much deeper than *node* the first mapping is that stands in it."""
        outer = self.column(node)
        inner = next((column for one in node.entries if (column := self.column(one.value)) is not None), None)
        return inner - outer if outer is not None and inner is not None and inner > outer else None

    def _dash(self, node: Node) -> int | None:
        outer = self.column(node)
        for one in node.entries if outer is not None else ():
            place = one.value.span
            if one.value.items and self.lines[place.line - 1][: place.column].strip(" ") == "-":
                return place.column - (outer or 1)
        return None


def _has_aliases(text: str) -> bool:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return any(
            isinstance(event, yaml.AliasEvent) for event in yaml.parse(text.removeprefix("\ufeff"), Loader=loader)
        )
    except (yaml.YAMLError, ValueError, RecursionError):
        return True
