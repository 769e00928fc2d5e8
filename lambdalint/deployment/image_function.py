"""Places an image function's code into its room, as its declaration and its Dockerfile say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.dockerfile import ImageFacts, read_dockerfile
from lambdalint.deployment.dockerfile_syntax import absolute
from lambdalint.deployment.dockerignore import left_out
from lambdalint.deployment.handlers import locate, module_file
from lambdalint.deployment.image_command import MAX_WORDS, application, started
from lambdalint.deployment.image_requirements import image_build
from lambdalint.deployment.not_lambda import is_below
from lambdalint.deployment.rooms import DEFAULT_PLATFORM, merge_environment
from lambdalint.model import EnvironmentVariable, Function, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cloudformation.nested_stacks import Stack
    from lambdalint.deployment.node import Node


class ImageBuild(msgspec.Struct, frozen=True):
    """How an image is built, and what its declaration overrides; None stands for what it leaves alone.

    ``guessed`` tells that the declaration does not name the Dockerfile; ``serves`` that the platform passes requests
    on to the server that the command starts.
    """

    context: str
    dockerfile: str
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    workdir: str | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    target: str | None = None
    guessed: bool = False
    serves: bool = False


def apply_image(
    tree: Tree, stack: Stack, function: Function, properties: Node, resource: Node
) -> tuple[Function | None, list[Problem]]:
    """Return the image *function* of a template with its code and its room; None if it does not run Python."""
    scope = stack.scope
    metadata = scope.get(resource, "Metadata")
    context = scope.text(metadata, "DockerContext")
    name = scope.text(metadata, "Dockerfile")
    guessed = context is None and name is None
    if guessed:
        context = _only_dockerfile(tree, stack.directory)
        if context is None:
            message = f"the image of the function {function.name} is not built in the project, as far as it shows"
            return None, [Problem(function.source, message, "note")]
        folder: str | None = context
        function = replace(function, confidence="medium")
    else:
        folder = Tree.join(stack.directory, context or ".")
    path = Tree.join(folder, name or "Dockerfile") if folder is not None else None
    if folder is None or path is None:
        message = f"the image of the function {function.name} is built from outside of the project"
        return None, [Problem(function.source, message, "note")]
    build_arguments = scope.get(metadata, "DockerBuildArgs")
    entries = build_arguments.entries if build_arguments is not None else ()
    arguments = tuple((entry.name, value) for entry in entries if (value := scope.text(entry.value)) is not None)
    config = scope.get(properties, "ImageConfig")
    build = ImageBuild(
        folder,
        path,
        _words(stack, config, "Command"),
        _words(stack, config, "EntryPoint"),
        scope.text(config, "WorkingDirectory"),
        arguments,
        scope.text(metadata, "DockerBuildTarget"),
        guessed=guessed,
    )
    return place_image(tree, function, build)


def place_image(tree: Tree, function: Function, build: ImageBuild) -> tuple[Function | None, list[Problem]]:
    """Return *function* with the code, the handler and the room that the image of *build* gives it."""

    def note(message: str) -> tuple[None, list[Problem]]:
        return None, [Problem(function.source, message, "note")]

    facts = read_dockerfile(tree, build.dockerfile, build.context, arguments=dict(build.arguments), target=build.target)
    if facts is None:
        return note(f"the Dockerfile of the function {function.name} cannot be read: {build.dockerfile}")
    workdir = build.workdir or facts.workdir
    task_root = "/var/task" if facts.lambda_base else workdir
    entrypoint = facts.entrypoint if build.entrypoint is None else build.entrypoint
    words = (*entrypoint, *(facts.command if build.command is None else build.command))[:MAX_WORDS]
    command = started(words, dict(facts.env), adapter=facts.lambda_adapter or build.serves)
    handler = command.handler or application(tree, facts, command, workdir)
    if build.guessed and not (
        facts.lambda_base or facts.lambda_adapter or any("awslambdaric" in word for word in words)
    ):
        return note(f"the image of the function {function.name} is not built in the project, as far as it shows")
    if handler is None:
        if not facts.python:
            return None, []
        adapted = facts.lambda_adapter or build.serves
        why = "starts a server without the web adapter" if command.serves and not adapted else "names no handler"
        return note(f"the command of the image of {function.name} {why}")
    folders = (absolute(workdir, command.folder or "."), task_root, workdir)
    found = _code(tree, facts, handler, tuple(dict.fromkeys(folders)))
    if found is None:
        if not facts.python:
            return None, []
        return note(f"the Dockerfile of the function {function.name} does not show where {handler} comes from")
    code_root, place, task_root = found
    below = place[len(task_root) :].strip("/")
    env = tuple(EnvironmentVariable(name, value) for name, value in facts.env)
    # A command of the template's own is where the handler is stated; the image's is in the Dockerfile.
    spans = (("handler", facts.started_at),) if facts.started_at is not None and build.command is None else ()
    room = replace(
        function.room,
        package_type="image",
        served=command.serves,
        cwd=workdir,
        task_root=task_root,
        env=merge_environment(env, function.room.env),
        # Other base images bring variables of their own.
        env_complete=function.room.env_complete and facts.lambda_base,
        spans=(*(one for one in function.room.spans if not spans or one[0] != "handler"), *spans),
    )
    others = [folder for folder, target in _roots(tree, facts) if target in {place, task_root, workdir}]
    search_path = (*function.search_path, *(folder for folder in others if folder != code_root))
    placed = replace(
        function,
        handler=handler,
        code_root=code_root,
        prefix=below,
        room=room,
        search_path=tuple(dict.fromkeys(search_path)),
        build=image_build(build.dockerfile, facts.installs),
        image_files=facts.left if room.platform == DEFAULT_PLATFORM else (),
    )
    lacking = replace(placed, packaged=left_out(tree, build.context, build.dockerfile, code_root))
    if locate(tree, lacking) == locate(tree, placed):
        return lacking, []
    message = f"the .dockerignore of the function {function.name} leaves out its handler: the whole folder counts"
    return placed, [Problem(function.source, message, "note")]


def _only_dockerfile(tree: Tree, directory: str) -> str | None:
    """Return the folder of the only Dockerfile in *directory* and below, or None."""
    found = [path.rpartition("/")[0] for path in tree.named("Dockerfile")]
    below = [folder for folder in found if is_below(folder, (directory,))]
    return below[0] if len(below) == 1 else None


def _words(stack: Stack, config: Node | None, name: str) -> tuple[str, ...] | None:
    block = stack.scope.get(config, name)
    if block is None:
        return None
    words = [stack.scope.text(item) for item in block.items] if block.items else [block.text]
    return tuple(word for word in words if word is not None)


def _code(tree: Tree, facts: ImageFacts, handler: str, folders: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Return the folder that brings the handler's module, its place in the image, and where imports start there."""
    module = [part for part in handler.replace("/", ".").split(".")[:-1] if part]
    for folder in folders:
        for code_root, place in _roots(tree, facts):
            if _is_below(place, folder):
                above = [part for part in place[len(folder) :].split("/") if part]
                if module[: len(above)] != above or len(module) == len(above):
                    continue
                if module_file(tree, code_root, module[len(above) :]) is not None:
                    return code_root, place, folder
            elif _is_below(folder, place):
                inner = Tree.join(code_root, folder[len(place) :].lstrip("/"))
                if inner is not None and module_file(tree, inner, module) is not None:
                    return inner, folder, folder
    return None


def _roots(tree: Tree, facts: ImageFacts) -> Iterator[tuple[str, str]]:
    """Yield the folders that land in the image; a file lands with its folder if it keeps its name."""
    for source, place in reversed(facts.copies):
        if source not in tree:
            yield source, place
        elif source.rpartition("/")[2] == place.rpartition("/")[2]:
            yield source.rpartition("/")[0], place.rpartition("/")[0] or "/"


def _is_below(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip("/") + "/")
