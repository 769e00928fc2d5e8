"""The room's side of the sandbox: gives each job a process, a namespace and a ``/tmp`` of its own.

Runs under the standard library alone, below ``/var/runtime``; reads ``/jobs/plan.json`` and prints one JSON
record a job.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import importlib
import json
import logging
import os
import select
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from sandbox.inside.clock import Clock
from sandbox.inside.observe import Record, TaskFinder, describe
from sandbox.inside.sdk import SdkFinder

_CLONE_NEWNS = 0x00020000
_MS_BIND = 4096
_UID, _GID = 993, 990
_TASK = "/var/task"
_MOST_LEFT = 1000
_NOTHING: dict[str, Any] = {
    "watched": [],
    "reached": [],
    "touched": [],
    "left": [],
    "made": {},
    "started": [],
    "invocations": [],
    "result": "",
    "output": "",
}

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    arguments = (source.encode(), target.encode(), kind.encode() or None)
    result = _libc.mount(*arguments, ctypes.c_ulong(flags), data.encode() or None)
    _checked(result, f"mount {target}")


def _furnish(job: dict[str, Any]) -> None:
    """Give this process a namespace with the job's code, layers, mounts and an empty ``/tmp``."""
    _checked(_libc.unshare(_CLONE_NEWNS), "unshare")
    _mount(f"/jobs/{job['task']}", _TASK, flags=_MS_BIND)
    _mount(f"/jobs/{job['opt']}", "/opt", flags=_MS_BIND)
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


def _environment(job: dict[str, Any]) -> dict[str, str]:
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


def _execute(job: dict[str, Any], invocations: list[dict[str, Any]]) -> str:
    """Run the code, or import the module and call the handler, adding to *invocations* what came of each call."""
    if job["handler"] is None:
        exec(compile(job["code"], "<snippet>", "exec", dont_inherit=True), {"__name__": "snippet"})
        return ""
    clock = Clock() if job["lapse"] else None
    module_name, _, qualname = job["handler"].rpartition(".")
    handler = getattr(importlib.import_module(module_name.replace("/", ".")), qualname)
    result = ""
    for number in range(1, job["invocations"] + 1):
        event = json.loads(json.dumps(job["event"]).replace("{n}", str(number)))
        error = None
        try:
            result = repr(handler(event, _Context(number)))[:300]
        except BaseException as raised:  # the environment goes on after a crash
            error = describe(raised)
        gc.collect()  # what an object removes at its end counts as removed
        invocations.append({"error": error, "left": _scratch()})
        if clock is not None:
            clock.advance(job["lapse"])
    return result


def _scratch() -> dict[str, int | None]:
    """Return all paths below ``/tmp``, files with their size."""
    found: dict[str, int | None] = {}
    for path in sorted(Path("/tmp").rglob("*"))[:_MOST_LEFT]:
        found[str(path)] = None if path.is_dir() else path.lstat().st_size
    return found


def _perform(job: dict[str, Any]) -> dict[str, Any]:
    """Run the job in this process, which ends after it."""
    os.environ.clear()
    os.environ.update(_environment(job))
    os.chdir(_TASK)
    sys.path.remove("/var/runtime")
    folders = [_TASK, *(f"{_TASK}/{folder}" for folder in job["search_path"]), "/opt/python"]
    sys.path[:0] = folders
    sys.argv = ["bootstrap"]
    sys.meta_path[:0] = [TaskFinder(job["watched"]), SdkFinder(folders)]
    if job["log_handler"]:
        # The runtime has its handler in place before it imports the function's module.
        logging.getLogger().addHandler(logging.StreamHandler())
    record = Record()
    record.activate()
    error, result = None, ""
    invocations: list[dict[str, Any]] = []
    try:
        result = _execute(job, invocations)
    except BaseException as raised:  # the job's own exit is an outcome too
        error = describe(raised)
    return {
        "error": next((one["error"] for one in invocations if one["error"]), error),
        "watched": record.watched,
        "reached": sorted(set(record.reached)),
        "touched": list(dict.fromkeys(record.touched)),
        "left": sorted(str(path) for path in Path("/tmp").rglob("*") if path.is_file())[:100],
        "made": {path: sorted(places) for path, places in record.made.items()},
        "started": list(dict.fromkeys(record.started)),
        "invocations": invocations,
        "result": result,
    }


def _fill(source: Path) -> None:
    """Copy all below *source* to ``/tmp``, as the user that runs the code."""
    for path in sorted(source.rglob("*")):
        target = Path("/tmp", path.relative_to(source))
        if path.is_dir():
            target.mkdir()
        else:
            shutil.copyfile(path, target)


def _child(job: dict[str, Any], write: int) -> None:
    output = -1
    try:
        _furnish(job)
        _drop_privileges()
        _fill(Path("/jobs", job["scratch"]))
        # Opening /dev/stdout needs a file that the new user owns.
        output = os.memfd_create("output")
        for stream in (1, 2):
            os.dup2(output, stream)
        record = _perform(job)
    except BaseException as error:
        record = {**_NOTHING, "error": describe(error)}
    for text in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            text.flush()
    if output >= 0:
        os.lseek(output, 0, os.SEEK_SET)
        record["output"] = os.read(output, 4000).decode(errors="replace")
    with os.fdopen(write, "wb") as pipe:
        pipe.write(json.dumps(record).encode())
    os._exit(0)


def _supervise(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job in a child process, and end it when its time is over."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _child(job, write)
    os.close(write)
    chunks: list[bytes] = []
    deadline = time.monotonic() + job["timeout"]
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
        record: dict[str, Any] = json.loads(b"".join(chunks))
    except ValueError:
        died = {"path": "", "line": 0, "type": "Died", "message": "ended without an outcome", "errno": None}
        record = {**_NOTHING, "error": {**died, "read_only": False, "frames": []}}
    return record


def main() -> None:
    """Run every job of the plan."""
    for job in json.loads(Path("/jobs/plan.json").read_text(encoding="utf-8")):
        print(json.dumps(_supervise(job)), flush=True)
