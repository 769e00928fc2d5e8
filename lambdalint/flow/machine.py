"""The abstract interpreter's state: memory, activation records, budget, and what was seen so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from lambdalint.flow.common import Common
from lambdalint.flow.exits import Exits
from lambdalint.flow.ledger import Ledger
from lambdalint.flow.outcomes import Outcomes
from lambdalint.flow.places import Rooms
from lambdalint.flow.site import Site
from lambdalint.flow.store import PROCESS, Changes, Store
from lambdalint.flow.surroundings import Surroundings
from lambdalint.flow.text import CWD_MARK
from lambdalint.flow.values import (
    Class,
    Function,
    Instance,
    Module,
    Opaque,
    Text,
    Value,
    join,
    texts_of,
)
from lambdalint.flow.work import Borrowed, Work
from lambdalint.model import EntryPoint, Hole, HoleKind, Phase, Problem, Span, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lambdalint.catalogue import Catalogue
    from lambdalint.facts.ir import At, Call, FunctionFacts, ModuleFacts
    from lambdalint.flow.calls import Arguments
    from lambdalint.flow.definitions import ClassInfo, PendingGenerator
    from lambdalint.flow.effect_log import EffectLog
    from lambdalint.flow.environment import Environment
    from lambdalint.flow.frames import Frame
    from lambdalint.flow.module_outcomes import ModuleOutcome
    from lambdalint.flow.program import Finder, Sources
    from lambdalint.model import Function as DeployedFunction

MOST_CALLS_DEEP = 48
MOST_RECURSIVE = 2


class BudgetExhausted(Exception):
    """The evaluation of one entry point took more steps than allowed."""


class Refused(Exception):
    """The code does something that its room refuses for certain, where it expects that: its handler runs next."""


Condition: TypeAlias = tuple[object, tuple[tuple[str, Value], ...]]
"""A test without its place, and what its variables hold."""


_DEFINING = frozenset({"held", "class", "module"})
Note: TypeAlias = tuple[str, object, object]
"""A table of the interpreter's, a key, and what stands there from then on."""


class Machine:
    """Interprets one function's code, abstractly."""

    def __init__(
        self,
        function: DeployedFunction,
        sources: Sources,
        finder: Finder,
        catalogue: Catalogue,
        environment: Environment,
        log: EffectLog,
        max_steps: int,
        stated_sizes: tuple[tuple[str, int], ...] = (),
    ) -> None:
        self._deployed = function
        self.inline = function.inline
        self.sources = sources
        self._finder = finder
        self.catalogue = catalogue
        self.environment = environment
        self.surroundings = Surroundings(finder, environment)
        self._rooms = Rooms(function.room)
        self.own = 0
        """How often the code met what is this function's own: its room, where its files lie."""
        self.log = log
        self.store = Store(sources.numbers)
        self.frames: list[Frame] = []
        self.classes: dict[int, ClassInfo] = {}
        self.generators: dict[int, PendingGenerator] = {}
        self.module_scopes: dict[str, int] = {}
        self.scope_parents: dict[int, tuple[int, ...]] = {}
        self.site = Site()
        self.shared = bool(function.room.concurrent_requests)
        self.ledger = Ledger(shared=self.shared)
        self.exits = [Exits()]
        self.deferred: list[tuple[Value, Arguments]] = []
        self.finalized: list[Instance] = []
        self.exit_spans: dict[int, Span] = {}
        self.absences: dict[str, None] = {}
        self.absence_handled = 0
        self.fallbacks = 0
        self.selected = 0
        self.configured: list[Hole] = []
        self.answer: Value = ()
        """What the value of the call that was evaluated last tells, see ``answers``."""
        self.conditions: list[Condition] = []
        self.finals: list[FunctionFacts | None] = []
        """The functions of the ``finally`` clauses that are being run."""
        self.tests: dict[int, tuple[str, tuple[str, ...]]] = {}
        """What each test in the code says, and the names in it, by the identity of its node."""
        self.entry = EntryPoint(function.name, "", "", Phase.INIT)
        self.first_step: Step | None = None
        self.steps = 0
        self.cut = 0
        """How often a call was left out, as it was nested too deeply."""
        self.outcomes = Outcomes()
        self.common = Common()
        """What is shared with other functions, if anything is."""
        self.number = sources.numbers.next()
        """Of this evaluation."""
        self.borrowed = Borrowed(self.number)
        self.works: list[Work] = []
        """The work of all outcomes that stood for calls, in their order."""
        self.deepest = 0
        self.active: dict[tuple[str, int], int] = {}
        """The functions that are being run."""
        self.shortcuts = True
        """Whether outcomes stand for calls, and loops end where another iteration would do the same."""
        self.ran: list[Function] = []
        """The functions that were run in the evaluation of this entry point, in the order of their calls."""
        self.noted: list[Note] = []
        """What was noted by ``note``, in its order, each as often as it was."""
        self.defined = 0
        """How often a class or a module was, or what an object holds that nobody knows."""
        self.imports: list[ModuleOutcome] = []
        """What imports did, in the order in which they ended; those in another one belong to it."""
        self._reruns: dict[Function, int] = {}
        self.max_steps = max_steps
        self.stated_sizes = stated_sizes
        self.unresolved_imports: dict[str, Problem] = {}
        self._first_imports: dict[str, Span] = {}
        self.foreign_imports: dict[tuple[str, Span], None] = {}
        """The imports that are not the project's, in the order in which they were met, see ``foreign``."""
        self.read: dict[str, None] = {}
        """The files that imports mean."""
        self._tables: dict[str, dict[Any, Any]] = {
            "unresolved": self.unresolved_imports,
            "first": self._first_imports,
            "foreign": self.foreign_imports,
            "held": self.site.held,
            "class": self.classes,
            "read": self.read,
            "module": self.module_scopes,
        }
        self.store.set(PROCESS, "cwd", (Text(function.room.cwd + CWD_MARK),))

    @property
    def deployed(self) -> DeployedFunction:
        """The function as it is declared."""
        self.own += 1
        return self._deployed

    @property
    def rooms(self) -> Rooms:
        """What paths lead to."""
        self.own += 1
        return self._rooms

    @property
    def finder(self) -> Finder:
        """Where the function's files are and lie at run time; what imports mean is asked of ``surroundings``."""
        self.own += 1
        return self._finder

    @property
    def first_imports(self) -> dict[str, Span]:
        """Where each package that is not the project's is imported first."""
        self.own += 1
        return self._first_imports

    @property
    def frame(self) -> Frame:
        """The activation record that is being run."""
        return self.frames[-1]

    @property
    def phase(self) -> Phase:
        """Whether the code runs at import or in an invocation."""
        return self.entry.phase

    def push(self, frame: Frame, function: Function) -> None:
        """Begin to run a function."""
        self.frames.append(frame)
        self.deepest = max(self.deepest, len(self.frames))
        key = (function.module, function.index)
        self.active[key] = self.active.get(key, 0) + 1

    def pop(self, function: Function) -> Frame:
        """End, or suspend, what runs a function."""
        key = (function.module, function.index)
        self.active[key] -= 1
        if not self.active[key]:
            del self.active[key]
        return self.frames.pop()

    def tick(self) -> None:
        """Count one step; raise BudgetExhausted past the bound."""
        self.steps += 1
        if self.steps > self.max_steps:
            raise BudgetExhausted

    def span(self, at: At) -> Span:
        """Return a place in the file that is being run."""
        line, column, end_line, end_column = at
        return Span(self.frames[-1].facts.path, line, column, end_line, end_column)

    def places_in(self, call: Call) -> tuple[Span, ...]:
        """Return the places of a call's arguments, and last its own, in the file that is being run."""
        path = self.frames[-1].facts.path
        places = self.sources.places
        known = places.get(id(call))
        if known is None or known[0] is not call or known[1][-1].path != path:
            known = places[id(call)] = call, tuple(Span(path, *at) for at in (*call.spans, call.at))
        return known[1]

    def chain(self) -> tuple[Step, ...]:
        """Return the way from the entry point to the code that is being run."""
        steps = [self.first_step] if self.first_step else []
        caller = ""
        for frame in self.frames:
            if frame.called_at is not None:
                verb = "imports" if frame.importing else "calls"
                steps.append(Step(frame.called_at, f"{caller} {verb} {frame.name}"))
            caller = frame.name
        return tuple(steps)

    def begin(self, entry: EntryPoint, first_step: Step) -> None:
        """Start the evaluation of another entry point."""
        self.entry = entry
        self.first_step = first_step
        self.steps = 0
        self.borrowed = Borrowed(self.number)
        self.works.clear()
        self.frames.clear()
        self.active.clear()
        self.exits = [Exits()]
        self.ledger.begin(entry)
        self.finalized.clear()
        self.deferred.clear()
        self.absence_handled = 0
        self.fallbacks = 0
        self.selected = 0
        self.configured.clear()
        self.conditions.clear()
        self.finals.clear()
        self.outcomes.begin()
        self.ran.clear()
        self._reruns.clear()

    def may_go(self, deeper: int, functions: Iterable[Function]) -> bool:
        """Tell whether a call that runs *functions*, so many frames deep, would be run to its end here."""
        if len(self.frames) + deeper >= MOST_CALLS_DEEP:
            return False
        active = self.active
        return not active or all((one.module, one.index) not in active for one in functions)

    def reruns(self, function: Function) -> int:
        """Count a run of a function that does something to ``/tmp``; return how many there were."""
        self._reruns[function] = self._reruns.get(function, 0) + 1
        return self._reruns[function]

    def way_to(self, called_at: Span | None, facts: FunctionFacts) -> tuple[Step, ...]:
        """Return the way from the entry point to a function that is called here."""
        steps = self.chain()
        if called_at is None:
            return steps
        caller = self.frames[-1].name if self.frames else ""
        return (*steps, Step(called_at, f"{caller} calls {facts.qualname}"))

    @property
    def situation(self) -> tuple[object, ...]:
        """What a call's outcome depends on besides its arguments and the store."""
        configured = self.configured[-1] if self.configured else None
        return (
            self.phase,
            self.site.listening,
            bool(self.ledger.accounts),
            self.fallbacks > 0,
            self.selected > 0,
            self.absence_handled > 0,
            configured,
        )

    @property
    def told(self) -> tuple[int, ...]:
        """How much was noted outside of the store: a run that leaves it as it is may stand for others like it."""
        return (
            self.log.told,
            self.ledger.noted,
            self.ledger.traffic.noted,
            self.site.noted,
            self.cut,
            len(self.exit_spans),
            len(self.absences),
            len(self.finalized),
            len(self.deferred),
        )

    def too_deep(self, function: Function) -> bool:
        """Tell whether another call of *function* would leave the bounds of depth and recursion."""
        if len(self.frames) >= MOST_CALLS_DEEP:
            self.cut += 1
            return True
        return self.active.get((function.module, function.index), 0) >= MOST_RECURSIVE

    def facts_of(self, function: Function) -> FunctionFacts | None:
        """Return the definition of a function."""
        module = self.sources.facts(function.module)
        return module.functions[function.index] if module else None

    def module_facts(self, path: str) -> ModuleFacts | None:
        """Return the facts of a module's file."""
        return self.sources.facts(path)

    @property
    def home(self) -> str:
        """The home directory: ``HOME`` where the code or the room sets it."""
        for text in texts_of(self.store.get(PROCESS, "$HOME") or ()):
            return text
        return self.rooms.home

    @property
    def temporary_directory(self) -> str:
        """What ``tempfile.gettempdir()`` gives: what the code or ``TMPDIR`` sets, else the first writable directory."""
        for value in (self.store.get(PROCESS, "tempdir"), self.store.get(PROCESS, "$TMPDIR")):
            for text in texts_of(value or ()):
                return text
        return next(
            (v.value for v in self.deployed.room.env if v.name == "TMPDIR" and v.value), self.deployed.room.writable[0]
        )

    def cwds(self) -> list[str]:
        """Return the texts of the current working directory."""
        value = self.store.get(PROCESS, "cwd") or ()
        return texts_of(value)

    def branches(self, alternatives: list[Callable[[], Value | None]]) -> Value:
        """Run alternatives from the same state and join their outcomes; None is a way that does not go on."""
        if len(alternatives) == 1:
            return alternatives[0]() or ()
        mark = self.store.mark()
        outcomes: list[Changes] = []
        result: Value = ()
        for alternative in alternatives:
            value = alternative()
            if value is not None:
                outcomes.append(self.store.changes(mark))
                result = join(result, value)
            self.store.undo(mark)
        self.store.merge(outcomes)
        return result

    def new_instance(self, cls: Class) -> Instance:
        """Return a fresh instance of a class."""
        return Instance(self.store.new_uid(), cls.uid, selected=self.selected > 0)

    def module_scope(self, module: Module) -> int:
        """Return the owner of a module's names."""
        if module.path not in self.module_scopes:
            self.module_scopes[module.path] = self.sources.scope(module.path)
        return self.module_scopes[module.path]

    def note(self, table: str, key: object, what: object) -> None:
        """Note something in one of the interpreter's tables, once."""
        self.noted.append((table, key, what))
        self.defined += table in _DEFINING
        if table == "class":
            self.classes[key] = what  # type: ignore[index, assignment]  # the table tells the types
        else:
            self._tables[table].setdefault(key, what)
        if table == "read":
            self.sources.facts(str(key))

    def request(self, origin: str) -> Value:
        """Return a value that the sender of the request chose."""
        return (Opaque(Hole(HoleKind.REQUEST, origin)),)
