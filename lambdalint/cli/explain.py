"""The command ``explain``."""

from __future__ import annotations

import re
from pathlib import Path

import click

from lambdalint.cli.options import load_settings
from lambdalint.cli.terminal import Failure, has_color, warn, write


def _line(context: click.Context, parameter: click.Parameter, value: str) -> tuple[Path, int, int | None]:
    """Read ``FILE:LINE`` or, as findings are reported, ``FILE:LINE:COLUMN``."""
    del context, parameter
    match = re.fullmatch(r"(.+?):([1-9][0-9]{0,8})(?::([1-9][0-9]{0,8}))?", value, re.DOTALL)
    if match is None:
        raise Failure(f"{value!r} is not a file and a line, such as src/app.py:12")
    return Path(match[1]), int(match[2]), int(match[3]) if match[3] else None


@click.command()
@click.argument("where", metavar="FILE:LINE", callback=_line)
@click.option("--config", "config_file", metavar="FILE", help="Read this configuration file, no other.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(where: tuple[Path, int, int | None], config_file: str | None, isolated: bool, output_format: str) -> None:
    """Explain what the calls on a line do to files, and why each rule reports them or not.

    The project of FILE is analysed. Exit 0: explained, 2: no such line, or it cannot be analysed.
    """
    from lambdalint.config import Overrides
    from lambdalint.engine.collect import PathError
    from lambdalint.engine.explain import explain as explain_line
    from lambdalint.output import explanation, problems

    file, line, column = where
    (batch,) = load_settings([file], config_file, isolated, Overrides())
    settings = batch.loaded.settings
    try:
        explained = explain_line(file, line, settings, cwd=Path.cwd(), column=column)
    except PathError as error:
        raise Failure(str(error)) from None
    warn(problems.render(explained))
    if output_format == "json":
        write(explanation.render_json(explained))
    else:
        write(explanation.render_text(explained, color=has_color()))
