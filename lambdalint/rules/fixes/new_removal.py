"""Plans the removal of what a function makes in ``/tmp`` and nothing removes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from lambdalint.model import EffectKind, HoleKind, Phase, Removal, Safety
from lambdalint.rules.fixes.cleanup_plan import Clearing, Plan, settled
from lambdalint.rules.fixes.creation import doings, is_parameter
from lambdalint.rules.fixes.other_uses import is_new_name, may_meet
from lambdalint.rules.fixes.same_spelling import is_spelled_again
from lambdalint.syntax import blocks, known_calls
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.escape import Escape, Fate, escape_of, escape_of_all
from lambdalint.syntax.imports import Names
from lambdalint.syntax.names_in_scope import index_in, is_repeatable, names_read, nodes_in, places_of_binding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.model import Effect, Span
    from lambdalint.rules.fixes.creation import Doing
    from lambdalint.syntax.module import Module, Statement
    from lambdalint.syntax.project import Project

_FILES = frozenset({EffectKind.WRITE, EffectKind.APPEND})
_KINDS = _FILES | {EffectKind.CREATE_DIR}
_READING = frozenset({EffectKind.READ, EffectKind.STORE, EffectKind.EXEC})
_OWN_NAMES = frozenset({"make_archive", "savez", "savez_compressed", "save_pretrained", "to_file", "to_parquet"})
"""Last parts of the names of calls that write several files, or to another name than they are given."""


def plan_removal(project: Project, effects: Sequence[Effect]) -> Plan | None:
    """Return how what *effects*, those of one call, make is removed when its last use is over; None if not known."""
    if not effects or not all(_is_plain(effect) for effect in effects):
        return None
    folder = {effect.kind is EffectKind.CREATE_DIR for effect in effects}
    if len(folder) != 1:
        return None
    making = next((one for one in doings(project, effects) if not _is_given(one)), None)
    if making is None or making.path is None or not is_repeatable(making.module, making.path):
        return None
    return _plan(project, making, making.path, folder=folder.pop())


def _is_plain(effect: Effect) -> bool:
    """Tell whether an effect makes one file or folder under the name that it is given, for one invocation only."""
    lifetime = effect.lifetime
    return (
        lifetime is not None
        and effect.kind in _KINDS
        and effect.phase is Phase.INVOKE
        and lifetime.removed is Removal.NEVER
        and not (lifetime.cached or lifetime.read_by or lifetime.escapes)
        and effect.place.path == effect.place.expression
        and effect.callee.rpartition(".")[2] not in _OWN_NAMES
        and not any(hole.origin.startswith(("mkdtemp", "mkstemp", "TemporaryDirectory")) for hole in effect.place.holes)
    )


def _is_given(doing: Doing) -> bool:
    return isinstance(doing.path, cst.Name) and is_parameter(doing.module, doing.path)


def _plan(project: Project, making: Doing, path: cst.BaseExpression, *, folder: bool) -> Plan | None:
    module = making.module
    function = module.function(making.call)
    block = None if function is None else _home(module, function, path)
    if function is None or block is None:
        return None
    start = index_in(module, block, making.call)
    same = [node for node in _same(module, function, path) if node is not path]
    escape = _escape(project, module, making, path, same)
    if start is None or escape.fate is Fate.LEAVES:
        return None
    uses = [*escape.uses, *same, *_meeting_calls(project, module, function, making)]
    places = [index_in(module, block, use) for use in uses]
    if any(place is None or place < start for place in places):
        return None
    last = max([start, *(place for place in places if place is not None)])
    others = [use for use in uses if _names_path(module, use, path) and making.call not in module.above(use)]
    if all(use is making.call for use in others):
        # Nothing here uses what is made: either nothing does, or what does it is elsewhere.
        return None
    clearing = _clearing(module, block[start], path, making, folder=folder)
    if clearing is None or _is_cleared_around(module, making.call, path):
        return None
    again = is_spelled_again(module, function, path)
    doubtful = again or _is_known_elsewhere(making, function, path) or _doubtful(making, folder=folder)
    safe = escape.fate is Fate.STAYS and not doubtful
    plan = settled(Plan(module, block, start, last, (clearing,), Safety.SAFE if safe else Safety.UNSAFE))
    if plan is None:
        return None
    outside = _used_outside(project, making, plan)
    if outside is not None:
        return None if outside else replace(plan, safety=Safety.UNSAFE)
    return plan


def _names_path(module: Module, use: cst.CSTNode, path: cst.BaseExpression) -> bool:
    """Tell whether *use* is the path itself, or a call that gets it, not the file that was opened by it."""
    return isinstance(use, cst.Call) or module.code(use) == module.code(path)


def _is_known_elsewhere(making: Doing, function: cst.FunctionDef, path: cst.BaseExpression) -> bool:
    """Tell whether the callers of *function* may know the path as well: by what they gave it, or by its result."""
    if making.entry:
        return False
    module = making.module
    names, waiting = set(), names_read(module, path)
    while waiting:
        name = waiting.pop()
        if name.value in names:
            continue
        names.add(name.value)
        if is_parameter(module, name):
            return True
        binding = binding_of(module, name)
        value = None if binding is None else binding.assigned(module)
        inside = binding is not None and function in module.above(binding.target)
        if value is None:
            if inside:
                return True
            continue
        if inside:
            waiting.extend(names_read(module, value))
            if escape_of(module, name).fate is Fate.LEAVES:
                return True
    return False


def _home(module: Module, function: cst.FunctionDef, path: cst.BaseExpression) -> Sequence[Statement] | None:
    """Return the innermost block in which all names of *path* have their values."""
    homes: list[cst.BaseSuite] = [function.body]
    for name in names_read(module, path):
        places = places_of_binding(module, name)
        if places is None or len(places) > 1:
            return None
        for place in places:
            if module.function(place) is not function:
                if function in module.above(place) or module.function(place) is not None:
                    return None
                continue
            homes.append(_suite(module, place) or cst.IndentedBlock([]))
    depths = [sum(1 for _ in module.above(home)) for home in homes]
    home = homes[depths.index(max(depths))]
    return home.body if isinstance(home, cst.IndentedBlock) and home.body else None  # type: ignore[return-value]  # LibCST's own type of a block's statements is wider


def _suite(module: Module, place: cst.CSTNode) -> cst.BaseSuite | None:
    """Return the block in which what *place* binds has its value."""
    for outer in (place, *module.above(place)):
        if isinstance(outer, (cst.For, cst.With, cst.FunctionDef)):
            return outer.body
        if isinstance(outer, cst.SimpleStatementLine):
            block = module.parent(outer)
            return block if isinstance(block, cst.IndentedBlock) else None
        if isinstance(outer, (cst.BaseCompoundStatement, cst.BaseComp, cst.Lambda)):
            return None
    return None


def _same(module: Module, function: cst.FunctionDef, path: cst.BaseExpression) -> list[cst.BaseExpression]:
    """Return the expressions in *function* that are written like *path*; none for a name, whose reads are known."""
    if isinstance(path, cst.Name):
        return []
    code = module.code(path)
    return [node for node in nodes_in(function) if isinstance(node, type(path)) and module.code(node) == code]


def _escape(
    project: Project, module: Module, making: Doing, path: cst.BaseExpression, same: Sequence[cst.BaseExpression]
) -> Escape:
    known = _known_to(project, module, making)
    if isinstance(path, cst.Name):
        return escape_of(module, path, known)
    return escape_of_all(module, (path, *same), known)


def _known_to(project: Project, module: Module, making: Doing) -> Callable[[cst.Call], Fate | None]:
    """Return what is known of calls that are given the path, or what reads it."""
    places = [effect.place for effect in making.effects]

    def known(call: cst.Call) -> Fate | None:
        if known_calls.last_name(call)[:1].isupper():
            # An object of a class, which holds what it is given.
            return Fate.LEAVES
        there = project.effects_at(module.span(call))
        meets = any(may_meet(effect.place, place) for effect in there for place in places)
        return Fate.DOUBTFUL if meets else None

    return known


def _meeting_calls(project: Project, module: Module, function: cst.FunctionDef, making: Doing) -> list[cst.CSTNode]:
    """Return the calls in *function* that do something at the very place, however they spell it."""
    places = {effect.place.path for effect in making.effects}
    spans = {
        effect.span for effect in project.effects_of_file(module.path) if effect.place.path in places and effect.span
    }
    calls = [call for call in map(module.call_at, sorted(spans)) if call is not None]
    return [call for call in calls if module.function(call) is function]


def _used_outside(project: Project, making: Doing, plan: Plan) -> bool | None:
    """Tell whether what is made is surely read outside of the ``try`` of *plan*; None if nothing may read it."""
    module = making.module
    region = _Region(plan)
    entries = {effect.entry for effect in making.effects}
    paths = {effect.place.path for effect in making.effects}
    stores = [effect.lifetime.stored for effect in making.effects if effect.lifetime and effect.lifetime.stored]
    if not all(region.runs(project, step.span) or _is_in_function(making, step.span) for step in stores):
        return True
    found = None
    for effect in project.effects:
        if effect.entry not in entries or effect.kind not in _READING:
            continue
        if any(region.holds(span) for span in (effect.span, *(step.span for step in effect.chain))):
            continue
        if effect.place.path in paths:
            return True
        if any(may_meet(effect.place, one.place) for one in making.effects):
            found = False
    is_unique = all(is_new_name(effect.place) for effect in making.effects)
    return False if found is None and _is_tmp_named_later(module, plan, region, is_unique=is_unique) else found


def _is_in_function(making: Doing, span: Span) -> bool:
    """Tell whether *span* is in the function that makes the file, where its uses are all known."""
    function = making.module.function(making.call)
    around = None if function is None else making.module.span(function)
    return around is not None and span.path == around.path and around.line <= span.line <= around.end_line


class _Region:
    """The statements that a plan puts into ``try``."""

    def __init__(self, plan: Plan) -> None:
        self.module = plan.module
        self.statements = plan.block[plan.first : plan.last + 1]
        self.first = blocks.first_line(self.module, self.statements[0])
        self.last = blocks.last_line(self.module, self.statements[-1])

    def holds(self, span: Span) -> bool:
        """Tell whether *span* is in it."""
        return span.path == self.module.path and self.first <= span.line <= self.last

    def runs(self, project: Project, span: Span) -> bool:
        """Tell whether what stands at *span* is in it, or in a function that it calls by its name."""
        if self.holds(span):
            return True
        other = project.module(span.path) if span.path.endswith(".py") else None
        call = None if other is None else other.call_at(span)
        function = None if other is None or call is None else other.function(call)
        if function is None:
            return False
        calls = [node for one in self.statements for node in nodes_in(one) if isinstance(node, cst.Call)]
        return any(known_calls.last_name(one) == function.name.value for one in calls)


def _is_tmp_named_later(module: Module, plan: Plan, region: _Region, *, is_unique: bool) -> bool:
    """Tell whether the function speaks of the folder behind the ``try``: it may build the same path again.

    Literal paths that are handed to calls as they are do not count where the name *is_unique*.
    """
    function = module.function(plan.block[plan.first])
    end = region.last if function is None else module.span(function).end_line
    text = "".join(module.lines[region.last : end])
    for node in nodes_in(function) if function is not None and is_unique else ():
        if isinstance(node, cst.SimpleString) and module.span(node).line > region.last and _is_whole_path(module, node):
            text = text.replace(module.code(node), "")
    return any(word in text for word in ("/tmp", "tempdir", "listdir", "glob", "scandir", "os.walk"))


def _is_whole_path(module: Module, node: cst.SimpleString) -> bool:
    """Tell whether *node* is a path that a call gets, and that nothing is joined onto."""
    argument = module.parent(node)
    call = module.parent(argument) if isinstance(argument, cst.Arg) else None
    value = node.evaluated_value
    return (
        isinstance(call, cst.Call)
        and known_calls.last_name(call) not in {"join", "joinpath", "Path", "format"}
        and isinstance(value, str)
        and value.startswith("/tmp/")
        and not value.endswith("/")
    )


def _doubtful(making: Doing, *, folder: bool) -> bool:
    kinds = {hole.kind for effect in making.effects for hole in effect.place.holes}
    return folder and HoleKind.UNIQUE not in kinds


def _clearing(
    module: Module, statement: Statement, path: cst.BaseExpression, making: Doing, *, folder: bool
) -> Clearing | None:
    names = Names(module)
    unit = blocks.indent_unit(module, blocks.first_line(module, statement))
    margin = blocks.indentation(module, statement) + unit
    written = module.code(path)
    if "\n" in written:
        return None
    if folder:
        if not isinstance(path, cst.Name):
            return None
        remove = names.of("shutil", "rmtree", statement)
        text = f"{margin}{remove}({written}, ignore_errors=True)\n"
        imports: tuple[tuple[str, str], ...] = (("shutil", "rmtree"),)
    else:
        if isinstance(path, cst.Name) and all(one.callee.startswith("pathlib.") for one in making.effects):
            paths = tuple(sorted({effect.place.path for effect in making.effects}))
            return Clearing(f"{margin}{written}.unlink(missing_ok=True)\n", (path,), paths)
        exists, remove = names.of("os.path", "exists", statement), names.of("os", "remove", statement)
        text = f"{margin}if {exists}({written}):\n{margin}{unit}{remove}({written})\n"
        imports = (("os.path", "exists"), ("os", "remove"))
        if exists is None:
            return None
    if remove is None:
        return None
    paths = tuple(sorted({effect.place.path for effect in making.effects}))
    return Clearing(text, tuple(names_read(module, path)), paths, folder=folder, imports=imports)


def _is_cleared_around(module: Module, call: cst.Call, path: cst.BaseExpression) -> bool:
    """Tell whether a ``finally`` around *call* has *path* already: another would not help."""
    code = module.code(path)
    kind = type(path)
    for outer in module.above(call):
        if isinstance(outer, cst.Try) and outer.finalbody is not None:
            nodes = nodes_in(outer.finalbody)
            if any(isinstance(node, kind) and module.code(node) == code for node in nodes):
                return True
    return False
