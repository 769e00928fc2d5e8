"""Where the content of files in ``/tmp`` goes: to durable places; and where their paths go: out of the invocation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.tmp_arguments import DEEPEST, look_at, parts_of, paths_in
from lambdalint.flow.values import ExternalObject, Items, Opaque, PathText, Text, Value, holes_of
from lambdalint.model import HoleKind, Step

if TYPE_CHECKING:
    from lambdalint.flow.externals import ExternalCall
    from lambdalint.flow.machine import Machine

_ANSWERS = re.compile(
    r"(?:json|simplejson|ujson|orjson|pickle|yaml)\.(?:dumps|dump|safe_dump)$|flask\.(?:json\.)?jsonify$|flask\.make_response$|"
    r"(?:fastapi|starlette)\.responses\.(?:JSON|ORJSON|UJSON|PlainText|HTML)?Response$|chalice\.Response$|"
    r"django\.http\.JsonResponse$|aws_lambda_powertools\.event_handler\.Response$"
)
"""Calls whose result says what their arguments say."""


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
        _store(external, given, by_path=row.by_path, depth=0)


def _store(external: ExternalCall, value: Value, *, by_path: bool, depth: int) -> None:
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
    for inner in parts_of(machine, value) if depth < DEEPEST else ():
        _store(external, inner, by_path=by_path, depth=depth + 1)


def note_returned(machine: Machine, value: Value, step: Step, depth: int = 0) -> None:
    """Note the paths that an entry point returns to its caller."""
    traffic = machine.ledger.traffic
    held = [text for atom in value for hole in holes_of(atom) for text in traffic.held(hole.origin)]
    if depth or held:
        for text in (*held, *(look_at(machine, value).paths if depth else ())):
            facts = traffic.facts_of(text)
            facts.escapes = facts.escapes or step
    for inner in parts_of(machine, value) if depth < DEEPEST else ():
        note_returned(machine, inner, step, depth + 1)


def hold(machine: Machine, atom: Opaque, value: Value) -> None:
    """Note a path that is put into the event."""
    if atom.hole.kind is HoleKind.REQUEST:
        machine.ledger.traffic.hold(atom.hole.origin, paths_in(machine, value))


def answered(external: ExternalCall) -> Value | None:
    """Return the result of a call that only wraps what it is given; None of another."""
    if not _ANSWERS.search(external.name):
        return None
    uid = external.machine.store.new_uid()
    values = external.arguments.all()
    external.machine.store.set(uid, "<holds>", (Items(tuple(values)),))
    return (ExternalObject(external.name, uid),)
