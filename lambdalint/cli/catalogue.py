"""The command ``catalogue``."""

from __future__ import annotations

from pathlib import Path

import click

from lambdalint.cli.options import load_settings
from lambdalint.cli.terminal import Failure, has_color, write


@click.command()
@click.argument("name", required=False)
@click.option("--config", "config_file", metavar="FILE", help="Read this configuration file, no other.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def catalogue(name: str | None, config_file: str | None, isolated: bool, output_format: str) -> None:
    """Show what is known of NAME, a callable, a library or a program; without NAME, list the libraries.

    Rows of the configuration are included. Exit 0: shown, 2: nothing is known of NAME.
    """
    from lambdalint.config import Overrides
    from lambdalint.engine.look_up import UnknownName, index
    from lambdalint.output import catalogue_page

    (batch,) = load_settings([Path()], config_file, isolated, Overrides())
    known = index(batch.loaded.settings.catalogue_rows)
    if name is None:
        render = catalogue_page.render_json_list if output_format == "json" else catalogue_page.render_list
        write(render(known.listed(), known.programs()))
        return
    try:
        page = known.page(name)
    except UnknownName as error:
        meant = f"; did you mean {', '.join(error.nearest)}?" if error.nearest else ""
        raise Failure(f"the catalogue knows nothing of {name!r}{meant}") from None
    if output_format == "json":
        write(catalogue_page.render_json(page))
    else:
        write(catalogue_page.render_text(page, color=has_color()))
