"""Joins what all readers find into one deployment: the user's word first, then declarations, then looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.handlers import locate
from lambdalint.deployment.rooms import DEFAULT_PLATFORM, base_room, complete, same_room
from lambdalint.deployment.told_problems import bounded
from lambdalint.model import Deployment, Function, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lambdalint.catalogue import Catalogue
    from lambdalint.deployment.recalled import Recalled
    from lambdalint.model import Room, Settings

    Failed = Callable[[str, Exception], None]

_Found = TypeVar("_Found")


def read(tree: Tree, settings: Settings, catalogue: Catalogue, failed: Failed, recalled: Recalled) -> Deployment:
    """See ``lambdalint.deployment.read``."""
    asking = _Asking(failed)
    declared = recalled(
        "declared",
        (settings.functions, settings.writable),
        _Declared,
        tree,
        lambda watched: _declared(watched, settings, catalogue, asking),
    )
    guessed = Deployment()
    if settings.signature_fallback:
        from lambdalint.deployment import signature, webapp

        room = base_room(DEFAULT_PLATFORM, catalogue)
        covered = {found for one in declared.functions if (found := locate(tree, one)) is not None}
        guessed = asking.ask(
            "handlers", lambda: signature.read(tree, room, covered, declared.others, recalled), guessed, tree
        )
        if not declared.functions and not guessed.functions:
            guessed = asking.ask("web applications", lambda: Deployment(webapp.read(tree, room)), guessed, tree)
    ready = _Completion(tree, catalogue, settings.writable)
    functions = (*declared.functions, *(ready.function(one) for one in guessed.functions))
    problems = (*declared.problems, *guessed.problems)
    return Deployment(tuple(sorted(functions, key=lambda one: (one.source, one.name))), bounded(problems))


class _Declared(msgspec.Struct, frozen=True):
    """What is declared; ``others`` are the folders and files whose code runs elsewhere."""

    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = ()
    others: tuple[str, ...] = ()


class _Asking(msgspec.Struct, frozen=True):
    """Asks one reader after the other; ``failed`` is told of those that fail."""

    failed: Failed

    def ask(self, what: str, reader: Callable[[], _Found], nothing: _Found, tree: Tree | None = None) -> _Found:
        """Return what a reader finds, *nothing* if it fails: then *tree* does not tell all that decides."""
        try:
            return reader()
        except Exception as error:  # the boundary of one reader
            self.failed(f"reading {what}", error)
            if tree is not None:
                tree.leave()
            return nothing


def _declared(tree: Tree, settings: Settings, catalogue: Catalogue, asking: _Asking) -> _Declared:
    from lambdalint.deployment import (
        cdk,
        chalice,
        cloudformation,
        explicit,
        genezio,
        lone_image,
        serverless,
        terraform,
        vercel,
        zappa,
    )

    room = base_room(DEFAULT_PLATFORM, catalogue)
    ready = _Completion(tree, catalogue, settings.writable)

    def asked(what: str, reader: Callable[[], _Found], nothing: _Found) -> _Found:
        return asking.ask(what, reader, nothing, tree)

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
    problems = (problem for reader in (configured, *readers, images) for problem in reader.problems)
    others = (*services.foreign, *projects.files, *images.files)
    return _Declared(tuple(declared), tuple(problems), others)


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
