"""Makes fixes in memory, round after round, and keeps those that mend what they should and bring nothing new."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.edits import EditError
from lambdalint.engine.fixes import Prepared, choose, prepare
from lambdalint.engine.targets import Applied, target, untouched, write
from lambdalint.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdalint.engine.fixes import Change
    from lambdalint.engine.targets import Bounds, Target
    from lambdalint.model import Finding, Report, Safety

    Analyse = Callable[[Mapping[Path, bytes]], Report]
    """Returns the report on the project with other contents of some files, by their absolute paths."""

_MAX_ROUNDS = 10
"""Fixes that overlap wait for the next round, and fixed code may have findings of its own."""
_MAX_TRIALS = 30
"""How many analyses may be spent on finding out which fixes must be left out."""
_MENDED_LATER = frozenset({"LMB901"})
"""A fix may make a suppression useless, which a later round removes."""


class Fixed(msgspec.Struct):
    """What fixes make of a project, before anything is written.

    ``report`` is that on the fixed project. ``contents`` holds what the ``targets``, by their paths in reports, will
    hold; ``changes`` are all that were made to them.
    """

    report: Report
    targets: dict[str, Target] = msgspec.field(default_factory=dict)
    contents: dict[str, bytes] = msgspec.field(default_factory=dict)
    changes: list[Change] = msgspec.field(default_factory=list)
    problems: dict[Problem, None] = msgspec.field(default_factory=dict)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings are mended, by code."""
        return dict(sorted(Counter(code for change in self.changes for code in change.codes).items()))

    @property
    def files(self) -> Mapping[str, tuple[bytes | None, bytes]]:
        """What each changed file holds before and after, by its path in reports; None before it is there."""
        return {path: (self.targets[path].content, content) for path, content in sorted(self.contents.items())}

    def write(self) -> Applied:
        """Write the files; what could not be written is a problem, and is not counted."""
        return write(self.changes, self.contents, self.targets)


def fix(report: Report, analyse: Analyse, allowed: frozenset[Safety], *, within: Bounds, cwd: Path) -> Fixed:
    """Make the *allowed* fixes of *report* in memory until there are none, and return what becomes of the files.

    A fix is left out, with a problem that says why, where its finding does not go away or another one comes.
    """
    return _Rounds(Fixed(report), analyse, allowed, within, cwd).run()


class _Rounds:
    def __init__(self, fixed: Fixed, analyse: Analyse, allowed: frozenset[Safety], within: Bounds, cwd: Path) -> None:
        self._fixed = fixed
        self._analyse = analyse
        self._allowed = allowed
        self._within = within
        self._cwd = cwd
        self._untouchable: set[str] = set()
        self._apart: dict[str, None] = {}
        """Fingerprints of findings whose fixes are tried one by one, as one of them does no good."""
        self._left_out: set[str] = set()
        """Fingerprints of findings whose fixes are not made."""

    def run(self) -> Fixed:
        rounds = trials = 0
        while rounds < _MAX_ROUNDS and trials < _MAX_TRIALS:
            prepared = self._prepare(alone=None)
            alone = next(iter(self._apart), None) if not prepared.made else None
            if alone is not None:
                del self._apart[alone]
                prepared = self._prepare(alone=alone)
            if not prepared.made:
                if alone is None and not self._apart:
                    break
                continue
            report = self._analyse(self._overlay(prepared))
            suspects = self._suspects(prepared.made, report)
            if not suspects:
                self._keep(prepared, report)
                rounds += 1
                continue
            trials += 1
            self._set_apart(suspects, report)
        return self._fixed

    def _prepare(self, *, alone: str | None) -> Prepared:
        """Return the next round: all fixes that can be made together, or those of the findings ``alone`` stands for."""
        findings = [one for one in self._fixed.report.findings if self._is_due(one, alone)]
        changes = [change for change in choose(findings, self._allowed).changes if self._may_touch(change)]
        prepared = prepare(changes, {path: self._content(path) for change in changes for path in change.paths})
        self._fixed.problems |= dict.fromkeys(prepared.problems)
        return prepared

    def _is_due(self, finding: Finding, alone: str | None) -> bool:
        if alone is not None:
            return finding.fingerprint == alone
        return finding.fingerprint not in self._apart and finding.fingerprint not in self._left_out

    def _may_touch(self, change: Change) -> bool:
        """Tell whether all files of *change* may be changed; they are read when they are first to be."""
        for path in sorted(change.paths - self._fixed.targets.keys() - self._untouchable):
            try:
                expected = self._fixed.report.sources.get(path)
                self._fixed.targets[path] = target(path, expected, self._within, self._cwd)
            except EditError as error:
                self._untouchable.add(path)
                self._fixed.problems[untouched(path, error)] = None
        return change.paths <= self._fixed.targets.keys()

    def _content(self, path: str) -> bytes:
        return self._fixed.contents.get(path, self._fixed.targets[path].content or b"")

    def _overlay(self, prepared: Prepared) -> dict[Path, bytes]:
        contents = {**self._fixed.contents, **prepared.contents}
        return {Path(os.path.abspath(self._cwd / path)): content for path, content in contents.items()}  # noqa: PTH100 - resolve() would follow symbolic links

    def _suspects(self, made: Sequence[Change], report: Report) -> list[Change]:
        """Return the changes after which a finding stays, or another one comes; none if all is well."""
        mended = Counter((code, change.span.path) for change in made for code in change.codes)
        expected = _numbers(self._fixed.report) - mended
        worse = (_numbers(report) - expected).keys()
        wrong = {(code, path) for code, path in worse if code not in _MENDED_LATER or (code, path) in mended}
        if not wrong:
            return []
        near = [change for change in made if any(path in change.paths or path == change.span.path for _, path in wrong)]
        return near or list(made)

    def _set_apart(self, suspects: Sequence[Change], report: Report) -> None:
        """Leave the one change out that does no good, or try several one by one."""
        prints = {(one.span, one.code): one.fingerprint for one in self._fixed.report.findings}
        found = [(change, prints[change.span, code]) for change in suspects for code in change.codes]
        if len(suspects) > 1:
            self._apart |= dict.fromkeys(fingerprint for _, fingerprint in found)
            return
        before = _numbers(self._fixed.report)
        come = sorted(f"{code} in {path}" for code, path in (_numbers(report) - before))
        why = f"it would bring {come[0]}" if come else "the finding would stay"
        for change, fingerprint in found:
            self._left_out.add(fingerprint)
            codes = " and ".join(change.codes)
            self._fixed.problems[Problem(change.span, f"the fix of {codes} is left out: {why}")] = None

    def _keep(self, prepared: Prepared, report: Report) -> None:
        self._fixed.contents |= prepared.contents
        self._fixed.changes += prepared.made
        self._fixed.report = report


def _numbers(report: Report) -> Counter[tuple[str, str]]:
    return Counter((finding.code, finding.span.path) for finding in report.findings)
