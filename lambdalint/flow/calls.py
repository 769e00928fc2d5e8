"""Calls: arguments, their binding to parameters, and what each kind of callable does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.facts import ir
from lambdalint.flow import answers, declarations, evaluate, execute, externals, fresh, imports, objects, outcomes
from lambdalint.flow.before import Before
from lambdalint.flow.containers import add_item, elements, extend_origin, known_items, new_list, new_mapping, set_item
from lambdalint.flow.definitions import PendingGenerator
from lambdalint.flow.exits import Exits, may_raise
from lambdalint.flow.frames import Frame
from lambdalint.flow.store import PROCESS
from lambdalint.flow.values import (
    UNKNOWN,
    Bound,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    GeneratorCall,
    Instance,
    Items,
    Mapping,
    Nothing,
    Opaque,
    Partial,
    Text,
    Value,
    Wrapped,
    join,
    join_all,
)
from lambdalint.model import HoleKind, Span

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.store import Changes, Recording
    from lambdalint.flow.values import Atom


class Arguments(msgspec.Struct, frozen=True):
    """Evaluated arguments. ``rest`` joins the elements of ``*args`` of unknown length, ``others`` of ``**kwargs``."""

    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = msgspec.field(default_factory=dict)
    rest: Value = ()
    others: Value = ()
    positional_spans: tuple[Span, ...] = ()
    keyword_spans: dict[str, Span] = msgspec.field(default_factory=dict)
    at: Span | None = None

    def at_position(self, position: int) -> Value | None:
        """Return a positional argument, or None."""
        if position < len(self.positional):
            return self.positional[position]
        return self.rest or None

    def all(self) -> list[Value]:
        """Return every argument's value."""
        if not self.keywords and not self.rest and not self.others:
            return list(self.positional)
        values = [*self.positional, *self.keywords.values()]
        if self.rest:
            values.append(self.rest)
        if self.others:
            values.append(self.others)
        return values


def evaluate_arguments(machine: Machine, call: ir.Call) -> Arguments:
    """Evaluate a call's arguments, in order."""
    places = machine.places_in(call)
    if not call.keywords and ir.Star not in map(type, call.args):
        return Arguments(evaluate.each(machine, call.args), {}, (), (), places[:-1], {}, places[-1])
    positional: list[Value] = []
    spans: list[Span] = []
    rest: Value = ()
    for number, argument in enumerate(call.args):
        if isinstance(argument, ir.Star):
            value = evaluate.expression(machine, argument.value)
            items = known_items(machine, value)
            if items is not None and not rest:
                positional.extend(items)
                spans.extend([places[number]] * len(items))
            else:
                rest = join(rest, elements(machine, value))
            continue
        value = evaluate.expression(machine, argument)
        if rest:
            rest = join(rest, value)
        else:
            positional.append(value)
            spans.append(places[number])
    keywords: dict[str, Value] = {}
    keyword_spans: dict[str, Span] = {}
    others: Value = ()
    for number, (name, expression) in enumerate(call.keywords):
        value = evaluate.expression(machine, expression)
        if name:
            keywords[name] = value
            keyword_spans[name] = places[len(call.args) + number]
            continue
        for atom in value:
            if isinstance(atom, Mapping):
                for key in machine.store.names(atom.uid):
                    if key.startswith("["):
                        keywords.setdefault(key[1:-1], machine.store.get(atom.uid, key) or UNKNOWN)
                others = join(others, machine.store.get(atom.uid, "*") or ())
            elif isinstance(atom, Opaque):
                others = join(others, (Opaque(extend_origin(atom.hole, "[]")),))
            else:
                others = join(others, UNKNOWN)
    return Arguments(tuple(positional), keywords, rest, others, tuple(spans), keyword_spans, places[-1])


def call(machine: Machine, callee: Value, arguments: Arguments) -> Value:
    """Call each thing that *callee* may be; return the join of the results."""
    machine.tick()
    if len(callee) == 1:
        return call_atom(machine, callee[0], arguments)
    atoms = [atom for atom in callee if not isinstance(atom, Nothing)]
    if not atoms:
        return UNKNOWN
    if all(isinstance(atom, External) for atom in atoms):
        # A table of library functions, each for its own argument: together they do what each of them does.
        return join_all([call_atom(machine, atom, arguments) for atom in atoms])
    return machine.branches([lambda atom=atom: call_atom(machine, atom, arguments) for atom in atoms])  # type: ignore[misc]  # mypy cannot type a lambda's default


def call_atom(machine: Machine, callee: Atom, arguments: Arguments) -> Value:
    """Call one thing."""
    if isinstance(callee, (External, ExternalMethod)):
        return externals.call(machine, callee, arguments)
    if isinstance(callee, Function):
        return call_function(machine, callee, arguments, None)
    if isinstance(callee, Bound):
        if isinstance(callee.function, Function):
            selected = isinstance(callee.receiver, Instance) and callee.receiver.selected
            machine.selected += selected
            try:
                return call_function(machine, callee.function, arguments, callee.receiver)
            finally:
                machine.selected -= selected
        return call_atom(machine, callee.function, _with_first((callee.receiver,), arguments))
    if isinstance(callee, Class):
        return objects.construct(machine, callee, arguments)
    if isinstance(callee, Partial):
        merged = Arguments(
            callee.args + arguments.positional,
            {**dict(callee.keywords), **arguments.keywords},
            arguments.rest,
            arguments.others,
            (*([arguments.at] * len(callee.args) if arguments.at else ()), *arguments.positional_spans),
            arguments.keyword_spans,
            arguments.at,
        )
        return call_atom(machine, callee.function, merged)
    if isinstance(callee, Wrapped) and callee.kind == "kept":
        return _call_kept(machine, callee.function, arguments)
    if isinstance(callee, Wrapped):
        machine.selected += callee.kind == "selected"
        try:
            return call_atom(machine, callee.function, arguments)
        finally:
            machine.selected -= callee.kind == "selected"
    if isinstance(callee, Instance):
        method = objects.attribute(machine, (callee,), "__call__")
        return call(machine, method, arguments) if method else UNKNOWN
    if isinstance(callee, ExternalObject):
        return externals.call(machine, ExternalMethod(callee, "__call__"), arguments)
    if isinstance(callee, Opaque):
        if arguments.at is not None:
            may_raise(machine, arguments.at, callee.hole.origin or "a function")
        externals.invoke_callbacks(machine, "", arguments)
        hole = callee.hole
        if hole.kind is HoleKind.REQUEST:
            return (Opaque(replace(hole, confined=False)),)
    return UNKNOWN


def _call_kept(machine: Machine, function: Atom, arguments: Arguments) -> Value:
    """Call a function that keeps its results for as long as the environment lives."""
    given = (*arguments.positional, *(value for _, value in sorted(arguments.keywords.items())))
    if arguments.rest or arguments.others or any(fresh.holds_fresh(machine, value) for value in given):
        return call_atom(machine, function, arguments)
    key = f"<kept {function!r} {given!r}>"
    known = machine.store.get(PROCESS, key)
    if known is None:
        known = call_atom(machine, function, arguments)
        machine.store.set(PROCESS, key, known)
    return known


def _with_first(first: Value, arguments: Arguments) -> Arguments:
    spans = arguments.positional_spans
    if arguments.at is not None:
        spans = (arguments.at, *spans)
    return Arguments(
        (first, *arguments.positional),
        arguments.keywords,
        arguments.rest,
        arguments.others,
        spans,
        arguments.keyword_spans,
        arguments.at,
    )


def call_function(machine: Machine, function: Function, arguments: Arguments, receiver: Atom | None) -> Value:
    """Run a function of the analysed code, or prepare it where it is a generator."""
    facts = machine.facts_of(function)
    if facts is None or machine.too_deep(function):
        return UNKNOWN
    if receiver is not None:
        arguments = _with_first((receiver,), arguments)
    bindings = bind(machine, function, facts, arguments)
    first = bindings.get(facts.parameters[0].name, ()) if facts.parameters and function.owner else ()
    pending = PendingGenerator(function, bindings, receiver or (first[0] if first else None), arguments.at)
    if facts.is_generator:
        uid = machine.store.new_uid()
        machine.generators[uid] = pending
        return (GeneratorCall(uid),)
    value = run(machine, pending)
    if facts.returns is None:
        return value
    return declarations.typed(machine, value, facts.returns, declarations.scopes_of(machine, function.scope))


def run(machine: Machine, pending: PendingGenerator, on_yield: evaluate.OnYield | None = None) -> Value:
    """Run a function's body with its parameters bound; return its value, or what it yields.

    A call like an earlier one is not run again, see ``outcomes``.
    """
    function = pending.function
    facts = machine.facts_of(function)
    module = machine.module_facts(function.module)
    if facts is None or module is None or machine.too_deep(function):
        return UNKNOWN
    machine.ran.append(function)
    kept = machine.shortcuts and on_yield is None and not facts.is_generator
    given: tuple[Value, ...] = ()
    key: outcomes.CallKey = ()
    if kept:
        receiver = pending.receiver
        given = (() if receiver is None else (receiver,), *pending.bindings.values())
        key = outcomes.call_key((function, *machine.situation, *pending.bindings), given)
        found = machine.outcomes.find(machine, key, given)
        if found is None:
            found = machine.common.outcomes.find(machine, key, given)
            if found is not None:
                machine.borrowed.take(found[0].work)
        if found is not None:
            return outcomes.apply(machine, *found, lambda: machine.way_to(pending.called_at, facts))
    before, deepest = Before.of(machine), machine.deepest
    machine.deepest = len(machine.frames)
    if kept:
        machine.store.start_recording()
    exits = Exits()
    machine.exits.append(exits)
    recording: Recording | None = None
    try:
        value = _run(machine, pending, facts, module, on_yield)
    finally:
        machine.exits.pop()
        machine.exits[-1].absorb(exits)
        deeper = machine.deepest - len(machine.frames)
        machine.deepest = max(machine.deepest, deepest)
        if kept:
            recording = machine.store.stop_recording()
    if recording is not None:
        way = len(machine.way_to(pending.called_at, facts)) if len(machine.log.journal) > before.logged else 0
        kept_outcome = machine.outcomes.keep(
            machine, key, given, before, recording, value, exits, way, deeper, again=lambda: machine.reruns(function)
        )
        if kept_outcome is not None and kept_outcome.anyones:
            machine.common.outcomes.add(key, kept_outcome)
    return value


def _run(
    machine: Machine,
    pending: PendingGenerator,
    facts: ir.FunctionFacts,
    module: ir.ModuleFacts,
    on_yield: evaluate.OnYield | None,
) -> Value:
    function = pending.function
    scope = machine.store.new_uid()
    mark = machine.store.mark()
    outer = machine.scope_parents.get(function.scope, ())
    frame = Frame(
        facts=module,
        scopes=(scope, function.scope, *outer),
        name=facts.qualname,
        called_at=pending.called_at,
        mark=mark,
        function=facts,
        owner=function.owner,
        receiver=pending.receiver,
        running=function,
        on_yield=on_yield,
    )
    machine.scope_parents[scope] = frame.scopes[1:]
    for name, value in pending.bindings.items():
        machine.store.set(scope, name, value)
    machine.push(frame, function)
    try:
        execute.run_body(machine, frame, facts.body)
    finally:
        machine.pop(function)
    outcomes = [changes for _, changes in frame.returns]
    machine.answer = ()
    if outcomes:
        if not frame.captured:
            dead = frame.inner_scopes | {scope}
            outcomes = [_without(changes, dead) for changes in outcomes]
        machine.store.undo(mark)
        if len(outcomes) > 1:
            machine.answer = answers.told_by(machine, frame.returns)
        machine.store.merge(outcomes)
    if facts.is_generator:
        return frame.yields
    return join_all([value for value, _ in frame.returns])


def _without(changes: Changes, dead: set[int]) -> Changes:
    """Drop the variables of a function that has returned."""
    return {key: value for key, value in changes.items() if key[0] not in dead}


def bind(machine: Machine, function: Function, facts: ir.FunctionFacts, arguments: Arguments) -> dict[str, Value]:
    """Return the value of each parameter."""
    bindings: dict[str, Value] = {}
    position = 0
    keywords = dict(arguments.keywords)
    for parameter in facts.parameters:
        name = parameter.name
        if parameter.kind == "args":
            left = arguments.positional[position:]
            if arguments.rest:
                bindings[name] = new_list(machine, [join_all([*left, arguments.rest])], complete=False)
            else:
                bindings[name] = (Items(tuple(left)),)
            continue
        if parameter.kind == "kwargs":
            mapping = new_mapping(machine)
            for key, value in keywords.items():
                set_item(machine, mapping, (Text(key),), value)
            if arguments.others:
                add_item(machine, mapping, arguments.others)
            bindings[name] = mapping
            continue
        if parameter.kind in ("positional", "either") and position < len(arguments.positional):
            bindings[name] = _declared(machine, function, parameter, arguments.positional[position])
            position += 1
            continue
        if parameter.kind != "positional" and name in keywords:
            bindings[name] = _declared(machine, function, parameter, keywords.pop(name))
            continue
        given = arguments.rest if parameter.kind != "keyword" else ()
        given = join(given, arguments.others)
        default = machine.store.get(function.scope, f"<default {function.index} {name}>")
        bindings[name] = join(given, default or ()) or imports.annotated(machine, function, parameter)
    return bindings


def _declared(machine: Machine, function: Function, parameter: ir.Parameter, value: Value) -> Value:
    """Return an argument's value as its parameter declares it."""
    if parameter.annotation is None:
        return value
    return declarations.typed(machine, value, parameter.annotation, declarations.scopes_of(machine, function.scope))


def run_generator(machine: Machine, atom: GeneratorCall, on_yield: evaluate.OnYield | None = None) -> Value:
    """Run a generator; return the join of what it yields."""
    pending = machine.generators.get(atom.uid)
    if pending is None:
        return UNKNOWN
    return run(machine, pending, on_yield)
