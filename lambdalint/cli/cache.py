"""The command ``cache clean``."""

from __future__ import annotations

from pathlib import Path

import click

from lambdalint.cli.options import load_settings
from lambdalint.cli.terminal import Failure, write


@click.group("cache")
def cache() -> None:
    """See to what earlier runs have kept."""


@cache.command()
@click.argument("paths", nargs=-1)
@click.option("--config", "config_file", metavar="FILE", help="Read this configuration file, no other.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def clean(paths: tuple[str, ...], config_file: str | None, isolated: bool) -> None:
    """Delete what runs on PATHS (by default the working directory) have kept, and the reports kept for repetition."""
    from lambdalint import rerun
    from lambdalint.config import Overrides
    from lambdalint.engine.cache_files import caches_of, delete_cache
    from lambdalint.engine.collect import PathError

    given = [Path(path) for path in paths or (".",)]
    try:
        folders = {
            folder
            for batch in load_settings(given, config_file, isolated, Overrides())
            for folder in caches_of(batch.paths, batch.loaded.settings, cwd=Path.cwd())
        }
    except PathError as error:
        raise Failure(str(error)) from None
    lines = []
    for folder in sorted(folders):
        deleted = delete_cache(folder)
        if deleted is not None:
            lines.append(f"{folder}: {_told(*deleted)}\n")
    records = rerun.delete_records()
    if records[0]:
        lines.append(f"{rerun.records()}: {_told(*records)}\n")
    write("".join(lines) or "nothing was kept\n")


def _told(count: int, size: int) -> str:
    return f"{count} file{'s' if count != 1 else ''} deleted, {size / 1_000_000:.1f} MB"
