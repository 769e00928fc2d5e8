"""Plans the move of a removal that some ways skip into a ``finally`` clause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from lambdalint.model import EffectKind, Safety
from lambdalint.rules.fixes.cleanup_plan import Clearing, Plan, settled
from lambdalint.rules.fixes.creation import Doing, doings, is_parameter
from lambdalint.syntax import blocks, known_calls, try_finally
from lambdalint.syntax.context_managers import text_at
from lambdalint.syntax.imports import Names
from lambdalint.syntax.names_in_scope import bound_before, index_in, names_read, nodes_in, places_of_binding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.model import Effect, Span
    from lambdalint.syntax.module import Module, Statement
    from lambdalint.syntax.project import Project

_ONE_STEP = frozenset({"mkdir", "makedirs", "mkdtemp", "mkstemp"})
"""Last parts of the names of calls that have made nothing if they fail."""
_TESTS = frozenset({"exists", "isfile", "isdir", "is_file", "is_dir", "lexists"})
_REMOVING = frozenset({"remove", "removedirs", "rmdir"})
_ASKING = frozenset(
    {"debug", "error", "glob", "iterdir", "info", "join", "listdir", "exception", "Path", "print", "str", "warning"}
)
"""Calls that do no harm in a function that removes something."""
_MODULES = frozenset({"os", "shutil", "contextlib", "pathlib", "Path"})
_TOLERANT = frozenset({"suppress", "unlink", "rmtree", "cleanup"})


def plan_move(project: Project, effects: Sequence[Effect]) -> Plan | None:
    """Return how the removal of what *effects*, those of one call, make is moved; None where that is not simple."""
    removals = {effect.lifetime.removal for effect in effects if effect.lifetime is not None}
    removal = next(iter(removals), None)
    if len(removals) != 1 or removal is None:
        return None
    found = _pair(project, effects, removal)
    plan = None if found is None else _plan(*found)
    return None if plan is None or _is_left_elsewhere(plan, effects) else plan


def _is_left_elsewhere(plan: Plan, effects: Sequence[Effect]) -> bool:
    """Tell whether the way that skips the removal leaves the function outside of what goes into ``try``."""
    first = blocks.first_line(plan.module, plan.block[plan.first])
    last = blocks.last_line(plan.module, plan.block[plan.last])
    function = plan.module.function(plan.block[plan.first])
    skipped = {effect.lifetime.skipped.span for effect in effects if effect.lifetime and effect.lifetime.skipped}
    own = plan.module.span(function) if function is not None else None
    return any(
        span.path == plan.module.path
        and own is not None
        and own.line <= span.line <= own.end_line
        and not first <= span.line <= last
        for span in skipped
    )


def _pair(
    project: Project, effects: Sequence[Effect], removal: Span
) -> tuple[Doing, Doing, Sequence[Statement], int, int] | None:
    """Return the making and the removing in one function, their block, and which statements of it they are in."""
    removing = [effect for effect in project.effects_at(removal) if effect.kind is EffectKind.DELETE]
    for made in doings(project, effects):
        function = made.module.function(made.call)
        for gone in _clearings(project, removing):
            module = made.module
            if function is None or gone.module is not module or module.function(gone.call) is not function:
                continue
            statement = module.statement(gone.call)
            while statement is not None:
                block = module.block(statement)
                index = index_in(module, block, made.call)
                if index is not None:
                    place = list(block).index(statement)
                    return (made, gone, block, index, place) if index < place else None
                outer = module.statement(module.parent(block[0]) or statement)
                if isinstance(outer, cst.Try) and _is_last_resort(module, outer, gone):
                    statement = outer
                    continue
                statement = outer if outer is not None and _is_removal_only(outer) else None
    return None


def _clearings(project: Project, removing: Sequence[Effect]) -> Iterator[Doing]:
    """Yield the removal seen from its function, and from the callers of functions that do nothing else."""
    for gone in doings(project, removing):
        yield gone
        function = gone.module.function(gone.call)
        calls = [] if function is None else [node for node in nodes_in(function.body) if isinstance(node, cst.Call)]
        if not all(known_calls.last_name(call) in _REMOVING | _ASKING | _TESTS | _TOLERANT for call in calls):
            return


def _is_last_resort(module: Module, statement: cst.Try, gone: Doing) -> bool:
    """Tell whether *statement* has no other clause than ``finally``, and the removal in that."""
    return (
        statement.finalbody is not None
        and not statement.handlers
        and statement.orelse is None
        and statement.finalbody in module.above(gone.call)
    )


def _is_removal_only(statement: Statement) -> bool:
    """Tell whether a compound statement does nothing but to remove something."""
    if isinstance(statement, cst.If):
        calls = [node for node in nodes_in(statement.test) if isinstance(node, cst.Call)]
        tests = isinstance(statement.test, cst.Name) or any(known_calls.last_name(call) in _TESTS for call in calls)
        return statement.orelse is None and tests and _is_alone(statement.body)
    if isinstance(statement, cst.With):
        return all(_is_suppress(item.item) for item in statement.items) and _is_alone(statement.body)
    if isinstance(statement, cst.For):
        return statement.orelse is None and _is_alone(statement.body)
    if isinstance(statement, cst.Try):
        plain = statement.orelse is None and statement.finalbody is None and _is_alone(statement.body)
        return plain and not any(isinstance(node, (cst.Return, cst.Raise)) for node in nodes_in(statement))
    return False


def _is_suppress(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and known_calls.last_name(node) == "suppress"


def _is_alone(body: cst.BaseSuite) -> bool:
    return isinstance(body, cst.IndentedBlock) and len(body.body) == 1


def _plan(made: Doing, gone: Doing, block: Sequence[Statement], start: int, place: int) -> Plan | None:
    module = made.module
    statement = block[place]
    pulling = isinstance(statement, cst.Try) and _is_last_resort(module, statement, gone)
    read = names_read(module, gone.call if pulling else statement)
    names = [name for name in read if not _is_bound_in(module, statement, name)]
    first = start
    after = _is_after(module, block, start, names) or known_calls.last_name(made.call) in _ONE_STEP
    if after:
        first = start + 1
    if pulling:
        assert isinstance(statement, cst.Try), "it was looked at above"
        tolerant = after or _is_tolerant(module, statement, gone.call)
        plan = Plan(module, block, first, place - 1, (), Safety.SAFE, into=statement)
        fits = tolerant and bound_before(module, block, names, range(first, place)) == []
        return settled(plan) if fits and first < place else None
    clearing = _clearing(module, statement, gone, names, place, guarded=not after)
    if clearing is None or first >= place or _is_used_in_handlers(module, statement, names):
        return None
    if _is_meant(module, statement):
        return None
    sure = (gone.direct or after) and not _is_wanted_elsewhere(module, made, names, block[first : place + 1])
    plan = Plan(module, block, first, place - 1, (clearing,), Safety.SAFE if sure else Safety.UNSAFE)
    return _in_try_around(plan, statement, names, clearing) or settled(plan)


_ON_PURPOSE = re.compile(
    r"\b(keep|kept|success\w*|succeed\w*|fail\w*|debug\w*|purpose|inspect\w*|mortem|only)\b", re.IGNORECASE
)


def _is_meant(module: Module, statement: Statement) -> bool:
    """Tell whether a comment at the removal says that it is only for some ways."""
    lines = range(blocks.first_line_with_comments(module, statement), blocks.last_line(module, statement) + 1)
    comments = (module.lines[line - 1].partition("#")[2] for line in lines)
    return any(_ON_PURPOSE.search(comment) for comment in comments)


def _is_wanted_elsewhere(
    module: Module, made: Doing, names: Sequence[cst.Name], statements: Sequence[Statement]
) -> bool:
    """Tell whether a caller, a thread or a handler may want the file after a failure."""
    if isinstance(made.path, cst.Name) and is_parameter(module, made.path):
        return True
    wanted = {name.value for name in names} - _MODULES
    later = [
        node
        for one in statements
        for node in nodes_in(one)
        if isinstance(node, cst.ExceptHandler)
        or (isinstance(node, cst.Call) and known_calls.last_name(node) in known_calls.LATER)
    ]
    return any(name.value in wanted for node in later for name in names_read(module, node))


def _in_try_around(plan: Plan, statement: Statement, names: Sequence[cst.Name], clearing: Clearing) -> Plan | None:
    """Return *plan* with the ``try`` around the removal, if that may as well have the ``finally`` clause."""
    module = plan.module
    outer = module.parent(module.parent(statement) or statement)
    if not isinstance(outer, cst.Try) or outer.body is not module.parent(statement):
        return None
    if outer.orelse is not None or outer.finalbody is not None or plan.end + 1 != len(plan.block):
        return None
    around = list(module.block(outer))
    place = around.index(outer)
    written = {name.value for name in names if places_of_binding(module, name)}
    later = {name.value for one in around[place + 1 :] for name in names_read(module, one)}
    bound = bound_before(module, around, names, range(place, place + 1))
    if bound != [] or (written - _MODULES) & later or not try_finally.can_be_tried(module, plan.block):
        return None
    text = _outdented(plan, clearing.text)
    if text is None:
        return None
    return replace(plan, clearings=(replace(clearing, text=text),), into=outer)


def _outdented(plan: Plan, text: str) -> str | None:
    """Return lines one level less deep; None if that would change a string."""
    unit = blocks.indent_unit(plan.module, blocks.first_line(plan.module, plan.block[0]))
    lines = text.splitlines(keepends=True)
    if any(quotes in text for quotes in ('"""', "'''")) or not all(line.startswith(unit) for line in lines):
        return None
    return "".join(line.removeprefix(unit) for line in lines)


def _is_after(module: Module, block: Sequence[Statement], start: int, names: Sequence[cst.Name]) -> bool:
    """Tell whether the statement that makes it binds what the removal needs."""
    return any(
        index_in(module, block, place) == start for name in names for place in places_of_binding(module, name) or ()
    )


def _is_bound_in(module: Module, statement: Statement, name: cst.Name) -> bool:
    """Tell whether *statement* itself gives *name* its value."""
    places = places_of_binding(module, name) or ()
    within = [place for place in places if statement in (place, *module.above(place))]
    return bool(within) and (len(within) == len(places) or isinstance(statement, cst.For))


def _is_used_in_handlers(module: Module, statement: Statement, names: Sequence[cst.Name]) -> bool:
    """Tell whether a handler around *statement* mentions what the removal removes: it would come too late."""
    wanted = {name.value for name in names} - _MODULES
    function = module.function(statement)
    for outer in module.above(statement):
        if outer is function:
            break
        if isinstance(outer, cst.Try):
            parts = [*outer.handlers, *([outer.finalbody] if outer.finalbody else [])]
            found = {name.value for part in parts for name in names_read(module, part)}
            if found & wanted:
                return True
    return False


def _clearing(
    module: Module, statement: Statement, gone: Doing, names: Sequence[cst.Name], place: int, *, guarded: bool
) -> Clearing | None:
    first, last = blocks.first_line_with_comments(module, statement), blocks.last_line(module, statement)
    text = blocks.indented(module, first, last)
    paths = tuple(sorted({effect.place.path for effect in gone.effects}))
    plain = Clearing(text, tuple(names), paths, moved=place)
    inner = module.statement(gone.call)
    if not guarded or inner is None or _is_tolerant(module, statement, gone.call):
        return plain
    if not isinstance(inner, cst.SimpleStatementLine) or not blocks.owns_its_lines(module, inner):
        return None
    full, last_name = known_calls.qualified_name(module, gone.call), known_calls.last_name(gone.call)
    if full == "shutil.rmtree" and len(gone.call.args) == 1:
        return _with_argument(module, plain, gone.call, first, "ignore_errors=True")
    if last_name == "unlink" and not gone.call.args:
        return _with_argument(module, plain, gone.call, first, "missing_ok=True")
    if full in {"os.remove", "os.unlink", "os.rmdir"} and gone.path is not None and gone.direct:
        return _tested(module, plain, statement, inner, gone.path)
    return plain


def _is_tolerant(module: Module, statement: Statement, call: cst.Call) -> bool:
    """Tell whether the removal is no mistake where there is nothing to remove."""
    if any(one.keyword is not None and one.keyword.value in {"ignore_errors", "missing_ok"} for one in call.args):
        return True
    for outer in module.above(call):
        if (
            isinstance(outer, (cst.If, cst.With, cst.Try))
            and outer is not statement
            and statement not in module.above(outer)
        ):
            break
        if isinstance(outer, (cst.With, cst.Try)):
            return True
        if isinstance(outer, cst.If) and not isinstance(outer.test, cst.Name):
            return True
        if outer is statement:
            break
    return False


def _with_argument(module: Module, plain: Clearing, call: cst.Call, first: int, argument: str) -> Clearing | None:
    """Return *plain* with one more argument of *call*."""
    span = module.span(call)
    if span.line != span.end_line:
        return None
    lines = plain.text.splitlines(keepends=True)
    number = span.end_line - first
    added = len(lines[number]) - len(blocks.lines_of(module, span.end_line, span.end_line))
    column = span.end_column - 2 + added
    separator = ", " if call.args else ""
    lines[number] = f"{lines[number][:column]}{separator}{argument}{lines[number][column:]}"
    return replace(plain, text="".join(lines))


def _tested(
    module: Module, plain: Clearing, statement: Statement, inner: Statement, path: cst.BaseExpression
) -> Clearing | None:
    """Return *plain* with a test for the file around the removal."""
    names = Names(module)
    exists = names.of("os.path", "exists", statement)
    written = text_at(module, module.span(path))
    if exists is None or "\n" in written:
        return None
    unit = blocks.indent_unit(module, blocks.first_line(module, statement))
    first = blocks.first_line_with_comments(module, statement)
    start, end = blocks.first_line(module, inner), blocks.last_line(module, inner)
    margin = blocks.indentation(module, inner) + unit
    removal = "".join(unit + line for line in blocks.indented(module, start, end).splitlines(keepends=True))
    above = "" if start == first else blocks.indented(module, first, start - 1)
    return replace(
        plain,
        text=f"{above}{margin}if {exists}({written}):\n{removal}",
        imports=(("os.path", "exists"),),
    )
