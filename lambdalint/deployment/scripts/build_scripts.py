"""Reads the build steps that are written as scripts: what they install into which folder.

Makefiles, shell scripts and the pipelines of continuous integration are followed, not run. A script that another one
starts is followed there, with its arguments and in its directory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.scripts.build_commands import MAX_SCRIPT_BYTES, BuildRun
from lambdalint.deployment.scripts.installs import BuildScripts, Export, Install
from lambdalint.deployment.scripts.makefile import Makefile, MakeRun, makefile_in, read_makefile
from lambdalint.deployment.scripts.pipelines import PipelineJob, jobs_of
from lambdalint.deployment.scripts.script_text import (
    ROOT,
    ScriptText,
    has_unknown,
    in_project,
    is_below,
    joined,
    readable,
)
from lambdalint.deployment.scripts.shell_run import Mount, Shell
from lambdalint.deployment.scripts.shell_tokens import word_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lambdalint.deployment.scripts.build_folders import Installed
    from lambdalint.model import Span, Tree

__all__ = ["BuildScripts", "Export", "Install", "installs_of", "read"]

MAX_SCRIPTS = 400
MAX_COMMANDS = 60_000
MAX_UNNAMED = 300

_TOOL = re.compile(rb"pip|\buv\b|poetry|\bpdm\b")
_FILL = re.compile(
    rb"\bunzip\b[^\n]*\s-d|\btar\b[^\n]*\s(?:-[a-zA-Z]*C|--directory)|site-packages|\.whl\b"
    rb"|\bmake\b[^\n]*\s-C|>\s*[^\s>]*requirements\.txt"
)
"""What puts libraries into a folder without an installer."""
_STEP = re.compile(rb"install|export|freeze|compile|requirements|sync")
_SCRIPT_FOLDERS = frozenset(
    {"scripts", "script", "bin", "ci", ".ci", "tools", "build", "deploy", "deployment", "devops", "hack", "cicd"}
)
_NO_SCRIPTS = frozenset({"Makefile", "makefile", "GNUmakefile", "Dockerfile", "LICENSE"})
_SHELL_SCRIPT = re.compile(r"(?:.*/)?[^/]+\.(?:sh|bash)")
_MAKEFILE = re.compile(r"(?:.*/)?(?:GNUm|[mM])akefile|(?:.*/)?[^/]+\.mk")
_PIPELINE = re.compile(
    r"(?:.*/)?(?:[^/]*buildspec[^/]*\.ya?ml|[^/]*\.gitlab-ci\.yml|bitbucket-pipelines\.yml|azure-pipelines[^/]*\.ya?ml"
    r"|\.travis\.yml|package\.json|\.github/workflows/[^/]+\.ya?ml|\.circleci/[^/]+\.ya?ml)"
)


def read(tree: Tree) -> BuildScripts:
    """Return what all scripts of *tree* install and export."""
    reader = _Reader(tree)
    reader.read()
    return reader.outcome()


def installs_of(
    tree: Tree, script: ScriptText, folder: str, variables: Mapping[str, str] | None = None
) -> tuple[Install, ...]:
    """Return what one script installs that stands elsewhere, such as the command of a bundler.

    *folder* is the directory that it runs in, relative to the root; *variables* are those that are set for it.
    """
    reader = _Reader(tree)
    run = reader.new_run()
    shell = run.shell(script, joined(ROOT, f"./{folder}"))
    shell.variables.update(variables or {})
    shell.run_text(script)
    return tuple(_installs(run))


class _Reader(msgspec.Struct):
    tree: Tree
    commands: int = MAX_COMMANDS
    relevant: frozenset[str] | None = None
    makefiles: dict[str, Makefile | None] = msgspec.field(default_factory=dict)
    installs: list[Install] = msgspec.field(default_factory=list)
    exports: list[Export] = msgspec.field(default_factory=list)
    cut: set[str] = msgspec.field(default_factory=set)
    alone: dict[str, list[Install]] = msgspec.field(default_factory=dict)

    def read(self) -> None:
        scripts, makefiles, pipelines = self._relevant()
        for path in pipelines:
            for job in jobs_of(self.tree, path):
                self._pipeline(job)
        included: set[str] = set()
        for path in sorted(makefiles, key=lambda path: path.endswith(".mk")):
            makefile = self._makefile(path)
            if makefile is not None and path not in included:
                included |= makefile.included
                self._run_makefile(makefile)
        for path in scripts:
            self._run_script(path)

    def outcome(self) -> BuildScripts:
        """Join what was found; a script that others start counts on its own only where they do not show its folder."""
        started = [one for path, installs in self.alone.items() for one in installs if one.span.path != path]
        shown = {one.span for one in [*self.installs, *started] if one.places or one.artifact is not None}
        resolved = {one.span for installs in self.alone.values() for one in installs if one.places}
        found = list(self.installs)
        for path, installs in self.alone.items():
            found.extend(one for one in installs if one.span.path != path or one.span not in shown)
        kept = [one for one in found if one.places or one.artifact is not None or one.span not in resolved]
        exports = tuple(sorted(set(self.exports), key=_place_of_export))
        return BuildScripts(_merged(kept), exports, tuple(sorted(self.cut)))

    def new_run(self) -> BuildRun:
        """Return a run with a fresh copy of the project."""
        run = BuildRun(self.tree, self.relevant)
        run.make = self._make
        return run

    def _relevant(self) -> tuple[list[str], list[str], list[str]]:
        """Return the shell scripts, the Makefiles and the pipelines that have to do with installing."""
        kinds = (
            [*self._named(_SHELL_SCRIPT), *self._unnamed()],
            self._named(_MAKEFILE),
            self._named(_PIPELINE),
        )
        contents: dict[str, bytes] = {}
        for path in [path for kind in kinds for path in kind]:
            data = self.tree.read(path)
            if data is None:
                continue
            if len(data) <= MAX_SCRIPT_BYTES:
                contents[path] = data
            elif _is_relevant(data):
                self.cut.add(path)
        found = {path for path, data in contents.items() if _is_relevant(data)}
        for _ in range(3):
            names = {path.rpartition("/")[2].encode() for path in found if path in kinds[0]}
            found |= {path for path, data in contents.items() if any(name in data for name in names)}
        self.relevant = frozenset(found)
        chosen = [[path for path in kind if path in found] for kind in kinds]
        self.cut.update(path for paths in chosen for path in paths[MAX_SCRIPTS:])
        scripts, makefiles, pipelines = (paths[:MAX_SCRIPTS] for paths in chosen)
        return scripts, makefiles, pipelines

    def _named(self, pattern: re.Pattern[str]) -> list[str]:
        found = [path for path in self.tree.files if pattern.fullmatch(path)]
        return [path for path in found if not is_apart(path.replace(".github/workflows/", ""))][: MAX_SCRIPTS * 5]

    def _unnamed(self) -> Iterator[str]:
        """Yield files without a suffix that start as shell scripts do."""
        seen = 0
        for path in self.tree.files:
            name = path.rpartition("/")[2]
            if "." in name or name in _NO_SCRIPTS or is_apart(path):
                continue
            seen += 1
            if seen > MAX_UNNAMED:
                return
            opened = self.tree.open(path)
            if opened is not None:
                with opened:
                    first = opened.readline(200)
                if re.match(rb"#![^\n]*\b(?:ba|da|z)?sh\b", first):
                    yield path

    def _makefile(self, path: str) -> Makefile | None:
        if path not in self.makefiles:
            self.makefiles[path] = read_makefile(self.tree, path)
        return self.makefiles[path]

    def _make(self, shell: Shell, file: str, targets: list[str], variables: dict[str, str]) -> None:
        """Run targets that another script asks for."""
        path = file or makefile_in(self.tree, shell.directory)
        makefile = self._makefile(path) if path else None
        if makefile is None:
            return
        inner = MakeRun(makefile, shell, dict(variables))
        for target in targets or inner.default_target():
            inner.run(target)

    def _run_makefile(self, makefile: Makefile) -> None:
        folder = joined(ROOT, "./" + makefile.path.rpartition("/")[0])
        script = ScriptText(makefile.path, "")
        probe = MakeRun(makefile, self.new_run().shell(script, folder))
        for target in probe.top_targets():
            run = self._start()
            if run is None:
                self.cut.add(makefile.path)
                return
            MakeRun(makefile, run.shell(script, folder)).run(target)
            self._keep(run, self.installs, makefile.path)

    def _pipeline(self, job: PipelineJob) -> None:
        def start_in(start: str) -> Callable[[BuildRun], None]:
            return lambda run: _follow(run, job, start)

        run = self._best([start_in(start) for start in job.directories])
        path = job.steps[0].script.path if job.steps else ""
        if run is not None:
            self._keep(run, self.installs, path)
        elif path:
            self.cut.add(path)

    def _run_script(self, path: str) -> None:
        data = self.tree.read(path)
        if data is None:
            return
        script = ScriptText.of_file(path, readable(data))
        folder = path.rpartition("/")[0]
        starts = [folder]
        while starts[-1]:
            starts.append(starts[-1].rpartition("/")[0])
        if folder.rpartition("/")[2] in _SCRIPT_FOLDERS:
            starts = [*starts[1:], folder]

        def start_in(start: str) -> Callable[[BuildRun], None]:
            def follow(run: BuildRun) -> None:
                run.shell(script, joined(ROOT, f"./{start}")).run_text(script)

            return follow

        run = self._best([start_in(start) for start in starts[:6]])
        if run is not None:
            self._keep(run, self.alone.setdefault(path, []), path)
        else:
            self.cut.add(path)

    def _best(self, attempts: list[Callable[[BuildRun], None]]) -> BuildRun | None:
        """Follow a script from each directory that it may start in; keep the run whose files are there.

        Where several fit equally and install into different folders, the first stands, but is not sure.
        """
        runs: list[BuildRun] = []
        for attempt in attempts:
            run = self._start()
            if run is None:
                break
            attempt(run)
            runs.append(run)
            if not run.folders.installs and not run.exports:
                break
        if not runs:
            return None
        ranked = sorted(runs, key=lambda run: 2 * run.job.missed - run.job.found)
        best = ranked[0]
        rank = best.job.missed, best.job.found
        equal = [run for run in ranked if (run.job.missed, run.job.found) == rank]
        outcomes = {tuple(_outcome(installed) for installed in run.folders.installs) for run in equal}
        if len(outcomes) > 1:
            for installed in best.folders.installs:
                installed.sure = False
        return best

    def _start(self) -> BuildRun | None:
        if self.commands <= 0:
            return None
        run = self.new_run()
        run.job.commands = min(run.job.commands, self.commands)
        self.commands -= 1
        return run

    def _keep(self, run: BuildRun, installs: list[Install], path: str) -> None:
        self.commands -= max(0, 4_000 - run.job.commands)
        installs.extend(_installs(run))
        if run.job.cut or run.folders.full or (run.job.skipped and (run.folders.installs or run.exports)):
            self.cut.add(path)
        self.exports.extend(run.exports)


def _is_relevant(data: bytes) -> bool:
    """Tell whether a script names a tool and a step, or fills folders with libraries by other means."""
    return (_TOOL.search(data) and _STEP.search(data)) is not None or _FILL.search(data) is not None


def _follow(run: BuildRun, job: PipelineJob, start: str) -> None:
    project = joined(ROOT, f"./{start}")
    home = project
    mounts: tuple[Mount, ...] = ()
    if job.checkout:
        home = run.job.unknowns.new()
        mounts = (Mount(joined(home, f"./{job.checkout}"), project),)
    shell: Shell | None = None
    for step in job.steps:
        if shell is None or not step.joined:
            shell = run.shell(step.script, home)
            shell.mounts = mounts
            for name, value in [*job.variables, *step.variables]:
                shell.variables[name] = home if value == ROOT else shell.value(word_of(value))
            shell.directory = shell.path(shell.value(word_of(step.directory))) if step.directory else home
            if step.directory:
                shell.expect(shell.directory)
        shell.run_text(step.script)


def _outcome(installed: Installed) -> tuple[str, tuple[str, ...]]:
    return installed.place, tuple(manifest.path for manifest in installed.manifests)


def _installs(run: BuildRun) -> Iterator[Install]:
    """Yield the installs of a run; those into a virtual environment only where they are packed or copied."""
    run.folders.settle()
    artifacts = run.job.unknowns.named("$ARTIFACTS_DIR")
    for installed in run.folders.installs:
        if installed.implied and not installed.places and not installed.archives:
            continue
        paths = [*([] if installed.implied else [installed.target]), *installed.places]
        places = tuple(dict.fromkeys(place for path in paths if (place := in_project(path)) is not None))
        with_them = installed.packed or installed.beside
        target = None if installed.implied else in_project(installed.target)
        artifact = next((path[len(artifacts) + 1 :] for path in paths if is_below(path, artifacts)), None)
        excluded = set.intersection(*installed.excluded.values()) if installed.excluded else set()
        left_out = dict.fromkeys([*installed.left_out, *sorted(excluded)])
        yield Install(
            target,
            installed.manifests,
            installed.requirements,
            installed.span,
            places,
            tuple(sorted(path for path in with_them if path not in run.tree and path not in places)),
            tuple(sorted(path for path in with_them if path in run.tree)),
            tuple(path for archive in installed.archives if (path := in_project(archive)) is not None),
            tuple(name for name in left_out if not has_unknown(name)),
            installed.complete,
            installed.sure,
            installed.alone,
            installed.recipe,
            None if artifact is None or has_unknown(artifact) else artifact,
        )


def _merged(installs: list[Install]) -> tuple[Install, ...]:
    """Join the installs that different runs of the same command show."""
    found: dict[tuple[object, ...], Install] = {}
    for one in installs:
        key = one.span, one.target, one.artifact, one.recipe, one.manifests, one.requirements
        known = found.get(key)
        if known is None:
            found[key] = one
            continue
        found[key] = replace(
            known,
            places=_union(known.places, one.places),
            with_folders=_union(known.with_folders, one.with_folders),
            with_files=_union(known.with_files, one.with_files),
            archives=_union(known.archives, one.archives),
            left_out=_union(known.left_out, one.left_out),
            complete=known.complete and one.complete,
            sure=known.sure or one.sure,
        )
    return tuple(sorted(found.values(), key=_place_of_install))


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def _place_of_install(install: Install) -> tuple[Span, str, str]:
    return install.span, install.target or "", install.artifact or ""


def _place_of_export(export: Export) -> tuple[Span, str]:
    return export.span, export.output
