"""Functions of a CDK program that run container images, built from a Dockerfile of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.cdk.asset import Asset, NoAsset, asset_folder
from lambdalint.deployment.cdk.expression import Mapping, Nothing
from lambdalint.deployment.dockerfile import read_dockerfile
from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.image_function import ImageBuild, place_image
from lambdalint.model import Build, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.expression import Call, Expression, Properties, Values
    from lambdalint.model import Function, Problem, Span

_LAMBDA = "aws_cdk.aws_lambda."
_BUILT = "/asset"
IMAGES = frozenset(
    {f"{_LAMBDA}DockerImageCode.from_image_asset", f"{_LAMBDA}Code.from_asset_image", f"{_LAMBDA}AssetImageCode"}
    | {f"{_LAMBDA}EcrImageCode.from_asset_image", "aws_cdk.aws_ecr_assets.DockerImageAsset"}
)


def image_call(values: Values, code: Expression | None) -> Call | None:
    """Return the call that builds the image of a function, or None where it is no image of the project."""
    called = values.called(code)
    return called[1] if called is not None and called[0] in IMAGES else None


def apply_image(
    tree: Tree, function: Function, values: Values, code: Call, span: Span
) -> Function | NoAsset | Problem | None:
    """Return the image *function* with its code and its room; None where it does not run Python."""
    name = values.dotted(code.callee)
    is_asset = name.endswith("DockerImageAsset")
    path = values.argument(code, -1 if is_asset else 0, "directory")
    folder = asset_folder(tree, values, path, span)
    if isinstance(folder, NoAsset):
        return folder
    second = code.arguments[1] if len(code.arguments) > 1 and not is_asset else None
    options = values.keywords(code) if code.keywords else values.properties(second)
    file = values.text(options.get("file")) if options is not None and options.get("file") is not None else "Dockerfile"
    dockerfile = Tree.join(folder, file) if file is not None else None
    if dockerfile is None or dockerfile not in tree:
        return NoAsset(f"its Dockerfile is not in the project: {folder or '.'}/{file or '?'}", span)
    build = ImageBuild(folder, dockerfile)
    if options is not None:
        build = replace(
            build,
            command=_words(values, options, "cmd"),
            entrypoint=_words(values, options, "entrypoint"),
            workdir=_text(values, options, "working_directory"),
            arguments=_arguments(values, options.get("build_args")),
            target=_text(values, options, "target"),
        )
    placed, problems = place_image(tree, function, build)
    if placed is None and build.command is not None and len(build.command) == 1:
        placed = _installed(tree, function, build)
    return placed if placed is not None else next(iter(problems), None)


def _installed(tree: Tree, function: Function, build: ImageBuild) -> Function | None:
    """Return the function whose module the image gets in another way than by a copy: what it is built from has it."""
    handler = (build.command or ("",))[0]
    module = [part for part in handler.replace("/", ".").split(".")[:-1] if part]
    if not module or module_file(tree, build.context, module) is None:
        return None
    room = replace(function.room, package_type="image", env_complete=False)
    return replace(function, handler=handler, code_root=build.context, room=room, confidence="medium")


def docker_build(
    tree: Tree, values: Values, code: Expression | None, handler: str, span: Span
) -> Asset | NoAsset | None:
    """Return the folder that brings the handler to ``/asset`` of a ``Code.from_docker_build``; None for other code."""
    called = values.called(code)
    if called is None or called[0] != f"{_LAMBDA}Code.from_docker_build":
        return None
    path = values.argument(called[1], 0, "path")
    folder = asset_folder(tree, values, path, span)
    if isinstance(folder, NoAsset):
        return folder
    options = values.keywords(called[1]) if called[1].keywords else values.properties(_second(called[1]))
    file = _text(values, options, "file") if options is not None else None
    dockerfile = Tree.join(folder, file or "Dockerfile")
    facts = read_dockerfile(tree, dockerfile, folder) if dockerfile is not None else None
    module = [part for part in handler.replace("/", ".").split(".")[:-1] if part]
    for source, place in reversed(facts.copies) if facts is not None else ():
        is_file = source in tree
        target, root = (one.rpartition("/")[0] if is_file else one for one in (place, source))
        if target.rstrip("/") == _BUILT and module and module_file(tree, root, module) is not None:
            return Asset(root, Build(), bundled=True, span=path.span if path is not None else None)
    return NoAsset(f"the Dockerfile does not show where {handler} comes from", span)


def _second(call: Call) -> Expression | None:
    return call.arguments[1] if len(call.arguments) > 1 else None


def _text(values: Values, options: Properties, name: str) -> str | None:
    given = options.get(name)
    return values.text(given) if given is not None else None


def _words(values: Values, options: Properties, name: str) -> tuple[str, ...] | None:
    given = values.follow(options.get(name))
    if given is None or isinstance(given, Nothing):
        return None
    words = values.texts(given)
    return tuple(word for word in words if word is not None) if words and None not in words else None


def _arguments(values: Values, given: Expression | None) -> tuple[tuple[str, str], ...]:
    block = values.follow(given)
    if not isinstance(block, Mapping):
        return ()
    found = ((entry.name, values.text(entry.value)) for entry in block.entries if entry.name is not None)
    return tuple((name, text) for name, text in found if text is not None)
