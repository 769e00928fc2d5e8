"""Cuts out arguments, elements, statements and imports of one module, joined to edits that do not meet."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Span
from lambdalint.rules.fixes.other_uses import mentions
from lambdalint.syntax import blocks
from lambdalint.syntax.bindings import binding_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from lambdalint.syntax.module import Module, Statement
    from lambdalint.syntax.project import Project

_Position = tuple[int, int]


class Cuts:
    """What one fix takes out of a module, and what it puts in its place."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._texts: dict[tuple[_Position, _Position], str] = {}
        self._removed: set[Statement] = set()

    def replace(self, node: cst.CSTNode, text: str) -> None:
        """Put *text* in the place of *node*."""
        span = self.module.span(node)
        self._texts[(span.line, span.column), (span.end_line, span.end_column)] = text

    def remove_items(self, items: Sequence[cst.CSTNode], indexes: Collection[int]) -> None:
        """Remove those of *items*, which commas part, at *indexes*: with their lines, if these hold nothing else."""
        last_kept = max((index for index in range(len(items)) if index not in indexes), default=-1)
        for index in indexes:
            start, end = self._extent_of_item(items, index, is_last=index > last_kept)
            self._texts[start, end] = ""

    def _extent_of_item(
        self, items: Sequence[cst.CSTNode], index: int, *, is_last: bool
    ) -> tuple[_Position, _Position]:
        module = self.module
        own = module.span(items[index])
        begins_line = not module.lines[own.line - 1][: own.column - 1].strip()
        after = module.lines[own.end_line - 1][own.end_column - 1 :]
        start, end = (own.line, own.column), (own.end_line, own.end_column)
        if begins_line and re.fullmatch(r"\s*,\s*(#.*)?\s*", after):
            return (own.line, 1), (own.end_line + 1, 1)
        following = None if index + 1 == len(items) else module.span(items[index + 1])
        if following is not None and not is_last and (following.line == own.end_line or index == 0):
            return start, (following.line, following.column)
        if index > 0 and not begins_line:
            previous = module.span(items[index - 1])
            return (previous.end_line, previous.end_column), end
        comma = re.match(r"\s*,", after)
        return start, (own.end_line, own.end_column + (comma.end() if comma else 0))

    def remove_statements(self, statements: Iterable[Statement], *, comments: bool = True) -> bool:
        """Remove *statements*; False, and nothing is done, where one is needed, or has a comment.

        With *comments* as False, those right above may stay without it.
        """
        chosen = set(statements)
        for one in chosen:
            rest = [other for other in self.module.block(one) if other not in self._removed | chosen]
            if not blocks.owns_its_lines(self.module, one) or not rest:
                return False
        begin = blocks.first_line_with_comments if comments else blocks.first_line
        whole = [(begin(self.module, one), blocks.last_line(self.module, one) + 1) for one in chosen]
        if any(self._holds_comment((first, 1), (end, 1)) for first, end in whole):
            return False
        for one in chosen:
            end = blocks.last_line(self.module, one) + 1
            self._texts[(blocks.first_line(self.module, one), 1), (end, 1)] = ""
        self._removed |= chosen
        return True

    def edits(self, further: Iterable[Edit] = ()) -> tuple[Edit, ...] | None:
        """Return the edits, *further* ones before the cut that they fall into; None if a comment would be lost."""
        if any(self._holds_comment(start, end) for start, end in self._texts):
            return None
        whole = [(start, end, text) for (start, end), text in self._texts.items()]
        whole += [_as_range(edit) for edit in further]
        joined: list[tuple[_Position, _Position, str]] = []
        for start, end, text in sorted(whole, key=lambda one: (one[0], one[1])):
            touches = bool(joined) and start == joined[-1][1] and not text and not joined[-1][2]
            if joined and (start < joined[-1][1] or start == joined[-1][0] or touches):
                first, last, there = joined.pop()
                joined.append((first, max(last, end), there + text))
            else:
                joined.append((start, end, text))
        return tuple(
            Edit(Span(self.module.path, *self._without_blank_lines(start, end, text), *end), text)
            for start, end, text in joined
        )

    def _holds_comment(self, start: _Position, end: _Position) -> bool:
        return any(start <= place < end for place in self._comments)

    @cached_property
    def _comments(self) -> Sequence[_Position]:
        """Where the comments of the module begin."""
        found: list[_Position] = []
        waiting: list[cst.CSTNode] = [self.module.tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, cst.Comment):
                span = self.module.span(node)
                found.append((span.line, span.column))
            waiting.extend(node.children)
        return sorted(found)

    def _without_blank_lines(self, start: _Position, end: _Position, text: str) -> _Position:
        """Return where a cut of whole lines between blank ones begins: the blank lines above go, too."""
        lines = self.module.lines
        line = start[0]
        if not text and start[1] == end[1] == 1 and (end[0] > len(lines) or not lines[end[0] - 1].strip()):
            while line > 1 and not lines[line - 2].strip():
                line -= 1
        return line, start[1]


def _as_range(edit: Edit) -> tuple[_Position, _Position, str]:
    span = edit.span
    return (span.line, span.column), (span.end_line, span.end_column), edit.text


def remove_unused(cuts: Cuts, project: Project, nodes: Iterable[cst.CSTNode], left: str = "") -> None:
    """Remove the imports, and the names of paths, that only *nodes*, which are cut out, use.

    What *left*, the code in their place, mentions stays.
    """
    module = cuts.module
    waiting = [name for node in nodes for name in names_in(node)]
    inside = set(waiting)
    while waiting:
        name = waiting.pop()
        if re.search(rf"\b{re.escape(name.value)}\b", left):
            continue
        binding = binding_of(module, name)
        if binding is None or not binding.reads or any(_root(read) not in inside for read in binding.reads):
            continue
        value = binding.assigned(module)
        if isinstance(binding.target, (cst.Import, cst.ImportFrom)):
            _remove_import(cuts, project, binding.target, name.value)
        elif value is not None and _is_path(value) and _remove_constant(cuts, project, binding.target, name.value):
            more = list(names_in(value))
            inside.update(more)
            waiting += more


def _is_path(value: cst.BaseExpression) -> bool:
    """Tell whether *value* is a text, or a path that is made of texts, so that to make it has no effect."""
    if isinstance(value, cst.Call):
        last = value.func.attr if isinstance(value.func, cst.Attribute) else value.func
        names = {"Path", "PurePath", "join", "gettempdir"}
        return isinstance(last, cst.Name) and last.value in names and all(_is_path(one.value) for one in value.args)
    if isinstance(value, cst.BinaryOperation):
        return _is_path(value.left) and _is_path(value.right)
    return isinstance(value, (cst.SimpleString, cst.ConcatenatedString, cst.Name))


def names_in(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Yield the names that *node* looks up; those of attributes and keywords are none."""
    if isinstance(node, cst.Name):
        yield node
    elif isinstance(node, (cst.Attribute, cst.Arg)):
        yield from names_in(node.value)
    else:
        for child in node.children:
            yield from names_in(child)


def _root(node: cst.CSTNode) -> cst.CSTNode:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node


def _remove_import(cuts: Cuts, project: Project, statement: cst.Import | cst.ImportFrom, name: str) -> None:
    module = cuts.module
    line = module.parent(statement)
    names = statement.names
    if not isinstance(line, cst.SimpleStatementLine) or isinstance(names, cst.ImportStar):
        return
    written = blocks.lines_of(module, module.span(line).line, module.span(line).end_line)
    if "noqa" in written or is_imported_from(project, module, name):
        return
    if len(names) == 1:
        cuts.remove_statements([line])
        return
    bound = [(alias.evaluated_alias or alias.evaluated_name).partition(".")[0] for alias in names]
    if bound.count(name) == 1:
        cuts.remove_items(names, [bound.index(name)])


def _remove_constant(cuts: Cuts, project: Project, target: cst.CSTNode, name: str) -> bool:
    module = cuts.module
    statement = module.statement(target)
    if statement is None or (module.function(target) is None and is_imported_from(project, module, name)):
        return False
    return cuts.remove_statements([statement])


def is_imported_from(project: Project, module: Module, name: str) -> bool:
    """Tell whether another file may take *name* from *module*, or the module offers it."""
    path = module.path.partition("::")[0]
    stem = path.rpartition("/")[2].removesuffix(".py")
    if stem == "__init__":
        stem = path.rpartition("/")[0].rpartition("/")[2]
    quoted = re.escape(name)
    offered = re.search(rf"""["']{quoted}["']""", module.text) and "__all__" in module.text
    pattern = (
        rf"\b{re.escape(stem)}\s+import\s*(\([^)]*|[^\n(]*)\b{quoted}\b|\b{re.escape(stem)}\.{quoted}\b"
        rf"|\b{re.escape(stem)}\s+import\s*\*"
    )
    return bool(offered) or mentions(project, pattern, except_in=module.path)
