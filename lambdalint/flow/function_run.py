"""Runs the code of one deployed function abstractly, from each of its entry points."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lambdalint.deployment.handlers import DEEPEST
from lambdalint.flow import (
    calls,
    entered,
    evaluate,  # the interpreter's modules need each other; this one is imported first
    foreign,
    imports,
    objects,
    outflow,
)
from lambdalint.flow.effect_log import EffectLog
from lambdalint.flow.environment import Environment
from lambdalint.flow.exits import live, set_live
from lambdalint.flow.inert import idle
from lambdalint.flow.machine import BudgetExhausted, Machine
from lambdalint.flow.models.web import call_route, register_request_handler, served_by, start
from lambdalint.flow.program import Finder
from lambdalint.flow.steady_state import steady_state
from lambdalint.flow.store import LIVE, PROCESS, Changes
from lambdalint.flow.values import (
    Atom,
    Bound,
    Class,
    ExternalObject,
    Function,
    Instance,
    Module,
    Opaque,
    Partial,
    Value,
    Wrapped,
)
from lambdalint.model import Effect, EntryPoint, ForeignImport, Phase, Problem, Span, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.flow.program import Sources
    from lambdalint.flow.site import Owner, Route
    from lambdalint.model import Function as DeployedFunction

_NOTHING = calls.Arguments()


class FunctionRun:
    """Runs one deployed function: its imports, its handler, the routes of its web application."""

    def __init__(
        self,
        function: DeployedFunction,
        sources: Sources,
        catalogue: Catalogue,
        max_steps: int,
        sizes: tuple[tuple[str, int], ...],
        shortcuts: bool,
        *,
        thorough: bool,
        sharing: bool,
    ) -> None:
        self.function = function
        self._thorough = thorough
        self._left_out = False
        self.log = EffectLog()
        self.entry_points: list[EntryPoint] = []
        self.notes: list[Problem] = []
        self.unfinished = 0
        self.spent = 0
        self.is_doubtful = False
        """Whether it might have taken more steps than allowed without the outcomes that other functions left."""
        self._ran: dict[Function, None] = {}
        """The functions that were run while the code was imported, and when applications started."""
        self._left: Changes = {}
        """What the last run of the handler has left."""
        if function.inline is not None:
            sources.add_inline(function.inline.virtual_path, function.inline.text)
        self._finder = Finder(sources, function)
        environment = Environment(function.room, sources.tree)
        self._machine = Machine(function, sources, self._finder, catalogue, environment, self.log, max_steps, sizes)
        self._machine.shortcuts = shortcuts
        if sharing and function.inline is None:
            self._machine.common = sources.common

    def run(self) -> None:
        """Run it, within the bounds of steps and depth."""
        found = self._handler()
        if found is None:
            if self.function.handler is not None:
                self.notes.append(
                    Problem(self.function.source, f"handler {self.function.handler} is not found", severity="note")
                )
            return
        path, qualname = found
        machine = self._machine
        module_name = imports.module_name(path)
        entry = EntryPoint(self.function.name, module_name, "", Phase.INIT)
        machine.begin(entry, Step(Span.point(path), f"{self.function.name} starts and imports {module_name}"))
        module: Module | None = None

        def start_up() -> None:
            nonlocal module
            module = imports.run_module(machine, path, None)

        self._guarded(start_up)
        self._ran.update(dict.fromkeys(machine.ran))
        machine.ledger.close(machine, returns=True)
        if module is None:
            return
        self._handlers(module, module_name, qualname)
        self.notes.extend(machine.unresolved_imports.values())

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left out that tells what becomes of what lies in ``/tmp``."""
        return not (self._left_out and self.log.tells_of_tmp)

    def effects(self) -> tuple[Effect, ...]:
        """Return what the function's calls do, in the order in which that was seen first."""
        return self.log.effects(self._machine.ledger)

    def foreign_imports(self) -> tuple[ForeignImport, ...]:
        """Return each import that is not the project's."""
        machine = self._machine
        noted = ((module, span, self.function.name) for module, span in machine.foreign_imports)
        return foreign.settled(noted, machine.sources)

    def _handler(self) -> tuple[str, str] | None:
        """Return the handler's file and qualified name."""
        function = self.function
        if function.handler is None:
            return None
        dotted = function.handler.replace("/", ".").lstrip(".").replace(":", ".")
        if function.inline is not None:
            return function.inline.virtual_path, dotted.rpartition(".")[2]
        parts = dotted.split(".")
        for length in range(len(parts) - 1, 0, -1) if len(parts) <= DEEPEST else ():
            for root in self._finder.roots:
                path = self._finder.in_directory(root.directory, "/".join(parts[:length]))
                if path is not None and not path.endswith("/"):
                    return path, ".".join(parts[length:])
        return None

    def _handlers(self, module: Module, module_name: str, qualname: str) -> None:
        machine = self._machine
        value: Value = (module,)
        for name in qualname.split("."):
            value = objects.attribute(machine, value, name)
        callables = [atom for atom in value if self._is_called(atom)]
        if (
            not callables
            and all(isinstance(atom, Opaque) for atom in value)
            and module.path not in machine.sources.broken
        ):
            self.notes.append(
                Problem(self.function.source, f"handler {self.function.handler} is not defined", severity="note")
            )
        cut_short = self.unfinished
        machine.site.listening = True
        roots = served_by(machine, value)
        invoked: Changes = {}
        registers = (
            machine.site.entries
            or machine.site.pending
            or any(entered.takes_nothing(machine, atom) for atom in callables)
        )
        left_out = self._idle([] if registers else callables)
        for number, atom in enumerate(callables):
            if entered.takes_nothing(machine, atom):
                # No platform calls it with an event: it makes the application, or starts the server.
                entry = EntryPoint(self.function.name, module_name, qualname, Phase.INIT)
                roots += served_by(machine, self._start(entry, atom, partial(calls.call_atom, machine, atom, _NOTHING)))
                continue
            entry = EntryPoint(self.function.name, module_name, qualname, Phase.INVOKE)
            if number in left_out:
                self.entry_points.append(entry)
                continue
            registered = machine.site.count
            self._enter(entry, atom, None)
            if machine.site.count > registered:
                invoked.update(self._left)
        for served in value:
            if isinstance(served, Class):
                register_request_handler(machine, served)
        machine.site.frozen = True
        roots += machine.site.served
        if not roots and (not callables or self.unfinished > cut_short):
            roots = [module.path, *machine.site.everything()]
        invoked.pop((PROCESS, LIVE), None)
        machine.store.apply(invoked)
        self._routes(module_name, roots)

    def _routes(self, module_name: str, roots: list[Owner]) -> None:
        """Enter what is reached from the served applications: first what starts them, then their routes."""
        machine = self._machine
        routes = list(machine.site.routes(roots))
        for route in routes:
            if route.starts:
                entry = self._route_entry(module_name, route)
                self._start(entry, route.function, partial(start, machine, route))
        functions = [(route, route.function) for route in routes if not route.starts and route.function is not None]
        left_out = self._idle([function for _, function in functions], served=True)
        for number, (route, function) in enumerate(functions):
            entry = self._route_entry(module_name, route)
            if number in left_out:
                self.entry_points.append(entry)
            else:
                self._enter(entry, function, route)

    def _route_entry(self, module_name: str, route: Route) -> EntryPoint:
        phase = Phase.INIT if route.starts else Phase.INVOKE
        return EntryPoint(
            self.function.name, module_name, entered.qualname(self._machine, route.function), phase, route.label
        )

    def _idle(self, functions: Sequence[Atom], *, served: bool = False) -> set[int]:
        """Return the numbers of those functions that need not be run, as they could do nothing."""
        if self._thorough or self.unfinished or not functions or self.log.tells_of_tmp:
            return set()
        found = idle(self._machine, functions, self._ran, served=served)
        self._left_out = self._left_out or any(found)
        return {number for number, is_idle in enumerate(found) if is_idle}

    def _is_called(self, atom: Atom) -> bool:
        if isinstance(atom, Instance):
            # An application's class may be derived from its framework's, which knows how to serve it.
            return bool(objects.class_attribute(self._machine, atom.cls, "__call__")) or not served_by(
                self._machine, (atom,)
            )
        return isinstance(atom, (Function, Bound, Partial, Wrapped))

    def _start(self, entry: EntryPoint, atom: Atom | None, action: Callable[[], Value]) -> Value:
        """Run what an application runs when it starts: what it leaves is what the routes find."""
        machine = self._machine
        self.entry_points.append(entry)
        what = f": {entry.route}" if entry.route is not None else ""
        machine.begin(entry, Step(entered.definition(self._machine, atom), f"{self.function.name} starts{what}"))
        result: list[Value] = []
        self._guarded(lambda: result.append(action()))
        self._ran.update(dict.fromkeys(machine.ran))
        machine.ledger.close(machine, returns=True)
        return result[0] if result else ()

    def _enter(self, entry: EntryPoint, atom: Atom, route: Route | None) -> None:
        machine = self._machine
        self.entry_points.append(entry)
        what = f"{self.function.name} serves {route.label}" if route is not None else f"{self.function.name} is invoked"
        first_step = Step(entered.definition(self._machine, atom), f"{what}: {entered.qualname(self._machine, atom)}")
        machine.begin(entry, first_step)
        mark = machine.store.mark()
        leaves = self._run(atom, route, mark)
        self._left = machine.store.changes(mark) if route is None else {}
        if leaves:
            # Once more, from the state that an invocation leaves: what is not made again is made once.
            machine.ledger.second = True
            frozen, machine.site.frozen = machine.site.frozen, True
            machine.begin(entry, first_step)
            steady_state(machine, mark)
            unfinished = self.unfinished
            self._run(atom, route, mark)
            if self.unfinished > unfinished:
                self.unfinished = unfinished
                machine.ledger.assume_recurrence()
            machine.ledger.second = False
            machine.site.frozen = frozen
        machine.store.undo(mark)

    def _run(self, atom: Atom, route: Route | None, mark: int) -> bool:
        """Evaluate an entry point; tell whether it may leave something in ``/tmp``."""
        machine = self._machine
        result: list[Value] = []
        self._guarded(lambda: result.append(self._call(atom, route)))
        if not result:
            machine.ledger.abandon()
            return False
        if result[0]:
            step = Step(entered.definition(self._machine, atom), f"{entered.qualname(self._machine, atom)} returns it")
            outflow.note_returned(machine, result[0], step)
        if machine.finalized or machine.deferred:
            self._guarded(lambda: self._finalize(mark))
        return machine.ledger.close(machine, returns=bool(result[0]))

    def _finalize(self, mark: int) -> None:
        """Let objects that end with the invocation remove what they made, whichever way it ends."""
        machine = self._machine
        raised = machine.exits[0]
        end = machine.store.changes(mark)
        set_live(machine, tuple(raised.live))
        objects.finalize(machine)
        raised.keep(live(machine))
        machine.store.apply(end)
        objects.finalize(machine)

    def _call(self, atom: Atom, route: Route | None) -> Value:
        machine = self._machine
        if route is not None:
            return call_route(machine, route)
        names = entered.parameter_names(self._machine, atom)
        event = machine.request(names[0] if names else "event")
        context: Value = (ExternalObject("aws.lambda.Context", machine.store.new_uid()),)
        return calls.call_atom(
            machine,
            atom,
            calls.Arguments((event, context)[: max(len(names), 1)] if names else (event, context)),
        )

    def _guarded(self, action: Callable[[], object]) -> None:
        """Run a part of the evaluation within its bounds of steps and depth."""
        machine = self._machine
        try:
            action()
        except BudgetExhausted:
            self.unfinished += 1
            self.notes.append(
                Problem(
                    self.function.source,
                    f"the evaluation of {machine.entry} stopped after {machine.max_steps} steps: "
                    "its report may be incomplete",
                    severity="note",
                )
            )
        except RecursionError:
            self.unfinished += 1
            self.notes.append(
                Problem(
                    self.function.source,
                    f"the evaluation of {machine.entry} stopped: the code is nested too deeply",
                    severity="note",
                )
            )
        finally:
            self.spent += machine.steps
            borrowed = machine.borrowed.steps
            self.is_doubtful |= borrowed > 0 and machine.steps + borrowed > machine.max_steps


__all__ = ["FunctionRun", "evaluate"]
