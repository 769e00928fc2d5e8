"""Runs a snippet, or the functions of a project, in the sandbox: ``cd tests && python -m sandbox PATH``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sandbox.job import Job
from sandbox.projects import jobs_of
from sandbox.room import Sandbox, SandboxError


def main() -> int:
    """Print what came of each run; return 1 if one failed, 2 if the sandbox is not to be had."""
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("path", type=Path, help="a Python file, or the folder of a project")
    parser.add_argument("--event", default="{}", help="what handlers are called with, as JSON")
    parser.add_argument("--mount", action="append", default=[], help="a writable folder below /mnt")
    arguments = parser.parse_args()
    if arguments.path.is_dir():
        files = {
            path.relative_to(arguments.path).as_posix(): path.read_bytes()
            for path in arguments.path.rglob("*")
            if path.is_file()
        }
        jobs = jobs_of(arguments.path.name, files, json.loads(arguments.event), ())
    else:
        jobs = [Job(arguments.path.name, code=arguments.path.read_text(), mounts=tuple(arguments.mount))]
    try:
        outcomes = Sandbox().run(jobs)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 2
    for outcome in outcomes:
        print(f"{outcome.name}: {outcome.error or outcome.result or 'done'}")
        if outcome.output:
            print(outcome.output.rstrip())
        for path in outcome.left:
            print(f"  left {path}")
    return int(any(outcome.error for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
