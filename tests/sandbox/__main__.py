"""Runs a snippet, or the functions of a project, in the sandbox: ``cd tests && python -m sandbox PATH``.

With ``--warm 3``, each function is invoked once cold and three times warm in the same environment, and what
these invocations pile up in ``/tmp`` is listed with the lines that made it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.growth import OTHERS, piled_up, removes_all, warm
from sandbox.job import Job
from sandbox.projects import jobs_of
from sandbox.room import Sandbox, SandboxError

if TYPE_CHECKING:
    from sandbox.job import Outcome


def main() -> int:
    """Print what came of each run; return 1 if one failed or piled up files, 2 if the sandbox is not to be had."""
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("path", type=Path, help="a Python file, or the folder of a project")
    parser.add_argument("--event", default="{}", help="what handlers are called with, as JSON; {n} is the invocation")
    parser.add_argument("--mount", action="append", default=[], help="a writable folder below /mnt")
    parser.add_argument("--warm", type=int, default=0, metavar="N", help="invoke N times more, at least twice")
    arguments = parser.parse_args()
    if arguments.path.is_dir() or arguments.warm:
        jobs = jobs_of(arguments.path.name, _files(arguments.path), json.loads(arguments.event), ())
    else:
        jobs = [Job(arguments.path.name, code=arguments.path.read_text(), mounts=tuple(arguments.mount))]
    if arguments.warm:
        jobs = [warm(job, max(2, arguments.warm)) for job in jobs]
    try:
        outcomes = Sandbox().run(jobs)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 2
    for job, outcome in zip(jobs, outcomes, strict=True):
        print(f"{job.name}, {job.handler or 'snippet'}: {outcome.error or outcome.result or 'done'}")
        if outcome.output:
            print(outcome.output.rstrip())
        _print_series(outcome) if arguments.warm else _print_left(outcome)
    return int(any(outcome.error or piled_up(outcome) for outcome in outcomes))


def _files(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}


def _print_left(outcome: Outcome) -> None:
    for path in outcome.left:
        print(f"  left {path}")


def _print_series(outcome: Outcome) -> None:
    for number, invocation in enumerate(outcome.invocations, start=1):
        sizes = [size or 0 for path, size in invocation.left.items() if path != OTHERS]
        print(f"  invocation {number}: {invocation.error or 'done'}; {len(sizes)} paths, {sum(sizes)} bytes in /tmp")
    for path, places in piled_up(outcome).items():
        print(f"  piles up {path}: {', '.join(f'{file}:{line}' for file, line in sorted(places)) or 'unknown'}")
    if removes_all(outcome):
        print("  removes what others keep in /tmp")


if __name__ == "__main__":
    sys.exit(main())
