"""Finds the build of an image that a function runs: by references, or as the only one there is."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.image_function import ImageBuild, place_image
from lambdalint.deployment.not_lambda import is_below
from lambdalint.deployment.source_root import ancestors
from lambdalint.deployment.terraform.code import located
from lambdalint.deployment.terraform.commands import KINDS as COMMANDS
from lambdalint.deployment.terraform.elsewhere import called_like
from lambdalint.deployment.terraform.expression import address
from lambdalint.deployment.terraform.lambda_module import is_docker_build
from lambdalint.deployment.terraform.project_files import in_project
from lambdalint.deployment.terraform.settings import nested
from lambdalint.deployment.terraform.values import Entries, Items, Scalar, Unknown, elements, shown, text_of
from lambdalint.model import Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.terraform.module import Module, Resource
    from lambdalint.deployment.terraform.settings import Settings
    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Function

_BUILDERS = ("docker_image", "docker_registry_image")
_BUILD = re.compile(r"\b(?:docker|podman|finch|nerdctl)\s+(?:buildx\s+)?build\b((?:\\\n|[^\n;&|])*)")
_DIRECTORY = re.compile(r"(?:^|[\n;&|])\s*cd\s+([^\s;&|]+)")
_TAKES_VALUE = frozenset(
    {"-t", "--tag", "-f", "--file", "--platform", "--build-arg", "--target", "--cache-from", "--cache-to", "--label"}
    | {"--progress", "--secret", "--ssh", "--network", "-o", "--output", "--builder", "--provenance", "--iidfile"}
)
MAX_COMMAND = 20_000


def image_function(tree: Tree, function: Function, settings: Settings) -> tuple[Function | None, list[Problem]]:
    """Return the image *function* with its code and its room; None, with a note, where its build is not known."""
    build = _build(tree, settings)
    if build is not None:
        return place_image(tree, function, _overridden(build, settings))
    path = _guessed(tree, settings)
    if path is None:
        message = f"the function {function.name} is not read: its image is not built in the project, as it shows"
        return None, [Problem(function.source, message, "note")]
    function = replace(function, confidence="medium")
    made: Function | None = None
    problems: list[Problem] = []
    # A Dockerfile does not say which folder it is built in: its own, or one above.
    for context in ancestors(path):
        made, problems = place_image(tree, function, _overridden(ImageBuild(context, path, guessed=True), settings))
        if made is not None:
            break
    return made, problems


def _overridden(build: ImageBuild, settings: Settings) -> ImageBuild:
    """Return *build* with what the function says of the image's command."""
    return replace(
        build,
        command=_words(settings.command),
        entrypoint=_words(settings.entry_point),
        workdir=text_of(settings.working_directory),
    )


def _build(tree: Tree, settings: Settings) -> ImageBuild | None:
    """Return the build that the image's address refers to, else the only one of the module and those that call it."""
    image = settings.image
    origin = image.origin if isinstance(image, (Scalar, Unknown)) else None
    if origin is not None:
        found = _of_resource(tree, origin.resource)
        if found is not None:
            return found
    written = shown(image)
    module: Module | None = settings.resource.module
    while module is not None:
        builds = list(_builds(tree, module))
        named = [build for resource, build in builds if _refers(written, resource)]
        distinct = set(named) or {build for _, build in builds}
        if len(distinct) == 1:
            return next(iter(distinct))
        if distinct:
            by_folder = {build.context: build for build in distinct}
            folder = called_like(list(by_folder), (written, settings.resource.name, settings.resource.label))
            return by_folder[folder] if folder is not None and len(by_folder) == len(distinct) else None
        module = module.call.module if module.call is not None else None
    return None


def _builds(tree: Tree, module: Module) -> Iterator[tuple[Resource, ImageBuild]]:
    for kind in (*_BUILDERS, *COMMANDS):
        for resource in module.resources("resource", kind):
            build = _of_resource(tree, resource)
            if build is not None:
                yield resource, build
    for call in module.resources("module", ""):
        build = _of_resource(tree, call)
        if build is not None:
            yield call, build


def _of_resource(tree: Tree, resource: Resource) -> ImageBuild | None:
    if resource.mode == "module":
        return _of_module(tree, resource) if is_docker_build(resource) else None
    if resource.kind in _BUILDERS:
        return _of_docker(tree, resource)
    if resource.kind in COMMANDS:
        return _of_command(tree, resource)
    return None


def _of_module(tree: Tree, call: Resource) -> ImageBuild | None:
    context = located(tree, call.argument("source_path"), call.module)
    if context is None:
        return None
    name = call.argument("docker_file_path")
    return _image(tree, context, text_of(name) if name is not None else "Dockerfile", call.argument("build_args"))


def _of_docker(tree: Tree, resource: Resource) -> ImageBuild | None:
    blocks, _ = nested(resource, "build")
    if not blocks:
        return None
    context = located(tree, blocks[0].argument("context") or blocks[0].argument("path"), resource.module)
    if context is None:
        return None
    name = blocks[0].argument("dockerfile")
    arguments = blocks[0].argument("build_args") or blocks[0].argument("build_arg")
    build = _image(tree, context, text_of(name) if name is not None else "Dockerfile", arguments)
    return replace(build, target=text_of(blocks[0].argument("target"))) if build is not None else None


def _image(tree: Tree, context: str, name: str | None, arguments: Value | None) -> ImageBuild | None:
    """Return the build in the folder *context*; the Dockerfile's *name* is a path in it, or one that Docker takes."""
    if name is None:
        return None
    paths = (in_project(name, start) for start in (context, ""))
    path = next((one for one in paths if one is not None and one in tree), None)
    if path is None:
        return None
    given = elements(arguments) if isinstance(arguments, Entries) else ()
    known = tuple((key, text) for key, value in given or () if (text := text_of(value)) is not None)
    return ImageBuild(context, path, arguments=known)


def _of_command(tree: Tree, resource: Resource) -> ImageBuild | None:
    provisioners, _ = nested(resource, "provisioner")
    for block in provisioners:
        command = block.argument("command")
        text = shown(command)[:MAX_COMMAND]
        match = _BUILD.search(text)
        if block.block.labels != ("local-exec",) or match is None:
            continue
        start = located(tree, block.argument("working_dir"), resource.module)
        directory = start if start is not None else resource.module.root
        for change in _DIRECTORY.finditer(text[: match.start()]):
            directory = in_project(change[1].strip("\"'"), directory) or directory
        try:
            words = shlex.split(match[1].replace("\\\n", " "))
        except ValueError:
            continue
        return _of_words(tree, words, directory)
    return None


def _of_words(tree: Tree, words: list[str], directory: str) -> ImageBuild | None:
    context, name = None, None
    position = 0
    while position < len(words):
        option, _, value = words[position].partition("=")
        if not option.startswith("-"):
            context = words[position]
        elif option in _TAKES_VALUE and not value:
            position += 1
            value = words[position] if position < len(words) else ""
        if option in {"-f", "--file"}:
            name = value
        position += 1
    folder = in_project(context, directory) if context is not None else None
    if folder is None:
        return None
    path = in_project(name, directory) if name is not None else Tree.join(folder, "Dockerfile")
    return ImageBuild(folder, path) if path is not None and path in tree else None


def _guessed(tree: Tree, settings: Settings) -> str | None:
    """Return the only Dockerfile around the module, or the one in a folder that is called like the image."""
    resource = settings.resource
    paths = (path for path in tree.files if path.endswith(("Dockerfile", "dockerfile")))
    by_folder = {path.rpartition("/")[0]: path for path in paths if path.rpartition("/")[2].lower() == "dockerfile"}
    hints = (shown(settings.image), *_names(resource), shown(resource.argument("function_name")), resource.name)
    for above in (resource.module.directory, resource.module.root, ""):
        found = [folder for folder in by_folder if is_below(folder, (above,))]
        if found:
            chosen = found[0] if len(found) == 1 else called_like(found, hints)
            return by_folder[chosen] if chosen is not None else None
    return None


def _names(resource: Resource) -> Iterator[str]:
    """Yield the names of the variables that the image's address is passed in, from the function to its callers."""
    found: Resource | None = resource
    name = "image_uri"
    while found is not None:
        expression = found.block.value(name)
        name = address(expression).rpartition(".")[2] if expression is not None else ""
        if not name:
            return
        yield name
        found = found.module.call


def _refers(written: str, resource: Resource) -> bool:
    kind = "module" if resource.mode == "module" else resource.kind
    return f"${{{kind}.{resource.name}." in written


def _words(value: Value | None) -> tuple[str, ...] | None:
    if not isinstance(value, Items):
        return None
    words = [text_of(item) for item in value.items]
    return tuple(word for word in words if word is not None) if value.complete and None not in words else None
