"""Runs the whole check: collect, deployment, flow, rules, suppressions, report."""

from __future__ import annotations

import os
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from lambdalint import rerun
from lambdalint.engine import baseline
from lambdalint.engine.changed_projects import ChangedProjects
from lambdalint.engine.collect import collect
from lambdalint.engine.concern import concerned
from lambdalint.engine.functions import name_apart, relocate
from lambdalint.engine.garbage import collected_seldom
from lambdalint.engine.judgement import FileTask, internal_error, judge_file, judge_lost
from lambdalint.engine.parallel import batches, portions, spread, workers
from lambdalint.engine.reach import Reached, ReachTask, is_known, reach, reach_lost, reached
from lambdalint.engine.recall import Recall
from lambdalint.engine.recalled import keep_judgement, keep_outcome, recall_function, recall_judgement
from lambdalint.engine.reporting import Analysis, Reporting
from lambdalint.engine.selection import is_certain_enough, is_fixable, select_rules
from lambdalint.engine.source_text import decode_leniently
from lambdalint.engine.syntax import is_python
from lambdalint.model import Deployment, Finding, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from lambdalint.engine.collect import Collected
    from lambdalint.model import Effect, Function, InlineSource, Report, Settings, Tree
    from lambdalint.packaging import Packages

    Progress = Callable[[str, int, int], None]
    """Told the stage, and how many of its steps are done of how many."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@collected_seldom()
def check(
    paths: Sequence[Path],
    settings: Settings,
    *,
    cwd: Path,
    progress: Progress | None = None,
    executor: Executor | None = None,
    overlay: Mapping[Path, bytes] | None = None,
    changed_since: str | None = None,
) -> Report:
    """Analyse *paths* and return all that is to be said of them.

    An *executor* takes the place of the pool of ``settings.jobs`` processes. The report is the same for any.
    *overlay* maps absolute paths to what takes the place of their content. With *changed_since*, a revision of Git,
    only findings on lines that changed since then are reported.

    Raises:
        PathError: one of *paths* does not exist.
        GitError: what changed cannot be told.
        BaselineError: the baseline cannot be read.
        ClusterError: the *executor* works on a cluster, which has failed.
    """
    tell = progress or no_progress
    tell("collecting files", 0, 1)
    collected = collect(paths, cwd=cwd, exclude=settings.exclude, config_dir=settings.config_dir, overlay=overlay)
    _tell_rerun(collected, settings, as_it_is=executor is None and not overlay and changed_since is None)
    changed = None if changed_since is None else ChangedProjects.since(changed_since, collected)
    known = None if settings.baseline is None else baseline.read(settings.baseline)
    settings, outside = relocate(settings, collected.tree.root)
    recall = Recall.of(collected.tree, settings)
    python_files = sum(map(is_python, collected.tree.files))
    with workers(settings.jobs, python_files, executor, collected.tree) as pool:
        analysis = analyse(collected, settings, python_files, pool, tell, recall)
        judged = [
            *_judge(collected.tree, analysis, settings, pool, tell, recall),
            *_judge_project(collected.tree, analysis, settings, recall),
        ]
        unparsed = _unreached_syntax(collected, analysis, settings, pool, tell)
    findings = [*analysis.findings, *_with_fixes(collected.tree, analysis, judged, settings, recall)]
    recall.save()
    problems = (*collected.problems, *outside, *analysis.problems, *unparsed)
    return Reporting(collected, settings, analysis, known, changed).report(findings, problems)


def _tell_rerun(collected: Collected, settings: Settings, *, as_it_is: bool) -> None:
    """Note the files that the run looks at, also in worker processes, for ``rerun``."""
    run = rerun.current()
    if run is None:
        return
    if not settings.cache or not as_it_is:
        run.forget()
        return
    root = str(collected.tree.root)
    run.ignores(os.path.normpath(collected.tree.root / settings.cache_dir))
    run.depends_on(*(f"{root}/{path}" for path in collected.tree.files))


def analyse(
    collected: Collected,
    settings: Settings,
    python_files: int,
    pool: Executor | None,
    tell: Progress,
    recall: Recall,
) -> Analysis:
    """Read what the project deploys and follow the code of the functions that the report may concern."""
    from lambdalint import catalogue, deployment

    tell("reading the deployment", 0, 1)
    tree = collected.tree
    findings: list[Finding] = []

    def failed(doing: str, error: Exception) -> None:
        findings.append(internal_error(Span.point("."), doing, error))

    def read(watched: Tree) -> Deployment:
        rows = catalogue.in_use(settings.catalogue_rows)
        return deployment.read(watched, settings, rows, failed, recall.concluded)

    parts = settings.functions, settings.writable, settings.signature_fallback
    try:
        deployed = recall.concluded("deployment", parts, Deployment, tree, read)
    except Exception as error:  # the boundary of one stage: the run goes on, and says so
        deployed = Deployment()
        failed("reading the deployment", error)
    named = name_apart(deployed.functions)
    functions = concerned(named, collected)
    reached = _reach(tree, batches(functions, python_files), settings, pool, tell, recall)
    inline = {item.inline.virtual_path: item.inline for item in functions if item.inline is not None}
    shipped = _packages(tree, named, settings, findings, recall)
    problems = (*deployed.problems, *shipped.problems)
    every = (*findings, *reached.findings)
    return Analysis(functions, inline, reached, every, problems, shipped, deployed.problems)


def _reach(
    tree: Tree,
    batches: Sequence[tuple[Function, ...]],
    settings: Settings,
    pool: Executor | None,
    tell: Progress,
    recall: Recall,
) -> Reached:
    """Follow the code of the functions whose results are not recalled."""
    recalled = [[recall_function(recall, function, settings) for function in batch] for batch in batches]
    tasks = [
        ReachTask(
            tree,
            batch,
            settings,
            tuple({steps: result.spent for steps, result in results.items()} for results in known),
        )
        for batch, known in zip(batches, recalled, strict=True)
    ]
    unknown = [task for task in tasks if not is_known(task)]
    tell("following the code", 0, len(unknown))
    made = iter(spread(reach, unknown, pool, reach_lost, lambda done: tell("following the code", done, len(unknown))))
    outcomes = [reach(task) if is_known(task) else next(made) for task in tasks]
    for batch, outcome in zip(batches, outcomes, strict=True):
        keep_outcome(recall, batch, outcome, settings)
    parts = zip(outcomes, recalled, strict=True)
    return Reached.united([reached(outcome, known, settings.max_steps) for outcome, known in parts])


def _packages(
    tree: Tree, functions: Sequence[Function], settings: Settings, findings: list[Finding], recall: Recall
) -> Packages:
    """Return what all functions ship, if a rule asks: to know what they share, none may be left out."""
    from lambdalint import packaging, rules

    if not functions or not any(map(rules.needs_packages, select_rules(rules.codes(), settings))):
        return packaging.Packages()

    def read(watched: Tree) -> Packages:
        from lambdalint import catalogue

        return packaging.read(watched, functions, catalogue.in_use(settings.catalogue_rows), settings)

    try:
        parts = tuple(functions), settings.shared_layers
        return recall.concluded("packages", parts, packaging.Packages, tree, read)
    except Exception as error:  # the boundary of one stage: the run goes on, and says so
        findings.append(internal_error(Span.point("."), "reading what the functions ship", error))
        return packaging.Packages()


def _judge_project(tree: Tree, analysis: Analysis, settings: Settings, recall: Recall) -> list[Finding]:
    if not analysis.functions and not analysis.shipped.packages:
        return []
    from lambdalint import rules

    codes = tuple(filter(rules.is_project_rule, select_rules(rules.codes(), settings)))
    if not codes:
        return []
    reached = analysis.reached

    def judge(watched: Tree) -> tuple[Finding, ...]:
        from lambdalint import catalogue
        from lambdalint.rules.project_judgement import Shipped
        from lambdalint.rules.template_rule import Declared

        text_of = partial(_text_of, watched, analysis.inline)
        rows = catalogue.in_use(settings.catalogue_rows)
        declared = Declared(analysis.functions, reached.entry_points, reached.effects, watched, text_of, rows)
        found = rules.judge_project(Shipped(analysis.packages, reached.imports), declared, codes, settings.rule_options)
        if any(finding.code == "LMB999" for finding in found):
            watched.leave()
        return tuple(found)

    said = (
        codes,
        dict(settings.rule_options),
        analysis.shipped.packages,
        analysis.functions,
        reached.entry_points,
        reached.effects,
        reached.imports,
    )
    return list(recall.concluded("project", said, tuple[Finding, ...], tree, judge))


def _text_of(tree: Tree, inline: Mapping[str, InlineSource], path: str) -> str | None:
    if path in inline:
        return inline[path].text
    content = tree.read(path)
    return None if content is None else decode_leniently(path, content)


def _with_fixes(
    tree: Tree, analysis: Analysis, findings: list[Finding], settings: Settings, recall: Recall
) -> list[Finding]:
    """Return *findings* with the fixes that their rules know, of those that may be shown and fixed."""
    wanted: list[Finding] = []
    others: list[Finding] = []
    for finding in findings:
        # code inside a template has no fixes: new lines would need its indentation and quoting
        is_wanted = finding.span.path not in analysis.inline and is_fixable(finding.code, settings)
        (wanted if is_wanted and is_certain_enough(finding, settings) else others).append(finding)
    if not wanted:
        return findings
    from lambdalint import rules
    from lambdalint.engine.fix_recall import FixRecall

    recalled = FixRecall(recall, analysis, settings, partial(_text_of, tree, analysis.inline))
    mended, failures = rules.mend(wanted, recalled.project, settings.rule_options, recalled)
    return [*others, *mended, *failures]


def _judge(
    tree: Tree, analysis: Analysis, settings: Settings, pool: Executor | None, tell: Progress, recall: Recall
) -> list[Finding]:
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
    recalled = [recall_judgement(recall, task) for task in tasks]
    unknown = [task for task, known in zip(tasks, recalled, strict=True) if known is None]
    tell("judging", 0, len(unknown))
    judged = spread(judge_file, unknown, pool, judge_lost, lambda done: tell("judging", done, len(unknown)))
    for task, judgement in zip(unknown, judged, strict=True):
        keep_judgement(recall, task, judgement)
    new = iter(judged)
    parts = [next(new).findings if known is None else known for known in recalled]
    return [*found, *(finding for part in parts for finding in part)]


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
