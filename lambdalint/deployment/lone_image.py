"""Finds the functions that Dockerfiles declare by themselves, where no template of the project uses their images."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.handlers import locate
from lambdalint.deployment.not_lambda import is_apart, is_below
from lambdalint.deployment.source_root import ancestors
from lambdalint.model import Function, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Room, Tree

MAX_DOCKERFILES = 200
MAX_TEMPLATES = 2_000
"""How many files are asked whether an image with the web adapter runs in a container service."""

_CANDIDATE = re.compile(
    rb"lambda/(?:python|provided|base-python)|aws-lambda-python|awslambdaric|lambda-(?:web-)?adapter"
)
_ADAPTER = re.compile(rb"lambda-(?:web-)?adapter")
_LAMBDA = re.compile(rb"lambda/(?:python|provided|base-python)|aws-lambda-python|awslambdaric")
_SERVICE = re.compile(rb"\bfargate|\bAWS::ECS\b|\baws[_-]ecs\b", re.IGNORECASE)
_TEMPLATES = (".py", ".ts", ".js", ".tf", ".yaml", ".yml", ".json")
_NAMES = ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile")


class LoneImages(msgspec.Struct, frozen=True):
    """The functions of Dockerfiles; ``files`` are those whose applications are served as they are."""

    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()


def read(tree: Tree, room: Room, declared: Sequence[Function]) -> LoneImages:
    """Return a function for each Dockerfile of *tree* that makes an image for AWS Lambda; *room* is that of a function.

    A Dockerfile near the code of one of the *declared* image functions is that function's. The folder that an image is
    built from is not said in a Dockerfile: it is the nearest one above in which the handler is found.
    """
    used = [one.code_root for one in declared if one.room.package_type == "image"]
    covered = {found for one in declared if (found := locate(tree, one)) is not None}
    functions: list[Function] = []
    problems: list[Problem] = []
    files: list[str] = []
    count = 0
    for path in sorted(set(tree.named(*_NAMES))):
        folder = path.rpartition("/")[0]
        if is_apart(path) or any(not root or is_below(root, (folder,)) for root in used):
            continue
        content = tree.read(path) or b""
        if not _CANDIDATE.search(content) or (not _LAMBDA.search(content) and _is_of_a_service(tree, folder)):
            continue
        count += 1
        if count > MAX_DOCKERFILES:
            message = f"more than {MAX_DOCKERFILES} Dockerfiles of functions; the rest is not read"
            problems.append(Problem(Span.point(path), message))
            break
        function, notes = _function(tree, path, room)
        problems.extend(notes)
        located = locate(tree, function) if function is not None else None
        if function is not None and located not in covered:
            functions.append(function)
        if located is not None and _ADAPTER.search(content):
            files.append(located[0])
    return LoneImages(tuple(functions), tuple(problems), tuple(files))


def _is_of_a_service(tree: Tree, folder: str) -> bool:
    """Tell whether what lies near *folder* deploys to a container service: the web adapter runs there too."""
    near = (ancestors(folder)[:2] or [folder])[-1]
    files = (one for one in tree.files if one.endswith(_TEMPLATES) and is_below(one, (near,)))
    return any(_SERVICE.search(tree.read(one) or b"") for one in islice(files, MAX_TEMPLATES))


def _function(tree: Tree, path: str, room: Room) -> tuple[Function | None, list[Problem]]:
    from lambdalint.deployment.image_function import ImageBuild, place_image

    function = Function(
        name=path,
        handler=None,
        code_root=path.rpartition("/")[0],
        room=room,
        source=Span.point(path),
        declared_by="dockerfile",
        confidence="medium",
    )
    first: list[Problem] | None = None
    for context in ancestors(path):
        found, problems = place_image(tree, function, ImageBuild(context, path, guessed=True))
        if found is not None:
            stated = found.room.span_of("handler")
            return (found if stated is None else replace(found, source=stated)), problems
        if first is None:
            first = problems
    return None, first or []
