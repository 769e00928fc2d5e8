"""Runs statements. Each returns whether control goes on after it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lambdalint.facts import ir
from lambdalint.flow import (
    answers,
    calls,
    conditions,
    contexts,
    control,
    declarations,
    evaluate,
    imports,
    narrowing,
    objects,
    operators,
    records,
    trials,
)
from lambdalint.flow.containers import elements, get_item, known_items, new_list, set_item
from lambdalint.flow.definitions import ClassInfo
from lambdalint.flow.exits import leave, may_raise
from lambdalint.flow.frames import Frame
from lambdalint.flow.machine import BudgetExhausted
from lambdalint.flow.values import (
    FALSE,
    NOTHING,
    UNKNOWN,
    Class,
    External,
    Function,
    ListOf,
    Number,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.machine import Machine
    from lambdalint.model import Span


_NEVER = External("<never>")
"""What a call returns that does not return."""


def run_body(machine: Machine, frame: Frame, body: tuple[ir.Stmt, ...]) -> None:
    """Run a function's body; a body that ends without ``return`` returns None."""
    if block(machine, body):
        frame.returns.append((NOTHING, machine.store.changes(frame.mark)))


def block(machine: Machine, statements: tuple[ir.Stmt, ...]) -> bool:
    """Run statements one after the other; tell whether control reaches the end."""
    table = _executors()
    for node in statements:
        machine.steps += 1
        if machine.steps > machine.max_steps:
            raise BudgetExhausted
        if not table[type(node)](machine, node):
            return False
    return True


def _expression(machine: Machine, node: ir.ExprStmt) -> bool:
    value = evaluate.expression(machine, node.value)
    if len(value) == 1 and value[0] == _NEVER:
        if isinstance(node.value, ir.Call):
            may_raise(machine, machine.span(node.value.at), "exit")
        return False
    return True


def _assign(machine: Machine, node: ir.Assign) -> bool:
    if node.value is None:
        records.declare_field(machine, node.targets[0], node.annotation, has_default=False)
        return True
    value = evaluate.expression(machine, node.value)
    answer = machine.answer if isinstance(node.value, ir.Call) else ()
    if node.annotation is not None:
        value = declarations.typed(machine, value, node.annotation, machine.frame.scopes)
        records.declare_field(machine, node.targets[0], node.annotation, has_default=True)
    for target in node.targets:
        if isinstance(target, ir.Name):
            bind_name(machine, target.id, value)
            answers.keep(machine, target.id, answer)
        else:
            assign(machine, target, value)
    return True


def assign(machine: Machine, target: ir.Expr, value: Value) -> None:
    """Bind a target to a value."""
    if isinstance(target, ir.Name):
        bind_name(machine, target.id, value)
    elif isinstance(target, ir.Attr):
        objects.set_attribute(machine, evaluate.expression(machine, target.value), target.name, value)
    elif isinstance(target, ir.Subscript):
        index = UNKNOWN if isinstance(target.index, ir.Slice) else evaluate.expression(machine, target.index)
        set_item(machine, evaluate.expression(machine, target.value), index, value)
    elif isinstance(target, ir.Seq):
        _unpack(machine, target.items, value)
    elif isinstance(target, ir.Star):
        assign(machine, target.value, new_list(machine, [elements(machine, value)], complete=False))


def _unpack(machine: Machine, targets: tuple[ir.Expr, ...], value: Value) -> None:
    items = known_items(machine, value)
    starred = any(isinstance(target, ir.Star) for target in targets)
    if items is not None and len(items) == len(targets) and not starred:
        for target, item in zip(targets, items, strict=True):
            assign(machine, target, item)
        return
    if items is not None and starred and len(items) >= len(targets) - 1:
        _unpack_starred(machine, targets, items)
        return
    several = len(value) > 1
    for number, target in enumerate(targets):
        if isinstance(target, ir.Star):
            assign(machine, target, value)
        elif several or not starred:
            assign(machine, target, get_item(machine, value, (Number(number),)))
        else:
            assign(machine, target, elements(machine, value) or UNKNOWN)


def _unpack_starred(machine: Machine, targets: tuple[ir.Expr, ...], items: list[Value]) -> None:
    spare = len(items) - (len(targets) - 1)
    position = 0
    for target in targets:
        if isinstance(target, ir.Star):
            rest = new_list(machine, items[position : position + spare], complete=True)
            assign(machine, target.value, rest)
            position += spare
        else:
            assign(machine, target, items[position])
            position += 1


def bind_name(machine: Machine, name: str, value: Value) -> None:
    """Assign a variable of the running scope."""
    frame = machine.frames[-1]
    machine.store.set(frame.outer.get(name, frame.scopes[0]), name, value)


def _augmented(machine: Machine, node: ir.AugAssign) -> bool:
    left = evaluate.expression(machine, node.target)
    right = evaluate.expression(machine, node.value)
    if node.op == "|" and left == (External("os.environ"),):
        calls.call(machine, (External("os.environ.update"),), calls.Arguments((right,)))
        return True
    if node.op == "+" and len(left) == 1 and isinstance(left[0], ListOf):
        items = known_items(machine, right)
        old = known_items(machine, left)
        if items is not None and old is not None:
            assign(machine, node.target, new_list(machine, [*old, *items], complete=True))
            return True
    assign(machine, node.target, operators.binary(machine, node.op, left, right))
    return True


def _return(machine: Machine, node: ir.Return) -> bool:
    value = evaluate.expression(machine, node.value) if node.value is not None else NOTHING
    frame = machine.frame
    if machine.configured:
        value = conditions.configured(value, machine.configured[-1])
    leave(machine, node.line, "return")
    frame.returns.append((value, machine.store.changes(frame.mark)))
    return False


def _raise(machine: Machine, node: ir.Raise) -> bool:
    if node.value is not None:
        evaluate.expression(machine, node.value)
    may_raise(machine, machine.span((node.line, 1, node.line, 1)), "raise")
    return False


def _break(machine: Machine, node: ir.Break) -> bool:
    frame = machine.frame
    leave(machine, node.line, "break")
    if frame.loops:
        frame.loops[-1].breaks.append(machine.store.changes(frame.loops[-1].mark))
    return False


def _continue(machine: Machine, node: ir.Continue) -> bool:
    frame = machine.frame
    leave(machine, node.line, "continue")
    if frame.loops:
        frame.loops[-1].continues.append(machine.store.changes(frame.loops[-1].mark))
    return False


def _define(machine: Machine, node: ir.Def) -> bool:
    facts = machine.frame.facts.functions[node.function]
    bind_name(machine, facts.name, define(machine, node.function))
    return True


def define(machine: Machine, index: int) -> Value:
    """Return the value of a function definition: its defaults are evaluated, its decorators applied."""
    frame = machine.frame
    frame.captured = True
    facts = frame.facts.functions[index]
    in_class = frame.function is None and frame.owner != 0
    scopes = frame.scopes[1:] if in_class else frame.scopes
    function = Function(frame.facts.path, index, scopes[0], frame.owner if in_class else 0)
    machine.scope_parents.setdefault(scopes[0], scopes[1:])
    for parameter in facts.parameters:
        if parameter.default is not None:
            default = evaluate.expression(machine, parameter.default)
            machine.store.set(function.scope, f"<default {index} {parameter.name}>", default)
    value: Value = (function,)
    for decorator in reversed(facts.decorators):
        value = decorate(machine, decorator, value)
    return value


def decorate(machine: Machine, node: ir.Expr, value: Value) -> Value:
    """Return what a decorator makes of a function or class; one from elsewhere leaves it as it is."""
    decorator = evaluate.expression(machine, node)
    if isinstance(node, ir.Attr) and node.name in ("setter", "deleter") and isinstance(value[0], Function):
        kept = evaluate.expression(machine, node.value)
        return kept if any(isinstance(atom, Wrapped) for atom in kept) else value
    return objects.apply_decorator(machine, decorator, value)


def _class(machine: Machine, node: ir.Class) -> bool:
    facts = machine.frame.facts.classes[node.index]
    bases: list[Any] = []
    for base in facts.bases:
        bases.extend(evaluate.expression(machine, base)[:1])
    uid = machine.store.new_uid()
    info = ClassInfo(facts, machine.frame.facts.path, tuple(bases), uid)
    machine.note("class", uid, info)
    objects.settle_bases(machine, uid, info)
    outer = machine.frame
    outer.captured = True
    frame = Frame(
        facts=outer.facts,
        scopes=(uid, *outer.scopes),
        name=facts.qualname,
        called_at=None,
        mark=machine.store.mark(),
        owner=uid,
        outer={},
    )
    machine.frames.append(frame)
    try:
        block(machine, facts.body)
    finally:
        machine.frames.pop()
    value: Value = (Class(uid, facts.name),)
    for decorator in reversed(facts.decorators):
        value = decorate(machine, decorator, value)
    bind_name(machine, facts.name, value)
    return True


def _import(machine: Machine, node: ir.Import) -> bool:
    imports.import_module(machine, node)
    return True


def _import_from(machine: Machine, node: ir.ImportFrom) -> bool:
    imports.import_from(machine, node)
    return True


def _delete(machine: Machine, node: ir.Delete) -> bool:
    return True


def _outer(machine: Machine, node: ir.Outer) -> bool:
    frame = machine.frame
    for name in node.names:
        scope = frame.module_scope
        if node.kind == "nonlocal":
            owners = (owner for owner in frame.scopes[1:] if machine.store.get(owner, name) is not None)
            scope = next(owners, frame.module_scope)
        frame.outer[name] = scope
    return True


def _assert(machine: Machine, node: ir.Assert) -> bool:
    if conditions.test(machine, node.test) == FALSE:
        return False
    narrowing.assume(machine, node.test, holds=True)
    return True


@lru_cache(maxsize=1)
def _executors() -> dict[type, Callable[[Any, Any], bool]]:
    """The table is made on first use: the modules of the interpreter need each other."""
    return {
        ir.ExprStmt: _expression,
        ir.Assign: _assign,
        ir.AugAssign: _augmented,
        ir.If: control.run_if,
        ir.While: control.run_while,
        ir.For: control.run_for,
        ir.With: contexts.run_with,
        ir.Try: trials.run_try,
        ir.Return: _return,
        ir.Raise: _raise,
        ir.Break: _break,
        ir.Continue: _continue,
        ir.Import: _import,
        ir.ImportFrom: _import_from,
        ir.Def: _define,
        ir.Class: _class,
        ir.Delete: _delete,
        ir.Outer: _outer,
        ir.Match: control.run_match,
        ir.Assert: _assert,
    }


def module_frame(machine: Machine, facts: ir.ModuleFacts, scope: int, called_at: Span | None) -> Frame:
    """Return the activation record of a module's import."""
    return Frame(
        facts=facts,
        scopes=(scope,),
        name=imports.module_name(facts.path),
        called_at=called_at,
        mark=machine.store.mark(),
        importing=True,
    )
