"""Finds the functions that CDK programs in Python, TypeScript and JavaScript declare, without running them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING

from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.source_root import ancestors
from lambdalint.model import Deployment, Function, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.model import Room, Tree

MAX_FILES = 2_000
MAX_FUNCTIONS = 5_000

_PYTHON = ".py"
_TYPESCRIPT = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")
_LIBRARY = re.compile(rb"aws[_-]lambda|aws_cdk|aws-cdk")
_CONSTRUCT = re.compile(rb"\bPythonFunction\b|\b(?:from_asset|fromAsset|AssetCode)\b|\bCode\s*\.\s*asset\b")
_CONFIGURATION = re.compile(r"cdk\.json\.[\w.-]+|cdk\.[\w-]+\.json")
_ENTRY = re.compile(r"app\.py|bin/[^/]+\.[cm]?[jt]s")
_APP = re.compile(rb"\bnew\s+(?:\w+\.)?App\s*\(|(?:^|[=\s.])App\(")
_PROJECT_FILES = ("package.json", "requirements.txt", "app.py")
_LATER = re.compile(rb"\.\s*(?:(?P<variables>add_environment|addEnvironment)|(?P<layers>add_layers|addLayers))\s*\(")


def read(tree: Tree, room: Room) -> Deployment:
    """Return the functions of all CDK programs of *tree*; *room* is that of AWS Lambda.

    Relative paths start where the program runs: in the folder of the nearest ``cdk.json`` at or above the file. Where
    there is none, the folders that may be the program's are tried: one of them has to have the path.
    """
    sources: list[str] = []
    later: dict[str | None, set[str]] = defaultdict(set)
    for path in tree.files:
        if not path.endswith((_PYTHON, *_TYPESCRIPT)) or path.endswith((".d.ts", ".min.js")) or is_apart(path):
            continue
        content = tree.read(path) or b""
        if not _LIBRARY.search(content):
            continue
        directory = _directory(tree, path)
        later[directory].update(match.lastgroup or "" for match in _LATER.finditer(content))
        if _CONSTRUCT.search(content) and not _is_compiled(tree, path):
            sources.append(path)
    return _read_programs(tree, sources, later, room) if sources else Deployment()


def _read_programs(tree: Tree, sources: Sequence[str], later: Mapping[str | None, set[str]], room: Room) -> Deployment:
    """Return the functions of the programs *sources*; *later* says what those of a folder add to functions later on."""
    from lambdalint.deployment.cdk import python as cdk_python
    from lambdalint.deployment.cdk import typescript as cdk_typescript
    from lambdalint.deployment.cdk.expression import Values
    from lambdalint.deployment.cdk.function import FUNCTIONS, Later, read_function

    functions: list[Function] = []
    problems: list[Problem] = []
    if len(sources) > MAX_FILES:
        message = f"more than {MAX_FILES} files of CDK programs; the rest is not read"
        problems.append(Problem(Span.point(sources[MAX_FILES]), message))
    for path in sources[:MAX_FILES]:
        directory = _directory(tree, path)
        values = Values(path, directory, _candidates(tree, path) if directory is None else ())
        reader = cdk_python if path.endswith(_PYTHON) else cdk_typescript
        added = later.get(directory, set())
        more = Later("variables" in added, "layers" in added)
        calls = reader.calls(tree, path, FUNCTIONS)
        if calls is None:
            problems.append(Problem(Span.point(path), "the CDK program cannot be read", "note"))
        for call in calls or ():
            if len(functions) >= MAX_FUNCTIONS:
                message = f"more than {MAX_FUNCTIONS} functions of CDK programs; the rest is not read"
                return Deployment(tuple(functions), (*problems, Problem(call.span, message)))
            found = read_function(tree, call, values, room, more)
            if isinstance(found, Function):
                functions.append(found)
            elif found is not None:
                problems.append(found)
    return Deployment(tuple(functions), tuple(dict.fromkeys(problems)))


def _directory(tree: Tree, path: str) -> str | None:
    """Return the folder that the program of a file runs in; None where no ``cdk.json`` shows it."""
    return next((one for one in ancestors(path) if (f"{one}/cdk.json" if one else "cdk.json") in tree), None)


def _candidates(tree: Tree, path: str) -> tuple[str, ...]:
    """Return the folders that the program of a file, which has no ``cdk.json``, may run in.

    Some file above has to show that the program is there: another ``cdk.*.json``, a template of it, or an entry point
    that makes an ``App``.
    """
    folders = ancestors(path)
    shown = [one for one in folders if _holds_program(tree, one)]
    listed = (one for one in folders if any(f"{one}/{name}".lstrip("/") in tree for name in _PROJECT_FILES))
    return tuple(dict.fromkeys((*shown, *listed))) if shown else ()


def _holds_program(tree: Tree, folder: str) -> bool:
    above = f"{folder}/" if folder else ""
    first = bisect_left(tree.files, above)
    for path in takewhile(lambda each: each.startswith(above), tree.files[first : first + MAX_FILES]):
        name = path[len(above) :]
        if _CONFIGURATION.fullmatch(name):
            return True
        if _ENTRY.fullmatch(name) and _APP.search(tree.read(path) or b""):
            return True
    return False


def _is_compiled(tree: Tree, path: str) -> bool:
    """Tell whether a JavaScript file lies beside the TypeScript that it was made of."""
    stem, _, suffix = path.rpartition(".")
    return suffix in {"js", "mjs", "cjs"} and f"{stem}.{suffix.replace('js', 'ts')}" in tree
