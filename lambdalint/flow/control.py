"""Runs branches and loops: every way is run from the same state, and their outcomes are joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.facts import ir
from lambdalint.flow import answers, conditions, evaluate, execute, narrowing
from lambdalint.flow.catching import last_name
from lambdalint.flow.containers import elements, known_items
from lambdalint.flow.exits import live, peek, set_live
from lambdalint.flow.frames import Loop
from lambdalint.flow.store import LIVE, PROCESS
from lambdalint.flow.values import (
    FALSE,
    TRUE,
    UNKNOWN,
    Made,
    Opaque,
    Text,
    Value,
    configuration_hole,
    confined,
    join_all,
    widened,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.machine import Condition, Machine
    from lambdalint.flow.store import Changes
    from lambdalint.flow.values import Atom
    from lambdalint.model import Hole

_MOST_UNROLLED = 6
_EXISTENCE = frozenset({"exists", "isfile", "is_file", "isdir", "is_dir", "lexists"})
_PASSES = 3


def run_if(machine: Machine, node: ir.If) -> bool:
    """Run the branch that the condition selects, or both."""
    tested = evaluate.expression(machine, node.test)
    answer = machine.answer
    outcome = conditions.truth(machine, tested)
    if outcome in (TRUE, FALSE):
        narrowing.assume(machine, node.test, holds=outcome == TRUE)
        return execute.block(machine, node.body if outcome == TRUE else node.orelse)
    removed: set[Made] = set()

    def body() -> bool:
        condition = _condition(machine, node.test)
        narrowing.assume(machine, node.test, holds=True)
        answers.of_test(machine, node.test, answer, holds=True)
        before = peek(machine)
        machine.conditions.append(condition)
        try:
            goes_on = execute.block(machine, node.body)
        finally:
            machine.conditions.pop()
        if goes_on and before:
            removed.update(set(before) - set(peek(machine)))
        return goes_on

    def orelse() -> bool:
        narrowing.assume(machine, node.test, holds=False)
        answers.of_test(machine, node.test, answer, holds=False)
        return execute.block(machine, node.orelse)

    ways: list[Callable[[], bool]] = [body, orelse]
    hole = configuration_hole(tested)
    if hole is None:
        goes_on = _alternatives(machine, ways)
    else:
        machine.configured.append(hole)
        try:
            goes_on = _alternatives(machine, ways, chosen_by=hole)
        finally:
            machine.configured.pop()
    if goes_on and removed:
        if not _asks_for_need(node.test, tested):
            # Under the same test as it was made: where it was not made, there is nothing to remove.
            condition = _condition(machine, node.test)
            removed = {made for made in removed if machine.ledger.made_only_under(made, condition)}
        set_live(machine, tuple(made for made in live(machine) if made not in removed))
    return goes_on


def _condition(machine: Machine, test: ir.Expr) -> Condition:
    """Return a test as a value: what it says, without its place, and what its variables hold."""
    known = machine.tests.get(id(test))
    if known is None:
        known = machine.tests[id(test)] = _shape(test)
    said, names = known
    # A test confines what it looks at; the variable holds what it held before.
    return said, tuple([(name, confined(evaluate.lookup(machine, name))) for name in names])


def _shape(test: ir.Expr) -> tuple[str, tuple[str, ...]]:
    """Return what a test says, and the names in it."""
    names: dict[str, None] = {}

    def said(node: object) -> object:
        if isinstance(node, ir.Name):
            names[node.id] = None
        if isinstance(node, tuple):
            return tuple(said(part) for part in node)
        if isinstance(node, msgspec.Struct):
            fields = (name for name in node.__struct_fields__ if name not in ("at", "spans"))
            return (type(node).__name__, *(said(getattr(node, name)) for name in fields))
        return node

    return repr(said(test)), tuple(names)


def _asks_for_need(test: ir.Expr, tested: Value) -> bool:
    """Tell whether a test only asks if there is something to remove: a path that may be None, a flag beside it."""
    if isinstance(test, ir.Unary):
        test = test.value
    if isinstance(test, ir.Bool):
        return all(_asks_for_need(part, ()) for part in test.values)
    if isinstance(test, ir.Compare):
        right = test.rights[0]
        if isinstance(right, ir.Call):  # if "path" in locals()
            return test.ops == ("in",) and last_name(right.func) in {"locals", "vars", "dir"}
        return isinstance(right, ir.Const) and right.value is None
    if isinstance(test, ir.Call):
        return last_name(test.func) in _EXISTENCE
    return isinstance(test, (ir.Name, ir.Attr)) and not any(isinstance(atom, Opaque) for atom in tested)


def _alternatives(machine: Machine, ways: list[Callable[[], bool]], chosen_by: Hole | None = None) -> bool:
    """Run each way and join their outcomes; what differs between them bears the mark of what chose."""
    store = machine.store
    mark = store.mark()
    outcomes: list[Changes] = []
    for way in ways:
        if way():
            outcomes.append(store.changes(mark))
        store.undo(mark)
    if chosen_by is not None and len(outcomes) > 1:
        first, second = outcomes
        for key in first.keys() | second.keys():
            if first.get(key) != second.get(key):
                for outcome in outcomes:
                    if key in outcome:
                        outcome[key] = conditions.configured(outcome[key], chosen_by)
    store.merge(outcomes)
    return bool(outcomes)


def run_match(machine: Machine, node: ir.Match) -> bool:
    """Run every case that may match."""
    subject = evaluate.expression(machine, node.subject)
    ways: list[Callable[[], bool]] = []
    exhaustive = False
    for case in node.cases:
        outcome = TRUE
        if case.values is not None:
            outcomes = [
                conditions.compare(machine, "==", subject, evaluate.expression(machine, value)) for value in case.values
            ]
            outcome = FALSE if all(found == FALSE for found in outcomes) else (TRUE if TRUE in outcomes else UNKNOWN)
        if outcome == FALSE:
            continue

        def run(case: ir.Case = case) -> bool:
            # What is equal to one of known values holds nothing else.
            values = [evaluate.expression(machine, value) for value in case.values or ()]
            for name in case.names:
                execute.bind_name(machine, name, join_all(values) or subject)
            if case.guard is not None and conditions.test(machine, case.guard) == FALSE:
                return False
            return execute.block(machine, case.body)

        ways.append(run)
        if outcome == TRUE and case.guard is None and (case.values is not None or len(case.names) <= 1):
            exhaustive = True
            break
    if not exhaustive:
        ways.append(lambda: True)
    return _alternatives(machine, ways)


def run_while(machine: Machine, node: ir.While) -> bool:
    """Run a ``while`` loop until its state is stable."""
    first = conditions.test(machine, node.test)
    if first == FALSE:
        return execute.block(machine, node.orelse)

    def iteration() -> bool:
        outcome = conditions.test(machine, node.test)
        if outcome == FALSE:
            return False
        narrowing.assume(machine, node.test, holds=True)
        return execute.block(machine, node.body)

    endless = isinstance(node.test, ir.Const) and bool(node.test.value)
    return _loop(machine, [iteration] * _PASSES, node.orelse, may_skip=first != TRUE, endless=endless)


def run_for(machine: Machine, node: ir.For) -> bool:
    """Run a ``for`` loop: item by item over a short known sequence, else until its state is stable."""
    iterated = evaluate.expression(machine, node.iterable)
    items = known_items(machine, iterated)
    if items is not None and len(items) <= _MOST_UNROLLED:
        iterations = [_iteration(machine, node, item) for item in items]
        return _loop(machine, iterations, node.orelse, may_skip=not items, endless=False, exact=True)
    element = elements(machine, iterated) or UNKNOWN
    iterations = [_iteration(machine, node, element)] * _PASSES
    return _loop(machine, iterations, node.orelse, may_skip=True, endless=False)


def _iteration(machine: Machine, node: ir.For, item: Value) -> Callable[[], bool]:
    def run() -> bool:
        execute.assign(machine, node.target, item)
        return execute.block(machine, node.body)

    return run


def _loop(
    machine: Machine,
    iterations: list[Callable[[], bool]],
    orelse: tuple[ir.Stmt, ...],
    *,
    may_skip: bool,
    endless: bool,
    exact: bool = False,
) -> bool:
    store = machine.store
    frame = machine.frame
    start = store.mark()
    loop = Loop(start)
    frame.loops.append(loop)
    goes_on = True
    skipped = store.changes(start)
    present = store.peek(PROCESS, LIVE)
    removed: set[Atom] = set()
    try:
        for number, iteration in enumerate(iterations):
            before = store.changes(start)
            loop.continues.clear()
            store.start_recording()
            try:
                live = iteration()
            finally:
                recording = store.stop_recording()
            ends = [store.changes(start)] if live else []
            ends += loop.continues
            if not exact and (may_skip or number > 0):
                ends.append(before)
            after_one = ends if exact or not ends else ends[: len(ends) - (may_skip or number > 0)]
            removed.update(atom for atom in present if after_one and not _any_keeps(after_one, atom, present))
            store.undo(start)
            if not ends:
                goes_on = False
                break
            store.merge(ends)
            after = store.changes(start)
            if not exact and ((machine.shortcuts and store.holds(recording)) or (after == before and number > 0)):
                # The next iteration would start like this one.
                break
            if not exact and number == len(iterations) - 1:
                _widen(machine, before, after)
    finally:
        frame.loops.pop()
    last = store.changes(start)
    outcomes: list[Changes] = list(loop.breaks)
    normal = (goes_on and not endless) or (may_skip and not goes_on)
    if normal:
        if not goes_on:
            store.undo(start)
            store.apply(skipped)
        if execute.block(machine, orelse):
            outcomes.append(store.changes(start))
    elif not outcomes and not goes_on and may_skip:
        outcomes.append(last)
    store.undo(start)
    store.merge(outcomes)
    if removed and outcomes:
        # A loop over what was made removes it; where it made nothing, there is nothing to remove.
        store.set(PROCESS, LIVE, tuple(atom for atom in store.get(PROCESS, LIVE) or () if atom not in removed))
    return bool(outcomes)


def _any_keeps(ways: list[Changes], atom: Atom, present: Value) -> bool:
    return any(atom in way.get((PROCESS, LIVE), present) for way in ways)


def _widen(machine: Machine, before: Changes, after: Changes) -> None:
    """Let texts that still grow lose what differs."""
    for key, value in after.items():
        old = before.get(key)
        if not old or old == value:
            continue
        texts = [atom.text for atom in value if isinstance(atom, Text)]
        if len(texts) > 2 and any(isinstance(atom, Text) and atom not in old for atom in value):
            rest = tuple(atom for atom in value if not isinstance(atom, Text))
            machine.store.set(key[0], key[1], (*rest, Text(widened(texts))))
