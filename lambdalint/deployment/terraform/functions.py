"""The built-in functions of Terraform, as far as paths, names and collections need them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.terraform.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Entries,
    Entry,
    Items,
    ResourceValue,
    Scalar,
    Unknown,
    elements,
    integer_of,
    is_complete,
    is_null,
    same,
    shown,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Span

    Function: TypeAlias = Callable[[tuple[Value, ...], Span], Value]

_VERB = re.compile(r"%(?:%|[-+0-9.]*[sdvqft])")


def call(name: str, arguments: tuple[Value, ...], span: Span) -> Value:
    """Return what the function *name* gives; unknown where that depends on what is not known."""
    texts = _TEXTS.get(name)
    failed = any(isinstance(one, Unknown) and one.missing for one in arguments)
    if failed and name not in {"try", "can"}:
        return Unknown(span, missing=True)
    if (texts is not None or name in {"split", "format", "join"}) and any(map(is_null, arguments)):
        return Unknown(span, missing=True)
    if texts is not None:
        known = [text_of(one) for one in arguments]
        if any(one is None or len(one) > MAX_TEXT for one in known):
            return Unknown(span)
        try:
            result = texts(*(one for one in known if one is not None))
        except (TypeError, ValueError, IndexError, re.error):
            return Unknown(span, missing=True)
        return Scalar(result, span) if result is not None and len(result) <= MAX_TEXT else Unknown(span)
    function = _FUNCTIONS.get(name)
    if function is None or not arguments:
        return Unknown(span)
    try:
        return function(arguments, span)
    except (TypeError, ValueError, IndexError):
        return Unknown(span, missing=True)


def _replace(text: str, old: str, new: str) -> str | None:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return None
    return text.replace(old, new) if len(text) * max(1, len(new)) < MAX_TEXT else None


def _substring(text: str, offset: str, length: str) -> str:
    start, count = int(offset), int(length)
    start = start if start >= 0 else max(0, len(text) + start)
    return text[start:] if count < 0 else text[start : start + count]


def _base_name(path: str) -> str:
    return posixpath.basename(path.rstrip("/")) or path[:1]


def _directory_name(path: str) -> str:
    return posixpath.normpath(posixpath.dirname(path) or ".")


_TEXTS: dict[str, Callable[..., str | None]] = {
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "title": lambda text: re.sub(r"\b[a-z]", lambda match: match[0].upper(), text),
    "trimspace": lambda text: text.strip(),
    "trim": lambda text, characters: text.strip(characters),
    "trimprefix": lambda text, prefix: text.removeprefix(prefix),
    "trimsuffix": lambda text, suffix: text.removesuffix(suffix),
    "chomp": lambda text: text.rstrip("\r\n"),
    "replace": _replace,
    "substr": _substring,
    "basename": _base_name,
    "dirname": _directory_name,
    "abspath": lambda path: path,
    "pathexpand": lambda path: path,
    "tostring": lambda text: text,
    "strrev": lambda text: text[::-1],
}


def _join(arguments: tuple[Value, ...], span: Span) -> Value:
    separator = text_of(arguments[0])
    parts = [part for one in arguments[1:] for part in (elements(one) or ((None, Unknown(span)),))]
    if separator is None:
        return Unknown(span)
    values = [value for _, value in parts]
    joined = separator.join(shown(value) for value in values)[:MAX_TEXT]
    known = all(text_of(value) is not None for value in values) and all(is_complete(one) for one in arguments[1:])
    return Scalar(joined, span) if known else Unknown(span, joined)


def _format(arguments: tuple[Value, ...], span: Span) -> Value:
    pattern = text_of(arguments[0])
    if pattern is None:
        return Unknown(span)
    rest = iter(arguments[1:])
    known = True
    parts: list[str] = []
    position = 0
    for verb in _VERB.finditer(pattern):
        parts.append(pattern[position : verb.start()])
        position = verb.end()
        if verb[0] == "%%":
            parts.append("%")
            continue
        value = next(rest, None)
        text = text_of(value)
        if text is None or verb[0] not in {"%s", "%d", "%v"}:
            known = False
        parts.append(shown(value) if value is not None else "${}")
    whole = "".join((*parts, pattern[position:]))[:MAX_TEXT]
    return Scalar(whole, span) if known else Unknown(span, whole)


def _split(arguments: tuple[Value, ...], span: Span) -> Value:
    separator, text = text_of(arguments[0]), text_of(arguments[1])
    if not separator or text is None:
        return Unknown(span)
    return Items(tuple(Scalar(part, arguments[1].span) for part in text.split(separator)[:MAX_ITEMS]), span)


def _concat(arguments: tuple[Value, ...], span: Span) -> Value:
    found: list[Value] = []
    complete = True
    for one in arguments:
        if isinstance(one, Items):
            found.extend(one.items)
        complete = complete and is_complete(one)
    return Items(tuple(found[:MAX_ITEMS]), span, complete and len(found) <= MAX_ITEMS)


def _flatten(arguments: tuple[Value, ...], span: Span) -> Value:
    found: list[Value] = []
    complete = True
    pending = list(reversed(arguments))
    while pending and len(found) < MAX_ITEMS:
        one = pending.pop()
        if isinstance(one, Items):
            pending.extend(reversed(one.items))
            complete = complete and one.complete
        elif isinstance(one, Unknown):
            complete = False
        else:
            found.append(one)
    return Items(tuple(found), span, complete and not pending)


def _merge(arguments: tuple[Value, ...], span: Span) -> Value:
    found: dict[str, Entry] = {}
    complete = True
    for one in arguments:
        if isinstance(one, Entries):
            found.update(one.entries)
        complete = complete and (is_complete(one) or is_null(one))
        if not complete and not isinstance(one, Entries):
            # What is not known may replace all that is set before it.
            found = {name: Entry(Unknown(entry.span), entry.span) for name, entry in found.items()}
    return Entries(found, span, complete) if len(found) <= MAX_ITEMS else Unknown(span)


def _distinct(arguments: tuple[Value, ...], span: Span) -> Value:
    listed = elements(arguments[0])
    if listed is None:
        return Unknown(span)
    known: dict[str, Value] = {}
    for number, (_, value) in enumerate(listed):
        known.setdefault(text_of(value) or f"\0{number}", value)
    return Items(tuple(known.values()), span, is_complete(arguments[0]))


def _set(arguments: tuple[Value, ...], span: Span) -> Value:
    found = _distinct(arguments, span)
    if not isinstance(found, Items):
        return found
    return replace(found, items=tuple(sorted(found.items, key=lambda one: text_of(one) or "")))


def _list(arguments: tuple[Value, ...], span: Span) -> Value:
    return arguments[0] if isinstance(arguments[0], Items) else Unknown(span)


def _map(arguments: tuple[Value, ...], span: Span) -> Value:
    return arguments[0] if isinstance(arguments[0], Entries) else Unknown(span)


def _same_value(arguments: tuple[Value, ...], _span: Span) -> Value:
    return arguments[0]


def _keys(arguments: tuple[Value, ...], span: Span) -> Value:
    one = arguments[0]
    if not isinstance(one, Entries):
        return Unknown(span)
    return Items(tuple(Scalar(name, one.entries[name].span) for name in sorted(one.entries)), span, one.complete)


def _values(arguments: tuple[Value, ...], span: Span) -> Value:
    one = arguments[0]
    if not isinstance(one, Entries):
        return Unknown(span)
    return Items(tuple(one.entries[name].value for name in sorted(one.entries)), span, one.complete)


def _lookup(arguments: tuple[Value, ...], span: Span) -> Value:
    one, key = arguments[0], text_of(arguments[1])
    if isinstance(one, Entries) and key is not None:
        if key in one.entries:
            return one.entries[key].value
        if one.complete and len(arguments) > 2:
            return arguments[2]
        return Unknown(span, missing=one.complete)
    return Unknown(span)


def _element(arguments: tuple[Value, ...], span: Span) -> Value:
    one, number = arguments[0], integer_of(arguments[1])
    if isinstance(one, Items) and one.items and one.complete and number is not None:
        return one.items[number % len(one.items)]
    return Unknown(span)


def _length(arguments: tuple[Value, ...], span: Span) -> Value:
    one = arguments[0]
    if isinstance(one, Scalar) and isinstance(one.data, str):
        return Scalar(len(one.data), span)
    listed = elements(one)
    return Scalar(len(listed), span) if listed is not None and is_complete(one) else Unknown(span)


def _coalesce(arguments: tuple[Value, ...], span: Span) -> Value:
    for one in arguments:
        if isinstance(one, Unknown):
            return one
        if not is_null(one) and text_of(one) != "":
            return one
    return Unknown(span, missing=True)


def _coalesce_list(arguments: tuple[Value, ...], span: Span) -> Value:
    for one in arguments:
        if not isinstance(one, (Items, Entries)) or elements(one) or not one.complete:
            return one
    return Unknown(span, missing=True)


def _try(arguments: tuple[Value, ...], span: Span) -> Value:
    return next((one for one in arguments if not (isinstance(one, Unknown) and one.missing)), Unknown(span))


def _can(arguments: tuple[Value, ...], span: Span) -> Value:
    one = arguments[0]
    if isinstance(one, Unknown):
        return Scalar(False, span) if one.missing else Unknown(span)
    return Scalar(True, span)


def _contains(arguments: tuple[Value, ...], span: Span) -> Value:
    listed = elements(arguments[0])
    if listed is None:
        return Unknown(span)
    verdicts = [same(value, arguments[1]) for _, value in listed]
    if True in verdicts:
        return Scalar(True, span)
    return Unknown(span) if None in verdicts or not is_complete(arguments[0]) else Scalar(False, span)


def _compact(arguments: tuple[Value, ...], span: Span) -> Value:
    one = arguments[0]
    if not isinstance(one, Items):
        return Unknown(span)
    return Items(tuple(item for item in one.items if not is_null(item) and text_of(item) != ""), span, one.complete)


def _zipmap(arguments: tuple[Value, ...], span: Span) -> Value:
    names, values = elements(arguments[0]), elements(arguments[1])
    if names is None or values is None:
        return Unknown(span)
    pairs = [(text_of(name), name, value) for (_, name), (_, value) in zip(names, values, strict=False)]
    found = {text: Entry(value, name.span) for text, name, value in pairs if text is not None}
    return Entries(found, span, len(found) == len(names) and is_complete(arguments[0]))


def _range(arguments: tuple[Value, ...], span: Span) -> Value:
    numbers = [integer_of(one) for one in arguments]
    if any(one is None for one in numbers):
        return Unknown(span)
    made = range(*(one for one in numbers if one is not None))
    return Items(tuple(Scalar(one, span) for one in made[:MAX_ITEMS]), span, len(made) <= MAX_ITEMS)


def _set_product(arguments: tuple[Value, ...], span: Span) -> Value:
    rows: list[tuple[Value, ...]] = [()]
    for one in arguments:
        listed = elements(one)
        if listed is None or not is_complete(one) or len(rows) * max(1, len(listed)) > MAX_ITEMS:
            return Unknown(span)
        rows = [(*row, value) for row in rows for _, value in listed]
    return Items(tuple(Items(row, span) for row in rows), span)


def _one(arguments: tuple[Value, ...], span: Span) -> Value:
    one = arguments[0]
    if isinstance(one, Items) and one.complete:
        return one.items[0] if one.items else Scalar(None, span)
    return one if isinstance(one, ResourceValue) else Unknown(span)


def _slice(arguments: tuple[Value, ...], span: Span) -> Value:
    one, start, end = arguments[0], integer_of(arguments[1]), integer_of(arguments[2])
    if not isinstance(one, Items) or start is None or end is None or start < 0:
        return Unknown(span)
    return replace(one, items=one.items[start:end])


def _starts(arguments: tuple[Value, ...], span: Span) -> Value:
    text, prefix = text_of(arguments[0]), text_of(arguments[1])
    return Scalar(text.startswith(prefix), span) if text is not None and prefix is not None else Unknown(span)


def _ends(arguments: tuple[Value, ...], span: Span) -> Value:
    text, suffix = text_of(arguments[0]), text_of(arguments[1])
    return Scalar(text.endswith(suffix), span) if text is not None and suffix is not None else Unknown(span)


_FUNCTIONS: dict[str, Function] = {
    "join": _join,
    "format": _format,
    "split": _split,
    "concat": _concat,
    "flatten": _flatten,
    "merge": _merge,
    "toset": _set,
    "distinct": _distinct,
    "sort": _set,
    "tolist": _list,
    "tomap": _map,
    "tonumber": _same_value,
    "tobool": _same_value,
    "sensitive": _same_value,
    "nonsensitive": _same_value,
    "keys": _keys,
    "values": _values,
    "lookup": _lookup,
    "element": _element,
    "length": _length,
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "try": _try,
    "can": _can,
    "contains": _contains,
    "compact": _compact,
    "zipmap": _zipmap,
    "range": _range,
    "setproduct": _set_product,
    "one": _one,
    "slice": _slice,
    "startswith": _starts,
    "endswith": _ends,
}
