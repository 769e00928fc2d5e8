"""What loops go through, and how values are taken apart into names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program.values import (
    CONTENT,
    OPEN,
    UNKNOWN,
    Choice,
    ClassValue,
    Constant,
    DictValue,
    Frame,
    Instance,
    Items,
    ListValue,
    Made,
    ModuleValue,
    Value,
    constant_of,
    join,
)

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.machine import Machine

MAX_ITEMS = 300


def iterate(machine: Machine, value: Value) -> Items:
    """Return what a loop over *value* goes through."""
    if isinstance(value, ListValue):
        content = value.content
        if len(content.values) > MAX_ITEMS:
            return Items(content.values[:MAX_ITEMS], complete=False)
        return content
    if isinstance(value, DictValue):
        keys = [Constant(key, span=value.spans.get(key)) for key, _ in value.entries()]
        return Items(tuple(keys[:MAX_ITEMS]), value.complete and len(keys) <= MAX_ITEMS)
    if isinstance(value, ClassValue):
        return Items(tuple(one for one in value.cells.values() if isinstance(one, Instance) and one.cls is value))
    if isinstance(value, Choice):
        found = [iterate(machine, option) for option in value.options if isinstance(option, (ListValue, DictValue))]
        if found:
            longest = max(found, key=lambda one: len(one.values))
            return Items(longest.values, complete=False)
    if isinstance(value, Instance) and value.cls.fields is not None:
        return Items(tuple(value.cells.get(name, UNKNOWN) for name in value.cls.fields))
    text = constant_of(value)
    if isinstance(text, str) and len(text) <= MAX_ITEMS:
        return Items(tuple(Constant(one, span=value.span) for one in text))
    return Items((), complete=False)


def unpack(machine: Machine, target: ast.expr, value: Value, frame: Frame) -> None:
    """Bind the names of a *target* to *value*, or to its parts."""
    if isinstance(target, ast.Name):
        machine.store(cells_of(frame, target.id), target.id, value)
    elif isinstance(target, ast.Attribute):
        _set_attribute(machine, machine.evaluate(target.value, frame), target.attr, value)
    elif isinstance(target, ast.Subscript):
        _set_element(machine, machine.evaluate(target.value, frame), machine.evaluate(target.slice, frame), value)
    elif isinstance(target, ast.Starred):
        unpack(machine, target.value, value, frame)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _take_apart(machine, target.elts, value, frame)


def cells_of(frame: Frame, name: str) -> dict[str | int | float | bytes | None, Value]:
    """Return where an assignment to *name* goes."""
    if name not in frame.elsewhere:
        return frame.cells
    scope = frame.outer
    while scope is not None:
        if name in scope.cells and not scope.is_class:
            return scope.cells
        scope = scope.outer
    return frame.module.cells


def _take_apart(machine: Machine, targets: list[ast.expr], value: Value, frame: Frame) -> None:
    items = iterate(machine, value)
    values = list(items.values)
    starred = next((number for number, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
    if starred is None:
        if items.complete and len(values) != len(targets):
            values = []
        values += [UNKNOWN] * (len(targets) - len(values))
    else:
        behind = len(targets) - starred - 1
        middle = values[starred : len(values) - behind]
        rest = values[len(values) - behind :] if items.complete and behind else [UNKNOWN] * behind
        head = [*values[:starred], *([UNKNOWN] * starred)][:starred]
        values = [*head, ListValue.of(middle, complete=items.complete), *rest]
    for target, one in zip(targets, values, strict=False):
        unpack(machine, target, one, frame)


def _set_attribute(machine: Machine, of: Value, name: str, value: Value) -> None:
    if isinstance(of, Choice):
        for option in of.options:
            if isinstance(option, (Instance, Made, ClassValue, ModuleValue)):
                before = option.cells.get(name)
                machine.store(option.cells, name, join([value, before if before is not None else UNKNOWN]))
    elif isinstance(of, (Instance, Made, ClassValue, ModuleValue)):
        machine.store(of.cells, name, value)


def _set_element(machine: Machine, of: Value, key: Value, value: Value) -> None:
    for option in of.options if isinstance(of, Choice) else (of,):
        if isinstance(option, DictValue):
            name = constant_of(key)
            if name is None and not isinstance(key, Constant):
                machine.store(option.cells, OPEN, UNKNOWN)
                continue
            machine.store(option.cells, name, value if option is of else join([value, UNKNOWN]))
            if key.span is not None:
                option.spans[name] = key.span
        elif isinstance(option, ListValue):
            content, index = option.content, constant_of(key)
            if isinstance(index, int) and -len(content.values) <= index < len(content.values):
                changed = list(content.values)
                changed[index] = value
                machine.store(option.cells, CONTENT, Items(tuple(changed), content.complete))
            else:
                machine.store(option.cells, CONTENT, Items((), complete=False))
