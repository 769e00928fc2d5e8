"""Imports that are not the project's: what they name, and whether the code is prepared for them to fail."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from lambdalint.facts import ir
from lambdalint.flow.catching import ANY_ERROR, last_name
from lambdalint.model import ForeignImport
from lambdalint.model.flow_result import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.flow.machine import Machine
    from lambdalint.flow.program import Sources
    from lambdalint.model import Span

MOST = 2_000
"""How many imports of one function are noted."""
STANDARD = frozenset(sys.stdlib_module_names) | {
    "aifc", "annotationlib", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "compression", "crypt",
    "distutils", "imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd",
    "sndhdr", "spwd", "sunau", "telnetlib", "tomllib", "uu", "xdrlib",
}  # fmt: skip
"""The modules of any Python from 3.8 to 3.14, whichever of them runs lambdalint."""
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"}) | ANY_ERROR


def note(machine: Machine, module: str, span: Span) -> None:
    """Note an import of *module*, which no file of the project answers, unless it is of the standard library."""
    found = machine.foreign_imports
    if len(found) >= MOST:
        return
    parts = module.split(".")
    if parts[0] in STANDARD or not all(part.isidentifier() for part in parts):
        return
    if not machine.surroundings.choices(module, span.path):
        machine.note("foreign", (module, span), None)


def settled(noted: Iterable[tuple[str, Span, str]], sources: Sources) -> tuple[ForeignImport, ...]:
    """Return what was noted, each with its function, in the order of places."""
    prepared: dict[str, frozenset[ir.At]] = {}
    found: list[ForeignImport] = []
    for module, span, function in noted:
        if span.path not in prepared:
            facts = sources.facts(span.path)
            prepared[span.path] = _prepared(facts) if facts is not None else frozenset()
        at = (span.line, span.column, span.end_line, span.end_column)
        found.append(ForeignImport(module, span, function, guarded=at in prepared[span.path]))
    return in_order(found)


def _prepared(facts: ir.ModuleFacts) -> frozenset[ir.At]:
    """Return the places of all imports and calls that stand where an ImportError is caught."""
    found: set[ir.At] = set()
    waiting = [facts.body, *(one.body for one in facts.functions), *(one.body for one in facts.classes)]
    while waiting:
        for statement in waiting.pop():
            if isinstance(statement, (ir.Try, ir.With)) and _catches_import_error(statement):
                found.update(_places(statement.body))
            waiting.extend(_blocks(statement))
    return frozenset(found)


def _catches_import_error(statement: ir.Try | ir.With) -> bool:
    if isinstance(statement, ir.Try):
        return any(
            not handler.types or any(last_name(one) in _IMPORT_ERRORS for one in handler.types)
            for handler in statement.handlers
        )
    contexts = [item.context for item in statement.items]
    return any(
        isinstance(one, ir.Call)
        and last_name(one.func) == "suppress"
        and any(last_name(kind) in _IMPORT_ERRORS for kind in one.args)
        for one in contexts
    )


def _blocks(statement: ir.Stmt) -> Iterator[tuple[ir.Stmt, ...]]:
    """Yield the blocks of a statement."""
    for name in ("body", "orelse", "final"):
        block = getattr(statement, name, None)
        if block:
            yield block
    if isinstance(statement, ir.Try):
        yield from (handler.body for handler in statement.handlers)
    elif isinstance(statement, ir.Match):
        yield from (case.body for case in statement.cases)


def _places(body: tuple[ir.Stmt, ...]) -> Iterator[ir.At]:
    """Yield where the imports and calls of a block stand; the functions that it defines run elsewhere."""
    waiting: list[object] = [body]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple):
            waiting.extend(item)
        elif isinstance(item, msgspec.Struct):
            if isinstance(item, (ir.Import, ir.ImportFrom, ir.Call)):
                yield item.at
            waiting.extend(getattr(item, name) for name in item.__struct_fields__)
