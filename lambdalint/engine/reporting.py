"""Makes the report of what was found: limited, silenced, merged, fingerprinted, ordered."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdalint import __version__
from lambdalint.engine.baseline import Split, stale_problems
from lambdalint.engine.consolidate import Places, fingerprint, merge, move, without_inline_fix
from lambdalint.engine.functions import list_functions
from lambdalint.engine.selection import FileSelection, is_certain_enough, is_selected
from lambdalint.engine.source_text import decode_leniently, split_lines
from lambdalint.engine.suppressions import Suppressions, python_suppressions, yaml_suppressions
from lambdalint.engine.syntax import is_python
from lambdalint.model import NOT_JUDGED, Report, Safety, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdalint.engine.baseline import Baseline
    from lambdalint.engine.changed_projects import ChangedProjects
    from lambdalint.engine.collect import Collected
    from lambdalint.engine.reach import Reached
    from lambdalint.model import Finding, Function, InlineSource, Problem, Settings

TOOL = f"lambdalint {__version__}"


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the stages before the rules found; spans are those of the analysis."""

    functions: tuple[Function, ...]
    inline: Mapping[str, InlineSource]
    reached: Reached
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Located:
    """A finding as the analysis names its place, and as the tree does."""

    found: Finding
    moved: Finding


def read_suppressions(analysis: Analysis, texts: Mapping[str, str], virtual: Iterable[str]) -> dict[str, Suppressions]:
    """Return the suppressions of files, and of the *virtual* ones that stand inside them."""
    code_lines: defaultdict[str, set[int]] = defaultdict(set)
    for source in analysis.inline.values():
        code_lines[source.path].update(line for line, _ in source.lines)
    found: dict[str, Suppressions] = {
        path: python_suppressions(analysis.inline[path].text) for path in virtual if path in analysis.inline
    }
    for path, text in texts.items():
        if is_python(path):
            found[path] = python_suppressions(text)
        elif path.endswith((".yaml", ".yml", ".template", ".txt", ".toml")):
            found[path] = yaml_suppressions(text, code_lines.get(path, frozenset()))
    return found


class Reporting:
    """One report while it is made."""

    def __init__(
        self,
        collected: Collected,
        settings: Settings,
        analysis: Analysis,
        known: Baseline | None = None,
        changed: ChangedProjects | None = None,
    ) -> None:
        self._collected = collected
        self._settings = settings
        self._analysis = analysis
        self._known = known
        self._changed = changed
        self._places = Places(analysis.inline, collected.links, collected.below, collected.way, collected.projects)
        self._by_file = FileSelection(settings, collected.tree.root)
        templates = {path for path in collected.named if not is_python(path)}
        self._declared_there = {one.name for one in analysis.functions if one.source.path in templates}
        """The functions that a template declares which was asked for by name: it stands for them."""

    def report(self, findings: Sequence[Finding], problems: Sequence[Problem]) -> Report:
        """Return the report of *findings* and *problems*, whose spans are those of the analysis."""
        places, analysis, tree = self._places, self._analysis, self._collected.tree
        located = [item for item in map(self._locate, findings) if self._is_asked_for(item)]
        contents = {path: tree.read(path) for path in {item.moved.span.path for item in located}}
        texts = {path: decode_leniently(path, data) for path, data in contents.items() if data is not None}
        silenced = read_suppressions(analysis, texts, {item.found.span.path for item in located})

        def is_silenced(finding: Finding) -> bool:
            suppressions = silenced.get(finding.span.path)
            return suppressions is not None and suppressions.cover(finding.code, finding.span.line)

        heard = [item.moved for item in located if not is_silenced(item.found) and not is_silenced(item.moved)]
        lines = {path: split_lines(text) for path, text in texts.items()}
        wanted = fingerprint(
            merge(finding for finding in heard if self._is_shown(finding)), lines, path_of=places.in_project
        )
        told_of = {(finding.code, finding.span) for finding in wanted}
        hidden = merge(item.moved for item in located if (item.moved.code, item.moved.span) not in told_of)
        split = self._split(wanted, hidden, lines)
        kept = [finding for finding in split.new if self._is_on_changed_lines(finding)]
        shown = sorted((move(finding, places.shown) for finding in kept), key=lambda finding: finding.sort_key)
        told = self._told((*problems, *analysis.reached.notes, *self._stale(split)))
        with_findings = {finding.span.path for finding in kept}
        return Report(
            tool=TOOL,
            findings=tuple(shown),
            functions=list_functions(analysis.functions, analysis.reached.entry_points, places),
            summary=Summary(
                files=len(set(analysis.reached.modules)),
                functions=len(analysis.functions),
                findings=len(shown),
                fixable=sum(item.fix is not None and item.fix.safety is not Safety.DISPLAY_ONLY for item in shown),
                unresolved=analysis.reached.unresolved,
                unfinished=analysis.reached.unfinished,
                suppressed=len(located) - len(heard),
                baselined=len(split.known),
                unchanged=len(split.new) - len(kept),
            ),
            problems=tuple(problem for problem in told if problem.severity != "note"),
            notes=tuple(problem for problem in told if problem.severity == "note"),
            sources={places.path_shown(path): text for path, text in sorted(texts.items()) if path in with_findings},
        )

    def _locate(self, finding: Finding) -> _Located:
        severity = self._settings.severities.get(finding.code, finding.severity)
        moved = move(without_inline_fix(finding, self._analysis.inline), self._places.in_tree)
        return _Located(finding, replace(moved, severity=severity))

    def _is_asked_for(self, item: _Located) -> bool:
        """Tell whether the finding's rule is selected, and the report concerns its place."""
        if not is_selected(item.found.code, self._settings):
            return False
        targets = self._collected.targets
        if targets is None or item.moved.span.path in targets:
            return True
        # A function that could not be analysed may be one that reaches the targets, wherever it is declared.
        return item.found in self._analysis.findings or not self._declared_there.isdisjoint(item.found.functions)

    def _is_shown(self, finding: Finding) -> bool:
        return is_certain_enough(finding, self._settings) and not self._by_file.ignores(finding.code, finding.span.path)

    def _is_on_changed_lines(self, finding: Finding) -> bool:
        return self._changed is None or finding.code in NOT_JUDGED or self._changed.touch(finding.span)

    def _split(self, wanted: Sequence[Finding], hidden: Sequence[Finding], lines: Mapping[str, Sequence[str]]) -> Split:
        """Tell which of the findings the baseline holds."""
        if self._known is None:
            return Split(tuple(wanted), ())
        collected, finished = self._collected, not self._analysis.reached.unfinished

        def covers(path: str, code: str) -> bool:
            is_target = path in (collected.tree if collected.targets is None else collected.targets)
            return finished and is_target and is_selected(code, self._settings)

        return self._known.split(wanted, lines, base=self._collected.tree.root, covers=covers, hidden=hidden)

    def _stale(self, split: Split) -> tuple[Problem, ...]:
        file = self._settings.baseline
        if file is None:
            return ()
        return stale_problems(split.stale, os.path.relpath(file, self._collected.tree.root).replace(os.sep, "/"))

    def _told(self, problems: Iterable[Problem]) -> list[Problem]:
        every = {replace(one, span=self._places.shown(self._places.in_tree(one.span))) for one in problems}
        return sorted(every, key=lambda problem: (problem.span, problem.message, problem.severity))
