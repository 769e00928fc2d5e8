"""Functions over sequences: counting, pairing, chaining, folding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import calls, conditions, objects
from lambdalint.flow.containers import elements, known_items, new_list
from lambdalint.flow.values import (
    EITHER,
    FALSE,
    TRUE,
    UNKNOWN,
    Instance,
    Items,
    Number,
    Opaque,
    Value,
    bounded,
    join,
    join_all,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall


def _counted(call: ExternalCall) -> Value | None:
    hole = Hole(HoleKind.LOOP, confined=True)
    literal = [
        value[0].value for value in call.arguments.positional if len(value) == 1 and isinstance(value[0], Number)
    ]
    if len(literal) == len(call.arguments.positional) and literal:
        numbers = range(*(int(value) for value in literal[:3])) if all(int(v) == v for v in literal) else range(0)
        if len(numbers) <= 4:
            return new_list(call.machine, [(Number(number),) for number in numbers], complete=True)
    return new_list(call.machine, [(Opaque(hole),)], complete=False)


def _enumerate(call: ExternalCall) -> Value | None:
    given = call.arguments.at_position(0) or UNKNOWN
    items = known_items(call.machine, given)
    if items is not None:
        pairs: list[Value] = [(Items(((Number(number),), item)),) for number, item in enumerate(items)]
        return new_list(call.machine, pairs, complete=True)
    number = (Opaque(Hole(HoleKind.LOOP, confined=True)),)
    pair: Value = (Items((number, elements(call.machine, given) or UNKNOWN)),)
    return new_list(call.machine, [pair], complete=False)


def _zip(call: ExternalCall) -> Value | None:
    lists = [known_items(call.machine, value) for value in call.arguments.positional]
    exact = [items for items in lists if items is not None]
    if len(exact) == len(lists) and exact:
        rows: list[Value] = [(Items(tuple(row)),) for row in zip(*exact, strict=False)]
        return new_list(call.machine, rows, complete=True)
    row: Value = (Items(tuple(elements(call.machine, value) or UNKNOWN for value in call.arguments.positional)),)
    return new_list(call.machine, [row], complete=False)


def _next(call: ExternalCall) -> Value | None:
    given = call.arguments.at_position(0) or UNKNOWN
    if any(isinstance(atom, Instance) for atom in given):
        method = objects.attribute(call.machine, given, "__next__")
        return calls.call(call.machine, method, calls.Arguments()) if method else UNKNOWN
    return join(elements(call.machine, given) or UNKNOWN, call.arguments.at_position(1) or ())


def _any_or_all(call: ExternalCall) -> Value | None:
    items = known_items(call.machine, call.arguments.at_position(0) or ())
    if items is None:
        elements(call.machine, call.arguments.at_position(0) or ())
        return EITHER
    decisive, other = (TRUE, FALSE) if call.method == "any" else (FALSE, TRUE)
    outcomes = [conditions.truth(call.machine, item) for item in items]
    if decisive in outcomes:
        return decisive
    return other if all(outcome == other for outcome in outcomes) else EITHER


def _chain(call: ExternalCall) -> Value | None:
    lists = [known_items(call.machine, value) for value in call.arguments.positional]
    exact = [items for items in lists if items is not None]
    if len(exact) == len(lists) and exact:
        return new_list(call.machine, [item for items in exact for item in items], complete=True)
    joined = join_all([elements(call.machine, value) for value in call.arguments.all()])
    return new_list(call.machine, [joined], complete=False)


def _flattened(call: ExternalCall) -> Value | None:
    inner = elements(call.machine, call.arguments.at_position(0) or UNKNOWN)
    return new_list(call.machine, [elements(call.machine, inner) or UNKNOWN], complete=False)


def _product(call: ExternalCall) -> Value | None:
    row: Value = (Items(tuple(elements(call.machine, value) or UNKNOWN for value in call.arguments.positional)),)
    return new_list(call.machine, [row], complete=False)


def _reduce(call: ExternalCall) -> Value | None:
    machine = call.machine
    function = call.argument("@0") or UNKNOWN
    items = known_items(machine, call.argument("@1") or ())
    start = call.argument("@2")
    if items is None or len(items) > 16:
        element = elements(machine, call.argument("@1") or UNKNOWN) or UNKNOWN
        return calls.call(machine, function, calls.Arguments((start or element, element)))
    values = [start, *items] if start is not None else items
    result = values[0] if values else UNKNOWN
    for value in values[1:]:
        result = calls.call(machine, function, calls.Arguments((result, value)))
    return result


def _extreme(call: ExternalCall) -> Value | None:
    if "key" in call.arguments.keywords:
        given = elements(call.machine, call.arguments.at_position(0) or UNKNOWN)
        calls.call(call.machine, call.arguments.keywords["key"], calls.Arguments((given or UNKNOWN,)))
    if len(call.arguments.positional) == 1:
        return elements(call.machine, call.arguments.positional[0]) or UNKNOWN
    return bounded(tuple(atom for value in call.arguments.positional for atom in value))


def _length(call: ExternalCall) -> Value | None:
    items = known_items(call.machine, call.arguments.at_position(0) or ())
    return (Number(len(items)),) if items is not None else (Opaque(Hole(HoleKind.UNKNOWN, confined=True)),)


def _completed(call: ExternalCall) -> Value | None:
    given = call.arguments.at_position(0) or UNKNOWN
    return new_list(call.machine, [elements(call.machine, given) or UNKNOWN], complete=False)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "builtins.len": _length,
    "builtins.any": _any_or_all,
    "builtins.all": _any_or_all,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _flattened,
    "itertools.product": _product,
    "itertools.zip_longest": _zip,
    "functools.reduce": _reduce,
    "builtins.range": _counted,
    "itertools.count": _counted,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.next": _next,
    "builtins.min": _extreme,
    "builtins.max": _extreme,
    "concurrent.futures.as_completed": _completed,
}
