"""Methods of texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program import operators
from lambdalint.deployment.cdk.program.iteration import iterate
from lambdalint.deployment.cdk.program.values import (
    UNKNOWN,
    Constant,
    ListValue,
    Partial,
    Value,
    constant_of,
)

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.arguments import Arguments
    from lambdalint.deployment.cdk.program.machine import Machine
    from lambdalint.model import Span

_HOLE = re.compile(r"\{(\w*)\}|\{\{|\}\}|[{}]")
_SIMPLE = frozenset(
    {"lower", "upper", "title", "capitalize", "strip", "lstrip", "rstrip", "swapcase", "casefold"}
    | {"removeprefix", "removesuffix"}
)
_TESTS = frozenset({"startswith", "endswith", "isdigit", "isalpha", "isalnum", "isupper", "islower"})
_SPLITS = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})


def call(machine: Machine, of: Value, name: str, arguments: Arguments, span: Span) -> Value:
    """Return what the method *name* of a text returns."""
    text = constant_of(of) if not isinstance(of, Partial) else None
    if isinstance(text, bytes):
        return UNKNOWN
    if isinstance(of, Partial) or not isinstance(text, str):
        return of if name in {"strip", "lower", "encode", "decode"} and isinstance(of, Partial) else UNKNOWN
    if name == "join":
        return _joined(machine, text, arguments.value(0), span)
    if name == "format":
        return _formatted(text, arguments, span)
    given = [constant_of(one) for one in arguments.positional]
    known = [one for one in given if isinstance(one, str)]
    place = of.span if "\n" in text else span
    if name in _SIMPLE and len(known) == len(given) <= 1:
        return Constant(getattr(text, name)(*known), span=place)
    if name in _TESTS and len(known) == len(given) <= 1:
        return Constant(bool(getattr(text, name)(*known)), span=span)
    if name in _SPLITS:
        return _split(text, name, given, span)
    if name == "replace" and len(known) >= 2 and known[0]:
        if len(text) + text.count(known[0]) * len(known[1]) > operators.LONGEST * 5:
            return UNKNOWN
        return Constant(text.replace(known[0], known[1]), span=place)
    if name in {"encode", "decode", "__str__", "expandtabs", "format_map"}:
        return of if name in {"encode", "decode", "__str__"} else UNKNOWN
    if name == "zfill" and given and isinstance(given[0], int) and 0 <= given[0] <= 100:
        return Constant(text.zfill(given[0]), span=span)
    return UNKNOWN


def _joined(machine: Machine, separator: str, listed: Value, span: Span) -> Value:
    items = iterate(machine, listed)
    if not items.complete:
        return UNKNOWN
    parts: list[str | None] = []
    for number, value in enumerate(items.values):
        parts += [separator] if number else []
        parts.extend(operators.parts_of(value))
    return operators.text(parts, span)


def _formatted(text: str, arguments: Arguments, span: Span) -> Value:
    parts: list[str | None] = []
    position = number = 0
    for match in _HOLE.finditer(text):
        parts.append(text[position : match.start()])
        position = match.end()
        if match[0] in {"{{", "}}"}:
            parts.append(match[0][0])
            continue
        if match[1] is None:
            return UNKNOWN
        if not match[1] or match[1].isdigit():
            index = int(match[1][:4]) if match[1] else number
            number += 1
            parts.extend(operators.parts_of(arguments.value(index)))
        else:
            parts.extend(operators.parts_of(arguments.value(-1, match[1])))
        if len(parts) > operators.MAX_PARTS:
            return UNKNOWN
    return operators.text([*parts, text[position:]], span)


def _split(text: str, name: str, given: list[str | int | float | bytes | bool | None], span: Span) -> Value:
    separator = given[0] if given else None
    if (given and not isinstance(separator, str)) or separator == "":
        return UNKNOWN
    count = given[1] if len(given) > 1 and isinstance(given[1], int) else -1
    if name == "splitlines":
        found = text.splitlines()
    elif isinstance(separator, str) and name in {"partition", "rpartition"}:
        found = list(text.partition(separator) if name == "partition" else text.rpartition(separator))
    elif name == "rsplit":
        found = text.rsplit(separator if isinstance(separator, str) else None, count)
    else:
        found = text.split(separator if isinstance(separator, str) else None, count)
    if len(found) > operators.LONGEST:
        return UNKNOWN
    return ListValue.of(Constant(one, span=span) for one in found)
