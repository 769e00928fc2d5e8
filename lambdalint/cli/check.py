"""The command ``check``."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from lambdalint.cli import delivery, executors, mending
from lambdalint.cli.options import ProjectFlags, SelectionFlags, load, overrides_of, project_flags, selection_flags
from lambdalint.cli.runs import analyse, tell_problems
from lambdalint.cli.terminal import CLEAN, FAILED, FINDINGS, Failure
from lambdalint.output.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.cli.delivery import Output
    from lambdalint.model import Report


class Unsaved(NamedTuple):
    """The text on standard input, and the file whose content it takes the place of."""

    path: Path
    content: bytes


@click.command()
@project_flags
@selection_flags
@click.option("--output-format", type=click.Choice(FORMATS), help="What to print; text, or what the CI service reads.")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT:FILE",
    callback=delivery.parse,
    help="Write the report to a file, too.",
)
@click.option("--statistics", is_flag=True, help="Print how often each rule reports.")
@click.option("--baseline", metavar="FILE", help="Leave out the findings that this file holds.")
@click.option("--changed-since", metavar="REV", help="Only findings on lines that changed since REV.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also those that may change what code does.")
@click.option("--diff", is_flag=True, help="Print what the fixes would change, and change nothing.")
@click.option("--add-noqa", metavar="REASON", help="Suppress each finding by a comment with this reason.")
@click.option("--ignore-noqa", is_flag=True, help="Report what comments named noqa silence.")
@click.option("--stdin-filename", metavar="FILE", help="Standard input takes the place of FILE.")
@click.option(
    "--executor",
    "scheduler",
    metavar="dask:ADDRESS",
    callback=executors.parse,
    help="Analyse on the Dask cluster whose scheduler listens at ADDRESS.",
)
@click.option(
    "--executor-failure",
    "on_failure",
    type=click.Choice(executors.ON_FAILURE),
    help="Where the cluster cannot do it: end with an error (default), or analyse on this machine.",
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 although there are findings.")
def check(
    project: ProjectFlags,
    selection: SelectionFlags,
    output_format: str | None,
    outputs: tuple[Output, ...],
    statistics: bool,
    baseline: str | None,
    changed_since: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    add_noqa: str | None,
    ignore_noqa: bool,
    stdin_filename: str | None,
    scheduler: str | None,
    on_failure: str | None,
    exit_zero: bool,
) -> None:
    """Check PATHS (by default the working directory). Exit 0: clean, 1: findings, 2: not all was judged.

    With --diff, 1 says that the fixes would change something.

    A folder stands for the files below it, a template for the functions that it declares. What is named is judged as
    part of the project around it.
    """
    reported = output_format is not None or bool(outputs) or statistics
    _refuse_contradictions(
        {"--fix": fix, "--add-noqa": add_noqa is not None, "--stdin-filename": stdin_filename is not None},
        {"--diff": diff, "--add-noqa": add_noqa is not None, "--stdin-filename": stdin_filename is not None},
        {"--diff": diff, "--output-format, --output or --statistics": reported},
    )
    name = delivery.chosen_format(output_format, os.environ)
    if statistics and name not in ("text", "json"):
        name = _format_of_statistics(output_format)
    delivery.refuse_unwritable(outputs)
    unsaved = _read_unsaved(stdin_filename, project.paths)
    overrides = overrides_of(project, selection, baseline=baseline, noqa=False if ignore_noqa else None)
    batches = load(project, overrides, None if unsaved is None else (unsaved.path,))
    typed = {} if unsaved is None else {unsaved.path: unsaved.content}

    def make_report(overlay: Mapping[Path, bytes]) -> Report:
        contents = {**typed, **overlay}
        run = partial(analyse, batches, quiet=project.quiet, overlay=contents, changed_since=changed_since)
        return place.run(run)

    within = partial(mending.bounds_of, project.paths)
    reason = None if add_noqa is None else mending.check_reason(add_noqa)
    with executors.chosen(scheduler, on_failure, quiet=project.quiet) as place:
        report = make_report({})
        if diff:
            changes = mending.show_diff(report, make_report, within=within(), unsafe=unsafe_fixes, quiet=project.quiet)
            tell_problems(report, verbose=project.verbose, quiet=project.quiet)
            _end(report, delivered=True, found=changes)
        if fix:
            report = mending.fix(report, make_report, within=within(), unsafe=unsafe_fixes, quiet=project.quiet)
        if reason is not None:
            report = mending.add_noqa(report, reason, make_report, within=within(), quiet=project.quiet)
    tell_problems(report, verbose=project.verbose, quiet=project.quiet)
    delivered = delivery.deliver(report, name, outputs, os.environ, quiet=project.quiet, statistics=statistics)
    _end(report, delivered=delivered, found=bool(report.findings) and not exit_zero)


def _end(report: Report, *, delivered: bool, found: bool) -> NoReturn:
    """End the run with the status for whether something was *found*, unless not all was judged or delivered."""
    from lambdalint.model import NOT_JUDGED

    if not delivered or any(finding.code in NOT_JUDGED for finding in report.findings):
        raise click.exceptions.Exit(FAILED)
    raise click.exceptions.Exit(FINDINGS if found else CLEAN)


def _refuse_contradictions(*alternatives: Mapping[str, bool]) -> None:
    """End the run where several flags of one of *alternatives* are given, which tell flags that are."""
    for flags in alternatives:
        given = [flag for flag, is_given in flags.items() if is_given]
        if len(given) > 1:
            raise click.UsageError(f"{given[0]} and {given[1]} exclude each other")


def _format_of_statistics(asked: str | None) -> str:
    if asked is None:
        return "text"
    raise click.UsageError(f"--statistics is printed as text or json, not as {asked}")


def _read_unsaved(name: str | None, paths: tuple[Path, ...]) -> Unsaved | None:
    if name is None:
        if Path("-") in paths:
            raise click.UsageError("to read standard input, --stdin-filename has to say which file it stands for")
        return None
    if paths not in ((Path(),), (Path("-"),)):
        raise click.UsageError("with --stdin-filename, standard input is checked and no other path")
    path = Path(os.path.abspath(name))  # noqa: PTH100 - resolve() would follow symbolic links
    if path.is_dir():
        raise Failure(f"--stdin-filename {name}: is a folder")
    return Unsaved(path, sys.stdin.buffer.read())
