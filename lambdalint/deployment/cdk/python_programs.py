"""Finds the functions of CDK programs in Python: what their runs make, and what is read of the rest as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.cdk import python as cdk_python
from lambdalint.deployment.cdk.expression import Values
from lambdalint.deployment.cdk.function import FUNCTIONS, Later, read_function
from lambdalint.deployment.cdk.program.constructs import Writer
from lambdalint.deployment.cdk.program.run import MAX_PROGRAMS, Application, Runs, applications, makes_application
from lambdalint.deployment.cdk.program.source import Sources
from lambdalint.deployment.cdk.working_directory import candidates_of, directory_of
from lambdalint.model import Deployment, EnvironmentVariable, Function, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdalint.deployment.cdk.expression import Call
    from lambdalint.deployment.cdk.program.machine import Machine
    from lambdalint.model import Room, Tree

MAX_FUNCTIONS = 5_000
MAX_SITE = 200
_Site = tuple[str, int, int]


def read_python(
    tree: Tree, paths: Sequence[str], apps: Sequence[str], later: Mapping[str | None, set[str]], room: Room
) -> Deployment:
    """Return the functions of the programs that *paths*, files with constructs in them, belong to.

    *apps* are the files that import the CDK and may be the first one of a program; *later* says what the files of a
    folder add to functions after they are made.
    """
    reading = _Reading(tree, room, later)
    reading.applications(paths, apps)
    for path in paths:
        reading.rest(path)
    return reading.deployment()


class _Reading:
    """What is found so far, by the call that makes it."""

    def __init__(self, tree: Tree, room: Room, later: Mapping[str | None, set[str]]) -> None:
        self.tree = tree
        self.room = room
        self.later = later
        self.runs = Runs(Sources(tree))
        self.functions: dict[_Site, dict[Function, None]] = {}
        self.problems: dict[_Site, dict[Problem, None]] = {}
        self.others: list[Problem] = []
        self.count = 0
        self.full = False

    def applications(self, paths: Sequence[str], apps: Sequence[str]) -> None:
        """Follow the programs from their first files."""
        listed = list(applications(self.tree, paths))[:MAX_PROGRAMS]
        mains = {one.main for one in listed}
        for application in listed:
            self._take(self.runs.application(application))
        for path in apps[:MAX_PROGRAMS]:
            entered = any(path in machine.modules for machine in self.runs.machines)
            if path in mains or entered or not makes_application(self.tree.read(path) or b""):
                continue
            directory = directory_of(self.tree, path)
            configuration = f"{directory}/cdk.json".lstrip("/") if directory is not None else None
            self._take(self.runs.application(Application(path, self._guess(path, directory), configuration)))

    def rest(self, path: str) -> None:
        """Read what no program has reached in the file at *path*."""
        source = self.runs.sources.get(path)
        if source is None:
            self.others.append(Problem(Span.point(path), "the CDK program cannot be read", "note"))
            return
        calls = cdk_python.calls(source, FUNCTIONS)
        left = [call for call in calls if not self._is_done(call)]
        if left:
            directory = directory_of(self.tree, path)
            configuration = f"{directory}/cdk.json".lstrip("/") if directory is not None else None
            machine = self.runs.machine(path, self._guess(path, directory), configuration)
            self.runs.parts(machine, [_site(call)[1:] for call in left])
            self._take(machine)
        for call in calls:
            if _site(call) not in self.functions and (self._is_noted(call) or not self._is_done(call)):
                self._read(call, directory_of(self.tree, path))

    def deployment(self) -> Deployment:
        """Return all that is found; a function that several runs make alike counts once."""
        functions = [one for found in self.functions.values() for one in found]
        problems = [one for site, found in self.problems.items() if site not in self.functions for one in found]
        found = sorted(functions, key=lambda one: (one.source, one.name))
        return Deployment(_joined(found), tuple(dict.fromkeys((*self.others, *self.runs.problems, *problems))))

    def _guess(self, path: str, directory: str | None) -> str | None:
        return directory if directory is not None else next(iter(candidates_of(self.tree, path)), None)

    def _is_done(self, call: Call) -> bool:
        """Tell whether some run came to a call, or passed it by for a reason that is known."""
        site = _site(call)
        path, line = site[:2]
        return any(
            site in machine.visited
            or any(path == other and first <= line <= last for other, first, last in machine.skipped)
            for machine in self.runs.machines
        )

    def _is_noted(self, call: Call) -> bool:
        return bool(self.problems.get(_site(call)))

    def _take(self, machine: Machine) -> None:
        """Read the functions that a run has made."""
        writer = Writer(machine)
        added = Later("variables" in machine.added_to_unknown, "layers" in machine.added_to_unknown)
        for made in machine.made:
            call = writer.function(made)
            self._add(call, self._values(call, directory_of(self.tree, machine.main)), added)

    def _read(self, call: Call, directory: str | None) -> None:
        """Read a call as its text shows it."""
        added = self.later.get(directory, set())
        later = Later("variables" in added, "layers" in added)
        self._add(call, self._values(call, directory), later, again=self._is_noted(call))

    def _values(self, call: Call, directory: str | None) -> Values:
        path = call.span.path
        return Values(path, directory, candidates_of(self.tree, path) if directory is None else ())

    def _add(self, call: Call, values: Values, later: Later, *, again: bool = False) -> None:
        site = _site(call)
        if self.count >= MAX_FUNCTIONS:
            if not self.full:
                message = f"more than {MAX_FUNCTIONS} functions of CDK programs; the rest is not read"
                self.others.append(Problem(call.span, message))
            self.full = True
            return
        if len(self.functions.get(site, ())) >= MAX_SITE:
            return
        found = read_function(self.tree, call, values, self.room, later)
        self.count += 1
        if again and not isinstance(found, Function):
            return
        if isinstance(found, Function):
            self.functions.setdefault(site, {})[found] = None
        elif found is not None:
            self.problems.setdefault(site, {})[found] = None


def _joined(functions: Iterable[Function]) -> tuple[Function, ...]:
    """Return *functions* without those that differ from others in the values of their variables only.

    A stack that is made for each of several stages makes them; a value that they do not share is not known.
    """
    found: dict[Function, Function] = {}
    for one in functions:
        bare = tuple(EnvironmentVariable(variable.name, None) for variable in one.room.env)
        key = replace(one, room=replace(one.room, env=bare, spans=()))
        known = found.get(key)
        if known is not None:
            env = tuple(
                first if first.value == second.value else replace(first, value=None)
                for first, second in zip(known.room.env, one.room.env, strict=True)
            )
            one = replace(known, room=replace(known.room, env=env))
        found[key] = one
    return tuple(found.values())


def _site(call: Call) -> _Site:
    return call.span.path, call.span.line, call.span.column
