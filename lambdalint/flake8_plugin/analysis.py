"""Asks the engine, and gives its answer in flake8's terms: violations by file."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lambdalint.flake8_plugin.options import configuration_of, overrides_of
from lambdalint.flake8_plugin.request import UNNAMED, absolute, request_of
from lambdalint.output.escape import escape

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from lambdalint.flake8_plugin.request import Request
    from lambdalint.model import Report

# A child of flake8's own logger, so that `flake8 -v` shows what is logged.
_LOG = logging.getLogger("flake8.lambdalint")


class Refused(Exception):
    """The configuration, or an option, is not understood; the message is for the user."""


class Violation(NamedTuple):
    """A finding at a place in a file, lines and columns from 1; ``text`` begins with the code."""

    line: int
    column: int
    text: str


class Violations(NamedTuple):
    """What there is to say: by the identity of a file; and the messages that belong to none that flake8 checks."""

    by_file: Mapping[str, tuple[Violation, ...]]
    elsewhere: tuple[str, ...] = ()


def identity(path: str | Path) -> str:
    """Return what is equal for two ways to write the same path; symbolic links are not followed."""
    return os.path.normcase(absolute(path))


def analyse(options: argparse.Namespace) -> Violations:
    """Analyse the project of the files that flake8 checks with *options*.

    Raises:
        Refused: the configuration, or an option, is not understood.
    """
    from msgspec.structs import replace

    from lambdalint.config import ConfigError
    from lambdalint.engine.baseline import BaselineError
    from lambdalint.engine.collect import PathError
    from lambdalint.engine.joining import join
    from lambdalint.engine.run import check
    from lambdalint.loading import load

    request, cwd = request_of(options), Path.cwd()
    if not request.paths:
        return Violations({})
    try:
        batches = load(
            request.paths,
            file=configuration_of(options),
            isolated=options.lambdalint_isolated,
            overrides=overrides_of(options),
        )
        report = join(
            # flake8 shows no fixes: none are made
            check(one.paths, replace(one.loaded.settings, unfixable=("LMB",)), cwd=cwd, overlay=request.unsaved)
            for one in batches
        )
    except (ConfigError, PathError, BaselineError) as error:
        raise Refused(str(error)) from None
    _log(report)
    return _violations(report, request, cwd)


def _violations(report: Report, request: Request, cwd: Path) -> Violations:
    by_file: dict[str, list[Violation]] = {}
    elsewhere: list[str] = []
    for finding in report.findings:
        place = cwd / finding.span.path
        if finding.code == "LMB999" and place.suffix != ".py":
            elsewhere.append(f"{escape(finding.message)} ({escape(str(finding.span))})")
            continue
        if place == request.place_of_unnamed:
            place = place.with_name(UNNAMED)
        violation = Violation(finding.span.line, finding.span.column, f"{finding.code} {escape(finding.message)}")
        by_file.setdefault(identity(place), []).append(violation)
    return Violations({path: tuple(items) for path, items in by_file.items()}, tuple(elsewhere))


def _log(report: Report) -> None:
    for problem in report.problems:
        _LOG.warning("%s: %s", escape(str(problem.span)), escape(problem.message))
    for note in report.notes:
        _LOG.debug("%s: %s", escape(str(note.span)), escape(note.message))
    if not report.functions:
        _LOG.warning("no function that runs on a serverless platform was found: nothing was judged")
