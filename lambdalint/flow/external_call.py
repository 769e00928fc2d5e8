"""A call into code from elsewhere, and its arguments by the references of the catalogue's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.catalogue import parse_parameter
from lambdalint.flow.containers import mapping_item
from lambdalint.flow.values import UNKNOWN, Atom, Mapping, Nothing, PathText, Text, Value, join, text
from lambdalint.model import Span

if TYPE_CHECKING:
    from lambdalint.catalogue import Catalogue, Parameter
    from lambdalint.flow import calls
    from lambdalint.flow.machine import Machine


class Called(msgspec.Struct, frozen=True):
    """What is called: all that calls of one name on one kind of receiver have in common.

    ``name`` is canonical, ``method`` its last part; ``receiver`` is the kind of the receiver's atom, ``type`` the
    dotted type of an object from elsewhere, as the code has it.
    """

    catalogue: Catalogue
    name: str
    method: str
    receiver: type[Atom] | None
    type: str = ""

    @property
    def is_method_of_object(self) -> bool:
        """Whether the receiver may be of a type that rows for any receiver mean: a text or a path is none."""
        return self.receiver is not None and self.receiver not in (Text, PathText)


class ExternalCall:
    """A call into code from elsewhere: its canonical name, its receiver, its arguments.

    ``method`` is the last part of the name, ``given`` holds every argument's value.
    """

    __slots__ = ("arguments", "given", "machine", "method", "name", "receiver")

    machine: Machine
    name: str
    receiver: Atom | None
    arguments: calls.Arguments
    method: str
    given: list[Value]

    def __init__(self, machine: Machine, called: Called, receiver: Atom | None, arguments: calls.Arguments) -> None:
        self.machine = machine
        self.name = called.name
        self.receiver = receiver
        self.arguments = arguments
        self.method = called.method
        self.given = arguments.all()

    @property
    def span(self) -> Span:
        """The call's place."""
        at = self.arguments.at
        if at is not None:
            return at
        frames = self.machine.frames
        return Span.point(frames[-1].facts.path) if frames else self.machine.deployed.source

    def argument(self, reference: str) -> Value | None:
        """Return the argument that a parameter reference means, or None if it is not given."""
        parameter = parse_parameter(reference)
        found = self._argument(parameter)
        return self._entry(found, parameter.key) if parameter.key and found is not None else found

    def _argument(self, parameter: Parameter) -> Value | None:
        if parameter.receiver:
            return (self.receiver,) if self.receiver is not None else None
        if parameter.name and parameter.name in self.arguments.keywords:
            return self.arguments.keywords[parameter.name]
        if parameter.position is not None:
            found = self.arguments.at_position(parameter.position)
            if found is not None:
                return found
        return self.arguments.others or None

    def _entry(self, mappings: Value, key: str) -> Value | None:
        """Return what a dictionary among the arguments holds under a key, or None if it certainly holds nothing."""
        result: Value = ()
        for atom in mappings:
            if isinstance(atom, Mapping):
                result = join(result, mapping_item(self.machine, atom, text(key)))
            elif not isinstance(atom, Nothing):
                result = join(result, UNKNOWN)
        return result or None

    def argument_span(self, reference: str) -> Span | None:
        """Return the place of that argument."""
        parameter = parse_parameter(reference)
        if parameter.name in self.arguments.keyword_spans:
            return self.arguments.keyword_spans[parameter.name]
        if parameter.position is not None and parameter.position < len(self.arguments.positional_spans):
            return self.arguments.positional_spans[parameter.position]
        return None

    @property
    def count(self) -> int:
        """How many arguments are given."""
        return len(self.arguments.positional) + len(self.arguments.keywords)
