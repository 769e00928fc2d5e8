"""Explains one line: what each call there does, and why each rule reports it or not."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.engine.collect import PathError, collect
from lambdalint.engine.consolidate import Places
from lambdalint.engine.functions import relocate
from lambdalint.engine.parallel import workers
from lambdalint.engine.recall import Recall
from lambdalint.engine.reporting import TOOL, Analysis
from lambdalint.engine.run import analyse, no_progress
from lambdalint.engine.selection import FileSelection, is_certain_enough, is_selected
from lambdalint.engine.source_text import decode_leniently, split_lines
from lambdalint.engine.suppressions import read_suppressions
from lambdalint.engine.syntax import is_python
from lambdalint.model import Answer, ExplainedCall, ExplainedEffect, Explanation, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from lambdalint.engine.collect import Collected
    from lambdalint.engine.suppressions import Suppressions
    from lambdalint.model import Effect, Finding, Settings, Step

_FAMILIES = ("LMB1", "LMB2", "LMB3")
_MOST_PLACES = 5


def explain(file: Path, line: int, settings: Settings, *, cwd: Path, column: int | None = None) -> Explanation:
    """Analyse the project of *file* and explain its *line*, or the call that starts at *column* of it.

    Raises:
        PathError: the file cannot be analysed, or has no such line.
    """
    collected = collect([file], cwd=cwd, exclude=settings.exclude, config_dir=settings.config_dir)
    target, text = _target(collected, file, line)
    settings, outside = relocate(settings, collected.tree.root)
    python_files = sum(map(is_python, collected.tree.files))
    with workers(settings.jobs, python_files, None) as pool:
        analysis = analyse(collected, settings, python_files, pool, no_progress, Recall(collected.tree, None))
    places = Places(analysis.inline, collected.links, collected.below, collected.way, collected.projects)

    def shown(span: Span) -> Span:
        return places.shown(places.in_tree(span))

    own = collected.links.get(target, target)
    here = [effect for effect in analysis.reached.effects if places.in_tree(effect.span).path == own]
    there = _on_line(here, line, column, places)
    by_file = FileSelection(settings, collected.tree.root)
    suppressions = read_suppressions({own: text}, analysis.inline.values())
    judge = _Judge(settings, analysis, places, by_file, suppressions, text)
    failures = (Problem(finding.span, finding.message) for finding in analysis.findings)
    problems = (*collected.problems, *outside, *analysis.problems, *failures)
    return Explanation(
        tool=TOOL,
        path=places.path_shown(target),
        line=line,
        calls=tuple(
            ExplainedCall(shown(span), _explained(effects, judge, shown)) for span, effects in sorted(there.items())
        ),
        note="" if there else _note(own, line, here, analysis, places),
        source=text,
        problems=tuple(
            sorted(
                {replace(problem, span=shown(problem.span)) for problem in problems if problem.severity != "note"},
                key=lambda problem: (problem.span, problem.message),
            )
        ),
    )


def _target(collected: Collected, file: Path, line: int) -> tuple[str, str]:
    """Return the path in the tree, and the text, of the file that was asked for."""
    if not collected.targets:
        raise PathError(f"{file}: is a folder, is excluded, or cannot be read")
    (target,) = collected.targets
    content = collected.tree.read(target)
    if content is None:
        raise PathError(f"{file}: cannot be read")
    text = decode_leniently(target, content)
    lines = split_lines(text)
    count = len(lines) - (not lines[-1]) if lines else 0
    if line > count:
        raise PathError(f"{file}:{line}: the file has {count} line{'' if count == 1 else 's'}")
    return target, text


def _on_line(effects: Iterable[Effect], line: int, column: int | None, places: Places) -> dict[Span, list[Effect]]:
    """Return the effects of the calls that start on a line; where there are none, of those that the line is part of."""
    starting: defaultdict[Span, list[Effect]] = defaultdict(list)
    around: defaultdict[Span, list[Effect]] = defaultdict(list)
    for effect in effects:
        span = places.in_tree(effect.span)
        if span.line == line:
            starting[effect.span].append(effect)
        elif span.line < line <= span.end_line:
            around[effect.span].append(effect)
    at_column = {span: found for span, found in starting.items() if places.in_tree(span).column == column}
    if at_column:
        return at_column
    if not starting and around:
        innermost = max(around)
        return {innermost: around[innermost]}
    return dict(starting)


def _note(own: str, line: int, here: Sequence[Effect], analysis: Analysis, places: Places) -> str:
    """Return why there is nothing to explain."""
    for problem in analysis.reached.broken:
        if places.in_tree(problem.span).path == own:
            return problem.message
    if not analysis.functions:
        return "no function that runs on a serverless platform was found"
    if own not in {places.in_tree(Span.point(path)).path for path in analysis.reached.modules}:
        return "no function reaches this file"
    further = _further(own, line, analysis, places)
    if further:
        return f"the calls on line {line} have no effect themselves, but lead to those at {further}"
    lines = sorted({places.in_tree(effect.span).line for effect in here})
    if not lines:
        return "no call in this file has an effect on files"
    nearest = [*[number for number in lines if number < line][-1:], *[number for number in lines if number > line][:1]]
    where = f"line {nearest[0]}" if len(nearest) == 1 else f"lines {nearest[0]} and {nearest[1]}"
    return f"no call with an effect on line {line}; the nearest {'is' if len(nearest) == 1 else 'are'} on {where}"


def _further(own: str, line: int, analysis: Analysis, places: Places) -> str:
    """Return where the effects are that calls on a line lead to: "store.py:12, store.py:20 and 3 more"."""
    found = {
        (places.in_tree(effect.span).path, places.in_tree(effect.span).line)
        for effect in analysis.reached.effects
        for step in effect.chain[1:]
        if (places.in_tree(step.span).path, places.in_tree(step.span).line) == (own, line)
    }
    named = [f"{places.path_shown(path)}:{number}" for path, number in sorted(found)]
    more = len(named) - _MOST_PLACES
    return ", ".join(named[:_MOST_PLACES]) + (f" and {more} more" if more > 0 else "")


class _Judge(msgspec.Struct, frozen=True):
    """Asks the rules about one effect after the other."""

    settings: Settings
    analysis: Analysis
    places: Places
    by_file: FileSelection
    suppressions: Mapping[str, Suppressions]
    text: str

    def answers(self, effect: Effect) -> tuple[Answer, ...]:
        """Return what the rules make of *effect*."""
        from lambdalint import rules

        asked = {code: rule for code, rule in rules.registry().items() if code.startswith(_FAMILIES)}
        path, options = effect.span.path, self.settings.rule_options
        inline = self.analysis.inline.get(path)
        text = self.text if inline is None else inline.text
        found = rules.judge(path, text, (effect,), asked.values(), options)
        reports = {finding.code: finding for finding in found}
        silent = rules.silences(effect, asked.values(), options)
        answers: list[Answer] = []
        for code, rule in asked.items():
            finding = reports.get(code)
            if finding is not None:
                answers.append(self._report(finding))
            elif code in silent:
                answers.append(Answer(code, rule.meta.name, silent[code]))
        failures = [self._report(finding) for finding in found if finding.code not in asked]
        return (*answers, *failures)

    def _report(self, finding: Finding) -> Answer:
        finding = replace(finding, severity=self.settings.severities.get(finding.code, finding.severity))
        hidden = self._hidden(finding)
        return Answer(finding.code, finding.name, finding.message, finding.severity, finding.confidence, hidden)

    def _hidden(self, finding: Finding) -> str:
        settings = self.settings
        if not is_selected(finding.code, settings):
            return "the configuration does not select the rule"
        if not is_certain_enough(finding, settings):
            if finding.confidence.rank > settings.min_confidence.rank:
                return f"its confidence is below '{settings.min_confidence.value}', the least that is shown"
            return f"its severity is below '{settings.min_severity.value}', the least that is shown"
        if self.by_file.ignores(finding.code, self.places.in_tree(finding.span).path):
            return "the configuration ignores the rule in this file"
        for span in (finding.span, self.places.in_tree(finding.span)):
            suppressions = self.suppressions.get(span.path)
            if suppressions is not None and suppressions.cover(finding.code, span.line, noqa=settings.noqa):
                return "a comment suppresses it"
        return ""


def _explained(effects: Sequence[Effect], judge: _Judge, shown: Callable[[Span], Span]) -> tuple[ExplainedEffect, ...]:
    """Unite what is the same in several functions, and ask the rules."""
    groups: dict[tuple[object, ...], list[Effect]] = {}
    ordered = sorted(
        effects, key=lambda one: (one.place.path, one.kind.value, one.callee, len(one.chain), one.entry.function)
    )
    for effect in ordered:
        key = effect.kind, effect.place, effect.callee, effect.phase, effect.guards, effect.lifetime
        groups.setdefault(key, []).append(effect)
    return tuple(
        ExplainedEffect(
            _moved(group[0], shown),
            tuple(sorted({effect.entry.function for effect in group})),
            judge.answers(group[0]),
        )
        for group in groups.values()
    )


def _moved(effect: Effect, shown: Callable[[Span], Span]) -> Effect:
    """Return *effect* with its places as the report names them."""

    def step(one: Step | None) -> Step | None:
        return None if one is None else replace(one, span=shown(one.span))

    life = effect.lifetime
    return replace(
        effect,
        span=shown(effect.span),
        chain=tuple(replace(one, span=shown(one.span)) for one in effect.chain),
        argument=None if effect.argument is None else shown(effect.argument),
        lifetime=None
        if life is None
        else replace(
            life,
            removal=None if life.removal is None else shown(life.removal),
            skipped=step(life.skipped),
            stored=step(life.stored),
            fetched=step(life.fetched),
            escapes=step(life.escapes),
            read_by=tuple(replace(one, span=shown(one.span)) for one in life.read_by),
        ),
    )
