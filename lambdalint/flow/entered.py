"""What the code says of the functions that are entered: their names, their places, their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.values import Atom, Bound, Function, Instance, Partial, Wrapped
from lambdalint.model import Span

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine


def definition_of(machine: Machine, atom: Atom | None) -> tuple[Function, str, Span] | None:
    """Return the function that a callable leads to, its qualified name and its place."""
    if isinstance(atom, (Bound, Partial, Wrapped)):
        return definition_of(machine, atom.function)
    if isinstance(atom, Function):
        facts = machine.facts_of(atom)
        if facts is not None:
            return atom, facts.qualname, Span(atom.module, *facts.at[:2], *facts.at[:2])
    return None


def qualname(machine: Machine, atom: Atom | None) -> str:
    """Return the qualified name of what is entered."""
    found = definition_of(machine, atom)
    return found[1] if found is not None else "handler"


def definition(machine: Machine, atom: Atom | None) -> Span:
    """Return where what is entered is defined; where that is not known, where the function is declared."""
    found = definition_of(machine, atom)
    return found[2] if found is not None else machine.deployed.source


def takes_nothing(machine: Machine, atom: Atom) -> bool:
    """Tell whether a function can be called without an event."""
    found = definition_of(machine, atom)
    facts = machine.facts_of(found[0]) if found is not None else None
    if facts is None or isinstance(atom, (Bound, Partial, Instance)):
        return False
    positional = [one for one in facts.parameters if one.kind in ("positional", "either", "args")]
    return len(positional) < 2 and all(one.default is not None for one in positional)


def parameter_names(machine: Machine, atom: Atom) -> list[str]:
    """Return the names of the positional parameters that a caller gives."""
    found = definition_of(machine, atom)
    facts = machine.facts_of(found[0]) if found is not None else None
    if facts is None:
        return []
    names = [parameter.name for parameter in facts.parameters if parameter.kind in ("positional", "either")]
    return names[1:] if isinstance(atom, Bound) else names
