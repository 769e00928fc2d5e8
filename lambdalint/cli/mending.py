"""Changes files as ``check`` is told to: applies fixes, adds suppressions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.cli.terminal import Failure, warn, write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdalint.engine.fix_rounds import Analyse, Fixed
    from lambdalint.engine.targets import Bounds
    from lambdalint.model import Problem, Report


def bounds_of(paths: Sequence[Path]) -> Bounds:
    """Return what may be changed where *paths* are checked: nothing else than they name."""
    from lambdalint.engine.targets import Bounds

    return Bounds.of(Path.cwd() / path for path in paths)


def fix(report: Report, analyse: Analyse, *, within: Bounds, unsafe: bool, quiet: bool) -> Report:
    """Make the fixes of *report* in the files; return the report of what is left."""
    fixed = _fixed(report, analyse, within, unsafe=unsafe)
    applied = fixed.write()
    _tell("fixed", applied.counts, (*fixed.problems, *applied.problems), quiet=quiet)
    return analyse({}) if applied.problems else fixed.report


def show_diff(report: Report, analyse: Analyse, *, within: Bounds, unsafe: bool, quiet: bool) -> bool:
    """Print how the fixes of *report* would change the files, and tell whether they would."""
    from lambdalint.output import diff

    fixed = _fixed(report, analyse, within, unsafe=unsafe)
    write_bytes(diff.render(fixed.files))
    _tell("would fix", fixed.counts, fixed.problems, quiet=quiet)
    return bool(fixed.files)


def _fixed(report: Report, analyse: Analyse, within: Bounds, *, unsafe: bool) -> Fixed:
    from lambdalint.engine import fix_rounds
    from lambdalint.model import Safety

    allowed = frozenset({Safety.SAFE, *([Safety.UNSAFE] if unsafe else [])})
    return fix_rounds.fix(report, analyse, allowed, within=within, cwd=Path.cwd())


def check_reason(reason: str) -> str:
    """Return *reason* as it will stand in comments; one that cannot ends the run."""
    from lambdalint.engine.add_noqa import ReasonError, checked_reason

    try:
        return checked_reason(reason)
    except ReasonError as error:
        raise Failure(f"--add-noqa: {error}") from None


def add_noqa(report: Report, reason: str, analyse: Analyse, *, within: Bounds, quiet: bool) -> Report:
    """Suppress the findings of *report* by comments with *reason*; return the report of what is left."""
    from lambdalint.engine.add_noqa import additions
    from lambdalint.engine.targets import apply

    added = additions(report.findings, report.sources, reason)
    applied = apply(added.changes, report.sources, within=within, cwd=Path.cwd())
    _tell("suppressed", applied.counts, (*added.problems, *applied.problems), quiet=quiet)
    return analyse({}) if applied.counts else report


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
