"""Plans for ``try`` with ``finally``: which statements of a block, with which removals, and several of them as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from msgspec.structs import replace

from lambdalint.model import Edit, Fix, Safety, Span
from lambdalint.syntax import blocks, known_calls, try_finally
from lambdalint.syntax.imports import Names
from lambdalint.syntax.names_in_scope import bound_before, nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdalint.syntax.module import Module, Statement


class Clearing(msgspec.Struct, frozen=True):
    """One removal in a ``finally`` clause.

    ``text`` are its lines, one level deeper than the block. ``names`` must be bound before the ``try``. ``moved`` is
    the statement of the block that it takes the place of, if there is one. ``folder`` is the path of a folder that it
    removes with all in it, ``paths`` the paths in all. ``imports`` are members of modules that it needs.
    """

    text: str
    names: tuple[cst.Name, ...]
    paths: tuple[str, ...]
    folder: bool = False
    moved: int | None = None
    imports: tuple[tuple[str, str], ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What a fix does: the statements from ``first`` to ``last`` of ``block`` go into ``try``.

    ``hoisted`` are those of them that go above it, because they bind what the removals need. ``into`` is a ``try``
    statement that serves: the block is its body, and the removals go into a ``finally`` clause of it; or, with no
    removals, the block holds it and its ``finally`` clause has the removal: the statements are pulled into its body.
    """

    module: Module
    block: Sequence[Statement]
    first: int
    last: int
    clearings: tuple[Clearing, ...]
    safety: Safety
    hoisted: tuple[int, ...] = ()
    into: cst.Try | None = None

    @property
    def end(self) -> int:
        """The last statement that it changes."""
        return max([self.last, *(one.moved for one in self.clearings if one.moved is not None)])


def settled(plan: Plan) -> Plan | None:
    """Return *plan* with what must go above the ``try``; None if that cannot be, or the code cannot be put into one."""
    module = plan.module
    if not isinstance(module.parent(plan.block[0]), cst.IndentedBlock) or plan.last < plan.first:
        return None
    if not try_finally.can_be_tried(module, plan.block[plan.first : plan.end + 1]):
        return None
    names = [name for one in plan.clearings for name in one.names]
    needed = bound_before(module, plan.block, names, range(plan.first, plan.last + 1))
    if needed is None or not all(_is_hoistable(plan, index) for index in needed):
        return None
    if plan.first in needed or len(needed) > plan.last - plan.first:
        return None
    return replace(plan, hoisted=tuple(needed))


def _is_hoistable(plan: Plan, index: int) -> bool:
    """Tell whether a statement only gives a name a value, so that it may as well come before the others."""
    statement = plan.block[index]
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    assign = statement.body[0]
    if (
        not isinstance(assign, cst.Assign)
        or len(assign.targets) != 1
        or not isinstance(assign.targets[0].target, cst.Name)
    ):
        return False
    read = [node for node in nodes_in(assign.value) if isinstance(node, cst.Name)]
    within = bound_before(plan.module, plan.block, read, range(plan.first, index))
    return within == [] and _is_only_a_value(plan.module, assign.value)


def _is_only_a_value(module: Module, node: cst.CSTNode) -> bool:
    for one in nodes_in(node):
        if isinstance(one, cst.Call):
            last = known_calls.last_name(one)
            known = known_calls.qualified_name(module, one) in _PURE or last in _PURE_METHODS
            if not known:
                return False
        elif isinstance(one, (cst.Await, cst.Yield, cst.NamedExpr, cst.Lambda, cst.Subscript)):
            return False
    return True


_PURE = frozenset(
    {"os.path.join", "os.path.basename", "builtins.str", "uuid.uuid4", "pathlib.Path", "os.path.splitext"}
)
_PURE_METHODS = frozenset({"format", "replace", "strip", "lower", "upper", "join", "with_suffix", "joinpath"})


def merged(plan: Plan, others: Iterable[Plan]) -> Plan:
    """Return *plan* joined with those of *others* that overlap it in its block, if one ``try`` can serve them all."""
    if plan.into is not None and not plan.clearings:
        return plan
    group = [plan]
    waiting = [other for other in others if other.block is plan.block and other.into is plan.into]
    while True:
        near = [other for other in waiting if any(_overlap(other, one) for one in group)]
        if not near:
            break
        group.extend(near)
        waiting = [other for other in waiting if other not in near]
    together = _joined(group)
    whole = None if together is None else settled(together)
    return plan if whole is None else whole


def _overlap(one: Plan, other: Plan) -> bool:
    return one.first <= other.end and other.first <= one.end


def _joined(group: Sequence[Plan]) -> Plan | None:
    # The same for each of the findings that it mends, so that all of them get the same edits.
    group = sorted(group, key=lambda plan: (plan.first, plan.end, [one.text for one in plan.clearings]))
    clearings: list[Clearing] = []
    for clearing in (one for plan in group for one in plan.clearings):
        if not any(clearing.text == known.text for known in clearings):
            clearings.append(clearing)
    moved = sorted({one.moved for one in clearings if one.moved is not None})
    last = max(plan.last for plan in group)
    if moved:
        if len(moved) != len(clearings) or moved != list(range(moved[0], moved[-1] + 1)):
            return None
        last = moved[0] - 1
        clearings.sort(key=lambda one: one.moved or 0)
    safety = Safety.UNSAFE if any(plan.safety is Safety.UNSAFE for plan in group) else Safety.SAFE
    first = min(plan.first for plan in group)
    return replace(group[0], first=first, last=last, clearings=tuple(_needed(clearings)), safety=safety)


def _needed(clearings: Sequence[Clearing]) -> list[Clearing]:
    """Leave out new removals of what lies in folders that are removed with all in them."""
    folders = [path for one in clearings if one.folder for path in one.paths]
    return [
        one
        for one in clearings
        if one.moved is not None
        or one.folder
        or not one.paths
        or not all(any(path.startswith(f"{folder}/") for folder in folders) for path in one.paths)
    ]


def fix_of(plan: Plan, title: str) -> Fix | None:
    """Return the fix that carries *plan* out; None if a name that it needs means something else there."""
    module = plan.module
    names = Names(module)
    for clearing in plan.clearings:
        for needed in clearing.imports:
            if names.of(*needed, plan.block[plan.first]) is None:
                return None
    footer = "".join(one.text for one in plan.clearings)
    statement = plan.block[plan.first]
    alone = plan.first == plan.last and isinstance(statement, cst.Try) and statement.finalbody is None
    if plan.into is not None:
        edits = _into(plan, plan.into, footer)
        return Fix(title, (*edits, *names.edits()), plan.safety)
    if alone and not any(one.moved is not None for one in plan.clearings):
        assert isinstance(statement, cst.Try)
        edit = try_finally.finally_of(module, statement, footer)
    elif alone:
        assert isinstance(statement, cst.Try)
        edit = try_finally.finally_of(module, statement, footer, until=plan.end)
    else:
        until = plan.end if plan.end > plan.last else None
        inside = range(plan.first, plan.last + 1)
        edit = try_finally.tried(module, plan.block, inside, footer, before=plan.hoisted, until=until)
    return Fix(title, (edit, *names.edits()), plan.safety)


def _into(plan: Plan, statement: cst.Try, footer: str) -> tuple[Edit, ...]:
    """Return the edits that make the ``try`` that there is serve, see ``Plan.into``."""
    module = plan.module
    if not plan.clearings:
        return (try_finally.pulled(module, plan.block, plan.first, statement),)
    first = blocks.first_line_with_comments(module, plan.block[plan.last + 1])
    while not module.lines[first - 2].strip():
        first -= 1
    last = blocks.last_line(module, plan.block[plan.end])
    return Edit(Span(module.path, first, 1, last + 1, 1), ""), try_finally.finally_of(module, statement, footer)
