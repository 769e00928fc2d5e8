"""Which stages of a call into code from elsewhere concern what is called: only these are run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from lambdalint.flow import callbacks, contents, defaults, exits, fresh, models, outflow, rows, sizes
from lambdalint.flow.external_call import Called, ExternalCall
from lambdalint.flow.values import Atom, ExternalObject, Value

if TYPE_CHECKING:
    from lambdalint.catalogue import Catalogue
    from lambdalint.flow.contents import Note

Emitting: TypeAlias = Callable[[ExternalCall], None]
Answering: TypeAlias = Callable[[ExternalCall], "Value | None"]

_MOST_PLANS = 50_000


class CallPlan(msgspec.Struct, frozen=True):
    """The stages of a call, in their order.

    ``fails`` tells whether the call may fail, and is None where an argument tells. ``emitting`` note effects, ``notes``
    what the call says of files in ``/tmp``; a call that ``is_plain`` says something of those only that it makes. Of
    ``answering``, the first that knows the result gives it.
    """

    called: Called
    fails: bool | None
    runs_command: bool
    emitting: tuple[Emitting, ...]
    is_plain: bool
    notes: tuple[Note, ...]
    resizes: bool
    answering: tuple[Answering, ...]
    fills: bool
    is_modelled: bool
    from_queue: bool


class CallPlans:
    """The plans of all that is called, each made once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._plans: dict[tuple[str, type[Atom] | None], CallPlan] = {}

    def of(self, dotted: str, receiver: Atom | None) -> CallPlan:
        """Return the plan of what has a dotted name, and is called on a receiver."""
        key = dotted, None if receiver is None else type(receiver)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = _plan(self.catalogue, dotted, receiver)
        return plan


_KNOWN: dict[int, CallPlans] = {}


def plans_of(catalogue: Catalogue) -> CallPlans:
    """Return the plans that a catalogue gives."""
    known = _KNOWN.get(id(catalogue))
    if known is None or known.catalogue is not catalogue:
        known = _KNOWN[id(catalogue)] = CallPlans(catalogue)
    return known


def _plan(catalogue: Catalogue, dotted: str, receiver: Atom | None) -> CallPlan:
    name = catalogue.canonical(dotted)
    called = Called(
        catalogue=catalogue,
        name=name,
        method=name.rpartition(".")[2],
        receiver=None if receiver is None else type(receiver),
        type=receiver.type if isinstance(receiver, ExternalObject) else "",
    )
    emitting: list[Emitting] = []
    if rows.emits(called):
        emitting.append(rows.emit_effects)
    if defaults.concerns(called):
        emitting.append(defaults.called)
    model = models.find(called)
    answering: list[Answering] = []
    if outflow.may_answer(called):
        answering.append(outflow.answered)
    if contents.may_read(called):
        answering.append(contents.read_from)
    if model is not None:
        answering.append(model)
    if name in catalogue.invokes:
        answering.append(callbacks.invoked)
    if rows.returns(called):
        answering.append(rows.returned)
    return CallPlan(
        called=called,
        fails=exits.fails(called),
        runs_command=name.startswith("subprocess."),
        emitting=tuple(emitting),
        is_plain=contents.is_plain(called),
        notes=contents.notes_of(called),
        resizes=sizes.concerns(called),
        answering=tuple(answering),
        fills=sizes.fills(called),
        is_modelled=models.is_modelled(called),
        from_queue=fresh.from_queue(called),
    )
