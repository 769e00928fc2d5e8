"""Ways out of a block: what lies in ``/tmp`` where an exception, a ``return`` or a ``continue`` leaves it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, cast

import msgspec

from lambdalint.flow.store import LIVE, PROCESS
from lambdalint.flow.values import Made, Opaque, Truth, Value
from lambdalint.model import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import Called, ExternalCall
    from lambdalint.flow.frames import Frame
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.store import Changes
    from lambdalint.model import Span


Way: TypeAlias = "tuple[str, int, str]"
"""Where a function is left: file, line, and the statement's name."""
RAISE = "raise"
"""What a step says of a ``raise`` statement; it has the name of the call otherwise."""
_MOST_STEPS = 6


class Exits(msgspec.Struct):
    """The exceptions that may leave a block: what lies in ``/tmp`` then, with the first call that may raise.

    ``later`` are further calls that may, of other names. ``calls`` are those calls, and ``left`` tells where
    functions were left, both whatever lies in ``/tmp``.
    """

    points: int = 0
    live: dict[Made, Step] = msgspec.field(default_factory=dict)
    later: dict[Made, tuple[Step, ...]] = msgspec.field(default_factory=dict)
    calls: dict[tuple[str, Span | None], Span] = msgspec.field(default_factory=dict)
    left: dict[int, Way] = msgspec.field(default_factory=dict)

    def raises(self, text: str, span: Span) -> None:
        """Note a call that may raise an exception."""
        key = (text, span if text == RAISE else None)
        if key not in self.calls and len(self.calls) < _MOST_STEPS:
            self.calls[key] = span

    def note(self, made: Made, step: Step) -> None:
        """Note that an exception may be raised while something lies in ``/tmp``."""
        first = self.live.setdefault(made, step)
        known = (first, *self.later.get(made, ()))
        if len(known) < _MOST_STEPS and not any(_alike(step, one) for one in known):
            self.later[made] = (*known[1:], step)

    def keep(self, remaining: tuple[Made, ...]) -> None:
        """Drop what a clean-up on the way out has removed."""
        there = {(made.text, made.account) for made in remaining}
        self.live = {made: step for made, step in self.live.items() if (made.text, made.account) in there}
        self.later = {made: steps for made, steps in self.later.items() if made in self.live}

    def absorb(self, other: Exits) -> None:
        """Take over what leaves an inner block."""
        self.points += other.points
        self._take_over(other)
        for made, first in other.live.items():
            for step in (first, *other.later.get(made, ())):
                self.note(made, step)

    def repeat(self, machine: Machine, other: Exits) -> None:
        """Take over what leaves a block that was run before, with what lies in ``/tmp`` now."""
        self.points += other.points
        self._take_over(other)
        present = peek(machine)
        if not present:
            return
        for (text, _), span in other.calls.items():
            step = Step(span, text)
            for made in present:
                self.note(made, step)
        for function, way in other.left.items():
            machine.ledger.leave(machine, function, way)

    def _take_over(self, other: Exits) -> None:
        for (text, _), span in other.calls.items():
            self.raises(text, span)
        for function, way in other.left.items():
            self.left.setdefault(function, way)

    def without(self, caught: Callable[[Step], bool]) -> Exits:
        """Return what is left where some of the exceptions are caught."""
        left = Exits()
        for made, first in self.live.items():
            for step in (first, *self.later.get(made, ())):
                if not caught(step):
                    left.note(made, step)
        left.points = self.points if left.live or not self.live else 0
        return left


def _alike(step: Step, other: Step) -> bool:
    return step.text == other.text and (step.text != RAISE or step.span == other.span)


def live(machine: Machine) -> tuple[Made, ...]:
    """Return what the invocation has made in ``/tmp`` and may not have removed."""
    return cast("tuple[Made, ...]", machine.store.get(PROCESS, LIVE) or ())


def peek(machine: Machine) -> tuple[Made, ...]:
    """Return what lies in ``/tmp``, for what is noted of it whatever it is: no outcome depends on that."""
    return cast("tuple[Made, ...]", machine.store.peek(PROCESS, LIVE))


def leave(machine: Machine, line: int, text: str) -> None:
    """Note a ``return``, ``break`` or ``continue`` of the running function."""
    frame = machine.frames[-1]
    if frame.function is not None:
        way = (frame.facts.path, line, text)
        machine.exits[-1].left.setdefault(id(frame.function), way)
        machine.ledger.leave(machine, id(frame.function), way)


def set_live(machine: Machine, made: Value) -> None:
    """Replace what lies in ``/tmp``."""
    if made != (machine.store.get(PROCESS, LIVE) or ()):
        machine.store.set(PROCESS, LIVE, made)


def may_raise(machine: Machine, span: Span, text: str) -> None:
    """Note that an exception may leave the block here."""
    exits = machine.exits[-1]
    exits.points += 1
    exits.raises(text, span)
    present = peek(machine)
    if present:
        step = Step(span, text)
        for made in present:
            exits.note(made, step)


class Passing(msgspec.Struct):
    """How many ways out of a frame and its loops are known."""

    frame: Frame
    returns: int
    loops: list[tuple[list[Changes], int, int]]


def passing(frame: Frame) -> Passing:
    """Return a point from which on ways out are new."""
    loops: list[tuple[list[Changes], int, int]] = []
    for loop in frame.loops:
        loops.append((loop.breaks, len(loop.breaks), loop.mark))
        loops.append((loop.continues, len(loop.continues), loop.mark))
    return Passing(frame, len(frame.returns), loops)


def lead_through(machine: Machine, since: Passing, start: int, action: Callable[[], bool]) -> None:
    """Run *action* (``finally``, the exit of a context) on each new way out; one that it ends is dropped.

    The state is that of *start* before and afterwards.
    """
    store = machine.store
    frame = since.frame
    returns = frame.returns[since.returns :]
    del frame.returns[since.returns :]
    for value, changes in returns:
        store.apply(changes)
        if action():
            frame.returns.append((value, store.changes(frame.mark)))
        store.undo(start)
    for ways, known, mark in since.loops:
        new = ways[known:]
        del ways[known:]
        for changes in new:
            store.apply(changes)
            if action():
                ways.append(store.changes(mark))
            store.undo(start)


def forget_on_ways(since: Passing, gone: set[Made]) -> None:
    """Take what was removed on the way out from each new way out."""
    key = (PROCESS, LIVE)
    for changes in _new_ways(since):
        if changes.get(key):
            changes[key] = tuple(atom for atom in changes[key] if atom not in gone)


def live_on_ways(since: Passing) -> Value:
    """Return what lies in ``/tmp`` on some new way out."""
    return tuple(dict.fromkeys(atom for changes in _new_ways(since) for atom in changes.get((PROCESS, LIVE), ())))


def _new_ways(since: Passing) -> list[Changes]:
    """Return the state on each way out that was not known before."""
    returns = [changes for _, changes in since.frame.returns[since.returns :]]
    return returns + [changes for ways, known, _ in since.loops for changes in ways[known:]]


_SAFE_NAMES = re.compile(
    r"(?:os\.path|posixpath|logging|json|re|math|time|datetime|uuid|str|list|dict|tuple|number|function|string|"
    r"collections|itertools|functools|copy|hashlib|hmac|base64|random|secrets|typing|pathlib|io|csv|contextlib|tempfile|"
    r"operator|traceback|sys|glob|warnings|enum|dataclasses|threading|concurrent|asyncio|atexit|gc|inspect|abc|decimal|"
    r"statistics|textwrap|pprint|html|platform|signal|weakref|types|struct|codecs|unicodedata|calendar|zoneinfo|locale|"
    r"urllib\.parse|aws_lambda_powertools|aws_xray_sdk|structlog|loguru|rich|tqdm|colorama|dotenv|pytz|dateutil|"
    r"aws\.lambda|six|attr|attrs|bottle|flask|fastapi|starlette|pydantic|werkzeug|mimetypes|ast|stat|errno|shlex|"
    r"gzip|bz2|lzma|multiprocessing|queue|heapq|bisect|numbers|fractions|importlib|pkgutil|resource|sched|socket\.gethostname|web)(?:\.|$)"
)
"""Libraries whose calls do not fail in a way worth a thought: computing, formatting, logging."""
_SAFE_BUILTINS = re.compile(r"builtins\.(?!__import__|exec|eval|input)")
_SAFE_OS = re.compile(
    r"(?:aiofiles\.)?os\.(?:getenv|putenv|environ|getpid|getcwd|close|listdir|scandir|walk|makedirs|mkdir|fdopen|open|chdir|urandom|"
    r"getrandom|cpu_count|sep|stat|chmod|access|fspath|uname|sync|fsync|write|read|utime|remove|unlink|rmdir|"
    r"rename|renames|replace|link|symlink|truncate|ftruncate|lseek|getuid|getpgid|umask|statvfs)\b"
)
_SAFE_METHODS = frozenset(
    {"get", "append", "items", "keys", "values", "strip", "lstrip", "rstrip", "split", "rsplit", "lower", "upper",
     "replace", "encode", "decode", "format", "join", "startswith", "endswith", "info", "debug", "warning", "warn",
     "error", "exception", "critical", "log", "close", "add", "update", "setdefault", "pop", "copy", "isoformat",
     "strftime", "total_seconds", "extend", "insert", "sort", "index", "count", "partition", "rpartition", "hexdigest",
     "seek", "tell", "flush", "getvalue", "splitlines", "title", "capitalize", "isdigit", "group", "groups", "match",
     "search", "sub", "findall", "write", "writelines", "writerow", "writerows", "readline", "fileno", "terminate",
     "put_annotation", "put_metadata", "add_metric", "set_context"}
)  # fmt: skip
_SAFE_MAKING = re.compile(
    r"(?:boto3|botocore|aiobotocore|aioboto3)\.(?:client|resource|Session|session|setup_default_session)$"
)
_PARSERS = frozenset({"json.load", "json.loads"})
_HANDLES = ("io.", "tempfile.", "gzip.", "bz2.", "lzma.", "aiofiles.")
_UNCHECKED = re.compile(r"subprocess\.(?:Popen|run|call|getoutput|getstatusoutput)$|os\.(?:system|popen|spawn\w*)$")


@lru_cache(maxsize=4096)
def is_pure(name: str) -> bool:
    """Tell whether a call, by its name, only computes, formats or logs."""
    return bool(_SAFE_NAMES.match(name) or _SAFE_BUILTINS.match(name))


def _fails_by_name(name: str) -> bool | None:
    """Tell whether a call of this name may fail; None where that depends on an argument."""
    if _UNCHECKED.search(name):
        return None
    return not any(known.match(name) for known in (_SAFE_NAMES, _SAFE_BUILTINS, _SAFE_OS, _SAFE_MAKING))


def fails(called: Called) -> bool | None:
    """Tell whether what is called fails now and then: the network, another process, a parser.

    None stands for a command whose failure shows only where the call ``is_checked``.
    """
    name, method = called.name, called.method
    if name in _PARSERS:
        return True
    failing = _fails_by_name(name)
    if not failing:
        return failing
    if called.type.startswith(_HANDLES):
        return False
    if method in _SAFE_METHODS and not name.startswith(("boto3.", "botocore.", "requests.")):
        return False
    if name.startswith("shutil."):
        return method in ("unpack_archive", "make_archive")
    return not (called.receiver is Opaque and method.startswith("__"))


def is_checked(external: ExternalCall) -> bool:
    """Tell whether a call is told to raise an exception where its command fails."""
    checked = external.arguments.keywords.get("check")
    return checked is not None and Truth(value=True) in checked
