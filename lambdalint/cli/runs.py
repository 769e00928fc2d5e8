"""Runs the analysis for a command: with a progress bar, and one line for whatever it refuses."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.cli.terminal import Failure, warn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.model import Report, Settings


def analyse(
    paths: Sequence[Path], settings: Settings, *, quiet: bool, overlay: Mapping[Path, bytes] | None = None
) -> Report:
    """Return the report on *paths*; one that cannot be made ends the run."""
    from lambdalint.engine.collect import PathError
    from lambdalint.engine.run import check
    from lambdalint.output.progress import ProgressBar

    shows_progress = not quiet and sys.stderr.isatty()
    try:
        with contextlib.closing(ProgressBar()) as bar:
            return check(paths, settings, cwd=Path.cwd(), progress=bar if shows_progress else None, overlay=overlay)
    except PathError as error:
        raise Failure(str(error)) from None


def tell_problems(report: Report, *, verbose: bool, quiet: bool) -> None:
    """Write what could not be read or resolved to standard error."""
    from lambdalint.output import problems

    if quiet:
        return
    text = problems.render(report, verbose=verbose)
    if not report.functions:
        text += (
            "warning: no function that runs on a serverless platform was found: nothing was judged; "
            "[[tool.lambdalint.functions]] declares one\n"
        )
    warn(text)
