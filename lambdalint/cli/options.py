"""The flags that several commands share, and the settings that they lead to."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lambdalint.cli.terminal import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.config import Overrides
    from lambdalint.loading import Batch

    _Command = Callable[..., None]
    _Decorator = Callable[[_Command], _Command]


SEVERITIES = ("error", "warning", "info")
CONFIDENCES = ("high", "medium", "low")
"""The levels, as the model has them: it is imported only where there is something to judge."""


def codes(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """Split what was given to a repeatable, comma-separated flag; None if it was not given."""
    del context
    if not values:
        return None
    given = tuple(code.upper() for value in values for code in value.replace(",", " ").split())
    if not given:
        raise click.BadParameter("it names no rule", param=parameter)
    return given


def paths(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the paths to check; the working directory if there are none."""
    del context
    if "" in values:
        raise click.BadParameter("a path is empty", param=parameter)
    return tuple(map(Path, values or (".",)))


class ProjectFlags(NamedTuple):
    """What each command that reads a project is told."""

    paths: tuple[Path, ...]
    config_file: str | None
    isolated: bool
    jobs: int | None
    no_cache: bool
    verbose: bool
    quiet: bool


class SelectionFlags(NamedTuple):
    """Which findings are wanted; None leaves it to the configuration."""

    select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    extend_select: tuple[str, ...] | None
    min_severity: str | None
    min_confidence: str | None


def _gathered(flags: type[ProjectFlags | SelectionFlags], name: str, options: Sequence[_Decorator]) -> _Decorator:
    """Make a decorator that adds *options* and hands their values over as one argument, an instance of *flags*."""
    names = flags._fields

    def decorate(command: _Command) -> _Command:
        @functools.wraps(command)
        def gathering(**values: Any) -> None:
            gathered = flags(**{one: values.pop(one) for one in names})
            command(**values, **{name: gathered})

        wrapped: _Command = gathering
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate


project_flags = _gathered(
    ProjectFlags,
    "project",
    (
        click.argument("paths", nargs=-1, callback=paths),
        click.option("--config", "config_file", metavar="FILE", help="Read this configuration file, no other."),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
        click.option("--jobs", type=click.IntRange(min=0), help="Worker processes; 0: one for each processor."),
        click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
        click.option("-v", "--verbose", is_flag=True, help="Name all that could not be read or resolved."),
        click.option("-q", "--quiet", is_flag=True, help="Print findings only."),
    ),
)

selection_flags = _gathered(
    SelectionFlags,
    "selection",
    (
        click.option("--select", multiple=True, callback=codes, metavar="CODES", help="Rules to run: codes, prefixes."),
        click.option("--ignore", multiple=True, callback=codes, metavar="CODES", help="Rules not to run."),
        click.option("--extend-select", multiple=True, callback=codes, metavar="CODES", help="Rules to run besides."),
        click.option("--min-severity", type=click.Choice(SEVERITIES), help="Hide what is milder."),
        click.option(
            "--min-confidence",
            type=click.Choice(CONFIDENCES),
            help="Hide what is less certain.",
        ),
    ),
)


def overrides_of(
    project: ProjectFlags,
    selection: SelectionFlags | None = None,
    *,
    baseline: str | None = None,
    noqa: bool | None = None,
) -> Overrides:
    """Return what the flags say in place of the configuration."""
    from msgspec.structs import replace

    from lambdalint.config import Overrides

    return replace(
        Overrides() if selection is None else selection_overrides(selection),
        baseline=None if baseline is None else Path(baseline),
        jobs=project.jobs,
        cache=False if project.no_cache else None,
        noqa=noqa,
    )


def selection_overrides(selection: SelectionFlags) -> Overrides:
    """Return what *selection* says in place of the configuration."""
    from lambdalint.config import Overrides
    from lambdalint.model import Confidence, Severity

    return Overrides(
        select=selection.select,
        extend_select=selection.extend_select,
        ignore=selection.ignore,
        min_severity=Severity(selection.min_severity) if selection.min_severity else None,
        min_confidence=Confidence(selection.min_confidence) if selection.min_confidence else None,
    )


def load(project: ProjectFlags, overrides: Overrides, paths: tuple[Path, ...] | None = None) -> tuple[Batch, ...]:
    """Return the settings for the paths of *project*, or for other *paths*; a wrong configuration ends the run."""
    return load_settings(paths or project.paths, project.config_file, project.isolated, overrides)


def load_settings(
    paths: Sequence[Path], config_file: str | None, isolated: bool, overrides: Overrides
) -> tuple[Batch, ...]:
    """Return the settings for a run on *paths*; a configuration that is wrong ends the run."""
    from lambdalint import loading
    from lambdalint.config import ConfigError

    if config_file is not None and isolated:
        raise click.UsageError("--config and --isolated exclude each other")
    file = None if config_file is None else Path(config_file)
    try:
        return loading.load(paths, file=file, isolated=isolated, overrides=overrides)
    except ConfigError as error:
        raise Failure(str(error)) from None
