"""The commands ``config show`` and ``config schema``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lambdalint.cli.options import load_settings, selection_flags, selection_overrides
from lambdalint.cli.terminal import Failure, write

if TYPE_CHECKING:
    from lambdalint.cli.options import SelectionFlags
    from lambdalint.model import RuleMeta


@click.group("config")
def configuration() -> None:
    """Show what is configured, and what can be."""


@configuration.command()
@click.argument("path", default=".")
@click.option("--config", "config_file", metavar="FILE", help="Read this configuration file, no other.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@selection_flags
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(path: str, config_file: str | None, isolated: bool, selection: SelectionFlags, output_format: str) -> None:
    """Show the settings that hold for PATH, each with its value and where that comes from."""
    from lambdalint.config.effective import show as effective
    from lambdalint.loading import rule_options
    from lambdalint.output import configuration as shown

    if not os.path.lexists(path):
        raise Failure(f"{path}: no such file or folder")
    (batch,) = load_settings([Path(path)], config_file, isolated, selection_overrides(selection))
    settings = effective(batch.loaded, rule_options(), cwd=Path.cwd())
    write(shown.render_json(settings) if output_format == "json" else shown.render_text(settings))


@configuration.command()
def schema() -> None:
    """Print the JSON schema of the configuration, for editors."""
    from lambdalint import rules
    from lambdalint.config.json_schema import json_schema
    from lambdalint.loading import platforms, rule_options
    from lambdalint.output.json_report import dump

    def meta_of(code: str) -> RuleMeta | None:
        rule = rules.registry().get(code)
        return None if rule is None else rule.meta

    write(dump(json_schema(rule_options(), platforms=platforms(), meta_of=meta_of)))
