"""Changes files as ``check`` is told to: applies fixes, adds suppressions."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.cli.terminal import Failure, warn
from lambdalint.model import Safety

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lambdalint.model import Problem, Report

_MAX_ROUNDS = 10
"""Fixes that overlap wait for the next round, and fixed code may have findings of its own."""


def folder_of(paths: Sequence[Path]) -> Path:
    """Return the folder below which files may be changed: the innermost one that holds all of *paths*."""
    absolute = [os.path.abspath(path) for path in paths]  # noqa: PTH100 - resolve() would follow symbolic links
    return Path(os.path.commonpath([path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]))  # noqa: PTH112, PTH120 - of strings


def apply_fixes(report: Report, analyse_again: Callable[[], Report], *, folder: Path, quiet: bool) -> Report:
    """Apply the safe fixes of *report*, until there are none; return the report of what is left."""
    from lambdalint.engine.fixes import apply, choose

    fixed: Counter[str] = Counter()
    problems: dict[Problem, None] = {}
    for _ in range(_MAX_ROUNDS):
        chosen = choose(report.findings, frozenset({Safety.SAFE}))
        applied = apply(chosen.changes, report.sources, folder=folder, cwd=Path.cwd())
        problems |= dict.fromkeys(applied.problems)
        if not applied.counts:
            break
        fixed.update(applied.counts)
        report = analyse_again()
    _tell("fixed", fixed, problems, quiet=quiet)
    return report


def check_reason(reason: str) -> str:
    """Return *reason* as it will stand in comments; one that cannot ends the run."""
    from lambdalint.engine.add_noqa import ReasonError, checked_reason

    try:
        return checked_reason(reason)
    except ReasonError as error:
        raise Failure(f"--add-noqa: {error}") from None


def add_noqa(report: Report, reason: str, analyse_again: Callable[[], Report], *, folder: Path, quiet: bool) -> Report:
    """Suppress the findings of *report* by comments with *reason*; return the report of what is left."""
    from lambdalint.engine.add_noqa import additions
    from lambdalint.engine.fixes import apply

    added = additions(report.findings, report.sources, reason)
    applied = apply(added.changes, report.sources, folder=folder, cwd=Path.cwd())
    _tell("suppressed", applied.counts, (*added.problems, *applied.problems), quiet=quiet)
    return analyse_again() if applied.counts else report


def _tell(done: str, counts: Mapping[str, int], problems: Iterable[Problem], *, quiet: bool) -> None:
    from lambdalint.output.escape import escape
    from lambdalint.output.text import count

    told = [
        f"warning: {escape(problem.span.path)}:{problem.span.line}: {escape(problem.message)}" for problem in problems
    ]
    if counts and not quiet:
        by_code = ", ".join(f"{code}: {number:,}" for code, number in sorted(counts.items()))
        told.append(f"{done} {count(sum(counts.values()), 'finding')} ({by_code})")
    warn("".join(line + "\n" for line in told))
