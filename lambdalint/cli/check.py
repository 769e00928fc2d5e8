"""The command ``check``."""

from __future__ import annotations

import click

from lambdalint.cli.options import ProjectFlags, SelectionFlags, load, overrides_of, project_flags, selection_flags
from lambdalint.cli.runs import analyse, tell_problems
from lambdalint.cli.terminal import CLEAN, FAILED, FINDINGS, has_color, write

NOT_JUDGED = frozenset({"LMB900", "LMB999"})
"""Findings that say that something was not judged: with one of them a run has not done its work."""


@click.command()
@project_flags
@selection_flags
@click.option("--output-format", type=click.Choice(["text", "concise", "json"]), default="text", show_default=True)
@click.option("--exit-zero", is_flag=True, help="Exit 0 although there are findings.")
def check(project: ProjectFlags, selection: SelectionFlags, output_format: str, exit_zero: bool) -> None:
    """Check PATHS (by default the working directory). Exit 0: clean, 1: findings, 2: not all was judged.

    A folder stands for the files below it. A file is judged as part of its project.
    """
    from lambdalint.output import concise, json_report, text

    loaded = load(project.paths, project.config_file, project.isolated, overrides_of(project, selection))
    report = analyse(project.paths, loaded.settings, quiet=project.quiet)
    tell_problems(report, verbose=project.verbose, quiet=project.quiet)
    if output_format == "json":
        write(json_report.render(report))
    elif output_format == "concise":
        write(concise.render(report))
    else:
        write(text.render(report, color=has_color(), summary=not project.quiet))
    if any(finding.code in NOT_JUDGED for finding in report.findings):
        raise click.exceptions.Exit(FAILED)
    raise click.exceptions.Exit(FINDINGS if report.findings and not exit_zero else CLEAN)
