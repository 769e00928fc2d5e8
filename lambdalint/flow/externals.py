"""Calls into code from elsewhere: models in Python, then the catalogue's rows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.flow import calls, contents, defaults, fresh, models, outflow, sizes
from lambdalint.flow.call_plan import plans_of
from lambdalint.flow.containers import extend_origin, harmless, part_of
from lambdalint.flow.exits import is_checked, live, may_raise, set_live
from lambdalint.flow.external_call import ExternalCall
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    UNKNOWN,
    Atom,
    Bound,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    Instance,
    Items,
    ListOf,
    Made,
    Mapping,
    Number,
    Opaque,
    Partial,
    PathText,
    Text,
    Truth,
    Value,
    Wrapped,
    confined,
    is_fresh,
    join_all,
)
from lambdalint.model import Hole, HoleKind, Phase

if TYPE_CHECKING:
    from lambdalint.flow.call_plan import CallPlan
    from lambdalint.flow.machine import Machine

_TYPE_NAMES: dict[type[Atom], str] = {
    Text: "str", PathText: "pathlib.Path", ListOf: "list", Items: "tuple", Mapping: "dict", Number: "number",
    Truth: "number", Opaque: "?", Function: "function", Bound: "function", Partial: "function", Wrapped: "function",
}  # fmt: skip


def type_name(atom: Atom) -> str:
    """Return the dotted name of what an atom is an instance of."""
    known = _TYPE_NAMES.get(type(atom))
    if known is not None:
        return known
    if isinstance(atom, ExternalObject):
        return atom.type
    if isinstance(atom, ExternalMethod):
        return f"{type_name(atom.receiver)}.{atom.name}"
    return atom.name if isinstance(atom, External) else "object"


def call(machine: Machine, callee: External | ExternalMethod, arguments: calls.Arguments) -> Value:
    """Call something from elsewhere: note its effects, return what it returns."""
    receiver: Atom | None = None
    if isinstance(callee, External) and arguments.positional:
        callee, arguments = _bound(machine, callee, arguments)
    if isinstance(callee, ExternalMethod):
        receiver = callee.receiver
        dotted = f"{type_name(receiver)}.{callee.name}"
    else:
        dotted = callee.name
    plan = plans_of(machine.catalogue).of(dotted, receiver)
    external = ExternalCall(machine, plan.called, receiver, arguments)
    fails = is_checked(external) if plan.fails is None else plan.fails
    present: tuple[Made, ...] = ()
    if fails and plan.runs_command:
        present = live(machine)
    elif fails:
        may_raise(machine, external.span, external.method)
    made = _emitted(external, plan) if plan.emitting else []
    if made or not (plan.is_plain or (machine.phase is Phase.INIT and not machine.ledger.accounts)):
        contents.note(external, made, plan.notes)
    if made or plan.resizes:
        sizes.note(external, made)
    result = _result(external, plan)
    if plan.fills:
        result = sizes.filled(external, result)
    if machine.site.listening:
        models.note_served(external)
    if not plan.is_modelled:
        models.note_held(external, result)
    if fails and plan.runs_command:
        _fail_afterwards(external, present)
    contents.wrapped(external, result)
    is_new = (plan.from_queue and machine.phase is Phase.INVOKE) or fresh.takes_fresh(external)
    return fresh.renewed(result) if is_new else result


def _emitted(external: ExternalCall, plan: CallPlan) -> list[int]:
    """Note the effects of a call; return the accounts of what it makes in ``/tmp``."""
    made: list[int] = []
    opened = external.machine.ledger.calls
    opened.append(made)
    for stage in plan.emitting:
        stage(external)
    opened.pop()
    return made


def _bound(
    machine: Machine, callee: External, arguments: calls.Arguments
) -> tuple[External | ExternalMethod, calls.Arguments]:
    """Return ``Type.method(receiver, ...)`` as ``receiver.method(...)``; another call as it is."""
    first = arguments.positional[0]
    if len(first) != 1 or not isinstance(first[0], ExternalObject):
        return callee, arguments
    owner, _, method = callee.name.rpartition(".")
    if machine.catalogue.canonical(owner) != machine.catalogue.canonical(first[0].type):
        return callee, arguments
    others = replace(arguments, positional=arguments.positional[1:], positional_spans=arguments.positional_spans[1:])
    return ExternalMethod(first[0], method), others


def _fail_afterwards(external: ExternalCall, before: tuple[Made, ...]) -> None:
    """Note the exception of a command that fails: what it should remove is gone, what it should make is not there."""
    machine = external.machine
    after = live(machine)
    set_live(machine, tuple(atom for atom in after if atom in before))
    may_raise(machine, external.span, external.method)
    set_live(machine, after)


def _result(external: ExternalCall, plan: CallPlan) -> Value:
    for answer in plan.answering:
        result = answer(external)
        if result is not None:
            return result
    invoke_callbacks(external.machine, external.name, external.arguments)
    receiver = external.receiver
    if isinstance(receiver, Opaque):
        return (Opaque(extend_origin(receiver.hole, f".{external.method}()")),)
    return (ExternalObject(external.name, external.machine.store.new_uid()),)


_REGISTERING = re.compile(
    r"(?:^|\.)(?:register\w*|add_handler|set_defaults|signal|connect|subscribe|add_argument|add_command|setattr|patch|"
    r"partial|wraps|update_wrapper|isinstance|issubclass|hasattr|getattr|type|id|callable|print|add_url_rule|add_api_route|"
    r"add_route|include_router|describe|append|debug|info|repr|getsource|Mock|MagicMock|field|Field|Depends|Column)$"
)


def invoke_callbacks(machine: Machine, name: str, arguments: calls.Arguments) -> None:
    """Run the functions that a call of unknown meaning is given: in an invocation, it will most likely call them."""
    if machine.phase is Phase.INIT or _registers(name):
        return
    for value in arguments.all():
        for atom in value:
            if isinstance(atom, (Function, Bound, Partial, Wrapped)):
                calls.call(machine, (atom,), calls.Arguments(rest=UNKNOWN, others=(), at=arguments.at))


@lru_cache(maxsize=4096)
def _registers(name: str) -> bool:
    return _REGISTERING.search(name) is not None


_CLOCKS = frozenset({"now()", "utcnow()", "today()"})
_RECURRING = frozenset({"year", "month", "day", "hour", "minute", "second", "weekday", "isoweekday"})


def known_constant(dotted: str) -> Value | None:
    """Return what a name of the standard library stands for on every platform of functions, or None."""
    return models.CONSTANTS.get(dotted)


def constant(machine: Machine, atom: External, name: str) -> Value:
    """Return an attribute of something from elsewhere."""
    dotted = machine.catalogue.canonical(f"{atom.name}.{name}")
    known = known_constant(dotted)
    if known is not None:
        return known
    special = models.attribute(machine, dotted)
    if special is not None:
        return special
    source = machine.catalogue.request_sources.get(dotted)
    if source is not None:
        value = machine.request(dotted.partition(".")[2] or dotted)
        return confined(value) if source.confined else value
    return (External(dotted),)


def object_attribute(machine: Machine, atom: Atom, name: str) -> Value:
    """Return an attribute of an object from elsewhere: a request's field, or a method to be called."""
    dotted = machine.catalogue.canonical(f"{type_name(atom)}.{name}")
    special = models.attribute(machine, dotted, atom)
    if special is not None:
        return special
    source = machine.catalogue.request_sources.get(dotted)
    if source is not None:
        value = machine.request(".".join(dotted.split(".")[-2:]))
        return confined(value) if source.confined or harmless("", name) else value
    return (ExternalMethod(atom, name),)


def opaque_attribute(machine: Machine, atom: Opaque, name: str) -> Value:
    """Return an attribute of an unknown value; calling it is a method call."""
    if atom.hole.origin in _CLOCKS and name in _RECURRING:
        return (Opaque(Hole(HoleKind.LOOP, name, confined=True)),)
    return (ExternalMethod(atom, name),)


def value_attribute(machine: Machine, atom: Atom, name: str) -> Value:
    """Return an attribute of a text, path or container."""
    if isinstance(atom, Text) and name == "value":
        # A member of an enumeration of strings is the string that its value is.
        return (atom,)
    special = models.attribute(machine, f"{type_name(atom)}.{name}", atom)
    return special if special is not None else (ExternalMethod(atom, name),)


def construct_base(machine: Machine, instance: Instance, base: str, arguments: calls.Arguments) -> None:
    """Run the constructor that an instance inherits from elsewhere."""
    call(machine, ExternalMethod(ExternalObject(base, instance.uid), "__init__"), arguments)


def decorated(machine: Machine, decorator: Atom, value: Value) -> None:
    """Tell a framework's decorator what it decorates: a route, or what runs when the request is done."""
    models.register_decorated(machine, decorator, value)
    rows = machine.catalogue.invokes.get(machine.catalogue.canonical(type_name(decorator)), ())
    if any(row.runs == "afterwards" for row in rows) and isinstance(decorator, (External, ExternalMethod)):
        call(machine, decorator, calls.Arguments((value,)))


def item(machine: Machine, atom: Atom, index: Value) -> Value:
    """Return ``atom[index]`` of something from elsewhere."""
    name = machine.catalogue.canonical(type_name(atom))
    if name == "os.environ":
        results: list[Value] = []
        for key in index:
            if isinstance(key, Text) and not has_holes(key.text):
                unset = (Opaque(Hole(HoleKind.ENVIRONMENT, f"${key.text}")),)
                results.append(machine.environment.get(machine, key.text, unset))
            else:
                results.append(UNKNOWN)
        return join_all(results)
    special = models.attribute(machine, f"{name}[]", atom)
    if special is not None:
        return special
    if name.endswith(".Annotated"):
        uid = machine.store.new_uid()
        machine.store.set(uid, "<annotated>", index)
        return (ExternalObject(name, uid),)
    if isinstance(atom, ExternalMethod) and isinstance(atom.receiver, Opaque):
        hole = atom.receiver.hole
        if hole.kind is HoleKind.REQUEST:
            owner = Opaque(extend_origin(hole, f".{atom.name}"))
            return (part_of(owner, _key(index)),)
    return (ExternalObject(f"{name}[]", machine.store.new_uid(), is_fresh(atom)),)


def _key(index: Value) -> str:
    if len(index) == 1 and isinstance(index[0], Text) and not has_holes(index[0].text):
        return repr(index[0].text)
    if len(index) == 1 and isinstance(index[0], Number):
        return str(index[0].value)
    return ""


def put(machine: Machine, atom: Opaque, value: Value) -> None:
    """Note what is put into an unknown value; only paths in the event matter."""
    outflow.hold(machine, atom, value)


def set_item(machine: Machine, atom: Atom, index: Value, value: Value) -> None:
    """Run ``atom[index] = value``; only the environment and the settings of libraries are tracked."""
    if isinstance(atom, ExternalObject) and atom.uid:
        contents.note_item(machine, atom)
    name = machine.catalogue.canonical(type_name(atom))
    for key in index:
        if isinstance(key, Text) and name == "os.environ":
            machine.environment.set(machine, key.text, value)
        elif isinstance(key, Text):
            defaults.assigned(machine, f"{name}[{key.text}]")


def left(machine: Machine, atom: ExternalObject) -> None:
    """Run what an object from elsewhere does when its ``with`` block ends."""
    sizes.left(machine, atom)
    models.left(machine, atom)


def entered(machine: Machine, atom: ExternalObject) -> Value:
    """Return what ``with`` binds for an object from elsewhere."""
    sizes.entered(machine, atom)
    return machine.store.get(atom.uid, "<enter>") or (atom,)
