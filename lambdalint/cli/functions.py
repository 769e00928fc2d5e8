"""The command ``functions``."""

from __future__ import annotations

import click

from lambdalint.cli.options import ProjectFlags, load, overrides_of, project_flags
from lambdalint.cli.runs import analyse, tell_problems
from lambdalint.cli.terminal import FAILED, warn, write


@click.command()
@project_flags
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def functions(project: ProjectFlags, output_format: str) -> None:
    """List the functions below PATHS: handler, entry points, room, and who declares them."""
    from lambdalint.output import concise, function_list

    batches = load(project, overrides_of(project))
    report = analyse(batches, quiet=project.quiet, select=(), extend_select=(), baseline=None)
    tell_problems(report, verbose=project.verbose, quiet=project.quiet)
    write(function_list.render_json(report) if output_format == "json" else function_list.render_text(report))
    if report.findings:
        warn(concise.render(report))
        raise click.exceptions.Exit(FAILED)
