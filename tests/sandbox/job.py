"""What is run in the sandbox, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception, with the line of the job's code that raised it.

    ``read_only`` tells that the room refused: the error number says so, or the directory that is missing
    would have to be created in a read-only one. ``path`` is absolute, empty where no code of the job took
    part; ``frames`` are all such lines that the exception came through, outermost first.
    """

    path: str
    line: int
    type: str
    message: str
    errno: int | None
    read_only: bool
    frames: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " if self.path else ""
        return f"{where}{self.type}: {self.message}"


@dataclass(frozen=True, slots=True)
class Job:
    """One run in a fresh room.

    ``files`` become the content of ``/var/task``, ``layer_files`` and the empty ``layer_directories`` that of
    ``/opt``; ``scratch_files`` lie in ``/tmp`` before. With ``handler`` set (``module.qualname``), the module is
    imported once and the handler called ``invocations`` times with ``event``, in whose texts ``{n}`` stands for
    the number of the invocation, from 1; else ``code`` is executed. From one invocation to the next the clock
    goes on by ``lapse_s`` seconds. ``watched`` lists, by absolute path, lines whose failure is recorded and
    survived, so that several can be seen in one run. ``mounts`` are writable directories below ``/mnt``.
    ``log_handler`` tells that the root logger has the runtime's handler, as on AWS Lambda.
    """

    name: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    layer_files: Mapping[str, bytes] = field(default_factory=dict)
    layer_directories: tuple[str, ...] = ()
    scratch_files: Mapping[str, bytes] = field(default_factory=dict)
    handler: str | None = None
    code: str | None = None
    event: object = None
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()
    watched: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    invocations: int = 1
    lapse_s: int = 0
    log_handler: bool = True


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the handler: how it ended, and all paths below ``/tmp`` then, files with their size in bytes."""

    error: Raised | None
    left: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did.

    ``watched`` holds the failures at watched lines, ``error`` the exception that ended the import or, first of
    all, an invocation; ``reached`` the watched lines that were entered at all; ``touched`` each absolute path
    that the code handed to the system for writing, with the place in the code; ``left`` the files below ``/tmp``
    afterwards. ``made`` holds, for each path below ``/tmp`` that was opened for writing, created or renamed, the
    places in the code that did so, under its earlier names too; ``started`` the places that started another
    process, with the command.
    """

    name: str
    error: Raised | None
    watched: tuple[Raised, ...]
    reached: frozenset[tuple[str, int]]
    touched: tuple[tuple[str, int, str], ...]
    left: tuple[str, ...]
    made: Mapping[str, frozenset[tuple[str, int]]]
    started: tuple[tuple[str, int, str], ...]
    invocations: tuple[Invocation, ...]
    result: str
    output: str
