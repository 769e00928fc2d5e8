"""Whether code that writes where it must not is right with its files below the temporary folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.model import Base, EffectKind, Guard, Phase
from lambdalint.rules.fixes.relocation_group import is_read_back, needs_folder
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.names_in_scope import nodes_in
from lambdalint.syntax.path_expressions import Anchor, anchor_of, head_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.model import Effect
    from lambdalint.rules.fixes.path_origins import Origin, Stage
    from lambdalint.rules.fixes.relocation_group import Group
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project

_CREATING = frozenset({EffectKind.WRITE, EffectKind.CREATE_DIR})
_HOME = re.compile(r"/home/[^/]+/|/root/")


class NewPlace(msgspec.Struct):
    """The files of a group at their new place.

    ``chosen`` are the stages that are rewritten, by the identity of their nodes. ``is_doubtful`` is true after
    ``suits`` where that rests on what is only probable.
    """

    project: Project
    group: Group
    origins: Sequence[tuple[Effect, Origin]]
    chosen: Mapping[int, Stage]
    drops_tmp: bool
    is_doubtful: bool = False

    def suits(self, *, is_read: bool) -> bool:
        """Tell whether the code is right with its files there; ``is_read``: something but an effect reads them."""
        if any(needs_folder(self.group, effect, self._tail(effect, origin)) for effect, origin in self.origins):
            return False
        if any(self._fails_when_there(effect) for effect in self.group.effects):
            return False
        if not self._has_room():
            return False
        if not is_read and not is_read_back(self.group):
            if any(effect.place.base is Base.HOME for effect in self.group.effects):
                # Other programs look for files in the home, and would not find them.
                self.is_doubtful = True
                return all(effect.kind is EffectKind.CREATE_DIR for effect in self.group.effects)
            return all(self._ignores_event(effect) for effect in self.group.effects if effect.kind is EffectKind.WRITE)
        return not self._reads_first()

    def _has_room(self) -> bool:
        """Tell whether nothing else is meant by the new paths: not what a move or copy takes, no folder read whole."""
        there = [
            one
            for one in self.project.effects
            if one.place.base is Base.TMP and one.entry.function in self.group.functions and not one.place.holes
        ]
        for effect, origin in self.origins:
            tail = self._tail(effect, origin)
            new = None if tail is None else f"/tmp/{tail.strip('/')}"
            for other in there:
                old = other.place.path.rstrip("/")
                if new is not None and new != old and not (new.startswith(f"{old}/") and other.kind not in _CREATING):
                    continue
                if other.span == effect.span or effect.kind is EffectKind.RENAME:
                    return False
                self.is_doubtful = True
        return True

    def _tail(self, effect: Effect, origin: Origin) -> str | None:
        if origin.anchor in {Anchor.RELATIVE, None}:
            written = effect.place.expression.removeprefix("./")
            return written.removeprefix("tmp/") if self.drops_tmp else written
        if effect.place.base is Base.HOME:
            home = _HOME.match(effect.place.path)
            return None if home is None else effect.place.path[home.end() :]
        return tail_of(origin, next(stage for stage in origin.stages if id(stage.node) in self.chosen))

    def _fails_when_there(self, effect: Effect) -> bool:
        """Tell whether *effect* fails where an earlier invocation has left its object."""
        module = self.project.module(effect.span.path)
        call = None if module is None else module.call_at(effect.span)
        if module is None or call is None:
            return True
        if effect.kind is EffectKind.CREATE_DIR and Guard.EXIST_OK not in effect.guards:
            return not is_guarded(module, call)
        modes = [one.value for one in call.args if isinstance(one.value, cst.SimpleString)]
        return any("x" in str(mode.evaluated_value) and len(str(mode.evaluated_value)) < 4 for mode in modes)

    def _ignores_event(self, effect: Effect) -> bool:
        """Tell whether nothing of the request can get into what is written."""
        if effect.phase is Phase.INIT:
            return True
        if effect.entry.route is not None or not effect.chain:
            return False
        step = effect.chain[0].span
        module = self.project.module(step.path)
        for node in () if module is None else nodes_in(module.tree):
            assert module is not None, "nodes come from a module"
            if not isinstance(node, cst.FunctionDef):
                continue
            if module.span(node).line == step.line and node.params.params:
                binding = binding_of(module, node.params.params[0].name)
                return binding is not None and not binding.reads
        return False

    def _reads_first(self) -> bool:
        """Tell whether a file is read before the code makes it, so that an earlier invocation's may be meant."""
        makes = [one for one in self.group.effects if one.kind in {EffectKind.WRITE, EffectKind.RENAME}]
        return any(
            not any(make.phase is Phase.INIT or _comes_before(make, read) for make in makes)
            for read in self.group.effects
            if read.kind is EffectKind.READ
        )


def _comes_before(one: Effect, other: Effect) -> bool:
    """Tell whether *one* stands above *other*, in the first function where their ways part."""
    ways = [[*(step.span for step in effect.chain), effect.span] for effect in (one, other)]
    for here, there in zip(ways[0], ways[1], strict=False):
        if here != there:
            return here.path != there.path or here < there
    return len(ways[0]) < len(ways[1])


def tail_of(origin: Origin, chosen: Stage) -> str | None:
    """Return what *origin* joins onto the base that is replaced in *chosen*; None where that is not known."""
    tail = ""
    last = chosen.module.span(chosen.node)
    passed = False
    for stage in origin.stages:
        node = stage.node
        span = stage.module.span(node)
        passed = passed or stage.node is chosen.node
        if passed and not (span.path == last.path and last.line <= span.line and span.end_line <= last.end_line):
            break
        piece = _piece(stage.module, node)
        if piece is None:
            return None
        tail = "/".join(part for part in (piece, tail) if part)
    return tail


def _piece(module: Module, node: cst.BaseExpression) -> str | None:
    """Return the literal text that *node* adds to what it starts with."""
    if isinstance(node, cst.SimpleString):
        text = str(node.evaluated_value)
        return text.removeprefix("/var/task").strip("/") if text.startswith("/var/task") else None
    if anchor_of(module, node) is not None or isinstance(node, (cst.Name, cst.Attribute)):
        return ""
    head = head_of(module, node)
    if head is None:
        return None
    if head.whole:
        return ""
    added: list[cst.BaseExpression] = []
    if isinstance(node, cst.BinaryOperation):
        added = [node.right]
    elif isinstance(node, cst.Call):
        added = [one.value for one in node.args if one.value is not head.node]
    elif isinstance(node, cst.FormattedString):
        parts = node.parts[1:]
        return "".join(part.value if isinstance(part, cst.FormattedStringText) else "x" for part in parts).strip("/")
    if not all(isinstance(one, cst.SimpleString) for one in added):
        return None
    return "/".join(str(one.evaluated_value).strip("/") for one in added if isinstance(one, cst.SimpleString))


def is_guarded(module: Module, call: cst.Call) -> bool:
    """Tell whether *call*, which makes a folder, only runs where there is none, or its failure is caught."""
    for outer in module.above(call):
        if isinstance(outer, cst.If) and any(word in module.code(outer.test) for word in ("exists", "isdir", "is_dir")):
            return True
        if isinstance(outer, cst.Try) and any(
            handler.type is None or module.code(handler.type) in {"FileExistsError", "OSError", "Exception"}
            for handler in outer.handlers
        ):
            return True
        if isinstance(outer, cst.FunctionDef):
            return False
    return False
