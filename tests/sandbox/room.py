"""The host's side of the sandbox: prepares the jobs, starts the room, collects the outcomes."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.job import Invocation, Job, Outcome, Raised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HERE = Path(__file__).parent
_TIMEOUT_S = 300


class SandboxError(Exception):
    """The sandbox itself failed, as opposed to what ran in it."""


@functools.cache
def unavailable_because() -> str | None:
    """Return why this machine cannot run the sandbox, or None if it can."""
    if not sys.platform.startswith("linux"):
        return "the sandbox needs Linux mount namespaces"
    for tool in ("unshare", "mount", "chroot"):
        if shutil.which(tool) is None:
            return f"the sandbox needs the command {tool!r}"
    try:
        outcome = Sandbox().run([Job("probe", code="open('/tmp/probe', 'w').close()")])[0]
    except SandboxError as error:
        return f"this machine forbids mount namespaces: {error}"
    return None if outcome.error is None else f"the sandbox's /tmp cannot be written: {outcome.error}"


def _write(root: Path, files: Mapping[str, bytes], directories: Iterable[str]) -> None:
    root.mkdir()
    for name in directories:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _raised(data: dict[str, Any] | None) -> Raised | None:
    return None if data is None else Raised(**{**data, "frames": _places(data["frames"])})


def _places(data: Iterable[list[Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((path, line) for path, line in data)


def _outcome(job: Job, record: dict[str, Any]) -> Outcome:
    return Outcome(
        name=job.name,
        error=_raised(record["error"]),
        watched=tuple(raised for item in record["watched"] if (raised := _raised(item))),
        reached=frozenset(_places(record["reached"])),
        touched=tuple((path, line, target) for path, line, target in record["touched"]),
        left=tuple(record["left"]),
        made={path: frozenset(_places(places)) for path, places in record["made"].items()},
        started=tuple((path, line, command) for path, line, command in record["started"]),
        invocations=tuple(Invocation(_raised(item["error"]), item["left"]) for item in record["invocations"]),
        result=record["result"],
        output=record["output"],
    )


class Sandbox:
    """Runs jobs, each in a fresh mount namespace: all is read-only but a small ``/tmp`` of its own."""

    def __init__(self, *, job_timeout_s: float = 20) -> None:
        self._job_timeout_s = job_timeout_s

    def run(self, jobs: Sequence[Job]) -> tuple[Outcome, ...]:
        """Run *jobs* one after the other in one sandbox and return their outcomes in order."""
        with tempfile.TemporaryDirectory(prefix="lambdalint-sandbox-") as directory:
            base = Path(directory)
            root, staged = base / "root", base / "jobs"
            root.mkdir()
            staged.mkdir()
            self._stage(staged, jobs)
            records = self._start(root, staged)
        if len(records) != len(jobs):
            raise SandboxError(f"{len(jobs)} jobs, {len(records)} outcomes")
        return tuple(_outcome(job, record) for job, record in zip(jobs, records, strict=True))

    def _stage(self, staged: Path, jobs: Sequence[Job]) -> None:
        trees: dict[tuple[object, ...], str] = {}

        def tree(files: Mapping[str, bytes], directories: tuple[str, ...] = ()) -> str:
            """Write a folder that will be mounted read-only, so that jobs with the same content share it."""
            key = (tuple(sorted(files.items())), directories)
            if key not in trees:
                trees[key] = f"tree{len(trees)}"
                _write(staged / trees[key], files, directories)
            return trees[key]

        plan = [
            {
                "task": tree(job.files),
                "opt": tree(job.layer_files, job.layer_directories),
                "scratch": tree(job.scratch_files),
                "handler": job.handler,
                "code": job.code,
                "event": job.event,
                "environment": dict(job.environment),
                "mounts": list(job.mounts),
                "search_path": list(job.search_path),
                "watched": {path: list(lines) for path, lines in job.watched.items()},
                "invocations": job.invocations,
                "lapse": job.lapse_s,
                "log_handler": job.log_handler,
                "timeout": self._job_timeout_s,
            }
            for job in jobs
        ]
        names = sorted({mount.removeprefix("/mnt/").strip("/") for job in jobs for mount in job.mounts})
        (staged / "mounts").write_text("".join(f"{name}\n" for name in names))
        (staged / "plan.json").write_text(json.dumps(plan))

    def _start(self, root: Path, staged: Path) -> list[dict[str, Any]]:
        namespace = ["--mount", "--propagation", "private"]
        if os.geteuid() != 0:
            namespace = ["--user", "--map-root-user", *namespace]
        python = str(Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}"))
        command = ["unshare", *namespace, "sh", str(_HERE / "entry.sh"), str(root), str(staged), python]
        try:
            run = subprocess.run(
                [*command, sys.base_prefix, str(_HERE / "inside")],
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SandboxError(str(error)) from error
        if run.returncode != 0:
            raise SandboxError((run.stderr.strip().splitlines() or [f"exit code {run.returncode}"])[-1])
        return [json.loads(line) for line in run.stdout.splitlines() if line]
