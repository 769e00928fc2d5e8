"""Makes the report of what was found: limited, silenced, merged, fingerprinted, ordered."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint import __version__, rules
from lambdalint.deployment.told_problems import shortened
from lambdalint.engine.baseline import Split, stale_problems
from lambdalint.engine.consolidate import Places, fingerprint, merge, without_inline_fix
from lambdalint.engine.functions import list_functions
from lambdalint.engine.selection import FileSelection, is_certain_enough, is_selected, select_rules, with_allowed_fix
from lambdalint.engine.source_text import decode_leniently, split_lines
from lambdalint.engine.suppressions import Located, may_suppress, read_suppressions, silence
from lambdalint.engine.syntax import is_python
from lambdalint.engine.unused_suppressions import Scope, judge_suppressions
from lambdalint.model import NOT_JUDGED, Report, Safety, Span, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lambdalint.engine.baseline import Baseline
    from lambdalint.engine.changed_projects import ChangedProjects
    from lambdalint.engine.collect import Collected
    from lambdalint.engine.reach import Reached
    from lambdalint.model import Finding, Function, FunctionPackage, InlineSource, Problem, Settings
    from lambdalint.packaging import Packages

TOOL = f"lambdalint {__version__}"


class Analysis(msgspec.Struct, frozen=True):
    """What the stages before the rules found; spans are those of the analysis.

    ``undeclared`` are those of the problems that are about the declarations of functions.
    """

    functions: tuple[Function, ...]
    inline: Mapping[str, InlineSource]
    reached: Reached
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    shipped: Packages
    undeclared: tuple[Problem, ...] = ()

    @property
    def packages(self) -> Mapping[str, FunctionPackage]:
        """What functions ship, by their names."""
        return {package.function.name: package for package in self.shipped.packages}


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
        places, analysis = self._places, self._analysis
        located = [item for item in map(self._locate, findings) if self._is_asked_for(item)]
        texts = self._texts(item.moved.span.path for item in located)
        judged = self._judged()
        commented = texts | self._texts((path for path in judged if path not in analysis.inline), may_suppress)
        suppressions = read_suppressions(commented, analysis.inline.values())
        of_rules = silence(located, suppressions, noqa=self._settings.noqa)
        selected = select_rules(rules.codes(), self._settings)
        scope = Scope(judged, selected, self._is_complete(findings), self._settings.noqa)
        of_comments = judge_suppressions(suppressions, of_rules.used, scope, places, commented)
        texts |= {item.moved.span.path: commented[item.moved.span.path] for item in of_comments.kept}
        heard = [item.moved for item in of_rules.kept]
        heard += [self._as_configured(item.moved) for item in of_comments.kept]
        silenced = [item.moved for item in (*of_rules.silenced, *of_comments.silenced)]
        lines = {path: split_lines(text) for path, text in texts.items()}
        wanted = fingerprint(
            merge(finding for finding in heard if self._is_shown(finding)), lines, path_of=places.in_project
        )
        told_of = {(finding.code, finding.span) for finding in wanted}
        hidden = merge(finding for finding in (*heard, *silenced) if (finding.code, finding.span) not in told_of)
        split = self._split(wanted, hidden, lines)
        kept = [finding for finding in split.new if self._is_on_changed_lines(finding)]
        shown = sorted((finding.moved(places.shown) for finding in kept), key=lambda finding: finding.sort_key)
        told = self._told((*problems, *analysis.reached.notes, *self._stale(split)))
        declared = {function.source for function in analysis.functions}
        undeclared = (*analysis.undeclared, *(note for note in analysis.reached.notes if note.span in declared))
        mentioned = {finding.span.path for finding in kept}
        fixed = {edit.span.path for finding in kept if finding.fix is not None for edit in finding.fix.edits}
        texts |= self._texts(fixed - texts.keys())
        return Report(
            tool=TOOL,
            findings=tuple(shown),
            functions=list_functions(analysis.functions, analysis.reached.entry_points, places, self._collected.tree),
            summary=Summary(
                files=len(set(analysis.reached.modules)),
                functions=len(analysis.functions),
                findings=len(shown),
                fixable=sum(item.fix is not None and item.fix.safety is not Safety.DISPLAY_ONLY for item in shown),
                unresolved=analysis.reached.unresolved,
                unfinished=analysis.reached.unfinished,
                suppressed=len(silenced),
                baselined=len(split.known),
                unchanged=len(split.new) - len(kept),
            ),
            limited=self._collected.targets is not None,
            problems=tuple(problem for problem in told if problem.severity != "note"),
            notes=tuple(problem for problem in told if problem.severity == "note"),
            undeclared=tuple(self._told(undeclared)),
            sources={places.path_shown(path): texts[path] for path in sorted(texts.keys() & (mentioned | fixed))},
        )

    def _locate(self, finding: Finding) -> Located:
        moved = without_inline_fix(finding, self._analysis.inline).moved(self._places.in_tree)
        return Located(finding, self._as_configured(moved))

    def _as_configured(self, finding: Finding) -> Finding:
        severity = self._settings.severities.get(finding.code, finding.severity)
        return with_allowed_fix(replace(finding, severity=severity), self._settings)

    def _texts(self, paths: Iterable[str], wanted: Callable[[bytes], bool] = lambda content: True) -> dict[str, str]:
        contents = {path: self._collected.tree.read(path) for path in set(paths)}
        return {
            path: decode_leniently(path, data) for path, data in contents.items() if data is not None and wanted(data)
        }

    def _judged(self) -> frozenset[str]:
        """Return the files that the report is about and that say what a function does, is, or ships."""
        analysis, targets = self._analysis, self._collected.targets
        declared = (one.source.path for one in analysis.functions)
        scripts = (
            requirement.span.path
            for package in analysis.shipped.packages
            for build in (package.function.build, *(layer.build for layer in package.function.room.layers))
            for requirement in build.requirements
        )
        stated = (span.path for one in analysis.functions for _, span in one.room.spans)
        left = (file.span.path for one in analysis.functions for file in one.image_files)
        files = (*analysis.shipped.files, *scripts, *stated, *left)
        paths = {*analysis.reached.modules, *analysis.inline, *declared, *files}
        in_tree = {path: self._places.in_tree(Span.point(path)).path for path in paths}
        asked = {path: there for path, there in in_tree.items() if targets is None or there in targets}
        return frozenset(path if path in analysis.inline else there for path, there in asked.items())

    def _is_complete(self, findings: Iterable[Finding]) -> bool:
        """Tell whether all that was to be judged was: what was not may be what a comment is for."""
        return (
            not self._analysis.reached.unfinished
            and not any(finding.code in NOT_JUDGED for finding in findings)
            and not any(problem.severity == "warning" for problem in self._analysis.problems)
        )

    def _is_asked_for(self, item: Located) -> bool:
        """Tell whether the finding's rule is selected, and the report concerns its place."""
        if not is_selected(item.found.code, self._settings):
            return False
        targets = self._collected.targets
        written = item.found.span.path
        inline = self._analysis.inline.get(written)
        own = written if inline is None else inline.path
        # a file that was asked for may be a link to the one that the finding is told of
        if targets is None or not targets.isdisjoint((own, item.moved.span.path)):
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
        every = {replace(shortened(one), span=self._places.shown(self._places.in_tree(one.span))) for one in problems}
        return sorted(every, key=lambda problem: (problem.span, problem.message, problem.severity))
