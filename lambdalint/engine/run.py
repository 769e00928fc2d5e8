"""Runs the whole check: collect, deployment, flow, rules, suppressions, report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdalint import __version__
from lambdalint.engine.collect import collect
from lambdalint.engine.consolidate import Places, fingerprint, merge, move, without_inline_fix
from lambdalint.engine.functions import list_functions, name_apart, relocate
from lambdalint.engine.judgement import FileTask, internal_error, judge_file, judge_lost
from lambdalint.engine.parallel import batches, portions, spread, workers
from lambdalint.engine.reach import Reached, reach, reach_lost
from lambdalint.engine.selection import is_shown, select_rules
from lambdalint.engine.source_text import decode_leniently, split_lines
from lambdalint.engine.suppressions import Suppressions, python_suppressions, yaml_suppressions
from lambdalint.engine.syntax import is_python
from lambdalint.model import Deployment, Problem, Report, Safety, Span, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from lambdalint.engine.collect import Collected
    from lambdalint.model import Effect, Finding, Function, InlineSource, Settings, Tree

    Progress = Callable[[str, int, int], None]
    """Told the stage, and how many of its steps are done of how many."""

TOOL = f"lambdalint {__version__}"


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the stages before the rules found; spans are those of the analysis."""

    functions: tuple[Function, ...]
    inline: Mapping[str, InlineSource]
    reached: Reached
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def check(
    paths: Sequence[Path],
    settings: Settings,
    *,
    cwd: Path,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Report:
    """Analyse *paths* and return all that is to be said of them.

    An *executor* takes the place of the pool of ``settings.jobs`` processes. The report is the same for any.

    Raises:
        PathError: one of *paths* does not exist.
    """
    tell = progress or no_progress
    tell("collecting files", 0, 1)
    collected = collect(paths, cwd=cwd, exclude=settings.exclude, exclude_base=settings.config_dir)
    settings, outside = relocate(settings, collected.tree.root)
    python_files = sum(map(is_python, collected.tree.files))
    with workers(settings.jobs, python_files, executor) as pool:
        analysis = analyse(collected.tree, settings, python_files, pool, tell)
        judged = _judge(collected.tree, analysis, settings, pool, tell)
        unparsed = _unreached_syntax(collected, analysis, settings, pool, tell)
    findings = [*analysis.findings, *judged]
    problems = (*collected.problems, *outside, *analysis.problems, *unparsed)
    return _report(collected, settings, analysis, findings, problems)


def analyse(tree: Tree, settings: Settings, python_files: int, pool: Executor | None, tell: Progress) -> Analysis:
    """Read the deployment of *tree* and follow the code of its functions."""
    from lambdalint import catalogue, deployment

    tell("reading the deployment", 0, 1)
    rows = catalogue.load()
    findings: list[Finding] = []
    try:
        deployed = deployment.read(tree, settings, rows)
    except Exception as error:  # the boundary of one stage: the run goes on, and says so
        deployed = Deployment()
        findings.append(internal_error(Span.point("."), "reading the deployment", error))
    functions = name_apart(deployed.functions)
    tasks = [(tree, batch, settings) for batch in batches(functions, python_files)]
    tell("following the code", 0, len(tasks))
    parts = spread(reach, tasks, pool, reach_lost, lambda done: tell("following the code", done, len(tasks)))
    reached = Reached.united(parts)
    inline = {item.inline.virtual_path: item.inline for item in functions if item.inline is not None}
    return Analysis(functions, inline, reached, (*findings, *reached.findings), deployed.problems)


def _judge(tree: Tree, analysis: Analysis, settings: Settings, pool: Executor | None, tell: Progress) -> list[Finding]:
    from lambdalint import rules

    found: list[Finding] = [rules.finding_cannot_parse(problem) for problem in analysis.reached.broken]
    selected = select_rules(rules.codes(), settings)
    if not selected:
        return found
    by_file: defaultdict[str, list[Effect]] = defaultdict(list)
    for effect in analysis.reached.effects:
        by_file[effect.span.path].append(effect)
    broken = {problem.span.path for problem in analysis.reached.broken}
    tasks = [
        FileTask(tree, path, analysis.inline.get(path), tuple(effects), selected, settings.rule_options)
        for path, effects in sorted(by_file.items())
        if path not in broken
    ]
    tell("judging", 0, len(tasks))
    judged = spread(judge_file, tasks, pool, judge_lost, lambda done: tell("judging", done, len(tasks)))
    return [*found, *(finding for part in judged for finding in part)]


def _unreached_syntax(
    collected: Collected, analysis: Analysis, settings: Settings, pool: Executor | None, tell: Progress
) -> list[Problem]:
    from lambdalint.engine.unreached import SyntaxTask, check_syntax, syntax_lost

    reached = {*analysis.reached.modules, *(problem.span.path for problem in analysis.reached.broken)}
    wanted = [
        path
        for path in collected.tree.files
        if is_python(path)
        and path not in reached
        and path not in collected.links
        and (collected.targets is None or path in collected.targets)
    ]
    tasks = [SyntaxTask(collected.tree, part, settings) for part in portions(wanted, 500)]
    tell("reading other files", 0, len(tasks))
    return [problem for part in spread(check_syntax, tasks, pool, syntax_lost) for problem in part]


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


def _report(
    collected: Collected,
    settings: Settings,
    analysis: Analysis,
    findings: Sequence[Finding],
    problems: Sequence[Problem],
) -> Report:
    tree = collected.tree
    places = Places(analysis.inline, collected.links, collected.below)
    located = [
        (item, move(without_inline_fix(item, analysis.inline), places.in_tree))
        for item in findings
        if is_shown(item, settings)
    ]
    if collected.targets is not None:
        # A function that could not be analysed may be one that reaches the targets, wherever it is declared.
        kept_paths, unanalysed = collected.targets, set(analysis.findings)
        located = [pair for pair in located if pair[1].span.path in kept_paths or pair[0] in unanalysed]
    contents = {path: tree.read(path) for path in {moved.span.path for _, moved in located}}
    texts = {path: decode_leniently(path, data) for path, data in contents.items() if data is not None}
    silenced = read_suppressions(analysis, texts, {item.span.path for item, _ in located})

    def is_silenced(finding: Finding) -> bool:
        suppressions = silenced.get(finding.span.path)
        return suppressions is not None and suppressions.cover(finding.code, finding.span.line)

    kept = merge(moved for item, moved in located if not is_silenced(item) and not is_silenced(moved))
    lines = {path: split_lines(text) for path, text in texts.items()}
    shown = [move(finding, places.shown) for finding in fingerprint(kept, lines)]
    shown.sort(key=lambda finding: finding.sort_key)
    every = {
        replace(problem, span=places.shown(places.in_tree(problem.span)))
        for problem in (*problems, *analysis.reached.notes)
    }
    ordered = sorted(every, key=lambda problem: (problem.span, problem.message, problem.severity))
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
        ),
        problems=tuple(problem for problem in ordered if problem.severity != "note"),
        notes=tuple(problem for problem in ordered if problem.severity == "note"),
        sources={places.path_shown(path): text for path, text in sorted(texts.items()) if path in with_findings},
    )
