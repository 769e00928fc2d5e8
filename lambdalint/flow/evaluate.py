"""Evaluates expressions to abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from lambdalint.facts import ir
from lambdalint.flow import calls, conditions, execute, formatting, imports, literals, narrowing, objects, operators
from lambdalint.flow.containers import (
    add_item,
    elements,
    extend_origin,
    get_item,
    known_items,
    known_lists,
    new_list,
    new_list_of,
    new_mapping,
    set_item,
    slice_of,
)
from lambdalint.flow.exits import may_raise
from lambdalint.flow.text import hole_text
from lambdalint.flow.values import (
    EITHER,
    FALSE,
    NOTHING,
    SEVERAL,
    TRUE,
    UNKNOWN,
    Atom,
    Bound,
    External,
    ExternalMethod,
    Function,
    Items,
    Mapping,
    Nothing,
    Number,
    Opaque,
    Text,
    Value,
    bounded,
    configuration_hole,
    confined,
    join,
    text,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

OnYield: TypeAlias = Callable[[Value], Value]


def expression(machine: Machine, node: ir.Expr) -> Value:
    """Return what an expression may evaluate to, running the calls in it."""
    return _EVALUATORS[type(node)](machine, node)


def each(machine: Machine, nodes: tuple[ir.Expr, ...]) -> tuple[Value, ...]:
    """Return what expressions evaluate to, in order."""
    return tuple([_EVALUATORS[type(node)](machine, node) for node in nodes])


def _name(machine: Machine, node: ir.Name) -> Value:
    return machine.store.lookup(machine.frames[-1].scopes, node.id) or _unbound(machine, node.id)


def lookup(machine: Machine, name: str) -> Value:
    """Return the value of a variable, from the innermost scope that has it."""
    return machine.store.lookup(machine.frames[-1].scopes, name) or _unbound(machine, name)


def _unbound(machine: Machine, name: str) -> Value:
    """Return the value of a name that no scope has."""
    if name == "__file__":
        return text(machine.surroundings.runtime_path(machine.frame.facts.path))
    if name == "__name__":
        return text(imports.module_name(machine.frame.facts.path))
    return _BUILTINS.get(name) or (Opaque(Hole(HoleKind.UNKNOWN, name)),)


_BUILTINS: dict[str, Value] = {name: (External(f"builtins.{name}"),) for name in imports.BUILTINS}


def _attr(machine: Machine, node: ir.Attr) -> Value:
    """An attribute that is not called: one of an unknown value is unknown too, and remembers its origin."""
    found = _member(machine, node)
    for atom in found:
        if isinstance(atom, ExternalMethod) and isinstance(atom.receiver, Opaque):
            return tuple(_uncalled(atom) for atom in found)
    return found


def _uncalled(atom: Atom) -> Atom:
    if isinstance(atom, ExternalMethod) and isinstance(atom.receiver, Opaque):
        return Opaque(extend_origin(atom.receiver.hole, f".{atom.name}"))
    return atom


def _member(machine: Machine, node: ir.Attr) -> Value:
    owner = expression(machine, node.value)
    return objects.attribute(machine, owner, node.name) or (Opaque(Hole(HoleKind.UNKNOWN, node.name)),)


def _call(machine: Machine, node: ir.Call) -> Value:
    if isinstance(node.func, ir.Name) and node.func.id == "super" and len(node.args) in (0, 2):
        return objects.super_value(machine, [expression(machine, argument) for argument in node.args])
    callee = _member(machine, node.func) if isinstance(node.func, ir.Attr) else expression(machine, node.func)
    arguments = calls.evaluate_arguments(machine, node)
    machine.answer = ()
    value = calls.call(machine, callee, arguments)
    if len(callee) != 1 or not isinstance(callee[0], (Function, Bound)):
        machine.answer = ()
    return value


def _join(machine: Machine, node: ir.Join) -> Value:
    result = [""]
    for part in node.parts:
        value = expression(machine, part)
        pieces = texts_of(value)
        if not pieces:
            is_none = any(isinstance(atom, Nothing) for atom in value)
            pieces = ["None"] if is_none else [hole_text(Hole(HoleKind.UNKNOWN))]
        result = operators.product(result, pieces)
    return bounded(tuple(Text(piece) for piece in result))


def _formatted(machine: Machine, node: ir.Formatted) -> Value:
    value = expression(machine, node.value)
    return tuple(formatting.formatted(atom, node.spec, node.conversion) for atom in value)


def _binary(machine: Machine, node: ir.BinOp) -> Value:
    return operators.binary(machine, node.op, expression(machine, node.left), expression(machine, node.right))


def _unary(machine: Machine, node: ir.Unary) -> Value:
    value = expression(machine, node.value)
    if node.op == "not":
        outcome = conditions.negate(conditions.truth(machine, value))
        return conditions.with_origin(outcome, value)
    if node.op == "-" and len(value) == 1 and isinstance(value[0], Number):
        return (Number(-value[0].value),)
    return UNKNOWN


def _bool(machine: Machine, node: ir.Bool) -> Value:
    result: Value = ()
    for number, part in enumerate(node.values):
        value = expression(machine, part)
        if number == len(node.values) - 1:
            return join(result, value)
        truth = conditions.truth(machine, value)
        stops = FALSE if node.op == "and" else TRUE
        if truth == stops:
            return join(result, value)
        if len(truth) > 1:
            result = join(result, conditions.only(machine, value, truthy=node.op == "or"))
    return result


def _compare(machine: Machine, node: ir.Compare) -> Value:
    left = expression(machine, node.left)
    if len(node.ops) == 1:
        operator, right = node.ops[0], expression(machine, node.rights[0])
        outcome = conditions.both(TRUE, conditions.compare(machine, operator, left, right))
        compared = (*left, *right)
        if operator in ("in", "not in") and outcome == EITHER:
            compared = conditions.environment_membership(compared)
        return conditions.with_origin(outcome, compared)
    outcome = TRUE
    compared = left
    for operator, right_node in zip(node.ops, node.rights, strict=True):
        right = expression(machine, right_node)
        outcome = conditions.both(outcome, conditions.compare(machine, operator, left, right))
        compared = (*compared, *right)
        left = right
    return conditions.with_origin(outcome, compared)


def _if_expression(machine: Machine, node: ir.IfExp) -> Value:
    tested = expression(machine, node.test)
    truth = conditions.truth(machine, tested)
    if truth == TRUE:
        return expression(machine, node.body)
    if truth == FALSE:
        return expression(machine, node.orelse)

    def taken() -> Value:
        narrowing.assume(machine, node.test, holds=True)
        return expression(machine, node.body)

    def skipped() -> Value:
        narrowing.assume(machine, node.test, holds=False)
        return expression(machine, node.orelse)

    hole = configuration_hole(tested)
    if hole is None:
        return machine.branches([taken, skipped])
    machine.configured.append(hole)
    try:
        return conditions.configured(machine.branches([taken, skipped]), hole)
    finally:
        machine.configured.pop()


def _sequence(machine: Machine, node: ir.Seq) -> Value:
    if ir.Star not in map(type, node.items):
        items = each(machine, node.items)
        return (Items(items),) if node.kind == "tuple" and SEVERAL not in items else new_list_of(machine, [items])
    lists: list[tuple[Value, ...]] = [()]
    unordered: Value = ()
    for item in node.items:
        if isinstance(item, ir.Star):
            value = expression(machine, item.value)
            unordered = join(unordered, elements(machine, value))
            lists = [(*start, *found) for start in lists for found in known_lists(machine, value)]
        else:
            found = expression(machine, item)
            lists = [(*start, found) for start in lists]
    if node.kind == "tuple" and len(lists) == 1 and SEVERAL not in lists[0]:
        return (Items(lists[0]),)
    return new_list_of(machine, lists, unordered)


def _dictionary(machine: Machine, node: ir.DictDisplay) -> Value:
    mapping = new_mapping(machine)
    for key, value_node in zip(node.keys, node.values, strict=True):
        value = expression(machine, value_node)
        if key is not None:
            set_item(machine, mapping, expression(machine, key), value)
            continue
        for atom in value:
            if isinstance(atom, Mapping):
                for name in machine.store.names(atom.uid):
                    for owner in mapping:
                        assert isinstance(owner, Mapping)
                        machine.store.set(owner.uid, name, machine.store.get(atom.uid, name) or UNKNOWN)
            else:
                add_item(machine, mapping, UNKNOWN)
    return mapping


def _subscript(machine: Machine, node: ir.Subscript) -> Value:
    owner = expression(machine, node.value)
    if isinstance(node.index, ir.Slice):
        bounds = [expression(machine, part) if part else None for part in (node.index.lower, node.index.upper)]
        if node.index.step is not None:
            expression(machine, node.index.step)
        part = slice_of(machine, owner, bounds[0], bounds[1])
        return confined(part) if _follows_last_slash(node.index) else part
    return get_item(machine, owner, expression(machine, node.index))


def _follows_last_slash(index: ir.Slice) -> bool:
    """Tell whether a slice starts at ``x.rfind("/") + 1``."""
    lower = index.lower
    if not isinstance(lower, ir.BinOp) or lower.op != "+" or not isinstance(lower.left, ir.Call):
        return False
    call = lower.left
    finds = isinstance(call.func, ir.Attr) and call.func.name in ("rfind", "rindex")
    return finds and bool(call.args) and call.args[0] == ir.Const("/")


def _lambda(machine: Machine, node: ir.Lambda) -> Value:
    return execute.define(machine, node.function)


def _comprehension(machine: Machine, node: ir.Comprehension) -> Value:
    scope = machine.store.new_uid()
    frame = machine.frame
    scopes = frame.scopes
    machine.scope_parents[scope] = scopes
    frame.inner_scopes.add(scope)
    frame.scopes = (scope, *scopes)
    try:
        exact = _exact_elements(machine, node)
        if exact is not None:
            return new_list(machine, exact, complete=True)
        for generator in node.generators:
            iterated = elements(machine, expression(machine, generator.iterable))
            execute.assign(machine, generator.target, iterated or UNKNOWN)
            for condition in generator.conditions:
                conditions.test(machine, condition)
                narrowing.assume(machine, condition, holds=True)
        element = expression(machine, node.element)
        if node.kind == "dict" and node.key is not None:
            mapping = new_mapping(machine)
            key = expression(machine, node.key)
            set_item(machine, mapping, key, element)
            add_item(machine, mapping, element)
            return mapping
        return new_list(machine, [element], complete=False)
    finally:
        frame.scopes = scopes


def _exact_elements(machine: Machine, node: ir.Comprehension) -> list[Value] | None:
    """Return the elements one by one where the comprehension runs over a short known sequence."""
    if node.kind == "dict" or len(node.generators) != 1 or node.generators[0].conditions:
        return None
    generator = node.generators[0]
    if not isinstance(generator.iterable, (ir.Seq, ir.Name, ir.Attr)):
        return None
    items = known_items(machine, expression(machine, generator.iterable))
    if items is None or len(items) > 8:
        return None
    results = []
    for item in items:
        execute.assign(machine, generator.target, item)
        results.append(expression(machine, node.element))
    return results


def _yield(machine: Machine, node: ir.Yield) -> Value:
    value = expression(machine, node.value) if node.value is not None else NOTHING
    frame = machine.frame
    if node.delegates:
        value = elements(machine, value)
    frame.yields = join(frame.yields, value)
    if frame.on_yield is None:
        if frame.called_at is not None:
            may_raise(machine, frame.called_at, f"the loop over {frame.name}")
        return UNKNOWN
    # The code that consumes the generator runs in its own activation record, below this one's.
    on_yield, frame.on_yield = frame.on_yield, None
    if frame.running is None:
        return on_yield(value)
    machine.pop(frame.running)
    try:
        return on_yield(value)
    finally:
        machine.push(frame, frame.running)


def _walrus(machine: Machine, node: ir.Walrus) -> Value:
    value = expression(machine, node.value)
    execute.bind_name(machine, node.name, value)
    return value


def _star(machine: Machine, node: ir.Star) -> Value:
    return elements(machine, expression(machine, node.value))


def _slice(machine: Machine, node: ir.Slice) -> Value:
    return UNKNOWN


def _other(machine: Machine, node: ir.Other) -> Value:
    for child in node.children:
        expression(machine, child)
    return UNKNOWN


_EVALUATORS: dict[type, Callable[[Any, Any], Value]] = {
    ir.Const: literals.evaluated,
    ir.Name: _name,
    ir.Attr: _attr,
    ir.Call: _call,
    ir.Join: _join,
    ir.Formatted: _formatted,
    ir.BinOp: _binary,
    ir.Unary: _unary,
    ir.Bool: _bool,
    ir.Compare: _compare,
    ir.IfExp: _if_expression,
    ir.Seq: _sequence,
    ir.DictDisplay: _dictionary,
    ir.Subscript: _subscript,
    ir.Lambda: _lambda,
    ir.Comprehension: _comprehension,
    ir.Yield: _yield,
    ir.Walrus: _walrus,
    ir.Star: _star,
    ir.Slice: _slice,
    ir.Other: _other,
}
