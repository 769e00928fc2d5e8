"""Runs ``try`` statements: what handlers start from, and what ``finally`` sees on each way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import answers, evaluate, execute
from lambdalint.flow.catching import ANY_ERROR, last_name, uncaught
from lambdalint.flow.exits import Exits, lead_through, live, passing
from lambdalint.flow.machine import Refused
from lambdalint.flow.store import LIVE, PROCESS
from lambdalint.flow.values import UNKNOWN

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.store import Changes

_OS_ERRORS = frozenset({"OSError", "IOError", "EnvironmentError", "PermissionError", "WindowsError", "error"})
_LARGEST_GENERIC_TRY = 3
_REPORTING = frozenset(
    {"print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print_exc"}
)


def run_try(machine: Machine, node: ir.Try) -> bool:
    """Run a ``try`` statement; a handler starts from what its body may have done before it failed."""
    store = machine.store
    start = store.mark()
    live(machine)
    since = passing(machine.frame)
    outer = Exits()
    machine.exits.append(outer)
    try:
        outcomes, body = _body_and_handlers(machine, node, start)
    finally:
        machine.exits.pop()
    store.undo(start)
    if not node.final:
        machine.exits[-1].absorb(outer)
        answers.merge(machine, outcomes)
        return bool(outcomes)
    lead_through(machine, since, start, lambda: _run_final(machine, node))
    _final_after_exception(machine, node, outer, body, start)
    answers.merge(machine, outcomes or [body])
    ends = _run_final(machine, node)
    return ends and bool(outcomes)


def _run_final(machine: Machine, node: ir.Try) -> bool:
    machine.finals.append(machine.frame.function)
    try:
        return execute.block(machine, node.final)
    finally:
        machine.finals.pop()


def _body_and_handlers(machine: Machine, node: ir.Try, start: int) -> tuple[list[Changes], Changes]:
    """Return the states after body and handlers, and the state where the body ends."""
    store = machine.store
    expected = any(_expects_failure(node, handler) for handler in node.handlers)
    absent = any(_catches_absence(handler) for handler in node.handlers)
    machine.fallbacks += expected
    machine.absence_handled += absent
    live = False
    raised = Exits()
    machine.exits.append(raised)
    try:
        live = execute.block(machine, node.body)
    except Refused:
        if not expected:
            raise
    finally:
        machine.exits.pop()
        machine.fallbacks -= expected
        machine.absence_handled -= absent
    body = store.changes(start)
    outcomes: list[Changes] = []
    if live and execute.block(machine, node.orelse):
        outcomes.append(store.changes(start))
    if not any(_catches_all(handler) for handler in node.handlers):
        types = [expression for handler in node.handlers for expression in handler.types]
        machine.exits[-1].absorb(uncaught(machine, types, raised))
    for handler in node.handlers:
        store.undo(start)
        _fail(machine, body, raised)
        for expression in handler.types:
            evaluate.expression(machine, expression)
        if handler.name:
            execute.bind_name(machine, handler.name, UNKNOWN)
        if execute.block(machine, handler.body):
            outcomes.append(store.changes(start))
    return outcomes, body


def _fail(machine: Machine, body: Changes, raised: Exits) -> None:
    """Enter the state in which an exception leaves a block: what it did in part, and what lies in ``/tmp`` then."""
    store = machine.store
    present = store.get(PROCESS, LIVE) or ()
    store.merge([{}, body])
    at_end = body.get((PROCESS, LIVE), present)
    if raised.points or at_end != present:
        # Where nothing in the block may fail but a removal, nothing was there to be removed.
        kept = machine.ledger.fail(raised) if raised.points else tuple(made for made in present if made in at_end)
        store.set(PROCESS, LIVE, kept)


def _final_after_exception(machine: Machine, node: ir.Try, raised: Exits, body: Changes, start: int) -> None:
    """Run ``finally`` on the way of the exceptions that no handler catches; what it leaves, they leave."""
    if not raised.live:
        machine.exits[-1].points += raised.points
        return
    store = machine.store
    frame = machine.frame
    returns = len(frame.returns)
    _fail(machine, body, raised)
    _run_final(machine, node)
    del frame.returns[returns:]
    raised.keep(live(machine))
    machine.exits[-1].absorb(raised)
    store.undo(start)


def _catches_absence(handler: ir.Handler) -> bool:
    names = {last_name(expression) for expression in handler.types}
    return _catches_all(handler) or bool(names & (_OS_ERRORS | {"FileNotFoundError"}))


def _catches_all(handler: ir.Handler) -> bool:
    return not handler.types or any(last_name(expression) in ANY_ERROR for expression in handler.types)


def _expects_failure(node: ir.Try, handler: ir.Handler) -> bool:
    """Tell whether a handler is a way to go on where the file system refuses.

    One for ``OSError`` is, unless it raises, or only reports and returns. One for any exception is only where the body
    is short and the handler takes another way or ignores the failure on purpose: most others report a failed request.
    """
    names = {last_name(expression) for expression in handler.types}
    if _raises(handler.body):
        return False
    returns = any(isinstance(statement, ir.Return) for statement in handler.body)
    ignores = not handler.body
    does_more = any(not _only_reports(statement, handler.name) for statement in handler.body)
    if names & _OS_ERRORS:
        return ignores or does_more or not returns
    if not names or names & ANY_ERROR:
        assigns = any(isinstance(statement, (ir.Assign, ir.With)) for statement in handler.body)
        return len(node.body) <= _LARGEST_GENERIC_TRY and not returns and (ignores or assigns)
    return False


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
    return [last_name(expression)]


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
        return last_name(statement.value.func) in _REPORTING
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
