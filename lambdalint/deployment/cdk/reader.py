"""Finds the functions that CDK programs in Python, TypeScript and JavaScript declare, without running them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.cdk.synthesized_files import find
from lambdalint.deployment.cdk.working_directory import candidates_of, directory_of
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.rooms import merge_environment
from lambdalint.model import Deployment, Function, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.model import Room, Tree

MAX_FILES = 2_000
MAX_FUNCTIONS = 5_000

_PYTHON = ".py"
_IMPORT = b"aws_cdk"
_TYPESCRIPT = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")
_LIBRARY = re.compile(rb"aws[_-]lambda|aws_cdk|aws-cdk")
_CONSTRUCT = re.compile(
    rb"\b(?:PythonFunction|DockerImageFunction|CfnFunction|lambda_function_props|InlineCode|AssetCode|S3Code)\b"
    rb"|\b(?:from_asset|fromAsset|from_inline|fromInline|from_image_asset|fromImageAsset|from_asset_image|from_docker_build)\b"
    rb"|\bCode\s*\.\s*(?:asset|inline|from_bucket)\b"
    rb"|\b(?:new|extends)\s+(?:\w+\.)*(?:Singleton|Trigger|Edge)?Function\b"
)
_IN_CONSTRUCT = (b"Function", b"Code", b"from_", b"fromAsset", b"fromI", b"lambda_function_props")
"""One of these is in each match of ``_CONSTRUCT``: looking for them is many times faster."""
_LATER = re.compile(rb"\.\s*(?:(?P<variables>add_environment|addEnvironment)|(?P<layers>add_layers|addLayers))\s*\(")


def read(tree: Tree, room: Room) -> Deployment:
    """Return the functions of all CDK programs of *tree*; *room* is that of AWS Lambda.

    Relative paths start where the program runs: in the folder of the nearest ``cdk.json`` at or above the file. Where
    there is none, the folders that may be the program's are tried: one of them has to have the path.
    """
    python: list[str] = []
    typescript: list[str] = []
    apps: list[str] = []
    later: dict[str | None, set[str]] = defaultdict(set)
    for path in tree.holding(tuple(f"*{ending}" for ending in (_PYTHON, *_TYPESCRIPT)), _LIBRARY):
        if path.endswith((".d.ts", ".min.js")) or is_apart(path):
            continue
        content = tree.read(path) or b""
        directory = directory_of(tree, path)
        later[directory].update(match.lastgroup or "" for match in _LATER.finditer(content))
        is_python = path.endswith(_PYTHON)
        if is_python and _IMPORT in content:
            apps.append(path)
        if (
            any(word in content for word in _IN_CONSTRUCT)
            and _CONSTRUCT.search(content)
            and not _is_compiled(tree, path)
        ):
            (python if is_python else typescript).append(path)
    return _with_assemblies(tree, _read_all(tree, python, typescript, apps, later, room))


def _read_all(
    tree: Tree,
    python: Sequence[str],
    typescript: Sequence[str],
    apps: Sequence[str],
    later: Mapping[str | None, set[str]],
    room: Room,
) -> Deployment:
    """Return the functions of the programs in both languages."""
    written = _read_typescript(tree, typescript[:MAX_FILES], later, room) if typescript else Deployment()
    followed = Deployment()
    if python:
        from lambdalint.deployment.cdk.python_programs import read_python

        followed = read_python(tree, python[:MAX_FILES], apps[:MAX_FILES], later, room)
    problems = [*followed.problems, *written.problems]
    for paths in (python, typescript):
        if len(paths) > MAX_FILES:
            message = f"more than {MAX_FILES} files of CDK programs; the rest is not read"
            problems.append(Problem(Span.point(paths[MAX_FILES]), message))
    return Deployment((*followed.functions, *written.functions), tuple(problems))


def _with_assemblies(tree: Tree, programs: Deployment) -> Deployment:
    """Return *programs* with what their cloud assemblies say."""
    assemblies = find(tree)
    if not assemblies.folders and not assemblies.problems:
        return replace(programs, problems=tuple(dict.fromkeys(programs.problems)))
    from lambdalint.deployment.cdk.synthesized import read as read_synthesized
    from lambdalint.deployment.cdk.synthesized_join import join

    return join(tree, programs, read_synthesized(tree, assemblies))


def _read_typescript(
    tree: Tree, sources: Sequence[str], later: Mapping[str | None, set[str]], room: Room
) -> Deployment:
    """Return the functions of the programs *sources*; *later* says what those of a folder add to functions later on."""
    from lambdalint.deployment.cdk.function import FUNCTIONS, Later, read_function
    from lambdalint.deployment.cdk.typescript import Program
    from lambdalint.deployment.cdk.typescript_tokens import CannotReadError
    from lambdalint.deployment.cdk.typescript_ways import join_ways

    program = Program(tree)
    functions: list[Function] = []
    problems: list[Problem] = []
    for path in sources:
        directory = directory_of(tree, path)
        candidates = candidates_of(tree, path) if directory is None else ()
        values = program.values(path, directory, candidates)
        added = later.get(directory, set())
        more = Later("variables" in added, "layers" in added)
        try:
            calls = program.calls(path, FUNCTIONS)
        except CannotReadError as error:
            message = f"the CDK program cannot be read: {error}"
            problems.append(Problem(_point(tree, path, error.at), message, "note"))
            continue
        for call in calls:
            if len(functions) >= MAX_FUNCTIONS:
                message = f"more than {MAX_FUNCTIONS} functions of CDK programs; the rest is not read"
                return Deployment(tuple(functions), (*problems, Problem(call.span, message)))
            found = read_function(tree, call, values, room, more)
            if isinstance(found, Function):
                env = merge_environment(found.room.env, program.added(path, call.span, values))
                functions.append(replace(found, room=replace(found.room, env=env)))
            elif found is not None:
                problems.append(found)
    return Deployment(join_ways(functions), tuple(dict.fromkeys(problems)))


def _point(tree: Tree, path: str, at: int) -> Span:
    """Return the place of a position in the text of a file."""
    from lambdalint.deployment.document import decode

    text, _ = decode(path, tree.read(path) or b"")
    before = re.split("\r\n|\r|\n", text[:at])
    return Span.point(path, len(before), len(before[-1]) + 1)


def _is_compiled(tree: Tree, path: str) -> bool:
    """Tell whether a JavaScript file lies beside the TypeScript that it was made of."""
    stem, _, suffix = path.rpartition(".")
    return suffix in {"js", "mjs", "cjs"} and f"{stem}.{suffix.replace('js', 'ts')}" in tree
