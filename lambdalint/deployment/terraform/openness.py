"""Tells whether a deployment may give an expression another value than the configuration shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.terraform.expression import Attribute, Name
from lambdalint.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.terraform.expression import Expression
    from lambdalint.deployment.terraform.module import Module

MAX_STEPS = 500
MAX_PARTS = 2_000


def is_open(expression: Expression, module: Module) -> bool:
    """Tell whether *expression* depends on a variable of the root, which is set when Terraform runs.

    The variables of a module that is called are what the call says, or their defaults. After a bound it is open.
    """
    pending = [(expression, module)]
    seen: set[tuple[int, str, str]] = set()
    for _ in range(MAX_STEPS):
        if not pending:
            return False
        current, owner = pending.pop()
        for space, name in _references(current):
            key = id(owner), space, name
            if key in seen:
                continue
            seen.add(key)
            if space == "local":
                argument = owner.configuration.local(name)
                pending += [(argument.value, owner)] if argument is not None else []
            elif owner.call is None:
                return True
            else:
                passed = owner.call.block.value(name) if owner.is_passed(name) else None
                pending += [(passed, owner.call.module)] if passed is not None else []
    return True


def _references(expression: Expression) -> Iterator[tuple[str, str]]:
    """Yield the variables and local values that *expression* names."""
    pending: list[object] = [expression]
    for _ in range(MAX_PARTS):
        if not pending:
            return
        part = pending.pop()
        if isinstance(part, Attribute) and isinstance(part.target, Name) and part.target.name in {"var", "local"}:
            yield part.target.name, part.name
        elif isinstance(part, tuple):
            pending.extend(part)
        elif isinstance(part, msgspec.Struct) and not isinstance(part, Span):
            pending.extend(getattr(part, name) for name in part.__struct_fields__)
    yield "var", ""
