"""The interpreter's activation records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.facts.ir import FunctionFacts, ModuleFacts
    from lambdalint.flow.store import Changes
    from lambdalint.flow.values import Atom, Function, Value
    from lambdalint.model import Span


class Loop(msgspec.Struct):
    """A loop that is being run: the states in which an iteration was left early."""

    mark: int
    breaks: list[Changes] = msgspec.field(default_factory=list)
    continues: list[Changes] = msgspec.field(default_factory=list)


class Frame(msgspec.Struct):
    """One function, class body or module that is being run.

    ``scopes`` are the owners that names are looked up in, innermost first. ``returns`` holds each value that was
    returned, with the state it was returned in, relative to ``mark``. ``on_yield`` takes the place of collecting
    ``yields``. ``captured`` tells that a function was defined that may outlive the record, and with it its variables;
    ``inner_scopes`` are those of its comprehensions.
    """

    facts: ModuleFacts
    scopes: tuple[int, ...]
    name: str
    called_at: Span | None
    mark: int
    function: FunctionFacts | None = None
    owner: int = 0
    receiver: Atom | None = None
    running: Function | None = None
    returns: list[tuple[Value, Changes]] = msgspec.field(default_factory=list)
    yields: Value = ()
    on_yield: Callable[[Value], Value] | None = None
    loops: list[Loop] = msgspec.field(default_factory=list)
    outer: dict[str, int] = msgspec.field(default_factory=dict)
    importing: bool = False
    captured: bool = False
    inner_scopes: set[int] = msgspec.field(default_factory=set)

    @property
    def scope(self) -> int:
        """The owner that plain assignments go to."""
        return self.scopes[0]

    @property
    def module_scope(self) -> int:
        """The owner of the module's names."""
        return self.scopes[-1]
