"""Methods of strings on abstract text: Python's own, with care for what a hole may hide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow import formatting
from lambdalint.flow.containers import checked, elements, extend_origin, known_items, new_list, part_of
from lambdalint.flow.models.time_format import formatted_time
from lambdalint.flow.operators import product
from lambdalint.flow.text import confined_text, has_holes, hole_text, is_hole
from lambdalint.flow.values import (
    EITHER,
    FALSE,
    TRUE,
    UNKNOWN,
    ExternalObject,
    Items,
    ListOf,
    Number,
    Opaque,
    Text,
    Value,
    bounded,
    confined,
    join,
    text_of,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall

_ANY = Hole(HoleKind.UNKNOWN)
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}")


def _receiver(call: ExternalCall) -> str:
    return (text_of(call.receiver) if call.receiver is not None else None) or ""


def _literal(value: Value | None) -> str | None:
    if value is not None and len(value) == 1 and isinstance(value[0], Text) and not has_holes(value[0].text):
        return value[0].text
    return None


def _mapped(operation: Callable[[str], str]) -> Callable[[ExternalCall], Value | None]:
    def model(call: ExternalCall) -> Value | None:
        return (Text(operation(_receiver(call))),)

    return model


def _strip(name: str) -> Callable[[ExternalCall], Value | None]:
    def model(call: ExternalCall) -> Value | None:
        characters = _literal(call.arguments.at_position(0))
        result: str = getattr(_receiver(call), name)(characters)
        return (Text(result),)

    return model


def _format(call: ExternalCall) -> Value | None:
    template = _receiver(call)
    results = [""]
    last = position = 0
    for match in _FIELD.finditer(template):
        results = product(results, [template[last : match.start()]])
        last = match.end()
        if match[1] is None:
            results = product(results, [match[0][0]])
            continue
        name = re.split(r"[.\[]", match[1])[0]
        if not name:
            value = call.arguments.at_position(position)
            position += 1
        elif name.isdigit():
            value = call.arguments.at_position(int(name))
        else:
            value = call.arguments.keywords.get(name, call.arguments.others or None)
        if value is not None and name != match[1]:
            value = UNKNOWN
        if match[2] or match[3]:
            value = tuple(formatting.formatted(atom, match[3] or "", match[2] or "") for atom in value or UNKNOWN)
        results = product(results, texts_of(value or UNKNOWN) or [hole_text(_ANY)])
    results = product(results, [template[last:]])
    return bounded(tuple(Text(result) for result in results))


def _replace(call: ExternalCall) -> Value | None:
    text = _receiver(call)
    old, new = _literal(call.argument("@0")), call.argument("@1")
    if old is None or new is None:
        return (Text(text),)
    if old in ("/", "..", "../", "\\"):
        text = confined_text(text)
    results = [text.replace(old, piece) for piece in texts_of(new)] if old else [text]
    return bounded(tuple(Text(result) for result in results))


def _split(call: ExternalCall) -> Value | None:
    text = _receiver(call)
    separator = call.argument("sep@0")
    literal = _literal(separator)
    if separator is not None and literal is None:
        return new_list(call.machine, [(Text(text),)], complete=False)
    maximum = call.argument("maxsplit@1")
    most = int(maximum[0].value) if maximum and isinstance(maximum[0], Number) else -1
    method = text.rsplit if call.method == "rsplit" else text.split
    try:
        pieces = method(literal, most)
    except ValueError:
        return UNKNOWN
    if literal == "/" and most == -1:
        pieces = [confined_text(piece) for piece in pieces]
    elif literal == "/" and call.method == "rsplit":
        pieces = [*pieces[:1], *(confined_text(piece) for piece in pieces[1:])]
    values: list[Value] = [(Text(piece),) for piece in pieces]
    if has_holes(text):
        if literal == "/" and call.method == "rsplit" and most == 1:
            values = [values[0], (Text(confined_text(pieces[-1])),)]
            return new_list(call.machine, values, complete=True)
        return _uncertain(call, values)
    return new_list(call.machine, values, complete=True)


def _uncertain(call: ExternalCall, values: list[Value]) -> Value:
    """A text with holes may split into more pieces than seen; the first and the last are still at the ends."""
    made = new_list(call.machine, values, complete=False)
    for atom in made:
        if isinstance(atom, ListOf):
            call.machine.store.set(atom.uid, "<first>", values[0])
            call.machine.store.set(atom.uid, "<last>", values[-1])
            if _literal(call.argument("sep@0")) in (None, " "):
                # As the words of a command: each hole is one.
                call.machine.store.set(atom.uid, "<words>", (Items(tuple(values)),))
    return made


def _partition(call: ExternalCall) -> Value | None:
    text, separator = _receiver(call), _literal(call.argument("@0"))
    if not separator:
        return UNKNOWN
    pieces = text.rpartition(separator) if call.method == "rpartition" else text.partition(separator)
    values = [(Text(piece),) for piece in pieces]
    if has_holes(text):
        whole = Text(confined_text(text) if separator == "/" and call.method == "rpartition" else text)
        return (Items(((Text(text),), (Text(separator),), (whole,))),)
    return (Items(tuple(values)),)


def _join(call: ExternalCall) -> Value | None:
    separator = _receiver(call)
    given = call.arguments.at_position(0) or UNKNOWN
    items = known_items(call.machine, given)
    if items is None:
        element = texts_of(elements(call.machine, given)) or [hole_text(_ANY)]
        rest = hole_text(Hole(HoleKind.UNKNOWN))
        return bounded(tuple(Text(piece if is_hole(piece[:1] or "a") else piece + rest) for piece in element))
    results = [""]
    for number, item in enumerate(items):
        if number:
            results = product(results, [separator])
        results = product(results, texts_of(item) or [hole_text(_ANY)])
    return bounded(tuple(Text(result) for result in results))


def _startswith(call: ExternalCall) -> Value | None:
    text = _receiver(call)
    wanted = call.argument("@0") or UNKNOWN
    prefixes = [_literal((atom,)) for atom in wanted]
    if len(wanted) == 1 and isinstance(wanted[0], Items):
        prefixes = [_literal(item) for item in wanted[0].items]
    result: Value = FALSE
    for prefix in prefixes:
        if prefix is None:
            return EITHER
        if call.method == "endswith":
            visible, compared = text[-len(prefix) :] if prefix else "", text.endswith(prefix)
        else:
            visible, compared = text[: len(prefix)], text.startswith(prefix)
        if compared:
            return TRUE
        if has_holes(visible) or (len(visible) < len(prefix) and has_holes(text)):
            result = EITHER
    return result


def _same(call: ExternalCall) -> Value | None:
    return (Text(_receiver(call)),)


def _test(call: ExternalCall) -> Value | None:
    return EITHER


def _padded(call: ExternalCall) -> Value | None:
    text, width = _receiver(call), call.arguments.at_position(0)
    if has_holes(text) or not width or not isinstance(width[0], Number) or width[0].value > 64:
        return (Text(text),)
    fill = _literal(call.argument("@1")) or " "
    count = int(width[0].value)
    if call.method == "zfill":
        return (Text(text.zfill(count)),)
    padded: str = getattr(text, call.method)(count, fill)
    return (Text(padded),)


def _removed(call: ExternalCall) -> Value | None:
    text, part = _receiver(call), _literal(call.argument("@0"))
    if part is None:
        return (Text(text),)
    return (Text(text.removeprefix(part) if call.method == "removeprefix" else text.removesuffix(part)),)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "str.format": _format,
    "str.replace": _replace,
    "str.split": _split,
    "str.rsplit": _split,
    "str.partition": _partition,
    "str.rpartition": _partition,
    "str.join": _join,
    "str.startswith": _startswith,
    "str.endswith": _startswith,
    "str.removeprefix": _removed,
    "str.removesuffix": _removed,
    **{f"str.{name}": _strip(name) for name in ("strip", "lstrip", "rstrip")},
    **{
        f"str.{name}": _mapped(operation)
        for name, operation in {
            "lower": str.lower,
            "upper": str.upper,
            "title": str.title,
            "capitalize": str.capitalize,
            "casefold": str.casefold,
            "swapcase": str.swapcase,
        }.items()
    },
    **{f"str.{name}": _same for name in ("encode", "decode", "expandtabs")},
    **{f"str.{name}": _padded for name in ("zfill", "ljust", "rjust", "center")},
    **{
        f"str.{name}": _test for name in ("isdigit", "isalpha", "isalnum", "isnumeric", "islower", "isupper", "isspace")
    },
}


# Methods of a value of which nothing is known but, perhaps, that the sender chose it.


def _opaque(call: ExternalCall) -> Opaque:
    assert isinstance(call.receiver, Opaque)
    return call.receiver


def _opaque_same(call: ExternalCall) -> Value | None:
    return (_opaque(call),)


def _opaque_get(call: ExternalCall) -> Value | None:
    key = call.arguments.at_position(0)
    literal = _literal(key)
    found: Value = (checked(call.machine, part_of(_opaque(call), repr(literal) if literal is not None else "")),)
    default = call.argument("default@1")
    return join(found, default) if default is not None else found


def _opaque_split(call: ExternalCall) -> Value | None:
    element: Value = (Opaque(extend_origin(_opaque(call).hole, ".split()")),)
    if _literal(call.argument("sep@0")) in ("/", None):
        element = confined(element)
    return new_list(call.machine, [element], complete=False)


def _opaque_partition(call: ExternalCall) -> Value | None:
    whole: Value = (_opaque(call),)
    last = confined(whole) if _literal(call.argument("@0")) == "/" and call.method == "rpartition" else whole
    return (Items((whole, call.argument("@0") or UNKNOWN, last)),)


def _opaque_replace(call: ExternalCall) -> Value | None:
    whole: Value = (_opaque(call),)
    return confined(whole) if _literal(call.argument("@0")) in ("/", "..", "../") else whole


def _opaque_items(call: ExternalCall) -> Value | None:
    hole = _opaque(call).hole
    pair: Value = (Items(((Opaque(extend_origin(hole, ".key")),), (Opaque(extend_origin(hole, "[]")),))),)
    return new_list(call.machine, [pair], complete=False)


def _opaque_elements(call: ExternalCall) -> Value | None:
    hole = _opaque(call).hole
    return new_list(call.machine, [(Opaque(extend_origin(hole, "[]")),)], complete=False)


def _opaque_path(call: ExternalCall) -> Value | None:
    hole = _opaque(call).hole
    if hole.kind is HoleKind.REQUEST:
        return (Opaque(extend_origin(hole, f".{call.method}()")),)
    return None


def _opaque_number(call: ExternalCall) -> Value | None:
    return confined((_opaque(call),))


def _day_of(call: ExternalCall) -> Value | None:
    """``now().date()``: the same for as long as an environment lives."""
    receiver = call.receiver
    known = isinstance(receiver, Opaque) and receiver.hole.origin in ("now()", "utcnow()", "today()")
    return (ExternalObject("datetime.date"),) if known else None


OPAQUE_METHODS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "date": _day_of,
    **dict.fromkeys(
        (
            "strip",
            "lstrip",
            "rstrip",
            "lower",
            "upper",
            "title",
            "encode",
            "decode",
            "casefold",
            "removeprefix",
            "removesuffix",
            "copy",
            "dict",
            "model_dump",
            "to_dict",
            "zfill",
            "format",
        ),
        _opaque_same,
    ),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "isalnum", "exists", "is_file", "is_dir"), _test),
    **dict.fromkeys(
        (
            "count",
            "find",
            "rfind",
            "index",
            "hex",
            "hexdigest",
            "isoformat",
            "timestamp",
            "translate",
        ),
        _opaque_number,
    ),
    "strftime": formatted_time,
    "get": _opaque_get,
    "pop": _opaque_get,
    "getlist": _opaque_get,
    "split": _opaque_split,
    "rsplit": _opaque_split,
    "splitlines": _opaque_elements,
    "partition": _opaque_partition,
    "rpartition": _opaque_partition,
    "replace": _opaque_replace,
    "items": _opaque_items,
    "values": _opaque_elements,
    "keys": _opaque_elements,
    "json": _opaque_path,
    "read": _opaque_path,
    "get_json": _opaque_path,
}  # fmt: skip
