"""Runs branches, loops and exception handlers: every way is run from the same state, and their outcomes are joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import conditions, evaluate, execute, narrowing
from lambdalint.flow.containers import elements, known_items
from lambdalint.flow.frames import Loop
from lambdalint.flow.machine import Refused
from lambdalint.flow.values import FALSE, TRUE, UNKNOWN, Text, Value, configuration_hole, widened

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.machine import Machine
    from lambdalint.flow.store import Changes
    from lambdalint.model import Hole

_MOST_UNROLLED = 6
_PASSES = 3
_OS_ERRORS = frozenset({"OSError", "IOError", "EnvironmentError", "PermissionError", "WindowsError", "error"})
_ANY_ERROR = frozenset({"Exception", "BaseException"})
_LARGEST_GENERIC_TRY = 3
_REPORTING = frozenset(
    {"print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print_exc"}
)


def run_if(machine: Machine, node: ir.If) -> bool:
    """Run the branch that the condition selects, or both."""
    tested = evaluate.expression(machine, node.test)
    outcome = conditions.truth(machine, tested)
    if outcome in (TRUE, FALSE):
        narrowing.assume(machine, node.test, holds=outcome == TRUE)
        return execute.block(machine, node.body if outcome == TRUE else node.orelse)
    ways: list[Callable[[], bool]] = [
        lambda: _assuming(machine, node.test, node.body, holds=True),
        lambda: _assuming(machine, node.test, node.orelse, holds=False),
    ]
    hole = configuration_hole(tested)
    if hole is None:
        return _alternatives(machine, ways)
    machine.configured.append(hole)
    try:
        return _alternatives(machine, ways, chosen_by=hole)
    finally:
        machine.configured.pop()


def _assuming(machine: Machine, test: ir.Expr, body: tuple[ir.Stmt, ...], *, holds: bool) -> bool:
    narrowing.assume(machine, test, holds=holds)
    return execute.block(machine, body)


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
            for name in case.names:
                execute.bind_name(machine, name, subject)
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
    try:
        for number, iteration in enumerate(iterations):
            before = store.changes(start)
            loop.continues.clear()
            live = iteration()
            ends = [store.changes(start)] if live else []
            ends += loop.continues
            if not exact and (may_skip or number > 0):
                ends.append(before)
            store.undo(start)
            if not ends:
                goes_on = False
                break
            store.merge(ends)
            after = store.changes(start)
            if not exact and after == before and number > 0:
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
    return bool(outcomes)


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


def run_try(machine: Machine, node: ir.Try) -> bool:
    """Run a ``try`` statement; a handler starts from what its body may have done before it failed."""
    store = machine.store
    frame = machine.frame
    start = store.mark()
    first_return = len(frame.returns)
    expected = any(_expects_failure(node, handler) for handler in node.handlers)
    machine.fallbacks += expected
    live = False
    try:
        live = execute.block(machine, node.body)
    except Refused:
        if not expected:
            raise
    finally:
        machine.fallbacks -= expected
    body = store.changes(start)
    outcomes: list[Changes] = []
    if live and execute.block(machine, node.orelse):
        outcomes.append(store.changes(start))
    for handler in node.handlers:
        store.undo(start)
        store.merge([{}, body])
        for expression in handler.types:
            evaluate.expression(machine, expression)
        if handler.name:
            execute.bind_name(machine, handler.name, UNKNOWN)
        if execute.block(machine, handler.body):
            outcomes.append(store.changes(start))
    store.undo(start)
    if not node.final:
        store.merge(outcomes)
        return bool(outcomes)
    _run_final_before_returns(machine, node, first_return, start)
    store.merge(outcomes or [body])
    ends = execute.block(machine, node.final)
    return ends and bool(outcomes)


def _run_final_before_returns(machine: Machine, node: ir.Try, first: int, start: int) -> None:
    """A ``return`` in the body passes through ``finally`` on its way out."""
    store = machine.store
    frame = machine.frame
    passing = frame.returns[first:]
    del frame.returns[first:]
    for value, changes in passing:
        store.apply(changes)
        if execute.block(machine, node.final):
            frame.returns.append((value, store.changes(frame.mark)))
        store.undo(start)


def _expects_failure(node: ir.Try, handler: ir.Handler) -> bool:
    """Tell whether a handler is a way to go on where the file system refuses.

    One for ``OSError`` is, unless it raises, or only reports and returns. One for any exception is only where the body
    is short and the handler takes another way or ignores the failure on purpose: most others report a failed request.
    """
    names = {_last_name(expression) for expression in handler.types}
    if _raises(handler.body):
        return False
    returns = any(isinstance(statement, ir.Return) for statement in handler.body)
    ignores = not handler.body
    does_more = any(not _only_reports(statement, handler.name) for statement in handler.body)
    if names & _OS_ERRORS:
        return ignores or does_more or not returns
    if not names or names & _ANY_ERROR:
        assigns = any(isinstance(statement, (ir.Assign, ir.With)) for statement in handler.body)
        return len(node.body) <= _LARGEST_GENERIC_TRY and not returns and (ignores or assigns)
    return False


def _last_name(expression: ir.Expr) -> str:
    if isinstance(expression, ir.Name):
        return expression.id
    return expression.name if isinstance(expression, ir.Attr) else ""


_REFUSALS = frozenset({"EROFS", "EACCES", "EPERM"})


def _raises(body: tuple[ir.Stmt, ...]) -> bool:
    """Tell whether a handler raises; one that asks for the error of a read-only place knows what to do with it."""
    for statement in body:
        if isinstance(statement, ir.Raise):
            return True
        if isinstance(statement, ir.If):
            if any(name in _REFUSALS for name in _names_in(statement.test)):
                return False
            if _raises(statement.body) or _raises(statement.orelse):
                return True
    return False


def _names_in(expression: ir.Expr) -> list[str]:
    if isinstance(expression, ir.Compare):
        return [name for part in (expression.left, *expression.rights) for name in _names_in(part)]
    if isinstance(expression, ir.Bool):
        return [name for part in expression.values for name in _names_in(part)]
    if isinstance(expression, ir.Seq):
        return [name for part in expression.items for name in _names_in(part)]
    return [_last_name(expression)]


def _only_reports(statement: ir.Stmt, error: str) -> bool:
    """Tell whether a statement of a handler says no more than that there was an error."""
    if isinstance(statement, ir.Return):
        value = statement.value
        if isinstance(value, ir.Call):
            return any(isinstance(part, ir.Name) and part.id == error for part in _inside(value))
        return value is None or isinstance(value, (ir.DictDisplay, ir.Seq)) or _is_scalar(value)
    if isinstance(statement, (ir.Continue, ir.Break)):
        return True
    if isinstance(statement, ir.ExprStmt) and isinstance(statement.value, ir.Call):
        return _last_name(statement.value.func) in _REPORTING
    return False


def _is_scalar(value: ir.Expr) -> bool:
    return isinstance(value, ir.Const) and not isinstance(value.value, str)


def _inside(call: ir.Call) -> list[ir.Expr]:
    """Return the arguments of a call, and those of calls and formatted strings among them."""
    found: list[ir.Expr] = []
    waiting: list[ir.Expr] = [*call.args, *(value for _, value in call.keywords)]
    while waiting:
        part = waiting.pop()
        found.append(part)
        if isinstance(part, ir.Call):
            waiting.extend([*part.args, *(value for _, value in part.keywords)])
        elif isinstance(part, ir.Join):
            waiting.extend(part.parts)
        elif isinstance(part, ir.DictDisplay):
            waiting.extend(part.values)
    return found
