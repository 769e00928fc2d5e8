"""The commands ``baseline create`` and ``baseline prune``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lambdalint.cli.delivery import obstacle
from lambdalint.cli.options import load, overrides_of, project_flags, selection_flags
from lambdalint.cli.runs import analyse, tell_problems
from lambdalint.cli.terminal import Failure, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.cli.options import ProjectFlags, SelectionFlags
    from lambdalint.loading import Batch
    from lambdalint.model import Report

_FILE_HELP = "The file. [default: as configured, or .lambdalint-baseline.json]"


@click.group()
def baseline() -> None:
    """Keep a file of known findings, which 'check' leaves out."""


@baseline.command()
@project_flags
@selection_flags
@click.option("--baseline", "file", metavar="FILE", help=_FILE_HELP)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def create(project: ProjectFlags, selection: SelectionFlags, file: str | None, force: bool) -> None:
    """Write a baseline of all findings below PATHS: from now on, 'check' reports what is new."""
    from lambdalint.engine import baseline as engine
    from lambdalint.output.text import count

    batches = load(project, overrides_of(project, selection))
    path = _file(file, batches)
    if os.path.lexists(path) and not force:
        raise Failure(f"{path}: exists already; 'lambdalint baseline prune' tidies it, --force replaces it")
    _refuse_unwritable(path)
    report = analyse(batches, quiet=project.quiet, baseline=None)
    tell_problems(report, verbose=project.verbose, quiet=project.quiet)
    made = engine.create(report, base=Path.cwd(), folder=path.parent)
    _replace(path, engine.encode(made))
    shown = os.path.relpath(path)
    write(f"{shown}: wrote {count(len(made.entries), 'finding')}\n")
    if not any(batch.loaded.settings.baseline == path for batch in batches):
        write(
            f"'lambdalint check --baseline {shown}' leaves them out, or in the configuration: baseline = \"{shown}\"\n"
        )
    _end(report)


@baseline.command()
@project_flags
@selection_flags
@click.option("--baseline", "file", metavar="FILE", help=_FILE_HELP)
def prune(project: ProjectFlags, selection: SelectionFlags, file: str | None) -> None:
    """Remove the entries of a baseline that no finding below PATHS matches any more."""
    from lambdalint.engine import baseline as engine
    from lambdalint.engine.source_text import split_lines
    from lambdalint.model import Confidence, Severity
    from lambdalint.output.text import count

    batches = load(project, overrides_of(project, selection))
    path = _file(file, batches)
    try:
        known = engine.read(path)
    except engine.BaselineError as error:
        raise Failure(str(error)) from None
    _refuse_unwritable(path)
    # only comments of lambdalint's own may leave out a finding of a selected rule
    report = analyse(
        batches,
        quiet=project.quiet,
        baseline=None,
        min_severity=Severity.INFO,
        min_confidence=Confidence.LOW,
        per_file_ignores=(),
        noqa=False,
    )
    tell_problems(report, verbose=project.verbose, quiet=project.quiet)
    if report.summary.unfinished:
        raise Failure("some code was not followed to its end, so that no entry is known to be stale (max-steps)")
    lines = {name: split_lines(text) for name, text in report.sources.items()}
    split = known.split(report.findings, lines, base=Path.cwd(), covers=_covers(batches))
    _replace(path, engine.encode(engine.prune(known, split)))
    left = len(known.entries) - len(split.stale)
    write(f"{os.path.relpath(path)}: removed {count(len(split.stale), 'entry', 'entries')}, {left:,} left\n")
    _end(report)


def _end(report: Report) -> None:
    from lambdalint.model import NOT_JUDGED

    if any(finding.code in NOT_JUDGED for finding in report.findings):
        raise Failure("not all was judged: 'lambdalint check' says what")


def _file(given: str | None, batches: Sequence[Batch]) -> Path:
    from lambdalint.model import BASELINE_NAME

    configured = [one for batch in batches if (one := batch.loaded.settings.baseline) is not None]
    if given is None and len(set(configured)) > 1:
        raise Failure("the paths have several configurations with a baseline each; --baseline says which is meant")
    path = Path(given) if given is not None else configured[0] if configured else Path(BASELINE_NAME)
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links


def _covers(batches: Sequence[Batch]) -> Callable[[str, str], bool]:
    """Make what tells whether a run on *batches* would find a rule's findings in a file."""
    from lambdalint.engine.selection import is_selected

    given = [
        (Path(os.path.abspath(path)), batch.loaded.settings)  # noqa: PTH100 - resolve() would follow symbolic links
        for batch in batches
        for path in batch.paths
    ]

    def covers(path: str, code: str) -> bool:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - as above
        return any(folder in (absolute, *absolute.parents) and is_selected(code, one) for folder, one in given)

    return covers


def _refuse_unwritable(path: Path) -> None:
    reason = obstacle(path)
    if reason is not None:
        raise Failure(f"{path}: {reason}")


def _replace(path: Path, content: bytes) -> None:
    from lambdalint.engine.atomic_write import replace_file

    try:
        replace_file(path, content)
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror or error}") from None
