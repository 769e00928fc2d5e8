"""Runs one command and measures it: `python -I -S launch.py REPORT OUTPUT SAMPLE LIMIT COMMAND...`.

A process of its own, and a small one: what the kernel tells as a child's peak is at least what its parent held.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from time import perf_counter, sleep

_INTERVAL = 0.02


def main(report: str, output: str, sample: str, limit: str, *command: str) -> None:
    """Run *command*, its output to a file, and write what was measured into *report*, as JSON."""
    to_output = (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    to_errors = (os.POSIX_SPAWN_OPEN, 2, f"{output}.err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    start = perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[to_output, to_errors], setpgroup=0)
    over = threading.Event()
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        os.killpg(pid, signal.SIGKILL)

    timer = threading.Timer(float(limit), stop)
    timer.daemon = True
    timer.start()
    tree = [0]
    if sample == "1":
        threading.Thread(target=_watch, args=(pid, over, tree), daemon=True).start()
    try:
        _, status, usage = os.wait4(pid, 0)
    except KeyboardInterrupt:  # the child is in a group of its own, and has not heard of it
        stop()
        raise
    wall = perf_counter() - start
    timer.cancel()
    over.set()
    measured = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * 1024,
        "tree": tree[0],
        "exit": os.waitstatus_to_exitcode(status),
        "stopped": stopped.is_set(),
    }
    with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123 pathlib would make this process larger
        json.dump(measured, file)


def _watch(pid: int, over: threading.Event, tree: list[int]) -> None:
    while not over.is_set():
        tree[0] = max(tree[0], _memory(pid))
        sleep(_INTERVAL)


def _memory(pid: int) -> int:
    """Return the bytes that a process and its descendants hold, what they share counted once; 0 without `/proc`."""
    total = 0
    try:
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total = int(line.split()[1]) * 1024
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 pathlib would make this process larger
            for child in _read(f"/proc/{pid}/task/{thread}/children").split():
                total += _memory(int(child))
    except (OSError, ValueError):  # it has ended meanwhile
        pass
    return total


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 pathlib would make this process larger
        return file.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
