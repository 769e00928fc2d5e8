"""What comparisons say, where it is known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program.values import (
    UNKNOWN,
    BoundMethod,
    Choice,
    ClassValue,
    Constant,
    DictValue,
    FileValue,
    Frame,
    FunctionValue,
    Imported,
    Instance,
    ListValue,
    Made,
    Partial,
    PathValue,
    Value,
    constant_of,
    import_name,
    text_of,
)

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.machine import Machine

_NEVER_NONE = (
    *(BoundMethod, ClassValue, DictValue, FileValue, FunctionValue, Instance, ListValue, Partial, PathValue),
)


def compare(machine: Machine, node: ast.Compare, frame: Frame) -> Value:
    """Return the truth of a comparison."""
    left = machine.evaluate(node.left, frame)
    result = True
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(right_node, frame)
        known = _holds(operator, left, right)
        if known is None:
            return UNKNOWN
        result = result and known
        left = right
    return Constant(result, span=machine.span(node, frame))


def _holds(operator: ast.cmpop, left: Value, right: Value) -> bool | None:
    if isinstance(operator, (ast.Eq, ast.Is)):
        return equal(left, right)
    if isinstance(operator, (ast.NotEq, ast.IsNot)):
        found = equal(left, right)
        return None if found is None else not found
    if isinstance(operator, (ast.In, ast.NotIn)):
        found = _contains(right, left)
        return found if found is None or isinstance(operator, ast.In) else not found
    first, second = constant_of(left), constant_of(right)
    if isinstance(first, (int, float)) and isinstance(second, (int, float)):
        return _ordered(operator, float(first) - float(second)) if max(abs(first), abs(second)) < 1e15 else None
    return None


def _ordered(operator: ast.cmpop, difference: float) -> bool | None:
    if isinstance(operator, ast.Lt):
        return difference < 0
    if isinstance(operator, ast.LtE):
        return difference <= 0
    return difference > 0 if isinstance(operator, ast.Gt) else difference >= 0


def equal(left: Value, right: Value) -> bool | None:
    """Tell whether two values are equal; None where that is not known."""
    if isinstance(left, Choice) or isinstance(right, Choice):
        firsts = left.options if isinstance(left, Choice) else (left,)
        seconds = right.options if isinstance(right, Choice) else (right,)
        found = {equal(one, other) for one in firsts for other in seconds}
        return found.pop() if len(found) == 1 else None
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Constant) and one.value is None:
            if isinstance(other, Constant):
                return other.value is None
            is_made = isinstance(other, Made) and other.name.startswith("aws_cdk.")
            return False if is_made or isinstance(other, (*_NEVER_NONE, Imported)) else None
    if isinstance(left, Instance) and isinstance(right, Instance) and left.cls is right.cls:
        return True if left is right else (False if "name" in left.cells and "name" in right.cells else None)
    if isinstance(left, (Constant, Instance)) and isinstance(right, (Constant, Instance)):
        first, second = constant_of(left), constant_of(right)
        known = all(isinstance(one, Constant) or text_of(one) is not None for one in (left, right))
        return first == second if known else None
    if isinstance(left, PathValue) and isinstance(right, PathValue):
        return left.text == right.text
    if isinstance(left, Imported) and isinstance(right, Imported):
        return True if import_name(left) == import_name(right) else None
    return True if left is right and isinstance(left, (ClassValue, FunctionValue)) else None


def _contains(container: Value, item: Value) -> bool | None:
    if isinstance(container, DictValue):
        key = constant_of(item)
        if key is None:
            return None
        if key in container.cells:
            return True
        return False if container.complete else None
    if isinstance(container, ListValue):
        found = [equal(one, item) for one in container.content.values]
        if True in found:
            return True
        return False if None not in found and container.content.complete else None
    whole, part = constant_of(container), text_of(item)
    return part in whole if isinstance(whole, str) and part is not None else None
