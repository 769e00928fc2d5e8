"""Hands the flow's effects to LibCST visitors, as metadata of the calls that have them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst
import msgspec
from libcst.metadata import BaseMetadataProvider, PositionProvider

from lambdalint.model import Effect, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from libcst.metadata import CodeRange

    from lambdalint.syntax.excerpt import Excerpt


class Range(NamedTuple):
    """Where a node stands in its file: lines and columns 1-based, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class EffectsInExcerpt(msgspec.Struct, frozen=True):
    """The effects to be found in one excerpt of the file ``path``: what the provider's cache holds."""

    path: str
    excerpt: Excerpt
    effects: tuple[Effect, ...]

    def range_of(self, position: CodeRange) -> Range:
        """Return where in the file something stands that LibCST saw at *position* of the excerpt."""
        start, end = position.start, position.end
        original = self.excerpt.original
        return Range(original(start.line), start.column + 1, original(end.line), end.column + 1)

    def span_of(self, position: CodeRange) -> Span:
        """Return ``range_of`` with the file's path."""
        return Span(self.path, *self.range_of(position))


# Not a BatchableMetadataProvider: the positions list every node already, so it needs no walk of its own.
class EffectProvider(BaseMetadataProvider[tuple[Effect, ...]]):
    """Maps calls, and imports of libraries that write when they are imported, to their effects.

    They are given as ``MetadataWrapper(module, cache={EffectProvider: EffectsInExcerpt(...)})``.
    """

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, cache: EffectsInExcerpt) -> None:
        super().__init__(cache)
        self._wanted = cache

    @classmethod
    def gen_cache(cls, root_path: Path, paths: list[str], **kwargs: object) -> Mapping[str, object]:
        """Refuse: effects come from the flow over the whole project, never from one file alone."""
        raise NotImplementedError("effects are computed by the flow; pass them as MetadataWrapper(cache=...)")

    def _gen_impl(self, module: cst.Module) -> None:
        positions: Mapping[cst.CSTNode, CodeRange] = self.metadata[PositionProvider]  # type: ignore[assignment]
        by_range: defaultdict[Range, list[Effect]] = defaultdict(list)
        for effect in self._wanted.effects:
            by_range[_range_of_span(effect.span)].append(effect)
        others: list[tuple[cst.Call, CodeRange]] = []
        for node, position in positions.items():
            if not isinstance(node, (cst.Call, cst.Import, cst.ImportFrom)):
                continue
            effects = by_range.pop(self._wanted.range_of(position), None)
            if effects:
                self.set_metadata(node, tuple(effects))
            elif isinstance(node, cst.Call):
                others.append((node, position))
        if by_range:
            self._match_in_formatted_strings(module, others, by_range.values())

    def _match_in_formatted_strings(
        self,
        module: cst.Module,
        calls: list[tuple[cst.Call, CodeRange]],
        groups: Iterable[list[Effect]],
    ) -> None:
        """Give each group to the nearest call of its name inside an f-string.

        Before Python 3.12, ``ast`` counts lines and columns inside some f-strings wrongly.
        """
        inside = set(_calls_in_formatted_strings(module))
        candidates = [(node, position) for node, position in calls if node in inside]
        for group in groups:
            span, name = group[0].span, group[0].callee.rpartition(".")[2]
            near = [
                (abs(self._wanted.range_of(position).line - span.line), index)
                for index, (node, position) in enumerate(candidates)
                if _last_name(node.func) == name
            ]
            if near:
                node, _ = candidates.pop(min(near)[1])
                self.set_metadata(node, tuple(group))


def _range_of_span(span: Span) -> Range:
    return Range(span.line, span.column, span.end_line, span.end_column)


def _calls_in_formatted_strings(module: cst.Module) -> Iterator[cst.Call]:
    pending: list[tuple[cst.CSTNode, bool]] = [(module, False)]
    while pending:
        node, inside = pending.pop()
        if inside and type(node) is cst.Call:
            yield node
        inside = inside or type(node) is cst.FormattedStringExpression
        pending += [(child, inside) for child in node.children]


def _last_name(function: cst.BaseExpression) -> str | None:
    if isinstance(function, cst.Attribute):
        return function.attr.value
    return function.value if isinstance(function, cst.Name) else None
