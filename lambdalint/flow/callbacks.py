"""Functions that code from elsewhere is given, and calls: what they are called with, and what that returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.catalogue import parse_parameter
from lambdalint.flow import calls
from lambdalint.flow.containers import elements, known_items, new_list
from lambdalint.flow.exits import Exits, live, set_live
from lambdalint.flow.values import UNKNOWN, ExternalObject, Mapping, Value
from lambdalint.model import Phase

if TYPE_CHECKING:
    from lambdalint.catalogue.schema import InvokesRow
    from lambdalint.flow.external_call import ExternalCall


def invoked(external: ExternalCall) -> Value | None:
    """Call the function that a row says is called; return the result, or None where the row does not tell it."""
    rows = external.machine.catalogue.invokes.get(external.name)
    if not rows:
        return None
    row = rows[0]
    machine = external.machine
    if row.runs == "never":
        return UNKNOWN
    function = external.argument(row.function)
    if function is None:
        return None
    arguments = _arguments(external, row)
    if row.runs == "afterwards" and machine.phase is Phase.INVOKE:
        machine.deferred.append((function, arguments))
    apart = external.name.startswith(("threading.", "_thread."))
    if apart:  # an exception ends the thread, not the code that started it
        machine.exits.append(Exits())
    result = calls.call(machine, function, arguments)
    if apart:
        ended = machine.exits.pop()
        set_live(machine, tuple(dict.fromkeys((*live(machine), *machine.ledger.fail(ended)))))
    if row.result == "none":
        return None
    if row.result == "list":
        return new_list(machine, [result], complete=False)
    if row.result == "future":
        uid = machine.store.new_uid()
        machine.store.set(uid, "<result>", result)
        return (ExternalObject("concurrent.futures.Future", uid),)
    return result


def _arguments(external: ExternalCall, row: InvokesRow) -> calls.Arguments:
    machine = external.machine
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    function = parse_parameter(row.function)
    if not row.arguments:
        return calls.Arguments(rest=UNKNOWN, at=external.arguments.at)
    for reference in row.arguments:
        if reference == "*args":
            positional.extend(external.arguments.positional[(function.position or 0) + 1 :])
        elif reference == "**kwargs":
            keywords.update({k: v for k, v in external.arguments.keywords.items() if k != function.name})
        elif reference.startswith("**"):
            given = external.argument(reference[2:]) or ()
            for atom in given:
                if isinstance(atom, Mapping):
                    for key in machine.store.names(atom.uid):
                        if key.startswith("["):
                            keywords[key[1:-1]] = machine.store.get(atom.uid, key) or UNKNOWN
        elif reference.startswith("*"):
            given = external.argument(reference[1:]) or ()
            positional.append(elements(machine, given) or UNKNOWN)
        elif reference.startswith("()"):
            items = known_items(machine, external.argument(reference[2:]) or ())
            positional.extend(items or [])
        else:
            positional.append(external.argument(reference) or UNKNOWN)
    return calls.Arguments(tuple(positional), keywords, at=external.arguments.at)
