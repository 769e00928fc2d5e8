"""Where the report goes: standard output, files, and what a CI service offers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from lambdalint.cli.terminal import Failure, has_color, warn, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.model import Report
    from lambdalint.output.rule_page import RulePage

_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")
"""Variables in which a CI service says where the checkout is."""


class Output(NamedTuple):
    """A format, and the file that the report is written to in it."""

    format: str
    path: Path


def parse(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[Output, ...]:
    """Read ``FORMAT:FILE``; a file that could not be written is refused before the analysis."""
    del context
    from lambdalint.config import nearest
    from lambdalint.output.formats import FORMATS

    outputs: list[Output] = []
    for value in values:
        name, colon, path = value.partition(":")
        if name not in FORMATS:
            meant = nearest(name, FORMATS)
            hint = f"; did you mean {meant}?" if meant else ""
            raise click.BadParameter(
                f"{name!r} is not a format; expected one of {', '.join(FORMATS)}{hint}", param=parameter
            )
        if not colon or not path:
            raise click.BadParameter(f"{value!r} names no file; expected FORMAT:FILE", param=parameter)
        outputs.append(Output(name, Path(path)))
    paths = [output.path for output in outputs]
    repeated = next((item for item in paths if paths.count(item) > 1), None)
    if repeated is not None:
        raise click.BadParameter(f"{repeated} is named twice", param=parameter)
    return tuple(outputs)


def refuse_unwritable(outputs: Sequence[Output]) -> None:
    """End the run where a file could not be written: before the analysis, so that no report is lost."""
    for output in outputs:
        reason = obstacle(output.path)
        if reason:
            raise Failure(f"--output {output.format}:{output.path}: {reason}")


def obstacle(path: Path) -> str | None:
    """Return why no file can be written at *path*, as far as that is known before it is tried."""
    try:
        if path.is_dir():
            return "is a folder"
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
    except OSError as error:
        return error.strerror or str(error)
    target = path if path.exists() else path.parent
    return None if os.access(target, os.W_OK) else "cannot be written: permission denied or read-only file system"


def chosen_format(asked: str | None, environ: Mapping[str, str]) -> str:
    """Return the format of standard output: as asked for, or that of the CI service, or text."""
    from lambdalint.output.formats import service_format

    if asked is not None:
        return asked
    service = None if sys.stdout.isatty() else service_format(environ)
    return service or "text"


def _below_repository(environ: Mapping[str, str]) -> str:
    """Return the working directory's path below the repository, which CI services count from."""
    cwd = Path.cwd()
    for folder in (cwd, *cwd.parents):
        if os.path.lexists(folder / ".git"):
            return _relative(cwd, folder)
    for name in _ROOTS:
        root = Path(os.path.realpath(environ[name])) if environ.get(name) else None
        if root is not None and root in (cwd, *cwd.parents):
            return _relative(cwd, root)
    return ""


def _relative(folder: Path, above: Path) -> str:
    return "" if folder == above else folder.relative_to(above).as_posix()


def render(report: Report, name: str, environ: Mapping[str, str], *, summary: bool = True, color: bool = False) -> str:
    """Return *report* in the format *name*, with the paths that readers of that format expect."""
    from lambdalint.output import formats

    if name in formats.BELOW_REPOSITORY:
        report = formats.relocated(report, _below_repository(environ))
    return formats.render(name, report, pages=_pages, color=color, summary=summary)


def _pages() -> Mapping[str, RulePage]:
    from lambdalint.cli.rules import pages

    return {page.meta.code: page for page in pages()}


def deliver(
    report: Report,
    name: str,
    outputs: Sequence[Output],
    environ: Mapping[str, str],
    *,
    quiet: bool = False,
    statistics: bool = False,
) -> bool:
    """Print the report in the format *name* and write the *outputs*; False if one of them could not be written.

    With *statistics*, what is printed are counts instead of findings.
    """
    if statistics:
        from lambdalint.output import statistics as counts

        write(counts.render(report, name))
    else:
        write(render(report, name, environ, summary=not quiet, color=has_color()))
    if name == "github":
        _summarise(report, environ)
    done = True
    for output in outputs:
        text = render(report, output.format, environ)
        try:
            output.path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            warn(f"lambdalint: error: --output {output.format}:{output.path}: {error.strerror or error}\n")
            done = False
    return done


def _summarise(report: Report, environ: Mapping[str, str]) -> None:
    """Append the table of findings to the page of the job, if the service offers one."""
    from lambdalint.output.formats import relocated, step_summary

    name = environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    try:
        with Path(name).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(step_summary(relocated(report, _below_repository(environ))))
    except OSError as error:
        warn(f"warning: GITHUB_STEP_SUMMARY: {name} cannot be written: {error.strerror or error}\n")
