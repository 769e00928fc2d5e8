"""Where the content of files in ``/tmp`` goes: to durable places; and where their paths go: out of the invocation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.tmp_arguments import all_in, look_at, paths_in
from lambdalint.flow.values import ExternalObject, Items, Opaque, PathText, Text, Value, holes_of
from lambdalint.model import HoleKind, Step

if TYPE_CHECKING:
    from lambdalint.flow.external_call import Called, ExternalCall
    from lambdalint.flow.machine import Machine

_ANSWERS = re.compile(
    r"(?:json|simplejson|ujson|orjson|pickle|yaml)\.(?:dumps|dump|safe_dump)$|flask\.(?:json\.)?jsonify$|flask\.make_response$|"
    r"(?:fastapi|starlette)\.responses\.(?:JSON|ORJSON|UJSON|PlainText|HTML)?Response$|chalice\.Response$|"
    r"django\.http\.JsonResponse$|aws_lambda_powertools\.event_handler\.Response$|(?:dataclasses|attrs?)\.asdict$"
)
"""Calls whose result says what their arguments say."""
_CODING = frozenset({"encode", "decode"})


def stores(called: Called) -> bool:
    """Tell whether what is called may send something to a durable place."""
    by_name = called.is_method_of_object and called.method in called.catalogue.store_methods
    return called.name in called.catalogue.stores or by_name


def note_stores(external: ExternalCall) -> None:
    """Note what a call sends to a durable place."""
    catalogue = external.machine.catalogue
    rows = catalogue.stores.get(external.name)
    if rows is None and external.receiver is not None and not isinstance(external.receiver, (Text, PathText)):
        rows = catalogue.store_methods.get(external.method)
    traffic = external.machine.ledger.traffic
    for row in rows or ():
        given = external.argument(row.content)
        if given is None:
            continue
        traffic.stores = traffic.stores or Step(external.span, external.method)
        for value in all_in(external.machine, [given]):
            _store(external, value, by_path=row.by_path)


def _store(external: ExternalCall, value: Value, *, by_path: bool) -> None:
    machine = external.machine
    traffic = machine.ledger.traffic
    step = Step(external.span, external.method)
    look = look_at(machine, value)
    for text in (*look.opened, *look.read, *(look.paths if by_path else ())):
        facts = traffic.facts_of(text)
        facts.stored = facts.stored or step
    if not by_path:
        for text in look.paths:
            facts = traffic.facts_of(text)
            facts.escapes = facts.escapes or Step(external.span, f"{external.method}() sends it")


def note_returned(machine: Machine, value: Value, step: Step) -> None:
    """Note the paths that an entry point returns to its caller."""
    traffic = machine.ledger.traffic
    for number, inner in enumerate(all_in(machine, [value])):
        held = [text for atom in inner for hole in holes_of(atom) for text in traffic.held(hole.origin)]
        for text in (*held, *(look_at(machine, inner).paths if number else ())):
            facts = traffic.facts_of(text)
            facts.escapes = facts.escapes or step


def hold(machine: Machine, atom: Opaque, value: Value) -> None:
    """Note a path that is put into the event."""
    if atom.hole.kind is HoleKind.REQUEST:
        machine.ledger.traffic.hold(atom.hole.origin, paths_in(machine, value))


def may_answer(called: Called) -> bool:
    """Tell whether a call may only wrap what it is given."""
    return (called.method in _CODING and called.receiver is ExternalObject) or _ANSWERS.search(called.name) is not None


def answered(external: ExternalCall) -> Value | None:
    """Return the result of a call that only wraps what it is given."""
    receiver = external.receiver
    if external.method in _CODING and isinstance(receiver, ExternalObject):
        return (receiver,)
    uid = external.machine.store.new_uid()
    values = external.given
    external.machine.store.set(uid, "<holds>", (Items(tuple(values)),))
    return (ExternalObject(external.name, uid),)
