"""Which exceptions the handlers of a ``try`` statement catch, as far as names tell."""

from __future__ import annotations

import builtins
from functools import cache
from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import evaluate
from lambdalint.flow.exits import RAISE
from lambdalint.flow.values import Class, External

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.flow.exits import Exits
    from lambdalint.flow.machine import Machine
    from lambdalint.model import Span, Step

ANY_ERROR = frozenset({"Exception", "BaseException"})
"""The names that stand for every exception."""
_OS_ERRORS = frozenset({"OSError", "IOError", "EnvironmentError"})
_PARSERS = frozenset({"load", "loads"})


def last_name(expression: ir.Expr) -> str:
    """Return the last part of a dotted name."""
    if isinstance(expression, ir.Name):
        return expression.id
    return expression.name if isinstance(expression, ir.Attr) else ""


def uncaught(machine: Machine, types: Iterable[ir.Expr], raised: Exits) -> Exits:
    """Return the exceptions of a block that handlers of some *types* let pass.

    What a call into a library raises is not known: a handler for an exception of any library is taken to catch it.
    """
    known = list(types)
    names = {last_name(expression) for expression in known}
    if names & ANY_ERROR:
        return raised.without(lambda step: True)
    kinds = [_kind(machine, expression) for expression in known]
    libraries = "library" in kinds
    own = libraries or "own" in kinds

    @cache
    def caught(step: Step) -> bool:
        if step.text == RAISE:
            return _catches_raise(machine, step.span, names, other_than_builtin=own)
        return libraries or bool(names & _OS_ERRORS) or ("ValueError" in names and step.text in _PARSERS)

    return raised.without(caught)


def _kind(machine: Machine, expression: ir.Expr) -> str:
    found = evaluate.expression(machine, expression)
    if found and all(isinstance(atom, External) and atom.name.startswith("builtins.") for atom in found):
        return "builtin"
    return "own" if found and all(isinstance(atom, Class) for atom in found) else "library"


def _catches_raise(machine: Machine, span: Span, names: set[str], *, other_than_builtin: bool) -> bool:
    raised = _raised_at(machine, span)
    if raised in names:
        return True
    bases = _builtin_bases(machine, span.path, raised, set())
    if bases is None:
        return other_than_builtin
    if bases & names:
        return True
    return other_than_builtin and not hasattr(builtins, raised)


def _builtin_bases(machine: Machine, path: str, name: str, seen: set[str]) -> set[str] | None:
    """Return the names of the classes that an exception is of; None if they are not all known."""
    known = getattr(builtins, name, None)
    if isinstance(known, type):
        return {base.__name__ for base in known.__mro__}
    facts = machine.module_facts(path)
    found = next((one for one in facts.classes if one.name == name), None) if facts is not None else None
    if found is None or name in seen:
        return None
    result = {name}
    for base in found.bases:
        inherited = _builtin_bases(machine, path, last_name(base), seen | {name})
        if inherited is None:
            return None
        result |= inherited
    return result


def _raised_at(machine: Machine, span: Span) -> str:
    """Return the name of what the ``raise`` statement on a line raises, or nothing if that is not known."""
    facts = machine.module_facts(span.path)
    if facts is None:
        return ""
    bodies = [facts.body, *(one.body for one in facts.functions), *(one.body for one in facts.classes)]
    for statement in (statement for body in bodies for statement in _statements(body)):
        if isinstance(statement, ir.Raise) and statement.line == span.line and statement.value is not None:
            value = statement.value
            return last_name(value.func if isinstance(value, ir.Call) else value)
    return ""


def _statements(body: tuple[ir.Stmt, ...]) -> Iterator[ir.Stmt]:
    """Yield the statements of a body and of all blocks in it."""
    for statement in body:
        yield statement
        for name in ("body", "orelse", "final"):
            yield from _statements(getattr(statement, name, ()))
        if isinstance(statement, ir.Try):
            for handler in statement.handlers:
                yield from _statements(handler.body)
        elif isinstance(statement, ir.Match):
            for case in statement.cases:
                yield from _statements(case.body)
