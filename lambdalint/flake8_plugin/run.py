"""One run of flake8: when the project is analysed, and what becomes of a failure."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import traceback
from pathlib import PurePath
from typing import TYPE_CHECKING

from lambdalint.flake8_plugin import handover
from lambdalint.flake8_plugin.analysis import Refused, Violation, Violations, analyse, identity
from lambdalint.flake8_plugin.first_file import first_file
from lambdalint.flake8_plugin.options import may_be_reported
from lambdalint.output.escape import escape

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


class Run:
    """What flake8 was asked for, and what was found.

    The analysis happens before flake8 starts its workers, which then find the violations in memory or through
    ``handover``; or where flake8 has no workers, with the first file. Whoever calls flake8 from a program
    (``flake8.api.legacy``) names the files after the options are parsed, and may have them checked again.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._paths: Sequence[str] | None = None
        self._found: Violations | None = None
        self._asked: set[str] = set()

    def begin(self) -> None:
        """Prepare for the workers that flake8 may start; in one of them, receive what was found."""
        if _is_worker():
            self._paths = self._options.filenames
            self._found = handover.receive(self._options)
            return
        handover.withdraw()
        if self._shares_its_work():
            found = self._analyse()
            with contextlib.suppress(OSError):
                handover.leave(found, self._options)

    def violations_in(self, filename: str) -> tuple[Violation, ...]:
        """Return the violations in one file."""
        found = self._found
        if found is None or self._is_another_round(filename):
            self._asked.clear()
            found = self._analyse()
        self._asked.add(filename)
        unplaced = tuple(_at_top(message) for message in found.elsewhere)
        if unplaced:
            self._found = found._replace(elsewhere=())
        return (*unplaced, *found.by_file.get(identity(filename), ()))

    def _shares_its_work(self) -> bool:
        """Tell whether flake8 may start workers for the files that it is given."""
        names = self._options.filenames
        if "-" in names or self._options.bug_report or getattr(self._options.jobs, "n_jobs", None) in {0, 1}:
            return False
        if not names:
            return not _is_called_by_a_program()
        return len(names) > 1 or os.path.isdir(names[0])  # noqa: PTH112 - a Path per name costs more than the rest

    def _is_another_round(self, filename: str) -> bool:
        if not _is_called_by_a_program():
            return False
        return self._paths is not self._options.filenames or filename in self._asked

    def _analyse(self) -> Violations:
        """Analyse the project; a failure becomes a violation of its own. Raises nothing but KeyboardInterrupt."""
        self._paths = self._options.filenames
        try:
            found = analyse(self._options) if may_be_reported(self._options) else Violations({})
        except (Exception, SystemExit) as error:  # the boundary: flake8 goes on with its other plugins
            found = Violations({}, (f"lambdalint could not check: {_cause(error)}",))
        self._found = self._tell(found) if found.elsewhere else found
        return self._found

    def _tell(self, found: Violations) -> Violations:
        """Say what belongs to no file on standard error, once, and give it to the first file."""
        if not _is_worker():
            with contextlib.suppress(OSError, ValueError, AttributeError):  # it may be closed, or None
                sys.stderr.write("".join(f"{message}\n" for message in found.elsewhere))
        try:
            first = first_file(self._options)
        except Exception:  # not even the files are known; then the first that asks gets it
            first = None
        if first is None:
            return found
        key = identity(first)
        told = (*map(_at_top, found.elsewhere), *found.by_file.get(key, ()))
        return Violations({**found.by_file, key: told})


def _at_top(message: str) -> Violation:
    return Violation(1, 1, f"LMB999 {message}")


def _is_worker() -> bool:
    """Tell whether this process is of a pool, as flake8's workers are."""
    return multiprocessing.current_process().daemon


def _is_called_by_a_program() -> bool:
    return "flake8.api.legacy" in sys.modules


def _cause(error: BaseException) -> str:
    """Return in one line what went wrong."""
    if isinstance(error, Refused):
        return escape(str(error))
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    cause = f"{type(error).__name__}: {' '.join(str(error).split())}{where}"
    return f"{escape(cause)}; please report it"
