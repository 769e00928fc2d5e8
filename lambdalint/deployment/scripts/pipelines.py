"""Reads the jobs of continuous integration: the scripts of each, their folders and their variables.

GitHub workflows, CodeBuild's buildspec, GitLab CI, Bitbucket and Azure pipelines, CircleCI, Travis; and the scripts of
``package.json``. Each job starts with a fresh copy of the project, and its steps work on the same files.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment import document
from lambdalint.deployment.node import Scalar
from lambdalint.deployment.scripts.script_text import ROOT, ScriptText, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.node import Node
    from lambdalint.model import Tree

MAX_JOBS = 200
MAX_STEPS = 300
MAX_COMBINATIONS = 20

_PHASES = ("install", "pre_build", "build", "post_build")
_TRAVIS = ("before_install", "install", "before_script", "script", "after_success", "before_deploy", "after_script")
_SHELLS = ("bash", "sh", "")


class Step(msgspec.Struct, frozen=True):
    """A script of a job. ``directory`` is relative to where the job starts; ``joined`` keeps the shell of the last."""

    script: ScriptText
    directory: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    joined: bool = False


class PipelineJob(msgspec.Struct, frozen=True):
    """A job: its steps, the variables that are known in all of them, and where its copy of the project lies.

    ``checkout`` is the folder below the start of the job that the project is copied to; ``directories`` are the
    folders of the project, relative to the root, that may be the start, the likeliest first.
    """

    steps: tuple[Step, ...]
    directories: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    checkout: str = ""


def jobs_of(tree: Tree, path: str) -> list[PipelineJob]:
    """Return the jobs of the file at *path*, by its name; nothing for one that is no pipeline."""
    folder, _, name = path.rpartition("/")
    reader = None
    if f"/{folder}".endswith("/.github/workflows"):
        reader = _github
    elif name == "package.json":
        reader = _package_json
    elif "buildspec" in name:
        reader = _buildspec
    elif name.endswith(".gitlab-ci.yml"):
        reader = _gitlab
    elif name.startswith("bitbucket-pipelines"):
        reader = _bitbucket
    elif name.startswith(("azure-pipelines", ".azure-pipelines")) or folder.endswith(".circleci"):
        reader = _steps
    elif name == ".travis.yml":
        reader = _travis
    if reader is None:
        return []
    loaded = document.read(tree, path)
    if loaded is None or loaded.root is None:
        return []
    return [job for job in reader(loaded.root, folder) if job.steps][:MAX_JOBS]


def script_of(node: Node) -> ScriptText | None:
    """Return the script that a scalar holds, with its places."""
    if not isinstance(node, Scalar) or node.text is None:
        return None
    text = readable(node.raw.encode("utf-8", "replace"))
    span = node.span
    script = ScriptText.of_file(span.path, text)
    if node.style == "literal":
        lines = tuple(
            (offset, node.content_line + index, node.content_offset + 1)
            for index, (offset, _, _) in enumerate(script.lines)
        )
        return ScriptText(span.path, text, lines)
    if "\n" in text or node.content_line != span.end_line or (node.style != "plain" and set(text) & {'"', "'", "\\"}):
        return ScriptText(span.path, text, fixed=span)
    return ScriptText(span.path, text, ((0, node.content_line, node.content_offset + 1),))


def _variables(node: Node | None, prefix: str = "") -> dict[str, str]:
    if node is None:
        return {}
    found: dict[str, str] = {}
    for entry in node.entries:
        value = entry.value.text if entry.value.text is not None else (entry.value.get("value") or entry.value).text
        if value is not None:
            found[entry.name] = value
            if prefix:
                found[f"{{{{{prefix}.{entry.name}}}}}"] = value
    return found


def _scripts(node: Node | None) -> Iterator[ScriptText]:
    """Yield the scripts of a list of commands; lists within it, which anchors bring, count as well."""
    if node is None:
        return
    stack = [node]
    while stack:
        each = stack.pop()
        script = script_of(each)
        if script is not None:
            yield script
        stack.extend(reversed(each.items[:MAX_STEPS]))


def _one_shell(scripts: Iterator[ScriptText]) -> tuple[Step, ...]:
    return tuple(Step(script, joined=index > 0) for index, script in enumerate(scripts))[:MAX_STEPS]


def _text(node: Node | None) -> str:
    return (node.text or "") if node is not None else ""


def _github(root: Node, folder: str) -> list[PipelineJob]:
    base = folder.removesuffix(".github/workflows").rstrip("/")
    jobs = root.get("jobs")
    found: list[PipelineJob] = []
    for entry in jobs.entries[:MAX_JOBS] if jobs is not None else ():
        job = entry.value
        steps = job.get("steps")
        if steps is None:
            continue
        common = {**_variables(root.get("env"), "env"), **_variables(job.get("env"), "env")}
        directory = _text(job.get("defaults", "run", "working-directory")) or _text(
            root.get("defaults", "run", "working-directory")
        )
        checkout: str | None = ""
        scripts: list[Step] = []
        for step in steps.items[:MAX_STEPS]:
            if _text(step.get("uses")).startswith("actions/checkout"):
                path = _text(step.get("with", "path"))
                if step.get("with", "repository") is None:
                    checkout = path
                elif not path:
                    checkout = None
            script = script_of(run) if (run := step.get("run")) is not None else None
            shell = _text(step.get("shell")).split()
            if script is None or (shell and shell[0].rpartition("/")[2] not in _SHELLS):
                continue
            own = tuple(_variables(step.get("env"), "env").items())
            scripts.append(Step(script, _text(step.get("working-directory")) or directory, own))
        if checkout is None:
            continue
        for values in _matrix(job.get("strategy", "matrix")):
            variables = {**common, **values, "GITHUB_WORKSPACE": ROOT, "{{github.workspace}}": ROOT}
            found.append(PipelineJob(tuple(scripts), (base,), tuple(variables.items()), checkout))
    return found


def _matrix(node: Node | None) -> list[dict[str, str]]:
    """Return the variables of each combination of a matrix, by the expressions that name them."""
    if node is None:
        return [{}]
    axes: list[list[dict[str, str]]] = []
    included: list[dict[str, str]] = []
    for entry in node.entries:
        if entry.name == "include":
            included = [
                {name: text for each in item.entries for name, text in _cell(f"matrix.{each.name}", each.value).items()}
                for item in entry.value.items[:MAX_COMBINATIONS]
            ]
        elif entry.name != "exclude":
            axes.append([_cell(f"matrix.{entry.name}", item) for item in entry.value.items[:MAX_COMBINATIONS]])
    axes = [axis for axis in axes if axis]
    found: list[dict[str, str]] = []
    if axes:
        for cells in product(*axes):
            found.append({name: text for cell in cells for name, text in cell.items()})
            if len(found) >= MAX_COMBINATIONS:
                break
    if included:
        found = [*found, *included] if not found else [*found, *({**found[0], **one} for one in included)]
    return found[: MAX_COMBINATIONS * 2] or [{}]


def _cell(name: str, node: Node) -> dict[str, str]:
    if node.text is not None:
        return {f"{{{{{name}}}}}": node.text}
    return {
        key: text for entry in node.entries[:50] for key, text in _cell(f"{name}.{entry.name}", entry.value).items()
    }


def _buildspec(root: Node, folder: str) -> list[PipelineJob]:
    scripts = [script for phase in _PHASES for script in _scripts(root.get("phases", phase, "commands"))]
    variables = {**_variables(root.get("env", "variables")), "CODEBUILD_SRC_DIR": ROOT}
    batch = root.get("batch", "build-list") or root.get("batch", "build-graph")
    builds = [_variables(item.get("env", "variables")) for item in batch.items[:MAX_COMBINATIONS]] if batch else [{}]
    steps = _one_shell(iter(scripts))
    directories = ("", folder) if folder else ("",)
    return [PipelineJob(steps, directories, tuple({**variables, **build}.items())) for build in builds]


def _gitlab(root: Node, folder: str) -> list[PipelineJob]:
    common = {**_variables(root.get("variables")), "CI_PROJECT_DIR": ROOT}
    found: list[PipelineJob] = []
    for entry in root.entries[:MAX_JOBS]:
        if entry.name.startswith(".") or entry.name in ("default", "variables", "stages", "include", "workflow"):
            continue
        chain = _extended(root, entry.value)
        script = next((each.get("script") for each in chain if each.get("script") is not None), None)
        if script is None:
            continue
        owners = [*chain, *(each for each in (root.get("default"), root) if each is not None)]
        before = next((each.get("before_script") for each in owners if each.get("before_script") is not None), None)
        variables = dict(common)
        for each in reversed(chain):
            variables.update(_variables(each.get("variables")))
        steps = _one_shell(iter([*_scripts(before), *_scripts(script)]))
        matrix = next((one for each in chain if (one := each.get("parallel", "matrix")) is not None), None)
        found.extend(
            PipelineJob(steps, (folder,), tuple({**variables, **values}.items())) for values in _parallel(matrix)
        )
    return found


def _extended(root: Node, job: Node) -> list[Node]:
    """Return a job and those that it extends, itself first."""
    found = [job]
    for each in found:
        extends = each.get("extends")
        if extends is None or len(found) > MAX_COMBINATIONS:
            continue
        names = [extends.text] if extends.text is not None else [item.text for item in reversed(extends.items)]
        bases = (root.get(name) for name in names if name is not None)
        found.extend(base for base in bases if base is not None and base not in found)
    return found


def _parallel(node: Node | None) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for item in node.items if node is not None else ():
        axes = [
            [(entry.name, text) for text in ([entry.value.text] if entry.value.text else _texts(entry.value))]
            for entry in item.entries
        ]
        for cells in product(*axes):
            found.append(dict(cells))
            if len(found) >= MAX_COMBINATIONS:
                return found
    return found or [{}]


def _texts(node: Node) -> list[str]:
    return [item.text for item in node.items[:MAX_COMBINATIONS] if item.text is not None]


def _bitbucket(root: Node, folder: str) -> list[PipelineJob]:
    variables = (("BITBUCKET_CLONE_DIR", ROOT),)
    return [
        PipelineJob(_one_shell(_scripts(node.get("script"))), (folder,), variables)
        for node in root.walk()
        if node.get("script") is not None
    ]


def _steps(root: Node, folder: str) -> list[PipelineJob]:
    """Read jobs with ``steps``: those of Azure (``script``, ``bash``), and those of CircleCI (``run``)."""
    found: list[PipelineJob] = []
    for node in root.walk():
        steps: list[Step] = []
        listed = node.get("steps")
        start = _text(node.get("working_directory")).removeprefix("~/project").lstrip("/")
        for step in listed.items[:MAX_STEPS] if listed is not None else ():
            run = step.get("run") or step.get("script") or step.get("bash")
            script = None if run is None else script_of(run.get("command") or run)
            directory = _text(step.get("workingDirectory")) or (_text(run.get("working_directory")) if run else "")
            if script is not None:
                steps.append(Step(script, directory or start, tuple(_variables(step.get("env")).items())))
        found.append(PipelineJob(tuple(steps), (folder.removesuffix(".circleci").rstrip("/"),)))
    return found


def _travis(root: Node, folder: str) -> list[PipelineJob]:
    scripts = [script for phase in _TRAVIS for script in _scripts(root.get(phase))]
    return [PipelineJob(_one_shell(iter(scripts)), (folder,), (("TRAVIS_BUILD_DIR", ROOT),))]


def _package_json(root: Node, folder: str) -> list[PipelineJob]:
    scripts = root.get("scripts")
    return [
        PipelineJob((Step(script),), (folder,))
        for entry in (scripts.entries[:MAX_JOBS] if scripts is not None else ())
        if (script := script_of(entry.value)) is not None
    ]
