"""What fixes may look at beyond one finding: the other files, and what all calls do."""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from lambdalint.model.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lambdalint.catalogue.user_rows import EncodedRows
    from lambdalint.model import Effect, Function, FunctionPackage, Span, Tree
    from lambdalint.syntax.module import Module

TmpExpression = Literal["gettempdir", "literal"]
"""How fixes write the folder for temporary files: ``tempfile.gettempdir()``, or ``"/tmp"``."""

_MOST_CHARACTERS = 120_000
"""Of files that are kept as concrete syntax, which takes a hundred times as much room."""


class Project:
    """The analysed project, for fixes.

    ``packages`` are there only where a rule judges them. ``catalogue_rows`` are the user's own rows, as settings hold
    them. A *tree* that is watched notes what is looked at.
    """

    def __init__(
        self,
        tree: Tree,
        effects: Sequence[Effect],
        packages: Mapping[str, FunctionPackage],
        text_of: Callable[[str], str | None],
        tmp_expression: TmpExpression = "gettempdir",
        functions: Sequence[Function] = (),
        catalogue_rows: EncodedRows = (),
    ) -> None:
        self.tree = tree
        self.tmp_expression = tmp_expression
        self.catalogue_rows = catalogue_rows
        self._effects = effects
        self._packages = packages
        self._text_of = text_of
        self._functions = {function.name: function for function in functions}
        self._modules: dict[str, Module | None] = {}
        self._watched = tree if isinstance(tree, Watched) else None

    @property
    def effects(self) -> Sequence[Effect]:
        """The effects of all files."""
        self._note("E:")
        return self._effects

    @property
    def packages(self) -> Mapping[str, FunctionPackage]:
        """What functions ship, by their names."""
        self._note("P:")
        return self._packages

    @property
    def functions(self) -> Mapping[str, Function]:
        """The deployed functions, by their names."""
        self._note("F:")
        return self._functions

    def _note(self, question: str) -> None:
        if self._watched is not None:
            self._watched.note(question)

    def text_of(self, path: str) -> str | None:
        """Return the text of the file at *path*, or of code in a template; None if it cannot be had."""
        self._note(f"t:{path}")
        return self._text_of(path)

    def module(self, path: str) -> Module | None:
        """Return the Python file at *path* as concrete syntax; None if it cannot be had."""
        self._note(f"t:{path}")
        if path in self._modules:
            self._modules[path] = module = self._modules.pop(path)
            return module
        from lambdalint.syntax.module import Module

        text = self._text_of(path)
        self._modules[path] = module = None if text is None else Module.parse(path, text)
        return module

    def let_go(self) -> None:
        """Keep only the files that were asked for last; the caller holds no node of any.

        A fix looks at its own file, the findings of which follow each other, and at few others, often at the same.
        """
        sizes = [(path, len(module.text)) for path, module in self._modules.items() if module is not None]
        surplus = sum(size for _, size in sizes) - _MOST_CHARACTERS
        if surplus < _MOST_CHARACTERS:
            return
        for path, size in sizes:
            if surplus > 0:
                del self._modules[path]
                surplus -= size
        gc.collect()  # scopes and what is bound in them refer to each other

    def matching(self, names: tuple[str, ...], pattern: str) -> Iterator[tuple[str, str]]:
        """Yield the path and the text of each file that is named like one of the globs *names* and matches *pattern*.

        What is concluded from it must rest on the files that are yielded alone.
        """
        tree, found = self.tree, list[str]()
        if self._watched is not None:
            tree = self._watched.plain
            self._watched.search(names, pattern, found)
        search = re.compile(pattern).search
        for path in tree.named(*names):
            text = self._text_of(path)
            if text is not None and search(text):
                found.append(path)
                self._note(f"t:{path}")
                yield path, text

    def effects_at(self, span: Span) -> tuple[Effect, ...]:
        """Return all effects of the call at *span*, of every way that leads there."""
        self._note(f"A:{span.line} {span.column} {span.end_line} {span.end_column} {span.path}")
        return tuple(self._by_span.get(span, ()))

    def effects_of_file(self, path: str) -> tuple[Effect, ...]:
        """Return the effects of the calls in the file at *path*, in their order."""
        self._note(f"O:{path}")
        return self._by_file.get(path, ())

    @cached_property
    def _by_file(self) -> Mapping[str, tuple[Effect, ...]]:
        found: defaultdict[str, list[Effect]] = defaultdict(list)
        for effect in self._effects:
            found[effect.span.path].append(effect)
        return {path: tuple(sorted(there, key=lambda effect: effect.span)) for path, there in found.items()}

    @cached_property
    def _by_span(self) -> Mapping[Span, Sequence[Effect]]:
        found: defaultdict[Span, list[Effect]] = defaultdict(list)
        for effect in self._effects:
            found[effect.span].append(effect)
        return found
