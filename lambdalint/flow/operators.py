"""Arithmetic on abstract values: concatenation, formatting with %, joining paths with /."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from lambdalint.flow import formatting
from lambdalint.flow.containers import elements, extended, known_items, known_lists, new_list_of
from lambdalint.flow.text import hole_text, is_hole
from lambdalint.flow.values import (
    CONTENT,
    MOST_TEXTS,
    UNKNOWN,
    External,
    ExternalObject,
    ListOf,
    Mapping,
    Number,
    Opaque,
    PathText,
    Text,
    Value,
    bounded,
    join,
    texts_of,
    widened,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

_PLACEHOLDER = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-+ #0]*(?:\d+|\*)?(?:\.\d+)?[diouxXeEfFgGcrsa%]")
_ANY = Hole(HoleKind.UNKNOWN)
_MOST_REPEATED = 64
_LARGEST = 2**48


def product(heads: list[str], tails: list[str]) -> list[str]:
    """Return each head with each tail, within the bounds of the lattice."""
    if len(heads) == len(tails) == 1:
        return [heads[0] + tails[0]]
    if len(heads) * len(tails) > MOST_TEXTS:
        tails = [widened(tails)] if len(tails) > 1 else tails
        if len(heads) * len(tails) > MOST_TEXTS:
            heads = [widened(heads)]
    return list(dict.fromkeys(head + tail for head in heads for tail in tails))


def join_paths(heads: list[str], tails: list[str]) -> list[str]:
    """Join paths as ``os.path.join`` does; an absolute second part replaces the first."""
    if len(heads) * len(tails) > MOST_TEXTS:
        tails = [widened(tails)] if len(tails) > 1 else tails
        heads = heads if len(heads) <= MOST_TEXTS else [widened(heads)]
    return list(dict.fromkeys(posixpath.join(head, tail) for head in heads for tail in tails))


def binary(machine: Machine, operator: str, left: Value, right: Value) -> Value:
    """Return the result of an arithmetic operator."""
    if operator == "/" and any(_is_path(atom) for atom in (*left, *right)):
        joined = join_paths(texts_of(left) or [hole_text(_ANY)], texts_of(right) or [hole_text(_ANY)])
        return bounded(tuple(PathText(piece) for piece in joined))
    if operator == "/" and any(isinstance(atom, Opaque) for atom in left) and _textual(right):
        # An unknown receiver that is joined with text by ``/`` is a path object.
        return bounded(tuple(PathText(piece) for piece in join_paths(texts_of(left), texts_of(right))))
    if operator == "+":
        return _add(machine, left, right)
    if operator == "%" and any(isinstance(atom, Text) for atom in left):
        return _format(machine, left, right)
    if operator == "*" and len(left) == len(right) == 1 and isinstance(left[0], Text) and isinstance(right[0], Number):
        return _repeated(left[0].text, int(right[0].value))
    if operator == "*" and len(left) == len(right) == 1 and isinstance(left[0], Number) and isinstance(right[0], Text):
        return _repeated(right[0].text, int(left[0].value))
    if operator == "|" and any(isinstance(atom, Mapping) for atom in (*left, *right)):
        return join(left, right)
    if operator == "|":
        return _flags(left, right)
    numbers = [atom.value for atom in (*left, *right) if isinstance(atom, Number)]
    if len(left) == len(right) == 1 and len(numbers) == 2:
        return _arithmetic(operator, numbers[0], numbers[1])
    return _opaque_result(machine, left, right)


def _repeated(text: str, count: int) -> Value:
    if count <= _MOST_REPEATED:
        return (Text(text * max(count, 0)),)
    literal = sum(not is_hole(character) for character in text)
    return (Opaque(_ANY, size=literal * count),)


def _opaque_result(machine: Machine, left: Value, right: Value) -> Value:
    for atom in (*left, *right):
        if isinstance(atom, ExternalObject) and machine.catalogue.receivers.lasting_type(atom.type) is not None:
            return (ExternalObject(atom.type, fresh=atom.fresh),)
    read = tuple(atom for atom in (*left, *right) if isinstance(atom, Opaque) and atom.hole.origin.startswith(CONTENT))
    if read:
        return read[:1]
    for atom in (*left, *right):
        if isinstance(atom, Opaque) and atom.hole.kind is HoleKind.UNIQUE:
            return (Opaque(atom.hole),)
    return UNKNOWN


def _arithmetic(operator: str, left: float, right: float) -> Value:
    try:
        if operator == "-":
            return (Number(left - right),)
        if operator == "*" and abs(left) < 2**40 and abs(right) < 2**40:
            return (Number(left * right),)
        if operator == "//":
            return (Number(left // right),)
        if operator == "/":
            return (Number(left / right),)
        if operator == "%":
            return (Number(left % right),)
        if operator == "**" and isinstance(right, int) and 0 <= right <= 48 and abs(left) <= 2**16:
            return _within(left**right)
        if operator == "<<" and isinstance(left, int) and isinstance(right, int) and 0 <= right <= 48:
            return _within(left << right)
    except (ArithmeticError, ValueError):
        return UNKNOWN
    return UNKNOWN


def _within(number: float) -> Value:
    return (Number(number),) if abs(number) <= _LARGEST else UNKNOWN


def _is_path(atom: object) -> bool:
    return isinstance(atom, PathText) or (isinstance(atom, ExternalObject) and atom.type.startswith("pathlib."))


def _textual(value: Value) -> bool:
    return any(isinstance(atom, (Text, PathText)) for atom in value)


def _add(machine: Machine, left: Value, right: Value) -> Value:
    if len(left) == len(right) == 1:
        first, second = left[0], right[0]
        if isinstance(first, Number) and isinstance(second, Number):
            return (Number(first.value + second.value),)
        if isinstance(first, Text) and isinstance(second, Text):
            return (Text(first.text + second.text),)
    if any(isinstance(atom, ListOf) for atom in (*left, *right)):
        lists = [items for tail in known_lists(machine, right) for items in extended(known_lists(machine, left), tail)]
        return new_list_of(machine, lists, join(elements(machine, left), elements(machine, right)))
    if _textual(left) or _textual(right):
        pieces = product(_pieces(left), _pieces(right))
        return bounded(tuple(Text(piece) for piece in pieces))
    if any(isinstance(atom, Opaque) for atom in (*left, *right)):
        # Two unknown operands: text as likely as numbers.
        holes = [atom for atom in (*left, *right) if isinstance(atom, Opaque)]
        if len(holes) == len(left) + len(right) and any(hole.hole.origin for hole in holes):
            return bounded(tuple(Text(piece) for piece in product(_pieces(left), _pieces(right))))
    return _opaque_result(machine, left, right)


def _pieces(value: Value) -> list[str]:
    return texts_of(value) or [hole_text(_ANY)]


def _format(machine: Machine, left: Value, right: Value) -> Value:
    items = known_items(machine, right)
    arguments = items if items is not None else [right]
    results: list[str] = []
    for atom in left:
        if not isinstance(atom, Text):
            continue
        pieces = [""]
        position = 0
        last = 0
        for match in _PLACEHOLDER.finditer(atom.text):
            pieces = product(pieces, [atom.text[last : match.start()]])
            last = match.end()
            if match[0] == "%%":
                pieces = product(pieces, ["%"])
                continue
            if match["key"] is not None:
                plain = match[0].replace(f"({match['key']})", "", 1)
                found = _mapped(machine, right, match["key"])
                pieces = product(pieces, _pieces(tuple(formatting.percent(item, plain) for item in found)))
                continue
            argument = arguments[position] if position < len(arguments) else UNKNOWN
            position += 1
            argument = tuple(formatting.percent(item, match[0]) for item in argument)
            pieces = product(pieces, _pieces(argument))
        results.extend(product(pieces, [atom.text[last:]]))
    return bounded(tuple(Text(result) for result in dict.fromkeys(results)))


def _mapped(machine: Machine, value: Value, key: str) -> Value:
    found: Value = ()
    for atom in value:
        if isinstance(atom, Mapping):
            found = join(found, machine.store.get(atom.uid, f"[{key}]") or machine.store.get(atom.uid, "*") or ())
    return found


def _flags(left: Value, right: Value) -> Value:
    """Keep the names of or-ed flags, so that ``os.open``'s can be read."""
    names: list[str] = []
    for atom in (*left, *right):
        if isinstance(atom, External):
            names.append(atom.name)
        elif isinstance(atom, Text):
            names.append(atom.text)
    return (Text(" | ".join(names)),) if len(names) == len(left) + len(right) else UNKNOWN
