"""Turns a project, as files, into jobs of the sandbox, one for each function that it deploys."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint import catalogue, deployment
from lambdalint.model import Settings, Tree
from sandbox.job import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdalint.model import Function

_TEMPLATES = (".yaml", ".yml", ".json", ".template")
_TASK = "/var/task/"


def jobs_of(name: str, files: Mapping[str, bytes], event: object, lines: Iterable[tuple[str, int]]) -> list[Job]:
    """Return a job for each function of the project *files*, which watches the (path, line) pairs *lines*.

    A project without a template is deployed as it is; its handlers are recognised by their parameters here,
    without the help of what is under test.
    """
    lines = frozenset(lines)
    if any(path.endswith(_TEMPLATES) and b"andler" in content for path, content in files.items()):
        return [_declared(name, files, event, lines, one) for one in _functions(files)]
    return [
        Job(
            name=name,
            files=files,
            handler=handler,
            event=event,
            watched=_watched((_TASK + path, line) for path, line in lines),
        )
        for handler in _handlers(files)
    ]


def _functions(files: Mapping[str, bytes]) -> tuple[Function, ...]:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        return deployment.read(Tree(root, tuple(files)), Settings(), catalogue.load()).functions


def _handlers(files: Mapping[str, bytes]) -> Iterable[str]:
    for path, content in sorted(files.items()):
        if not path.endswith(".py") or path.startswith("tests/"):
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError):
            continue
        module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and [one.arg for one in node.args.args[:2]] == [
                "event",
                "context",
            ]:
                yield f"{module}.{node.name}"


def _watched(lines: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for path, line in sorted(lines):
        found[path] = (*found.get(path, ()), line)
    return found


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    start = f"{folder}/" if folder else ""
    return {path.removeprefix(start): content for path, content in files.items() if path.startswith(start)}


def _declared(
    name: str,
    files: Mapping[str, bytes],
    event: object,
    lines: frozenset[tuple[str, int]],
    function: Function,
) -> Job:
    room = function.room
    environment = {one.name: one.value for one in room.env if one.value}
    mounts = tuple(mount.path for mount in room.mounts)
    if function.inline is not None:
        numbers = {template: number for number, (template, _) in enumerate(function.inline.lines, start=1)}
        hits = [(_TASK + "index.py", numbers[line]) for path, line in lines if path == function.inline.path]
        task = {"index.py": function.inline.text.encode()}
        return Job(f"{name}: {function.name}", task, handler=function.handler, event=event, watched=_watched(hits))
    places = [(function.code_root, _TASK)]
    layer_files: dict[str, bytes] = {}
    for layer in room.layers:
        if layer.directory is not None:
            layer_files.update(_below(layer.directory, files))
            places.append((layer.directory, "/opt/"))
    hits = []
    for path, line in lines:
        for folder, target in places:
            if not folder or path.startswith(f"{folder}/"):
                hits.append((target + path.removeprefix(folder).lstrip("/"), line))
    return Job(
        name=f"{name}: {function.name}",
        files=_below(function.code_root, files),
        layer_files=layer_files,
        handler=(function.handler or "").replace("/", "."),
        event=event,
        environment=environment,
        mounts=mounts,
        watched=_watched(hits),
    )
