"""What operators make of values: texts, paths, numbers, lists and mappings."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program.values import (
    MAX_ITEMS,
    OPEN,
    UNKNOWN,
    ClassValue,
    Constant,
    DictValue,
    Instance,
    Items,
    ListValue,
    Partial,
    PathValue,
    Value,
    constant_of,
    join,
    options_of,
    text_of,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Span

LONGEST = 20_000
MAX_PARTS = 100
LARGEST = 10**15


def text(parts: Iterable[str | None], span: Span | None) -> Value:
    """Return the text that *parts* make; None stands for one that is not known."""
    merged: list[str | None] = []
    for part in parts:
        if merged and part is not None and merged[-1] is not None:
            merged[-1] += part
        elif part is not None or not merged or merged[-1] is not None:
            merged.append(part)
    if sum(len(part) for part in merged if part) > LONGEST or len(merged) > MAX_PARTS:
        return UNKNOWN
    if None in merged:
        return Partial(tuple(merged), span=span)
    return Constant("".join(part or "" for part in merged), span=span)


def parts_of(value: Value) -> tuple[str | None, ...]:
    """Return the parts of the text that a value makes."""
    if isinstance(value, Partial):
        return value.parts
    return (text_of(value),)


def binary(operator: ast.operator, left: Value, right: Value, span: Span | None) -> Value:
    """Return what a binary operator makes of two values."""
    if len(options_of(left)) * len(options_of(right)) > 1:
        both = [(one, other) for one in options_of(left) for other in options_of(right)]
        return join(binary(operator, one, other, span) for one, other in both[:16])
    if isinstance(operator, ast.Add):
        return _sum(left, right, span)
    if isinstance(operator, ast.Div) and (isinstance(left, PathValue) or isinstance(right, PathValue)):
        first, second = text_of(left), text_of(right)
        known = first is not None and second is not None
        return PathValue(posixpath.join(first or "", second or ""), span=span) if known else UNKNOWN
    if isinstance(operator, ast.BitOr) and isinstance(left, DictValue):
        merged = copied(left, span)
        spread(merged, right)
        return merged
    if isinstance(operator, ast.Mod) and isinstance(constant_of(left), str):
        return _formatted(str(constant_of(left)), right, span)
    return _number(operator, constant_of(left), constant_of(right), span)


def _sum(left: Value, right: Value, span: Span | None) -> Value:
    if isinstance(left, ListValue) or isinstance(right, ListValue):
        first = left.content if isinstance(left, ListValue) else Items((), complete=False)
        second = right.content if isinstance(right, ListValue) else Items((), complete=False)
        return ListValue.of((*first.values, *second.values), complete=first.complete and second.complete, span=span)
    texts = [one for one in (left, right) if isinstance(one, Partial) or isinstance(constant_of(one), str)]
    if texts:
        return text((*parts_of(left), *parts_of(right)), span)
    return _number(ast.Add(), constant_of(left), constant_of(right), span)


def _number(operator: ast.operator, left: object, right: object, span: Span | None) -> Value:
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return UNKNOWN
    if max(abs(left), abs(right)) > LARGEST:
        return UNKNOWN
    try:
        if isinstance(operator, ast.Add):
            return Constant(left + right, span=span)
        if isinstance(operator, ast.Sub):
            return Constant(left - right, span=span)
        if isinstance(operator, ast.Mult):
            return Constant(left * right, span=span)
        if isinstance(operator, ast.Div):
            return Constant(left / right, span=span)
        if isinstance(operator, ast.FloorDiv):
            return Constant(left // right, span=span)
        if isinstance(operator, ast.Mod):
            return Constant(left % right, span=span)
        if isinstance(operator, ast.Pow) and 0 <= right <= 40 and abs(left) <= 1024:
            return Constant(left**right, span=span)
    except (ArithmeticError, ValueError):
        return UNKNOWN
    return UNKNOWN


def _formatted(pattern: str, right: Value, span: Span | None) -> Value:
    """Return what ``%`` makes of a text with ``%s`` and ``%d`` in it."""
    values = list(right.content.values) if isinstance(right, ListValue) else [right]
    parts: list[str | None] = []
    pieces = pattern.split("%")
    parts.append(pieces[0])
    position = 1
    while position < len(pieces):
        piece = pieces[position]
        if piece[:1] in {"s", "d"} and values:
            parts.extend(parts_of(values.pop(0)))
            parts.append(piece[1:])
        elif not piece and position + 1 < len(pieces):
            parts.append("%" + pieces[position + 1])
            position += 1
        else:
            return UNKNOWN
        position += 1
    return text(parts, span)


def unary(operator: ast.unaryop, value: Value) -> Value:
    """Return what a unary operator makes of a value."""
    if isinstance(operator, ast.Not):
        known = truth(value)
        return UNKNOWN if known is None else Constant(not known, span=value.span)
    number = constant_of(value)
    if isinstance(operator, ast.USub) and isinstance(number, (int, float)):
        return Constant(-number, span=value.span)
    return UNKNOWN


def copied(mapping: DictValue, span: Span | None = None) -> DictValue:
    """Return another mapping of the same entries."""
    return DictValue(dict(mapping.cells), dict(mapping.spans), span=span or mapping.span)


def spread(mapping: DictValue, value: Value) -> None:
    """Add to a new *mapping* what ``**value`` does; what is not known may replace what is there."""
    if isinstance(value, Constant) and value.value is None:
        return
    if not isinstance(value, DictValue) or not value.complete:
        for key in list(mapping.cells):
            mapping.cells[key] = UNKNOWN
        mapping.cells[OPEN] = UNKNOWN
    if isinstance(value, DictValue):
        for key, one in value.entries():
            mapping.cells[key] = one
            if key in value.spans:
                mapping.spans[key] = value.spans[key]


def put(mapping: DictValue, key: Value, value: Value) -> None:
    """Set one entry of a new *mapping*."""
    name = constant_of(key)
    if name is None and not isinstance(key, Constant):
        mapping.cells[OPEN] = UNKNOWN
        return
    mapping.cells[name] = value
    if key.span is not None:
        mapping.spans[name] = key.span


def element(of: Value, key: Value) -> Value:
    """Return one element of a list, a mapping, a text or an enumeration."""
    options = options_of(of)
    if len(options) > 1:
        return join(element(option, key) for option in options)
    keys = options_of(key)
    if len(keys) > 1:
        return join(element(of, one) for one in keys)
    name = constant_of(key)
    if isinstance(of, DictValue):
        known = isinstance(key, Constant) or name is not None
        return of.cells.get(name, UNKNOWN) if known and name != OPEN else UNKNOWN
    if isinstance(of, ClassValue):
        member = of.cells.get(name)
        return member if isinstance(member, Instance) else UNKNOWN
    if not isinstance(name, int):
        return UNKNOWN
    if isinstance(of, ListValue):
        content = of.content
        if -len(content.values) <= name < len(content.values) and (name >= 0 or content.complete):
            return content.values[name]
        return UNKNOWN
    whole = constant_of(of)
    if isinstance(whole, str) and -len(whole) <= name < len(whole):
        return Constant(whole[name], span=of.span)
    return UNKNOWN


def sliced(of: Value, bounds: slice) -> Value:
    """Return a part of a list or a text."""
    if isinstance(of, ListValue):
        content = of.content
        if not content.complete:
            return ListValue.of((), complete=False, span=of.span)
        try:
            return ListValue.of(content.values[bounds], fixed=of.fixed, span=of.span)
        except ValueError:
            return UNKNOWN
    whole = constant_of(of)
    try:
        return Constant(whole[bounds], span=of.span) if isinstance(whole, str) else UNKNOWN
    except ValueError:
        return UNKNOWN


def extended(items: Items, more: Items) -> Items:
    """Return one list's items with those of another behind them."""
    values = (*items.values, *more.values)
    return Items(values[:MAX_ITEMS], items.complete and more.complete and len(values) <= MAX_ITEMS)
