"""Says in plain words what value a type takes."""

from __future__ import annotations

import enum
import types
import typing
from typing import Any

import msgspec

_PLAIN = {str: "text", bool: "true or false", int: "a whole number", float: "a number", type(None): "nothing"}
_PLURAL = {str: "texts", int: "whole numbers", float: "numbers"}


def describe_type(annotation: object) -> str:
    """Return the values of the type *annotation* in words, with the pattern that they must match."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        pattern = _pattern(arguments[1:])
        return describe_type(arguments[0]) + (f" that matches {pattern}" if pattern else "")
    if origin is typing.Literal:
        return "one of " + ", ".join(map(str, arguments))
    if origin in (typing.Union, types.UnionType):
        return " or ".join(describe_type(item) for item in arguments if item is not type(None))
    if origin in (tuple, list, set, frozenset) and arguments:
        return _list_of(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return "one of " + ", ".join(str(item.value) for item in annotation)
    if isinstance(annotation, type):
        return _PLAIN.get(annotation, f"a table of {annotation.__name__}")
    return str(annotation)


def choices(annotation: object) -> tuple[str, ...]:
    """Return the texts that a value of the type *annotation*, or an element of it, may be; none if it is free."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return tuple(str(item.value) for item in annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return tuple(item for item in typing.get_args(annotation) if isinstance(item, str))
    return tuple(choice for item in typing.get_args(annotation) for choice in choices(item))


def without_none(annotation: object) -> Any:
    """Return the type *annotation* without the None that stands for "not set", which TOML does not have."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation
    kept = tuple(item for item in typing.get_args(annotation) if item is not type(None))
    return typing.Union[kept]  # noqa: UP007 - the members are known at run time only


def _pattern(metadata: tuple[object, ...]) -> str | None:
    return next((item.pattern for item in metadata if isinstance(item, msgspec.Meta) and item.pattern), None)


def _list_of(item: object) -> str:
    pattern = None
    if typing.get_origin(item) is typing.Annotated:
        item, *metadata = typing.get_args(item)
        pattern = _pattern(tuple(metadata))
    plural = _PLURAL.get(item) if isinstance(item, type) else None
    words = f"a list of {plural}" if plural else f"a list, each {describe_type(item)}"
    return words + (f" that match {pattern}" if pattern else "")
