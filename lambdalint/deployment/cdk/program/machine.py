"""The state of a run: how far it may go, which modules it has entered, and what it has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.program import attributes, calls, expressions, statements
from lambdalint.deployment.cdk.program.source import module_path
from lambdalint.deployment.cdk.program.values import (
    UNKNOWN,
    Cells,
    Constant,
    Exhausted,
    Frame,
    FunctionValue,
    Key,
    Made,
    ModuleValue,
    Raised,
    Value,
    absolute_text,
    join,
)
from lambdalint.model import Span

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Sequence

    from lambdalint.deployment.cdk.program.arguments import Arguments, Site
    from lambdalint.deployment.cdk.program.source import Sources
    from lambdalint.model import Tree

MAX_STEPS = 150_000
MAX_DEPTH = 110
MAX_MADE = 2_000
MAX_MODULES = 500
"""Bounds of one run: its steps, how deep evaluations are nested, the functions it makes, and the modules it enters."""

Outcome = str
"""How a statement ends: ``next``, ``break``, ``continue``, ``return`` or ``raise``."""


class _Change(msgspec.Struct, eq=False):
    cells: Cells
    key: Key
    before: Value | None


class Machine(msgspec.Struct, eq=False):
    """One run of a program; *directory* is where it runs, *context* what ``cdk.json`` gives it."""

    sources: Sources
    main: str
    directory: str | None
    folders: tuple[str, ...]
    context: dict[str, Value] = msgspec.field(default_factory=dict)
    left: int = MAX_STEPS
    modules: dict[str, ModuleValue] = msgspec.field(default_factory=dict)
    made: list[Made] = msgspec.field(default_factory=list)
    visited: set[tuple[str, int, int]] = msgspec.field(default_factory=set)
    entered: set[tuple[str, int]] = msgspec.field(default_factory=set)
    skipped: list[tuple[str, int, int]] = msgspec.field(default_factory=list)
    added_to_unknown: set[str] = msgspec.field(default_factory=set)
    calls: list[ast.AST] = msgspec.field(default_factory=list)
    _depth: int = 0
    _changes: list[list[_Change]] = msgspec.field(default_factory=list)
    _new: list[set[int]] = msgspec.field(default_factory=list)

    @property
    def tree(self) -> Tree:
        """The files of the project."""
        return self.sources.tree

    def step(self) -> None:
        """Count a step; the run ends where there are too many."""
        self.left -= 1
        if self.left < 0:
            raise Exhausted

    def evaluate(self, node: ast.expr | None, frame: Frame) -> Value:
        """Return the value of an expression."""
        if node is None:
            return UNKNOWN
        self.step()
        if self._depth >= MAX_DEPTH:
            return UNKNOWN
        self._depth += 1
        try:
            return expressions.evaluate(self, node, frame)
        finally:
            self._depth -= 1

    def attribute(self, of: Value, name: str) -> Value:
        """Return an attribute of a value."""
        return attributes.attribute(self, of, name)

    def call(self, callee: Value, arguments: Arguments, site: Site) -> Value:
        """Return what a call returns."""
        self.step()
        if self._depth >= MAX_DEPTH:
            return UNKNOWN
        self._depth += 1
        try:
            return calls.call(self, callee, arguments, site)
        finally:
            self._depth -= 1

    def execute(self, body: Sequence[ast.stmt], frame: Frame) -> Outcome:
        """Run statements up to the first that leaves the block."""
        if self._depth >= MAX_DEPTH:
            return "next"
        self._depth += 1
        try:
            for statement in body:
                self.step()
                try:
                    outcome = statements.execute(self, statement, frame)
                except Raised:
                    return "raise"
                if outcome != "next":
                    return outcome
        finally:
            self._depth -= 1
        return "next"

    def store(self, cells: Cells, key: Key, value: Value | None) -> None:
        """Set a cell, or empty it, so that an alternative can take it back."""
        if self._changes and id(cells) not in self._new[-1]:
            self._changes[-1].append(_Change(cells, key, cells.get(key)))
        if value is None:
            cells.pop(key, None)
        else:
            cells[key] = value

    def create(self, cells: Cells) -> None:
        """Note *cells* as those of an object that is only there in the alternative that runs now."""
        if self._new:
            self._new[-1].add(id(cells))

    def alternatives(self, *branches: Callable[[], Outcome]) -> Outcome:
        """Run *branches* of which only one is run in truth, and join what they leave; return how they may end."""
        outcomes: list[Outcome] = []
        results: list[dict[tuple[int, Key], tuple[_Change, Value | None]]] = []
        for branch in branches:
            self._changes.append([])
            self._new.append(set())
            try:
                outcomes.append(branch())
            finally:
                log = self._changes.pop()
                new = self._new.pop()
                if self._new:
                    self._new[-1] |= new
                final: dict[tuple[int, Key], tuple[_Change, Value | None]] = {}
                for change in log:
                    final.setdefault((id(change.cells), change.key), (change, change.cells.get(change.key)))
                for change in reversed(log):
                    if change.before is None:
                        change.cells.pop(change.key, None)
                    else:
                        change.cells[change.key] = change.before
            results.append(final)
        alive = [result for result, outcome in zip(results, outcomes, strict=True) if outcome != "raise"] or results
        for cell in dict.fromkeys(cell for result in alive for cell in result):
            change = next(result[cell][0] for result in alive if cell in result)
            before = change.cells.get(change.key)
            ends = [result[cell][1] if cell in result else before for result in alive]
            known = [end for end in ends if end is not None]
            absent = len(known) < len(ends)
            joined = join([*known, UNKNOWN] if absent else known) if known else None
            self.store(change.cells, change.key, joined)
        return next((one for one in ("next", "continue", "break", "return") if one in outcomes), "raise")

    def load(self, name: str, within: str | None = None) -> ModuleValue | None:
        """Return the module of the project with a dotted *name*, entered with the packages that it lies in.

        *within* is the folder that the name starts from, if that is known.
        """
        parts = name.split(".")
        found: ModuleValue | None = None
        path = module_path(self.tree, self.folders if within is None else (within,), name)
        if path is None or len(parts) > MAX_DEPTH:
            return None
        # All parts of a name are in one folder, where the first one is found with the rest.
        stem = path.removesuffix("/__init__.py").removesuffix(".py")
        folder = stem[: len(stem) - len(name)].rstrip("/")
        for count in range(1, len(parts) + 1):
            part = ".".join(parts[:count])
            found = self.enter(module_path(self.tree, (folder,), part) or path, part, folder)
        return found

    def enter(self, path: str, name: str, folder: str) -> ModuleValue:
        """Return the module at *path*, run at the first time."""
        module = self.modules.get(path)
        if module is not None:
            return module
        module = ModuleValue(path, name, folder)
        if len(self.modules) >= MAX_MODULES:
            return module
        self.modules[path] = module
        source = self.sources.get(path) if path.endswith(".py") else None
        if source is not None:
            cells = module.cells
            cells["__file__"] = Constant(absolute_text(path))
            cells["__name__"] = Constant(name)
            # What a module does happens once, whatever its import depends on.
            state, self._changes, self._new = (self._changes, self._new), [], []
            try:
                self.execute(source.module.body, Frame(cells, module))
            finally:
                self._changes, self._new = state
        return module

    def span(self, node: ast.expr | ast.keyword | ast.stmt, frame: Frame) -> Span:
        """Return where *node*, of the module of *frame*, stands."""
        source = self.sources.get(frame.module.path)
        if source is None:
            raise Exhausted
        return source.span(node)

    def span_of_function(self, function: FunctionValue) -> Span:
        """Return where a function is defined."""
        node = function.node
        return Span.point(function.frame.module.path, node.lineno)

    def skip(self, body: Sequence[ast.stmt], frame: Frame) -> None:
        """Note that the statements *body* are not run, for a reason that is known."""
        if body:
            last = body[-1]
            self.skipped.append((frame.module.path, body[0].lineno, last.end_lineno or last.lineno))

    def record(self, made: Made, place: Span) -> None:
        """Note a construct that the program makes by the call at *place*."""
        if len(self.made) >= MAX_MADE:
            raise Exhausted
        self.visited.add((place.path, place.line, place.column))
        self.made.append(made)
