"""The room's side of the sandbox: gives each job a process, a namespace and a ``/tmp`` of its own.

Runs under the standard library alone, as the file ``/var/runtime/supervisor.py``; reads ``/jobs/plan.json`` and prints
one JSON record a job.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import errno
import importlib.abc
import importlib.machinery
import json
import logging
import os
import select
import signal
import sqlite3  # noqa: F401 (its shared library is loaded before the room changes)
import sys
import tempfile
import time
import traceback

_CLONE_NEWNS = 0x00020000
_MS_BIND = 4096
_UID, _GID = 993, 990
_TASK = "/var/task"
_CODE = ("/var/task/", "/opt/")
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EXDEV}
_REFUSALS = ("unable to open database file", "readonly database", "Read-only file system")

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None = None, flags: int = 0, data: str | None = None) -> None:
    _checked(
        _libc.mount(
            source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), data and data.encode()
        ),
        f"mount {target}",
    )


def _furnish(job: dict) -> None:
    """Give this process a namespace with the job's code, layers, mounts and an empty ``/tmp``."""
    _checked(_libc.unshare(_CLONE_NEWNS), "unshare")
    folder = f"/jobs/{job['number']}"
    _mount(f"{folder}/task", _TASK, flags=_MS_BIND)
    _mount(f"{folder}/opt", "/opt", flags=_MS_BIND)
    for target in ("/tmp", *job["mounts"]):
        _mount("scratch", target, "tmpfs", data="size=32m,mode=1777")


def _drop_privileges() -> None:
    """Become the user of Lambda's sandbox; in a user namespace of one user there is no other to become."""
    with contextlib.suppress(OSError):
        os.setgroups([])
    try:
        os.setgid(_GID)
        os.setuid(_UID)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EPERM):
            raise


def _environment(job: dict) -> dict[str, str]:
    return {
        "AWS_EXECUTION_ENV": "AWS_Lambda_python",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": "fixture",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_REGION": "eu-central-1",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": _TASK,
        "LANG": "en_US.UTF-8",
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "TZ": ":UTC",
        "_HANDLER": job["handler"] or "fixture.handler",
        **job["environment"],
    }


class _Watcher(ast.NodeTransformer):
    """Wraps the innermost statement of each watched line, so that its failure is recorded and survived."""

    def __init__(self, path: str, lines: list[int]) -> None:
        self.path = path
        self.lines = set(lines)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and all(isinstance(item, ast.stmt) for item in value):
                setattr(node, name, [wrapped for item in value for wrapped in self._wrap(item)])
        return node

    def _wrap(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return [statement]
        body = getattr(statement, "body", None)
        last = statement.end_lineno or statement.lineno
        if isinstance(body, list) and body:
            last = max(statement.lineno, body[0].lineno - 1)
            if isinstance(statement, (ast.Try, ast.If, ast.While)) and body[0].lineno == statement.lineno:
                last = statement.lineno
        hit = sorted(line for line in self.lines if statement.lineno <= line <= last)
        if not hit:
            return [statement]
        line = hit[0]
        self.lines.discard(line)
        reached = ast.parse(f"__import__('builtins').__reached__({self.path!r}, {line})").body[0]
        guarded = ast.parse(
            f"try:\n    pass\nexcept Exception as __error__:\n"
            f"    __import__('builtins').__record__({self.path!r}, {line}, __error__)"
        ).body[0]
        for part in ast.walk(guarded):
            if hasattr(part, "lineno"):
                ast.copy_location(part, statement)
        for part in ast.walk(reached):
            if hasattr(part, "lineno"):
                ast.copy_location(part, statement)
        guarded.body = [statement]
        return [reached, guarded]


class _TaskLoader(importlib.machinery.SourceFileLoader):
    """Loads the task's modules with their watched lines wrapped."""

    watched: dict[str, list[int]] = {}

    def source_to_code(self, data, path, *, _optimize=-1):  # noqa: ANN001, ANN202
        lines = self.watched.get(path)
        if not lines:
            return super().source_to_code(data, path)
        tree = ast.fix_missing_locations(_Watcher(path, lines).visit(ast.parse(data, path)))
        return compile(tree, path, "exec")


class _TaskFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):  # noqa: ANN001, ANN202
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if not (spec.origin or "").startswith(_CODE):
            return None
        spec.loader = _TaskLoader(spec.loader.name, spec.loader.path)
        return spec


def _sealed(path: str) -> bool:
    """Tell whether the nearest existing ancestor of *path* lies on a read-only file system."""
    path = os.path.abspath(path)
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _refused(error: BaseException) -> bool:
    seen = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if any(text in str(current) for text in _REFUSALS):
            return True
        if isinstance(current, OSError):
            if current.errno in _READ_ONLY:
                return True
            if current.errno == errno.ENOENT and isinstance(current.filename, (str, bytes)):
                return _sealed(os.fsdecode(current.filename))
        pending += [current.__cause__, current.__context__]
    return False


def _describe(error: BaseException, path: str = "", line: int = 0) -> dict:
    """Describe *error*, raised at the given place, or else at the innermost line of the job's own code."""
    frames = [
        (frame.filename, frame.lineno or 0)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(_CODE)
    ]
    if not path and frames:
        path, line = frames[-1]
    return {
        "path": path,
        "line": line,
        "type": type(error).__name__,
        "message": str(error)[:300],
        "errno": error.errno if isinstance(error, OSError) else None,
        "read_only": _refused(error),
        "frames": frames,
    }


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


def _watch_paths(touched: list[tuple[str, int, str]]) -> None:
    """Record each path that the job's code hands to the system, with the line that did."""

    def hook(event: str, arguments: tuple) -> None:
        position = _PATH_EVENTS.get(event)
        if position is None or len(touched) > 2000:
            return
        if event == "open" and not arguments[2] & _WRITING:
            return
        if event in ("os.remove", "os.rmdir", "os.mkdir") and arguments[-1] != -1:
            return  # relative to a descriptor
        path = arguments[position]
        frame = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(_CODE):
            if frame.f_code.co_filename == tempfile.__file__:
                return
            frame = frame.f_back
        if frame is not None and isinstance(path, (str, bytes)):
            full = os.path.normpath(os.path.join(os.getcwd(), os.fsdecode(path)))
            touched.append((frame.f_code.co_filename, frame.f_lineno, full))

    sys.addaudithook(hook)


class _Context:
    """The second argument of a handler."""

    function_name = "fixture"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:fixture"
    log_group_name = "/aws/lambda/fixture"
    log_stream_name = "2026/01/01/[$LATEST]0123456789abcdef"

    def __init__(self, number: int) -> None:
        self.aws_request_id = f"00000000-0000-4000-8000-{number:012d}"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 30_000


def _execute(job: dict) -> str:
    if job["handler"] is None:
        scope = {"__name__": "snippet"}
        exec(compile(job["code"], "<snippet>", "exec"), scope)
        return ""
    module_name, _, qualname = job["handler"].rpartition(".")
    module = importlib.import_module(module_name.replace("/", "."))
    handler = getattr(module, qualname)
    result = None
    for number in range(job["invocations"]):
        result = handler(json.loads(json.dumps(job["event"])), _Context(number))
    return repr(result)[:300]


def _perform(job: dict) -> dict:
    """Run the job in this process, which ends after it."""
    watched: list[dict] = []
    reached: list[tuple[str, int]] = []
    touched: list[tuple[str, int, str]] = []
    _watch_paths(touched)
    builtins = sys.modules["builtins"]
    builtins.__reached__ = lambda path, line: reached.append((path, line))
    builtins.__record__ = lambda path, line, error: watched.append(_describe(error, path, line))
    os.environ.clear()
    os.environ.update(_environment(job))
    os.chdir(_TASK)
    sys.path[:0] = [os.path.join(_TASK, folder) for folder in job["search_path"]]
    sys.path[:0] = [_TASK, "/opt/python"]
    sys.argv = ["bootstrap"]
    _TaskLoader.watched = job["watched"]
    sys.meta_path.insert(0, _TaskFinder())
    # The runtime has its handler in place before it imports the function's module.
    logging.getLogger().addHandler(logging.StreamHandler())
    error, result = None, ""
    try:
        result = _execute(job)
    except BaseException as raised:  # the job's own exit is an outcome too
        error = _describe(raised)
    left = sorted(os.path.join(top, name) for top, _, names in os.walk("/tmp") for name in names)
    return {
        "error": error,
        "watched": watched,
        "reached": sorted(set(reached)),
        "touched": list(dict.fromkeys(touched)),
        "left": left[:100],
        "result": result,
    }


def _child(job: dict, write: int) -> None:
    output = os.memfd_create("output")
    try:
        _furnish(job)
        _drop_privileges()
        # Opening /dev/stdout needs a file that the new user owns.
        output = os.memfd_create("output")
        for stream in (1, 2):
            os.dup2(output, stream)
        record = _perform(job)
    except BaseException as error:
        record = {"error": _describe(error), "watched": [], "reached": [], "touched": [], "left": [], "result": ""}
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os.lseek(output, 0, os.SEEK_SET)
    record["output"] = os.read(output, 4000).decode(errors="replace")
    with os.fdopen(write, "wb") as pipe:
        pipe.write(json.dumps(record).encode())
    os._exit(0)


def _supervise(job: dict) -> dict:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _child(job, write)
    os.close(write)
    chunks, deadline = [], time.monotonic() + job["timeout"]
    while True:
        ready, _, _ = select.select([read], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            break
        chunk = os.read(read, 65536)
        if not chunk:
            break
        chunks.append(chunk)
    os.close(read)
    os.waitpid(child, 0)
    try:
        return json.loads(b"".join(chunks))
    except ValueError:
        error = {"path": "", "line": 0, "type": "Died", "message": "no outcome", "errno": None}
        error.update(read_only=False, frames=[])
        return {"error": error, "watched": [], "reached": [], "touched": [], "left": [], "result": "", "output": ""}


def main() -> None:
    """Run every job of the plan."""
    with open("/jobs/plan.json", encoding="utf-8") as stream:
        plan = json.load(stream)
    for job in plan:
        print(json.dumps(_supervise(job)), flush=True)


if __name__ == "__main__":
    main()
