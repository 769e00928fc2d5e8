"""Which expressions are rewritten, so that all paths of a group move together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from msgspec.structs import replace

from lambdalint.model import Base, EffectKind
from lambdalint.rules.fixes.new_place import NewPlace
from lambdalint.rules.fixes.path_arguments import in_command
from lambdalint.rules.fixes.path_destinations import destinations_of
from lambdalint.rules.fixes.path_origins import Stage, origins_of
from lambdalint.rules.fixes.path_reads import reads_of, same_reads
from lambdalint.rules.fixes.same_text import unexplained_texts
from lambdalint.rules.read_only import by_command
from lambdalint.syntax.imports import Names
from lambdalint.syntax.known_calls import last_name
from lambdalint.syntax.names_in_scope import nodes_in
from lambdalint.syntax.path_expressions import Anchor, Form, form_of, head_of
from lambdalint.syntax.path_relocation import Relocator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambdalint.model import Edit, Effect, Span
    from lambdalint.rules.fixes.path_destinations import Destinations, Use
    from lambdalint.rules.fixes.path_origins import Origin
    from lambdalint.rules.fixes.relocation_group import Group
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project

_ANCHORS: dict[Base, tuple[Anchor | None, ...]] = {
    Base.TASK: (Anchor.RELATIVE, Anchor.CODE, None),
    Base.PACKAGE: (Anchor.CODE,),
    Base.HOME: (Anchor.HOME,),
}
"""What a path at each place may start from; None where that is only known to be a relative path."""
_READS = (cst.Name, cst.Attribute, cst.Subscript)
_CHOICES = (cst.Await, cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr)
"""Expressions whose value may come from several places, or that bind a name."""
_ABOUT = frozenset(
    {"access", "chmod", "chown", "exists", "getsize", "is_dir", "is_file", "isdir", "isfile", "lexists", "remove"}
    | {"rmdir", "rmtree", "stat", "unlink", "utime"}
)
"""Calls that do not look at a file's content."""


class Plan(msgspec.Struct):
    """Which expressions are rewritten, so that all paths of a group move."""

    project: Project
    group: Group
    is_safe: bool = True
    read_back: bool = False
    chosen: dict[int, tuple[Stage, Anchor, Form]] = msgspec.field(default_factory=dict)
    _origins: list[tuple[Effect, Origin]] = msgspec.field(default_factory=list)
    _commands: set[Span] = msgspec.field(default_factory=set)
    _exact: set[int] = msgspec.field(default_factory=set)

    def make(self) -> bool:
        """Choose the expressions; tell whether that is possible."""
        for effect in self.group.effects:
            if by_command(effect):
                continue
            origins = origins_of(self.project, effect)
            if origins is None:
                return False
            for origin in origins:
                if origin.anchor not in _ANCHORS.get(effect.place.base, ()):
                    return False
                self._origins.append((effect, origin))
                self._exact |= {id(stage.node) for stage in origin.stages if stage.whole}
        if len({origin.anchor or Anchor.RELATIVE for _, origin in self._origins}) != 1:
            return False
        if not all(self._choose(origin, origin.anchor or Anchor.RELATIVE) for _, origin in self._origins):
            return False
        return self._is_whole() and self._choose_alike() and self._texts_are_known() and self._is_right_there()

    def _choose(self, origin: Origin, anchor: Anchor) -> bool:
        """Choose the stage of *origin* to rewrite: the first one in the way of the value that is possible."""
        if any(id(stage.node) in self.chosen for stage in origin.stages):
            return True
        form = origin.form
        bare = _bare_base(origin)
        for stage in reversed(origin.stages):
            form = form_of(stage.module, stage.node) or form
            if stage is bare or isinstance(stage.node, _CHOICES):
                continue
            if anchor is Anchor.RELATIVE and origin.anchor is None and isinstance(stage.node, _READS):
                self.is_safe = False
                return self._rewrite_reads(same_reads(stage), anchor, form)
            if anchor is Anchor.RELATIVE and stage.is_fragment and not _ends_in_separator(stage):
                continue
            found = destinations_of(self.project, stage.module, stage.node, form)
            is_own = id(stage.node) in self._exact
            is_closed = is_own and stage is origin.stages[-1] and origin.anchor is not None
            if any(self._is_foreign(use, is_own=is_own, is_closed=is_closed) for use in found.uses):
                if is_closed:
                    return False
                continue
            if found.lost:
                if is_own:
                    return False
                continue
            self._note(found)
            if found.kept:
                if anchor is Anchor.RELATIVE and self._split(stage, anchor, form):
                    return True
                continue
            if found.given:
                self.is_safe = False
                self._commands |= {stage.module.span(call) for call in _calls(stage.module, found.given)}
            self.chosen[id(stage.node)] = (stage, anchor, form)
            return True
        return False

    def _note(self, found: Destinations) -> None:
        spans = {effect.span for effect in self.group.effects}
        self.read_back = (
            self.read_back
            or bool(found.given)
            or any(use.module.span(use.call) not in spans and last_name(use.call) not in _ABOUT for use in found.uses)
        )

    def _is_foreign(self, use: Use, *, is_own: bool, is_closed: bool) -> bool:
        """Tell whether *use* is one of a path that does not belong to the group.

        ``is_own``: what was followed is a path of the group. ``is_closed``: it has no other value.
        """
        argument = use.module.span(use.argument)
        there = self.project.effects_at(use.module.span(use.call))
        effects = [one for one in there if one.argument in {None, argument}]
        inside = [one in self.group.effects for one in effects]
        if is_closed:
            return bool(inside) and not any(inside)
        return not is_own if not inside else not all(inside)

    def _split(self, stage: Stage, anchor: Anchor, form: Form) -> bool:
        """Choose those reads of the name that *stage* is assigned to which are paths; others keep their value."""
        return self._rewrite_reads(list(reads_of(stage)), anchor, form)

    def _rewrite_reads(self, reads: Sequence[Stage], anchor: Anchor, form: Form) -> bool:
        """Choose those of *reads* that are used as a path, and only so; tell whether all are understood."""
        for here in reads:
            found = destinations_of(self.project, here.module, here.node, form)
            if found.lost or found.given:
                return False
            if any(self._is_foreign(use, is_own=True, is_closed=True) for use in found.uses):
                return False
            if found.uses and not found.kept:
                self._note(found)
                whole = _lifted(here)
                self.chosen[id(whole.node)] = (whole, anchor, form_of(whole.module, whole.node) or form)
            elif found.uses and not self._split(here, anchor, form):
                return False
        return bool(reads)

    def _is_whole(self) -> bool:
        """Tell whether each effect is moved, once."""
        for _, origin in self._origins:
            if sum(id(stage.node) in self.chosen for stage in origin.stages) != 1:
                return False
        if any(by_command(effect) and effect.span not in self._commands for effect in self.group.effects):
            return False
        spans = [stage.module.span(stage.node) for stage, _, _ in self.chosen.values()]
        spans.sort()
        return all(
            one.path != other.path or (one.end_line, one.end_column) <= (other.line, other.column)
            for one, other in pairwise(spans)
        )

    def _is_right_there(self) -> bool:
        """Tell whether the code makes sense with the files at their new place."""
        chosen = {key: stage for key, (stage, _, _) in self.chosen.items()}
        place = NewPlace(self.project, self.group, self._origins, chosen, drops_tmp=self._drops_tmp())
        right = place.suits(is_read=self.read_back)
        self.is_safe = self.is_safe and not place.is_doubtful
        return right

    def _drops_tmp(self) -> bool:
        """Tell whether all paths of the group lie in a folder ``tmp`` that nothing creates."""
        written = [effect.place.expression.removeprefix("./") for effect in self.group.effects]
        return all(one.startswith("tmp/") and one != "tmp/" for one in written)

    def _choose_alike(self) -> bool:
        """Choose what is written like an expression that is rewritten, in its module; tell whether that is possible.

        Tests for a file have no effects of their own, so that they would be left behind.
        """
        for stage, anchor, form in list(self.chosen.values()):
            whole = _composite(stage)
            if stage.whole or whole is stage.node:
                continue
            code = stage.module.code(whole)
            for other in nodes_in(stage.module.tree):
                if not isinstance(other, type(whole)) or other is whole or stage.module.code(other) != code:
                    continue
                start: cst.BaseExpression = other
                while stage.module.code(start) != stage.module.code(stage.node):
                    head = head_of(stage.module, start)
                    if head is None:
                        return False
                    start = head.node
                self.chosen.setdefault(id(start), (replace(stage, node=start), anchor, form))
                found = destinations_of(self.project, stage.module, start, form)
                if found.kept or found.lost:
                    return False
                self.is_safe = self.is_safe and not found.given
        return True

    def _texts_are_known(self) -> bool:
        nodes = [(stage.module, stage.node) for stage, _, _ in self.chosen.values() if stage.whole]
        nodes += [(stage.module, _composite(stage)) for stage, _, _ in self.chosen.values() if not stage.whole]
        nodes += [(origin.stages[-1].module, origin.stages[-1].node) for _, origin in self._origins]
        modules = {effect.span.path for effect in self.group.effects}
        functions = {id(stage.module.function(stage.node)) for _, origin in self._origins for stage in origin.stages}
        anchor = next(iter(self.chosen.values()))[1]
        for module, string in unexplained_texts(self.project, nodes):
            found = destinations_of(self.project, module, string, Form.TEXT)
            is_path = found.uses and not (found.kept or found.lost or found.given)
            if module.path not in modules and self._is_elsewhere(module, found.uses):
                continue
            if in_command(module, string):
                return False
            if is_path and any(self._is_foreign(use, is_own=True, is_closed=True) for use in found.uses):
                if self._is_made_apart(found.uses):
                    continue
                return False
            if is_path and id(module.function(string)) in functions and anchor is Anchor.RELATIVE:
                self._note(found)
                self.chosen[id(string)] = (Stage(module, string, whole=True), anchor, Form.TEXT)
            else:
                self.is_safe = False
        return True

    def _is_made_apart(self, uses: Iterable[Use]) -> bool:
        """Tell whether *uses* are those of other deployed functions, which make a file of their own."""
        effects = [one for use in uses for one in self.project.effects_at(use.module.span(use.call))]
        makers = {one.entry.function for one in effects if one.kind in {EffectKind.WRITE, EffectKind.RENAME}}
        return all(one.entry.function in makers - self.group.functions for one in effects)

    def _is_elsewhere(self, module: Module, uses: Iterable[Use]) -> bool:
        """Tell whether only other deployed functions run *uses*, or *module*, which holds them."""
        effects = [one for use in uses for one in self.project.effects_at(use.module.span(use.call))]
        effects = effects or list(self.project.effects_of_file(module.path))
        return bool(effects) and not any(one.entry.function in self.group.functions for one in effects)

    def edits(self) -> tuple[Edit, ...] | None:
        """Return the edits of all files."""
        by_module: dict[str, list[tuple[Stage, Anchor, Form]]] = {}
        for one in self.chosen.values():
            by_module.setdefault(one[0].module.path, []).append(one)
        edits: list[Edit] = []
        for _, there in sorted(by_module.items()):
            module = there[0][0].module
            names = Names(module)
            is_literal = self.project.tmp_expression == "literal"
            relocator = Relocator(module, names, is_literal, drops_tmp=self._drops_tmp())
            for stage, anchor, form in sorted(there, key=lambda one: module.span(one[0].node)):
                found = relocator.moved(stage.node, anchor, form, is_folder=not stage.whole)
                if found is None:
                    return None
                edits += found
            edits += names.edits()
        return tuple(edits)


def _bare_base(origin: Origin) -> Stage | None:
    """Return the stage that is the folder of the code or the home by itself, and has a name that says so."""
    last = origin.stages[-1]
    outer = last.module.parent(last.node)
    is_named = isinstance(outer, (cst.Assign, cst.AnnAssign))
    return last if is_named and not last.whole and origin.anchor in {Anchor.CODE, Anchor.HOME} else None


def _composite(stage: Stage) -> cst.BaseExpression:
    """Return the outermost path expression that starts with *stage*."""
    node = stage.node
    for outer in stage.module.above(node):
        if isinstance(outer, (cst.Arg, cst.FormattedStringExpression)):
            continue
        head = head_of(stage.module, outer) if isinstance(outer, cst.BaseExpression) else None
        if head is None or head.node is not node or not isinstance(outer, cst.BaseExpression):
            break
        node = outer
    return node


def _lifted(stage: Stage) -> Stage:
    """Return the text that the read at *stage* is the start of, which is rewritten as a whole; or *stage* itself."""
    module, node = stage.module, stage.node
    for outer in module.above(node):
        if isinstance(outer, cst.FormattedStringExpression):
            continue
        is_text = isinstance(outer, cst.FormattedString) or (
            isinstance(outer, cst.BinaryOperation) and isinstance(outer.operator, cst.Add)
        )
        head = head_of(module, outer) if is_text and isinstance(outer, cst.BaseExpression) else None
        if head is None or head.node is not node or not isinstance(outer, cst.BaseExpression):
            break
        node = outer
    return replace(stage, node=node)


def _ends_in_separator(stage: Stage) -> bool:
    """Tell whether *stage* is a text with a separator at its end, which a name has."""
    outer = stage.module.parent(stage.node)
    if not isinstance(stage.node, cst.SimpleString) or isinstance(outer, cst.BinaryOperation):
        return False
    return str(stage.node.evaluated_value).endswith("/")


def _calls(module: Module, nodes: Iterable[cst.CSTNode]) -> Iterator[cst.Call]:
    """Yield the calls that *nodes* are, or are parts of."""
    for node in nodes:
        call = node if isinstance(node, cst.Call) else module.nearest(node, cst.Call)
        if call is not None:
            yield call
