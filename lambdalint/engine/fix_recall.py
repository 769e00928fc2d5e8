"""Recalls the fixes that were made, where all that they were made from is as it was."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.engine.recall import digest_of
from lambdalint.engine.searches import Searches, States
from lambdalint.model import Fix, Span
from lambdalint.model.watched import Watched
from lambdalint.syntax.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.engine.recall import Recall
    from lambdalint.engine.reporting import Analysis
    from lambdalint.model import Finding, FunctionPackage, Settings

_FIX = "fix"


class FixRecall:
    """The fixes of one analysis; ``project`` is what they are made from."""

    def __init__(
        self, recall: Recall, analysis: Analysis, settings: Settings, text_of: Callable[[str], str | None]
    ) -> None:
        self._recall = recall
        self._settings = settings
        self._tree = Watched(recall.answers.tree)
        self._among = tuple(function.name for function in analysis.functions)
        """What is analysed: the fixes of runs on one file stand beside those of runs on all."""
        self._searches = Searches(recall, States(recall), text_of)
        # fixes know no sizes of the project's own files, which each change of one would change
        packages = {name: _without_own_sizes(package) for name, package in analysis.packages.items()}
        self.project = Project(
            self._tree,
            analysis.reached.effects,
            packages,
            text_of,
            settings.tmp_expression,
            analysis.functions,
            settings.catalogue_rows,
        )
        plain = Project(recall.answers.tree, analysis.reached.effects, {}, text_of)
        answers = recall.answers
        answers.also("E", lambda _: _digest(analysis.reached.effects))
        answers.also("P", lambda _: _digest(tuple(packages.values())))
        answers.also("F", lambda _: _digest(analysis.functions))
        answers.also("O", lambda path: _digest(plain.effects_of_file(path)))
        answers.also("A", lambda place: _digest(plain.effects_at(_span(place))))
        inline = analysis.inline
        answers.also("t", lambda path: _digest(inline[path].text) if path in inline else answers.answer(f"c:{path}"))

    def __call__(self, finding: Finding, make: Callable[[], Fix | None]) -> Fix | None:
        """Return the fix of a finding, which *make* makes where it is not known."""
        key = _digest((finding, dict(self._settings.rule_options), self._settings.tmp_expression, self._among))
        known = self._recall.get(_FIX, key, tuple[Fix, ...])
        if known is not None:
            return known[0] if known else None
        asked = self._tree.begin()
        fix = make()
        asked.update(self._searches.noted(self._tree))
        self._recall.keep(_FIX, key, tuple[Fix, ...], asked, () if fix is None else (fix,))
        return fix


def _without_own_sizes(package: FunctionPackage) -> FunctionPackage:
    layers = (replace(layer, contents=replace(layer.contents, own_mb=0.0)) for layer in package.layers)
    return replace(package, package=replace(package.package, own_mb=0.0), layers=tuple(layers))


def _digest(value: object) -> str:
    """Return what stands for *value*; what cannot be encoded is equal to nothing."""
    try:
        return digest_of(value)
    except (ValueError, TypeError):
        return os.urandom(16).hex()


def _span(place: str) -> Span:
    line, column, end_line, end_column, path = place.split(" ", 4)
    return Span(path, int(line), int(column), int(end_line), int(end_column))
