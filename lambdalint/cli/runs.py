"""Runs the analysis for a command: with a progress bar, and one line for whatever it refuses."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambdalint.cli.terminal import Failure, warn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from lambdalint.loading import Batch
    from lambdalint.model import Report


def analyse(
    batches: Sequence[Batch],
    *,
    quiet: bool,
    overlay: Mapping[Path, bytes] | None = None,
    changed_since: str | None = None,
    executor: Executor | None = None,
    **changes: Any,
) -> Report:
    """Return the report on *batches*, with *changes* of their settings; one that cannot be made ends the run."""
    from msgspec.structs import replace

    from lambdalint.engine.baseline import BaselineError
    from lambdalint.engine.collect import PathError
    from lambdalint.engine.git import GitError
    from lambdalint.engine.joining import join
    from lambdalint.engine.run import check
    from lambdalint.output.progress import ProgressBar

    shows_progress = not quiet and sys.stderr.isatty()
    try:
        with contextlib.closing(ProgressBar()) as bar:
            return join(
                check(
                    batch.paths,
                    replace(batch.loaded.settings, **changes),
                    cwd=Path.cwd(),
                    progress=bar if shows_progress else None,
                    overlay=overlay,
                    changed_since=changed_since,
                    executor=executor,
                )
                for batch in batches
            )
    except GitError as error:
        raise Failure(f"--changed-since {changed_since}: {error}") from None
    except (PathError, BaselineError) as error:
        raise Failure(str(error)) from None


def tell_problems(report: Report, *, verbose: bool, quiet: bool) -> None:
    """Write what could not be read or resolved to standard error."""
    from lambdalint.output import problems

    if quiet:
        return
    text = problems.render(report, verbose=verbose)
    if not report.functions and report.limited:
        text += (
            "warning: no function reaches what was asked for: nothing was judged ('lambdalint functions' lists them)\n"
        )
    elif not report.functions:
        text += (
            "warning: no function that runs on a serverless platform was found: nothing was judged (-v says more); "
            "[[tool.lambdalint.functions]] declares one\n"
        )
    warn(text)
