"""The values of expressions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program import calls, comparison, operators
from lambdalint.deployment.cdk.program.iteration import iterate, unpack
from lambdalint.deployment.cdk.program.values import (
    OPEN,
    UNKNOWN,
    Cells,
    Constant,
    DictValue,
    Frame,
    FunctionValue,
    Imported,
    Items,
    ListValue,
    Unknown,
    Value,
    constant_of,
    join,
    text_of,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.cdk.program.machine import Machine

LONGEST = 20_000
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_BUILTINS = frozenset(
    {"str", "int", "float", "bool", "len", "list", "tuple", "set", "frozenset", "dict", "range", "enumerate", "zip"}
    | {"sorted", "reversed", "map", "filter", "any", "all", "isinstance", "getattr", "setattr", "hasattr", "print"}
    | {"open", "vars", "repr", "next", "iter", "type", "super", "property", "staticmethod", "classmethod", "object"}
    | {"min", "max", "sum", "abs", "round", "exit", "quit", "format", "bytes", "callable", "id", "issubclass"}
    | {"Exception", "ValueError", "KeyError", "TypeError", "RuntimeError", "NotImplementedError"}
)


def evaluate(machine: Machine, node: ast.expr, frame: Frame) -> Value:
    """Return the value of *node*; ``Unknown`` for what is not understood."""
    if isinstance(node, ast.Name):
        return look_up(frame, node.id)
    if isinstance(node, ast.Constant):
        value = node.value
        if value is None or isinstance(value, (str, int, float, bytes)):
            return Constant(value, span=machine.span(node, frame))
        return UNKNOWN
    if isinstance(node, ast.Attribute):
        return machine.attribute(machine.evaluate(node.value, frame), node.attr)
    if isinstance(node, ast.Call):
        return calls.call_node(machine, node, frame)
    if isinstance(node, ast.JoinedStr):
        return _joined(machine, node, frame)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        values, complete = _items(machine, node.elts, frame)
        fixed = isinstance(node, ast.Tuple)
        made = ListValue.of(values, complete=complete, fixed=fixed, span=machine.span(node, frame))
        machine.create(made.cells)
        return made
    if isinstance(node, ast.Dict):
        return _mapping(machine, node, frame)
    return _composed(machine, node, frame)


def _composed(machine: Machine, node: ast.expr, frame: Frame) -> Value:
    if isinstance(node, ast.BinOp):
        left, right = machine.evaluate(node.left, frame), machine.evaluate(node.right, frame)
        return operators.binary(node.op, left, right, machine.span(node, frame))
    if isinstance(node, ast.BoolOp):
        return _either(machine, node, frame)
    if isinstance(node, ast.UnaryOp):
        return operators.unary(node.op, machine.evaluate(node.operand, frame))
    if isinstance(node, ast.Compare):
        return comparison.compare(machine, node, frame)
    if isinstance(node, ast.IfExp):
        return _conditional(machine, node, frame)
    if isinstance(node, ast.Subscript):
        return _subscript(machine, node, frame)
    if isinstance(node, _COMPREHENSIONS):
        return _comprehension(machine, node, frame)
    if isinstance(node, ast.Lambda):
        return FunctionValue(node, frame, calls.defaults_of(machine, node.args, frame))
    if isinstance(node, ast.NamedExpr):
        value = machine.evaluate(node.value, frame)
        machine.store(frame.cells, node.target.id, value)
        return value
    if isinstance(node, ast.Await):
        return machine.evaluate(node.value, frame)
    if isinstance(node, ast.Yield):
        frame.yielded.append(machine.evaluate(node.value, frame) if node.value is not None else UNKNOWN)
    elif isinstance(node, ast.YieldFrom):
        frame.yielded.extend(iterate(machine, machine.evaluate(node.value, frame)).values)
    elif isinstance(node, ast.Starred):
        machine.evaluate(node.value, frame)
    return UNKNOWN


def look_up(frame: Frame, name: str) -> Value:
    """Return what *name* is bound to."""
    scope: Frame | None = frame
    while scope is not None:
        if name in scope.cells and (scope is frame or not scope.is_class):
            return scope.cells[name]
        scope = scope.outer
    if name in frame.module.cells:
        return frame.module.cells[name]
    return Imported(f"builtins.{name}") if name in _BUILTINS else UNKNOWN


def _joined(machine: Machine, node: ast.JoinedStr, frame: Frame) -> Value:
    parts: list[str | None] = []
    for part in node.values:
        value = machine.evaluate(part.value if isinstance(part, ast.FormattedValue) else part, frame)
        if isinstance(part, ast.FormattedValue) and (part.format_spec is not None or part.conversion not in {-1, 115}):
            parts.append(None)
        else:
            parts.extend(operators.parts_of(value))
    return operators.text(parts, machine.span(node, frame))


def _items(machine: Machine, nodes: list[ast.expr], frame: Frame) -> tuple[list[Value], bool]:
    values: list[Value] = []
    complete = True
    for one in nodes:
        if isinstance(one, ast.Starred):
            spread = iterate(machine, machine.evaluate(one.value, frame))
            values.extend(spread.values)
            complete = complete and spread.complete
        else:
            values.append(machine.evaluate(one, frame))
    return values, complete


def _mapping(machine: Machine, node: ast.Dict, frame: Frame) -> DictValue:
    made = DictValue(span=machine.span(node, frame))
    machine.create(made.cells)
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = machine.evaluate(value_node, frame)
        if key_node is None:
            operators.spread(made, value)
            continue
        key = machine.evaluate(key_node, frame)
        if isinstance(key, Constant) or text_of(key) is not None:
            name = constant_of(key) if not isinstance(key, Constant) or key.value is not None else None
            made.cells[name] = value
            made.spans[name] = machine.span(key_node, frame)
        else:
            made.cells[OPEN] = UNKNOWN
    return made


def _either(machine: Machine, node: ast.BoolOp, frame: Frame) -> Value:
    """Return the value of ``and`` and ``or``: the first operand that decides, or what it may be."""
    decides = isinstance(node.op, ast.Or)
    possible: list[Value] = []
    for operand in node.values:
        value = machine.evaluate(operand, frame)
        known = truth(value)
        if known is decides:
            possible.append(value)
            return join(possible)
        if known is None:
            possible.append(value)
        last = value
    if truth(last) is not None:
        possible.append(last)
    if not decides and any(truth(one) is None for one in possible):
        # What is not known may be false in another way than the last operand is true.
        return join([*possible, UNKNOWN])
    return join(possible)


def _conditional(machine: Machine, node: ast.IfExp, frame: Frame) -> Value:
    known = truth(machine.evaluate(node.test, frame))
    if known is not None:
        return machine.evaluate(node.body if known else node.orelse, frame)
    found: list[Value] = []

    def branch(expression: ast.expr) -> Callable[[], str]:
        def run() -> str:
            found.append(machine.evaluate(expression, frame))
            return "next"

        return run

    machine.alternatives(branch(node.body), branch(node.orelse))
    return join(found)


def _subscript(machine: Machine, node: ast.Subscript, frame: Frame) -> Value:
    of = machine.evaluate(node.value, frame)
    if isinstance(node.slice, ast.Slice):
        bounds = [
            None if one is None else constant_of(machine.evaluate(one, frame))
            for one in (node.slice.lower, node.slice.upper, node.slice.step)
        ]
        given = [one for one in (node.slice.lower, node.slice.upper, node.slice.step) if one is not None]
        numbers = [one if isinstance(one, int) else None for one in bounds]
        if sum(one is not None for one in numbers) < len(given):
            return UNKNOWN
        return operators.sliced(of, slice(*numbers))
    return operators.element(of, machine.evaluate(node.slice, frame))


def _comprehension(
    machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, frame: Frame
) -> Value:
    span = machine.span(node, frame)
    cells: Cells = {}
    inner = Frame(cells, frame.module, frame, frame.function, frame.instance)
    pairs: list[tuple[Value, Value]] = []

    def element() -> None:
        if isinstance(node, ast.DictComp):
            pairs.append((machine.evaluate(node.key, inner), machine.evaluate(node.value, inner)))
        else:
            pairs.append((UNKNOWN, machine.evaluate(node.elt, inner)))

    def level(number: int) -> bool:
        """Go through the generators from *number* on; tell whether nothing unknown adds elements."""
        if number == len(node.generators):
            element()
            return True
        generator = node.generators[number]
        listed: Items = iterate(machine, machine.evaluate(generator.iter, inner))
        complete = listed.complete
        for item in (*listed.values, *(() if listed.complete else (UNKNOWN,))):
            machine.step()
            unpack(machine, generator.target, item, inner)
            tests = [truth(machine.evaluate(test, inner)) for test in generator.ifs]
            if False in tests:
                continue
            before = len(pairs)
            sure = level(number + 1)
            if None in tests or (isinstance(item, Unknown) and not listed.complete):
                complete = False
                if isinstance(item, Unknown):
                    del pairs[before:]
            complete = complete and sure
        return complete

    complete = level(0)
    if not isinstance(node, ast.DictComp):
        return ListValue.of((value for _, value in pairs), complete=complete, span=span)
    made = DictValue(span=span)
    for key, value in pairs:
        operators.put(made, key, value)
    if not complete:
        made.cells[OPEN] = UNKNOWN
    return made
