"""What the interpreter keeps of the classes and generators of the analysed code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.facts.ir import ClassFacts
    from lambdalint.flow.values import Atom, Function, Value
    from lambdalint.model import Span


class ClassInfo(msgspec.Struct):
    """What is known of a class: its definition, its bases, the scope of its body."""

    facts: ClassFacts
    module: str
    bases: tuple[Atom, ...]
    scope: int
    linear: tuple[int, ...] = ()
    external_bases: tuple[str, ...] = ()
    is_record: bool = False
    fields: list[tuple[str, bool]] = msgspec.field(default_factory=list)
    declared: dict[str, Value] = msgspec.field(default_factory=dict)
    """Of annotated attributes: what is known of their type."""


class PendingGenerator(msgspec.Struct):
    """A generator that was called and has not run yet."""

    function: Function
    bindings: dict[str, Value]
    receiver: Atom | None
    called_at: Span | None
