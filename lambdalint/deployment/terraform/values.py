"""The values that expressions have: known ones with their place, and what is known of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from lambdalint.deployment.terraform.expression import Heredoc, Plain
    from lambdalint.deployment.terraform.module import Resource
    from lambdalint.model import Span

MAX_TEXT = 20_000
MAX_ITEMS = 2_000
"""Bounds of one value: characters of a text, items of a collection."""


class Origin(msgspec.Struct, frozen=True):
    """The attribute of a resource that a value was read from."""

    resource: Resource
    name: str


class Scalar(msgspec.Struct, frozen=True):
    """A text, a number, a truth value or null; ``heredoc`` is set where it is written as one."""

    data: Plain
    span: Span
    origin: Origin | None = None
    heredoc: Heredoc | None = None


class Items(msgspec.Struct, frozen=True):
    """A list, tuple or set; not ``complete`` where there may be more."""

    items: tuple[Value, ...]
    span: Span
    complete: bool = True


class Entry(msgspec.Struct, frozen=True):
    """A value of a mapping, and the place of its key."""

    value: Value
    span: Span


class Entries(msgspec.Struct, frozen=True):
    """A map or object; not ``complete`` where there may be more."""

    entries: dict[str, Entry]
    span: Span
    complete: bool = True


class Unknown(msgspec.Struct, frozen=True):
    """A value that only the deployment knows.

    ``text`` is what the configuration shows of it, with ``${...}`` for the rest; ``heredoc`` is set where it is a text
    with holes, ``file`` where it is the content of a file of the project. ``missing`` tells that evaluating it is an
    error, as for a key that is not there.
    """

    span: Span
    text: str = ""
    origin: Origin | None = None
    heredoc: Heredoc | None = None
    file: str | None = None
    missing: bool = False


class ResourceValue(msgspec.Struct, frozen=True):
    """A resource, or one of its instances."""

    resource: Resource
    span: Span


Value: TypeAlias = "Scalar | Items | Entries | Unknown | ResourceValue"


def with_origin(value: Value, origin: Origin) -> Value:
    """Return *value*, read from a resource."""
    return replace(value, origin=origin) if isinstance(value, (Scalar, Unknown)) else value


def text_of(value: Value | None) -> str | None:
    """Return a value as a text, as templates write it; None where it is not known, or no text."""
    if not isinstance(value, Scalar) or value.data is None:
        return None
    if isinstance(value.data, bool):
        return "true" if value.data else "false"
    if isinstance(value.data, float) and value.data.is_integer() and abs(value.data) < 1e15:
        return str(int(value.data))
    return str(value.data)


def shown(value: Value | None) -> str:
    """Return what is known of a text, with ``${...}`` for the rest."""
    if isinstance(value, Unknown):
        return value.text or "${}"
    return text_of(value) or ""


def number_of(value: Value | None) -> float | None:
    """Return a value as a number; None where it is none, or not known."""
    if not isinstance(value, Scalar) or isinstance(value.data, bool) or value.data is None:
        return None
    if isinstance(value.data, str):
        try:
            return float(value.data) if len(value.data) < 20 and value.data.isascii() else None
        except ValueError:
            return None
    return float(value.data)


def integer_of(value: Value | None) -> int | None:
    """Return a value as a whole number; None where it is none, or not known."""
    number = number_of(value)
    return int(number) if number is not None and abs(number) < 1e12 and number == int(number) else None


def truth_of(value: Value | None) -> bool | None:
    """Return a value as a truth value; None where it is none, or not known."""
    text = text_of(value)
    return {"true": True, "false": False}.get(text) if text is not None else None


def is_null(value: Value | None) -> bool:
    """Tell whether a value is null, or not given."""
    return value is None or (isinstance(value, Scalar) and value.data is None)


def elements(value: Value | None) -> tuple[tuple[str, Value], ...] | None:
    """Return the keys and values of a collection, in Terraform's order; None where it is not known."""
    if isinstance(value, Items):
        return tuple((str(number), item) for number, item in enumerate(value.items))
    if isinstance(value, Entries):
        return tuple((name, value.entries[name].value) for name in sorted(value.entries))
    return None


def is_complete(value: Value | None) -> bool:
    """Tell whether a collection is known to hold nothing else."""
    return isinstance(value, (Items, Entries)) and value.complete


def same(first: Value, second: Value) -> bool | None:
    """Tell whether two values are equal; None where that is not known."""
    if isinstance(first, Scalar) and isinstance(second, Scalar):
        if first.data is None or second.data is None:
            return first.data is None and second.data is None
        return text_of(first) == text_of(second)
    if isinstance(first, Scalar) and first.data is None:
        return None if isinstance(second, (Unknown, ResourceValue)) else False
    if isinstance(second, Scalar) and second.data is None:
        return same(second, first)
    if isinstance(first, Items) and isinstance(second, Items) and first.complete and second.complete:
        if not first.items or not second.items:
            return len(first.items) == len(second.items)
        return None
    return None
