"""Calls into code from elsewhere: models in Python, then the catalogue's rows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.catalogue import parse_parameter
from lambdalint.flow import calls, contents, defaults, fresh, models, outflow, sizes
from lambdalint.flow.containers import (
    elements,
    extend_origin,
    harmless,
    known_items,
    new_list,
    part_of,
)
from lambdalint.flow.exits import Exits, can_fail, live, may_raise, set_live
from lambdalint.flow.external_call import ExternalCall
from lambdalint.flow.rows import emit_effects, returned
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
    from lambdalint.catalogue.schema import InvokesRow
    from lambdalint.flow.machine import Machine

_TYPE_NAMES: dict[type[Atom], str] = {
    Text: "str", PathText: "pathlib.Path", ListOf: "list", Items: "tuple", Mapping: "dict", Number: "number",
    Truth: "number", Opaque: "?", Function: "function", Bound: "function", Partial: "function", Wrapped: "function",
}  # fmt: skip


def type_name(atom: Atom) -> str:
    """Return the dotted name of what an atom is an instance of."""
    if isinstance(atom, ExternalObject):
        return atom.type
    if isinstance(atom, ExternalMethod):
        return f"{type_name(atom.receiver)}.{atom.name}"
    if isinstance(atom, External):
        return atom.name
    return _TYPE_NAMES.get(type(atom), "object")


def call(machine: Machine, callee: External | ExternalMethod, arguments: calls.Arguments) -> Value:
    """Call something from elsewhere: note its effects, return what it returns."""
    receiver: Atom | None = None
    if isinstance(callee, External) and arguments.positional:
        callee, arguments = _bound(machine, callee, arguments)
    if isinstance(callee, ExternalMethod):
        receiver = callee.receiver
        name = machine.catalogue.canonical(f"{type_name(receiver)}.{callee.name}")
    else:
        name = machine.catalogue.canonical(callee.name)
    external = ExternalCall(machine, name, receiver, arguments)
    fails = can_fail(external)
    runs_command = fails and name.startswith("subprocess.")
    present = live(machine) if runs_command else ()
    if fails and not runs_command:
        may_raise(machine, external.span, external.method)
    machine.ledger.calls.append([])
    emit_effects(external)
    defaults.called(external)
    made = machine.ledger.calls.pop()
    contents.note(external, made)
    sizes.note(external, made)
    result = sizes.filled(external, outflow.answered(external) or _result(external))
    models.note(external, result)
    if runs_command:
        _fail_afterwards(external, present)
    contents.wrapped(external, result)
    return fresh.renewed(result) if fresh.takes_fresh(external) else result


def _bound(
    machine: Machine, callee: External, arguments: calls.Arguments
) -> tuple[External | ExternalMethod, calls.Arguments]:
    """Return ``Type.method(receiver, ...)`` as ``receiver.method(...)``; another call as it is."""
    first = arguments.positional[0]
    owner, _, method = callee.name.rpartition(".")
    if len(first) != 1 or not isinstance(first[0], ExternalObject):
        return callee, arguments
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


def _result(external: ExternalCall) -> Value:
    machine, name, receiver, arguments = external.machine, external.name, external.receiver, external.arguments
    content = contents.read_from(external)
    if content is not None:
        return content
    model = models.find(external)
    if model is not None:
        value = model(external)
        if value is not None:
            return value
    invoked = _invoke(external)
    if invoked is not None:
        return invoked
    result = returned(external)
    if result is not None:
        return result
    invoke_callbacks(machine, name, arguments)
    if isinstance(receiver, Opaque):
        return (Opaque(extend_origin(receiver.hole, f".{external.method}()")),)
    return (ExternalObject(name, machine.store.new_uid()),)


def _invoke(external: ExternalCall) -> Value | None:
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
    arguments = _invoked_arguments(external, row)
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


def _invoked_arguments(external: ExternalCall, row: InvokesRow) -> calls.Arguments:
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
