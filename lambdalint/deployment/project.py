"""Joins what all readers find into one deployment: the user's word first, then declarations, then looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from lambdalint.deployment import (
    cdk,
    chalice,
    explicit,
    genezio,
    lone_image,
    serverless,
    signature,
    terraform,
    vercel,
    webapp,
    zappa,
)
from lambdalint.deployment.handlers import locate
from lambdalint.deployment.rooms import DEFAULT_PLATFORM, base_room, complete, same_room
from lambdalint.deployment.told_problems import bounded
from lambdalint.model import Deployment, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Room, Settings

    Failed = Callable[[str, Exception], None]

_Found = TypeVar("_Found")


def _reraise(doing: str, error: Exception) -> None:
    """Raise the *error* of a reader: nobody asked to be told of it."""
    del doing
    raise error


def read(tree: Tree, settings: Settings, catalogue: Catalogue, failed: Failed = _reraise) -> Deployment:
    """Return the functions that the project at *tree* deploys, and what could not be understood.

    A function of the configuration takes the place of others with the same handler. Functions that only look
    like ones are added where no declaration names them; web applications only where there is nothing else.
    The same function of several templates counts once, if its room is the same in all of them.

    *failed* is told the error of a reader that fails, and what it reads; the others go on.
    """
    from lambdalint.deployment import cloudformation

    room = base_room(DEFAULT_PLATFORM, catalogue)
    ready = _Completion(tree, catalogue, settings.writable)

    def asked(what: str, reader: Callable[[], _Found], nothing: _Found) -> _Found:
        try:
            return reader()
        except Exception as error:  # the boundary of one reader
            failed(f"reading {what}", error)
            return nothing

    services = asked("serverless.yml", lambda: serverless.read(tree, catalogue), serverless.Services())
    projects = asked("the Vercel project", lambda: vercel.read(tree, catalogue), vercel.Projects())
    configured = explicit.read(tree, settings, catalogue)
    readers = (
        asked("CloudFormation templates", lambda: cloudformation.read(tree), Deployment()),
        services,
        asked("CDK programs", lambda: cdk.read(tree, room), Deployment()),
        asked("Terraform", lambda: terraform.read(tree, room), Deployment()),
        asked("the Chalice application", lambda: chalice.read(tree, room), Deployment()),
        asked("Zappa's settings", lambda: zappa.read(tree, room), Deployment()),
        asked("genezio.yaml", lambda: genezio.read(tree, catalogue), Deployment()),
        projects,
    )
    declared = _without_repetition(
        tree,
        [ready.function(one) for one in configured.functions],
        [ready.function(one) for reader in readers for one in reader.functions],
    )
    images = asked("Dockerfiles", lambda: lone_image.read(tree, room, declared), lone_image.LoneImages())
    declared += [ready.function(one) for one in images.functions]
    guessed = Deployment()
    if settings.signature_fallback:
        covered = {found for one in declared if (found := locate(tree, one)) is not None}
        others = (*services.foreign, *projects.files, *images.files)
        guessed = asked("handlers", lambda: signature.read(tree, room, covered, others), guessed)
        if not declared and not guessed.functions:
            guessed = asked("web applications", lambda: Deployment(webapp.read(tree, room)), guessed)
    functions = (*declared, *(ready.function(one) for one in guessed.functions))
    problems = (problem for reader in (configured, *readers, images, guessed) for problem in reader.problems)
    return Deployment(tuple(sorted(functions, key=lambda one: (one.source, one.name))), bounded(problems))


class _Completion:
    """Adds to functions what holds for all of them."""

    def __init__(self, tree: Tree, catalogue: Catalogue, writable: tuple[str, ...]) -> None:
        self._tree = tree
        self._catalogue = catalogue
        self._writable = writable

    def function(self, function: Function) -> Function:
        """Return *function* with a complete room, and with the folders that its ``PYTHONPATH`` names."""
        room = complete(function.room, self._catalogue, self._writable)
        added = [one for one in self._python_path(function, room) if one not in function.search_path]
        return replace(function, room=room, search_path=(*function.search_path, *added))

    def _python_path(self, function: Function, room: Room) -> Iterable[str]:
        value = next((one.value for one in room.env if one.name == "PYTHONPATH"), None)
        for entry in (value or "").split(":")[:50]:
            below = entry.removeprefix(room.task_root).lstrip("/") if entry.startswith(room.task_root) else entry
            folder = Tree.join(function.code_root, below) if entry else None
            if folder is not None and folder != function.code_root and folder in self._tree.directories:
                yield folder


def _without_repetition(tree: Tree, configured: list[Function], found: list[Function]) -> list[Function]:
    """Drop what *configured* functions replace, and what a second template repeats.

    Functions of one template are never joined: they are deployed side by side.
    """
    kept = list(configured)
    replaced = {_identity(tree, one) for one in configured}
    known: dict[tuple[str, str, str, str], list[Function]] = {}
    for one in sorted(found, key=lambda function: (function.source, function.name)):
        if _identity(tree, one) in replaced:
            continue
        located = locate(tree, one)
        if located is not None:
            same = known.setdefault((*located, one.code_root, one.prefix), [])
            if any(other.source.path != one.source.path and same_room(other.room, one.room) for other in same):
                continue
            same.append(one)
        kept.append(one)
    return kept


def _identity(tree: Tree, function: Function) -> tuple[str, ...]:
    """Return the file and the name of the handler; where no file answers, how and where it is written."""
    if function.inline is not None or function.handler is None:
        return function.source.path, function.name, "", ""
    return locate(tree, function) or ("", function.code_root, function.handler)
