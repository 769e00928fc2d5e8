"""A progress bar on standard error, for runs that take their time in front of a person."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE_SECONDS = 1.0


class ProgressBar:
    """Call it with the stage and its steps done and in all; it shows itself once a second has gone by."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that *done* of *total* steps of *stage* are finished."""
        if time.monotonic() - self._begin < _PATIENCE_SECONDS:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(file=sys.stderr), transient=True)
            self._task = self._bar.add_task(stage, total=max(total, 1))
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, description=stage, completed=done, total=max(total, 1))
