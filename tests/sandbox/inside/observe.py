"""Watches a job's code from within: which lines were refused, and which paths it handed to the system."""

from __future__ import annotations

import ast
import builtins
import errno
import importlib.abc
import importlib.machinery
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType, FrameType, ModuleType

CODE = ("/var/task/", "/opt/")
"""Where a job's own code lies."""

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EXDEV}
"""How a read-only place refuses: a rename out of ``/tmp`` is cross-device before it is read-only."""

_REFUSALS = ("unable to open database file", "readonly database", "Read-only file system")

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PATH_EVENTS = {
    "open": 0,
    "os.chmod": 0,
    "os.mkdir": 0,
    "os.remove": 0,
    "os.rename": 1,
    "os.rmdir": 0,
    "os.truncate": 0,
    "os.utime": 0,
    "shutil.rmtree": 0,
    "sqlite3.connect": 0,
}
"""Audit events that name a path, and the position of that argument."""

_DESCRIPTOR_EVENTS = ("os.remove", "os.rmdir", "os.mkdir")
_MAKING_EVENTS = {"open": 0, "os.link": 1, "os.mkdir": 0, "os.rename": 1, "os.symlink": 1, "sqlite3.connect": 0}
"""Audit events after which a path exists, and the position of that argument."""

_STARTING_EVENTS = {"os.exec": 1, "os.posix_spawn": 1, "os.spawn": 2, "os.system": 0, "subprocess.Popen": 1}
"""Audit events of another program, and the position of its command: a text, or a list of arguments."""

_SCRATCH = "/tmp/"
_MOST_PATHS = 2000


class _Watcher(ast.NodeTransformer):
    """Wraps the innermost statement of each watched line, so that its failure is recorded and survived."""

    def __init__(self, path: str, lines: Sequence[int]) -> None:
        self._path = path
        self._lines = set(lines)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and all(isinstance(item, ast.stmt) for item in value):
                setattr(node, name, [wrapped for item in value for wrapped in self._wrap(item)])
        return node

    def _wrap(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return [statement]
        hit = sorted(line for line in self._lines if statement.lineno <= line <= last_own_line(statement))
        if not hit:
            return [statement]
        self._lines.discard(hit[0])
        place = f"({self._path!r}, {hit[0]}"
        reached = ast.parse(f"__import__('builtins').__reached__{place})").body[0]
        guarded = ast.parse(
            f"try:\n    pass\nexcept Exception as __error__:\n    __import__('builtins').__record__{place}, __error__)"
        ).body[0]
        for part in (*ast.walk(reached), *ast.walk(guarded)):
            if hasattr(part, "lineno"):
                ast.copy_location(part, statement)
        assert isinstance(guarded, ast.Try)
        guarded.body = [statement]
        return [reached, guarded]


def last_own_line(statement: ast.stmt) -> int:
    """Return the last line of a statement that does not belong to a statement inside it."""
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body:
        return max(statement.lineno, int(body[0].lineno) - 1)
    return statement.end_lineno or statement.lineno


class _TaskLoader(importlib.machinery.SourceFileLoader):
    """Loads a module of the job with its watched lines wrapped."""

    def __init__(self, name: str, path: str, lines: Sequence[int]) -> None:
        super().__init__(name, path)
        self._lines = lines

    def get_code(self, fullname: str) -> CodeType | None:
        tree = _Watcher(self.path, self._lines).visit(ast.parse(self.get_data(self.path), self.path))
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)


class TaskFinder(importlib.abc.MetaPathFinder):
    """Finds the modules with watched lines; ``watched`` holds these by the absolute path of the file."""

    def __init__(self, watched: Mapping[str, Sequence[int]]) -> None:
        self._watched = watched

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or spec.origin not in self._watched:
            return None
        spec.loader = _TaskLoader(fullname, spec.origin, self._watched[spec.origin])
        return spec


class Record:
    """What was seen of one job. At most one can be active in a process, and it stays so."""

    def __init__(self) -> None:
        self.watched: list[dict[str, Any]] = []
        self.reached: list[tuple[str, int]] = []
        self.touched: list[tuple[str, int, str]] = []
        self.made: dict[str, set[tuple[str, int]]] = {}
        self.started: list[tuple[str, int, str]] = []

    def activate(self) -> None:
        """Begin to watch."""
        vars(builtins)["__reached__"] = lambda path, line: self.reached.append((path, line))
        vars(builtins)["__record__"] = self._record
        sys.addaudithook(self._hook)

    def _record(self, path: str, line: int, error: BaseException) -> None:
        self.watched.append({**describe(error), "path": path, "line": line})

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _PATH_EVENTS and event not in _MAKING_EVENTS and event not in _STARTING_EVENTS:
            return
        if event == "open" and not arguments[2] & _WRITING:
            return
        if event in _DESCRIPTOR_EVENTS and arguments[-1] != -1:
            return  # the path is relative to a descriptor
        place, temporary = _origin(sys._getframe(1))
        if place[1] == 0:
            return
        if event in _STARTING_EVENTS:
            self.started.append((*place, _command(arguments[_STARTING_EVENTS[event]])))
        if event in _MAKING_EVENTS and (made := _absolute(arguments[_MAKING_EVENTS[event]])):
            self._make(made, place, _absolute(arguments[0]) if event == "os.rename" else "")
        if event in _PATH_EVENTS and not temporary and len(self.touched) <= _MOST_PATHS:
            touched = _absolute(arguments[_PATH_EVENTS[event]])
            if touched:
                self.touched.append((*place, touched))

    def _make(self, path: str, place: tuple[str, int], former: str) -> None:
        """Note that *place* makes *path*, with all that lies below it if it had the name *former*."""
        if not path.startswith(_SCRATCH) or not Path(path).parent.is_dir() or len(self.made) > _MOST_PATHS:
            return
        if former:
            for known, places in list(self.made.items()):
                if known == former or known.startswith(f"{former}/"):
                    self.made.setdefault(path + known.removeprefix(former), set()).update(places)
        self.made.setdefault(path, set()).add(place)


def _origin(frame: FrameType | None) -> tuple[tuple[str, int], bool]:
    """Return the innermost place in the job's own code that *frame* stands below, and whether ``tempfile`` is between.

    The line is 0 where no code of the job takes part.
    """
    temporary = False
    while frame is not None and not frame.f_code.co_filename.startswith(CODE):
        temporary = temporary or frame.f_code.co_filename == tempfile.__file__
        frame = frame.f_back
    return ("", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno), temporary


def _command(command: object) -> str:
    parts = command if isinstance(command, (list, tuple)) else [command]
    return " ".join(os.fsdecode(part) for part in parts if isinstance(part, (str, bytes, os.PathLike)))


def _absolute(path: object) -> str:
    """Return *path* as the system sees it, or nothing if it is a descriptor."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return ""
    text = str.__str__(os.fsdecode(path))
    # The working directory may be gone.
    return os.path.normpath(text if text.startswith("/") else Path.cwd() / text)


def describe(error: BaseException) -> dict[str, Any]:
    """Describe *error* by the innermost line of the job's own code that it came through."""
    frames = [
        (frame.filename, frame.lineno or 0)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(CODE)
    ]
    path, line = frames[-1] if frames else ("", 0)
    return {
        "path": path,
        "line": line,
        "type": type(error).__name__,
        "message": str(error)[:300],
        "errno": error.errno if isinstance(error, OSError) else None,
        "read_only": _refused(error),
        "frames": frames,
    }


def _refused(error: BaseException) -> bool:
    """Tell whether a read-only place stands behind *error* or behind what caused it."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if any(text in str(current) for text in _REFUSALS):
            return True
        if isinstance(current, OSError):
            if current.errno in _READ_ONLY or _lacks_shared_memory(current):
                return True
            if current.errno == errno.ENOENT and isinstance(current.filename, (str, bytes)):
                return _sealed(Path(os.fsdecode(current.filename)))
        pending += [current.__cause__, current.__context__]
    return False


def _lacks_shared_memory(error: OSError) -> bool:
    """Tell whether a semaphore cannot be made: the error, which names no file, is raised where that is asked for."""
    frames = traceback.extract_tb(error.__traceback__)
    by_semaphore = bool(frames) and frames[-1].filename.endswith("/multiprocessing/synchronize.py")
    return by_semaphore and error.errno in (errno.ENOENT, errno.ENOSYS) and not Path("/dev/shm").exists()


def _sealed(path: Path) -> bool:
    """Tell whether the nearest existing ancestor of *path* lies on a read-only file system."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
