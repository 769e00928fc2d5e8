"""Runs the modes of all tools in alternation."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.results import Run, Timing
from benchmarks.tools import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.tools import Mode

_LAUNCH = Path(__file__).with_name("launch.py")


class CannotFill(Exception):
    """The run that should have filled a tool's cache failed."""


@dataclass
class Bench:
    """Measures commands in one project."""

    folder: Path
    """The project."""
    work: Path
    """Where outputs go, outside of the project."""
    repeat: int
    limit: float
    """Seconds after which a run is ended."""
    long: float
    """What takes more seconds than this is run once."""
    say: Callable[[str], None]
    _filled: set[str] = field(default_factory=set)
    """The caches that are those of the project as it is."""
    _revision: int = 0

    def measure(self, modes: list[Mode]) -> list[Timing]:
        """Run *modes* in turn, a round after the other; the times of the first round do not count."""
        timings = [Timing(mode.tool, mode.name) for mode in modes]
        for turn in range(self.repeat + 1):
            for mode, timing in zip(modes, timings, strict=True):
                if timing.failed or (timing.runs and timing.runs[0].wall > self.long):
                    continue
                try:
                    run, output = self.once(mode, sample=turn == 0)
                except CannotFill as failure:
                    self.say(f"{self.folder.name}: {mode.label}: {failure}")
                    timing.first = Run(0, 0, 0, 0, 2)
                    continue
                if turn == 0:
                    timing.first = run
                if turn > 0 or run.wall > self.long:
                    timing.runs.append(run)
                digest = hashlib.sha256(output).hexdigest()
                if mode.same_output and digest not in timing.outputs:
                    timing.outputs.append(digest)
                self.say(f"{self.folder.name}, round {turn}: {mode.label}: {timing.failed or f'{run.wall:.3f} s'}")
        return timings

    def once(self, mode: Mode, *, sample: bool = False) -> tuple[Run, bytes]:
        """Run *mode* once, what it needs prepared before, and undone afterwards; return its output, too."""
        if mode.state is State.COLD:
            self._remove(mode)
        elif mode.state in (State.WARM, State.CHANGED):
            self._fill(mode)
        if mode.changed is None:
            done = self._run(mode.command, sample=sample)
            if mode.state is State.COLD and mode.cache is not None:
                self._filled.add(mode.cache)
            return done
        path = self.folder / mode.changed
        before, status = path.read_bytes(), path.stat()
        self._revision += 1
        self._filled.discard(str(mode.cache))
        try:
            path.write_bytes(before + f"\n_REVISION = {self._revision}\n".encode())
            return self._run(mode.command, sample=sample)
        finally:
            path.write_bytes(before)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def _remove(self, mode: Mode) -> None:
        if mode.cache is not None:
            shutil.rmtree(self.folder / mode.cache, ignore_errors=True)

    def _fill(self, mode: Mode) -> None:
        if mode.cache is None or mode.cache in self._filled:
            return
        run, _ = self._run(mode.fill or mode.command)
        if run.stopped or run.exit not in (0, 1):
            raise CannotFill(f"exit code {run.exit}, so that there is no cache")
        self._filled.add(mode.cache)

    def _run(self, command: tuple[str, ...], *, sample: bool = False) -> tuple[Run, bytes]:
        self.work.mkdir(parents=True, exist_ok=True)
        report, output = self.work / "report.json", self.work / "output"
        launched = [
            sys.executable,
            "-I",
            "-S",
            str(_LAUNCH),
            str(report),
            str(output),
            str(int(sample)),
            str(self.limit),
        ]
        subprocess.run([*launched, *command], cwd=self.folder, check=True)
        return Run(**json.loads(report.read_text(encoding="utf-8"))), output.read_bytes()
