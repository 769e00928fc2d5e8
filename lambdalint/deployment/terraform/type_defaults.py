"""Adds the defaults that a variable's type states with ``optional(type, default)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.terraform.evaluation import evaluate
from lambdalint.deployment.terraform.expression import Call, Literal, MapOf
from lambdalint.deployment.terraform.values import Entries, Entry, Items, Scalar, is_null

if TYPE_CHECKING:
    from lambdalint.deployment.terraform.evaluation import Scope
    from lambdalint.deployment.terraform.expression import Expression
    from lambdalint.deployment.terraform.values import Value

DEEPEST = 20


def with_defaults(value: Value, kind: Expression, scope: Scope, depth: int = 0) -> Value:
    """Return *value* as the type *kind* makes it: attributes that are not set get their default, or null."""
    if not isinstance(kind, Call) or not kind.arguments or depth > DEEPEST:
        return value
    inner = kind.arguments[0]
    if kind.name in {"list", "set"} and isinstance(value, Items):
        return replace(value, items=tuple(with_defaults(one, inner, scope, depth + 1) for one in value.items))
    if kind.name == "map" and isinstance(value, Entries):
        entries = {
            name: Entry(with_defaults(entry.value, inner, scope, depth + 1), entry.span)
            for name, entry in value.entries.items()
        }
        return replace(value, entries=entries)
    if kind.name == "optional":
        if is_null(value) and len(kind.arguments) > 1:
            value = evaluate(kind.arguments[1], scope)
        return with_defaults(value, inner, scope, depth + 1)
    if kind.name == "object" and isinstance(inner, MapOf) and isinstance(value, Entries):
        return _object(value, inner, scope, depth)
    return value


def _object(value: Entries, kind: MapOf, scope: Scope, depth: int) -> Value:
    entries = dict(value.entries)
    for key, attribute in kind.pairs:
        name = key.value if isinstance(key, Literal) else None
        if not isinstance(name, str):
            continue
        entry = entries.get(name)
        if entry is not None:
            entries[name] = Entry(with_defaults(entry.value, attribute, scope, depth + 1), entry.span)
        elif isinstance(attribute, Call) and attribute.name == "optional" and value.complete:
            absent = Scalar(None, value.span)
            entries[name] = Entry(with_defaults(absent, attribute, scope, depth + 1), value.span)
    return replace(value, entries=entries)
