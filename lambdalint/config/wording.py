"""Says in plain words what value a type takes."""

from __future__ import annotations

import types
import typing

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
    if isinstance(annotation, type):
        return _PLAIN.get(annotation, f"a table of {annotation.__name__}")
    return str(annotation)


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
