"""What statements do."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program import classes, operators
from lambdalint.deployment.cdk.program.calls import defaults_of
from lambdalint.deployment.cdk.program.imports import import_from, import_module
from lambdalint.deployment.cdk.program.iteration import iterate, unpack
from lambdalint.deployment.cdk.program.values import (
    CONTENT,
    OPEN,
    UNKNOWN,
    Constant,
    DictValue,
    Frame,
    FunctionValue,
    ListValue,
    Value,
    join,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.deployment.cdk.program.machine import Machine

MAX_ROUNDS = 60
_KINDS = {"property": "property", "cached_property": "property", "classmethod": "classmethod"} | {
    "staticmethod": "staticmethod"
}


def execute(machine: Machine, node: ast.stmt, frame: Frame) -> str:
    """Run one statement; return how it ends."""
    if isinstance(node, ast.Expr):
        machine.evaluate(node.value, frame)
    elif isinstance(node, ast.Assign):
        value = machine.evaluate(node.value, frame)
        for target in node.targets:
            unpack(machine, target, value, frame)
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            unpack(machine, node.target, machine.evaluate(node.value, frame), frame)
    elif isinstance(node, ast.AugAssign):
        _augment(machine, node, frame)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        _define(machine, node, frame)
    elif isinstance(node, ast.ClassDef):
        classes.define(machine, node, frame)
    elif isinstance(node, ast.Import):
        import_module(machine, node, frame)
    elif isinstance(node, ast.ImportFrom):
        import_from(machine, node, frame)
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        frame.elsewhere.update(node.names)
    elif isinstance(node, ast.Delete):
        for target in node.targets:
            if isinstance(target, ast.Name):
                machine.store(frame.cells, target.id, None)
    else:
        return _control(machine, node, frame)
    return "next"


def _control(machine: Machine, node: ast.stmt, frame: Frame) -> str:
    if isinstance(node, ast.Return):
        value = machine.evaluate(node.value, frame) if node.value is not None else Constant(None)
        frame.returned.append(value)
        return "return"
    if isinstance(node, ast.If):
        return _if(machine, node, frame)
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return _for(machine, node, frame)
    if isinstance(node, ast.While):
        return _while(machine, node, frame)
    if isinstance(node, ast.Try):
        return _try(machine, node, frame)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            value = machine.evaluate(item.context_expr, frame)
            if item.optional_vars is not None:
                unpack(machine, item.optional_vars, value, frame)
        return machine.execute(node.body, frame)
    if isinstance(node, ast.Match):
        return _match(machine, node, frame)
    if isinstance(node, ast.Raise):
        return "raise"
    if isinstance(node, ast.Break):
        return "break"
    return "continue" if isinstance(node, ast.Continue) else "next"


def block(machine: Machine, body: Sequence[ast.stmt], frame: Frame) -> Callable[[], str]:
    """Return what runs *body*."""
    return lambda: machine.execute(body, frame)


def _if(machine: Machine, node: ast.If, frame: Frame) -> str:
    known = truth(machine.evaluate(node.test, frame))
    if known is None:
        return machine.alternatives(block(machine, node.body, frame), block(machine, node.orelse, frame))
    machine.skip(node.orelse if known else node.body, frame)
    return machine.execute(node.body if known else node.orelse, frame)


def _for(machine: Machine, node: ast.For | ast.AsyncFor, frame: Frame) -> str:
    listed = iterate(machine, machine.evaluate(node.iter, frame))
    for item in listed.values:
        machine.step()
        unpack(machine, node.target, item, frame)
        outcome = machine.execute(node.body, frame)
        if outcome == "break":
            return "next"
        if outcome in {"return", "raise"}:
            return outcome
    if not listed.complete:

        def more() -> str:
            unpack(machine, node.target, UNKNOWN, frame)
            outcome = machine.execute(node.body, frame)
            return outcome if outcome in {"return", "raise"} else "next"

        machine.alternatives(more, lambda: "next")
    elif not listed.values:
        machine.skip(node.body, frame)
    return machine.execute(node.orelse, frame)


def _while(machine: Machine, node: ast.While, frame: Frame) -> str:
    for _ in range(MAX_ROUNDS):
        known = truth(machine.evaluate(node.test, frame))
        if known is False:
            return machine.execute(node.orelse, frame)
        if known is None:
            machine.alternatives(block(machine, node.body, frame), lambda: "next")
            return "next"
        outcome = machine.execute(node.body, frame)
        if outcome == "break":
            return "next"
        if outcome in {"return", "raise"}:
            return outcome
    return "next"


def _try(machine: Machine, node: ast.Try, frame: Frame) -> str:
    outcome = machine.execute(node.body, frame)
    handlers = [block(machine, handler.body, frame) for handler in node.handlers]
    for handler in node.handlers:
        if handler.name:
            machine.store(frame.cells, handler.name, UNKNOWN)
    if outcome == "raise" and handlers:
        outcome = machine.alternatives(*handlers) if len(handlers) > 1 else handlers[0]()
    elif outcome != "raise":
        if outcome == "next":
            outcome = machine.execute(node.orelse, frame)
        if handlers and not all(isinstance(one, (ast.Import, ast.ImportFrom)) for one in node.body):
            # What fails where nobody knows is a second way through, which leaves no trace where it raises again.
            machine.alternatives(lambda: "next", *handlers)
    last = machine.execute(node.finalbody, frame)
    return last if last != "next" else outcome


def _match(machine: Machine, node: ast.Match, frame: Frame) -> str:
    subject = machine.evaluate(node.subject, frame)
    possible: list[ast.match_case] = []
    sure = False
    for case in node.cases:
        known = _matches(machine, case, subject, frame)
        if known is not False:
            possible.append(case)
        else:
            machine.skip(case.body, frame)
        if known:
            sure = True
            break
    branches = [block(machine, case.body, frame) for case in possible]
    if sure and len(branches) == 1:
        return branches[0]()
    return machine.alternatives(*branches, *(() if sure else (lambda: "next",)))


def _matches(machine: Machine, case: ast.match_case, subject: Value, frame: Frame) -> bool | None:
    from lambdalint.deployment.cdk.program.comparison import equal

    for one in ast.walk(case.pattern):
        if isinstance(one, (ast.MatchAs, ast.MatchStar)) and one.name:
            machine.store(frame.cells, one.name, subject if one is case.pattern else UNKNOWN)
    guard = truth(machine.evaluate(case.guard, frame)) if case.guard is not None else True
    patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
    found: list[bool | None] = []
    for pattern in patterns:
        if isinstance(pattern, ast.MatchValue):
            found.append(equal(subject, machine.evaluate(pattern.value, frame)))
        else:
            found.append(True if isinstance(pattern, ast.MatchAs) and pattern.pattern is None else None)
    result = True if True in found else (None if None in found else False)
    if result is False or guard is False:
        return False
    return True if result and guard else None


def _augment(machine: Machine, node: ast.AugAssign, frame: Frame) -> None:
    target = node.target
    value = machine.evaluate(node.value, frame)
    if isinstance(target, ast.Name):
        before = machine.evaluate(ast.copy_location(ast.Name(target.id, ast.Load()), target), frame)
    else:
        before = machine.evaluate(target, frame)
    if isinstance(before, ListValue) and not before.fixed and isinstance(node.op, ast.Add):
        machine.store(before.cells, CONTENT, operators.extended(before.content, iterate(machine, value)))
    elif isinstance(before, DictValue) and isinstance(node.op, ast.BitOr):
        update(machine, before, value)
    else:
        unpack(machine, target, operators.binary(node.op, before, value, machine.span(node, frame)), frame)


def update(machine: Machine, mapping: DictValue, value: Value) -> None:
    """Add the entries of *value* to a *mapping*; what is not known may replace what is there."""
    if not isinstance(value, DictValue) or not value.complete:
        for key, one in mapping.entries():
            machine.store(mapping.cells, key, join([one, UNKNOWN]))
        machine.store(mapping.cells, OPEN, UNKNOWN)
    if isinstance(value, DictValue):
        for key, one in value.entries():
            machine.store(mapping.cells, key, one)
            if key in value.spans:
                mapping.spans[key] = value.spans[key]


def _define(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
    kind = ""
    for decorator in node.decorator_list:
        inner = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = inner.attr if isinstance(inner, ast.Attribute) else inner.id if isinstance(inner, ast.Name) else ""
        if name in {"setter", "deleter"}:
            return
        kind = _KINDS.get(name, kind)
    defaults = defaults_of(machine, node.args, frame)
    owner = classes.being_made(frame)
    outer = frame
    machine.store(cells(frame, node.name), node.name, FunctionValue(node, outer, defaults, kind, owner))


def cells(frame: Frame, name: str) -> dict[str | int | float | bytes | None, Value]:
    """Return where a definition of *name* goes."""
    return frame.module.cells if name in frame.elsewhere else frame.cells
