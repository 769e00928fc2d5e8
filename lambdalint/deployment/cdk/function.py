"""The functions that the constructs of a CDK program stand for, each with its room."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.cdk import cfn_function
from lambdalint.deployment.cdk.asset import (
    PYTHON_FUNCTIONS,
    Asset,
    NoAsset,
    code_asset,
    construct_properties,
    entry_asset,
)
from lambdalint.deployment.cdk.elsewhere import around_image, before_build, published
from lambdalint.deployment.cdk.expression import Text
from lambdalint.deployment.cdk.image import apply_image, docker_build, image_call
from lambdalint.deployment.cdk.inline import inline_file, read_inline
from lambdalint.deployment.cdk.room import Later, placed
from lambdalint.deployment.handlers import locate
from lambdalint.deployment.web_adapter import application, is_wrapped
from lambdalint.model import Build, Function, Problem, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.expression import Call, Expression, Properties, Values
    from lambdalint.model import Room, Span

_LAMBDA = "aws_cdk.aws_lambda."
_CFN_FUNCTION = f"{_LAMBDA}CfnFunction"
_IMAGE_FUNCTION = f"{_LAMBDA}DockerImageFunction"
_INLINE = frozenset(f"{_LAMBDA}{name}" for name in ("Code.from_inline", "Code.inline", "InlineCode"))
FUNCTIONS = frozenset(
    {f"{_LAMBDA}Function", f"{_LAMBDA}SingletonFunction", "aws_cdk.triggers.TriggerFunction"}
    | {"aws_cdk.aws_cloudfront.experimental.EdgeFunction", _CFN_FUNCTION, _IMAGE_FUNCTION, *PYTHON_FUNCTIONS}
)
_RUNTIME = re.compile(r".*\bRuntime\.(?:PYTHON_(?P<version>\d+_\d+)|(?P<other>[A-Z][A-Z0-9_]+))")

__all__ = ["FUNCTIONS", "Later", "read_function"]


class _Declaration(msgspec.Struct, frozen=True):
    """One construct: its name, and what is read of its properties."""

    name: str
    span: Span
    kind: str
    properties: Properties
    runtime: str | None
    is_python: bool | None

    def note(self, reason: str, place: Span | None = None) -> Problem:
        what = f"the function {self.name}" if self.name else "a function of the CDK program"
        return Problem(place or self.span, f"{what} is not read: {reason}", "note")


def read_function(tree: Tree, call: Call, values: Values, room: Room, later: Later) -> Function | Problem | None:
    """Return the function of a construct; None where it does not run Python, a problem where too much is unknown."""
    identity = values.follow(values.argument(call, 1, "id"))
    name = values.text(identity) or ""
    known = isinstance(identity, Text) and identity.span.path.endswith((call.span.path, ".py"))
    span = identity.span if known and identity is not None else call.callee.span
    properties = construct_properties(call, values)
    if properties is None:
        what = f"the function {name}" if name else "a function of the CDK program"
        return Problem(call.callee.span, f"{what} is not read: its properties are not known", "note")
    runtime, is_python = _runtime(values, properties.get("runtime"))
    image = image_call(values, properties.get("code"))
    if is_python is False and image is None:
        return None
    found = _Declaration(name, span, values.dotted(call.callee), properties, runtime, is_python)
    if image is not None or found.kind == _IMAGE_FUNCTION:
        return _image(tree, values, found, image, room, later)
    code = (
        cfn_function.zip_file(values, properties)
        if found.kind == _CFN_FUNCTION
        else _inline_code(values, properties.get("code"))
    )
    if code is not None:
        return _inline(tree, values, found, code, room, later)
    return _zipped(tree, values, found, call.callee.span, room, later)


def _zipped(
    tree: Tree, values: Values, found: _Declaration, callee: Span, room: Room, later: Later
) -> Function | Problem | None:
    """Return the function whose package is made of a folder."""
    properties, is_entry = found.properties, found.kind in PYTHON_FUNCTIONS
    handler = _entry_handler(values, properties) if is_entry else values.text(properties.get("handler"))
    if is_entry:
        asset = entry_asset(tree, properties, values, callee)
    elif found.kind == _CFN_FUNCTION:
        asset = cfn_function.code_of(tree, values, properties, callee)
    else:
        built = docker_build(tree, values, properties.get("code"), handler or "", callee)
        asset = built if built is not None else code_asset(tree, properties.get("code"), values, callee)
    certain = found.is_python or is_entry
    guessed = None
    if isinstance(asset, NoAsset):
        if certain and handler and asset.missing is not None:
            home = values.directory if values.directory is not None else next(iter(values.candidates), None)
            guessed = (
                before_build(tree, handler, asset.missing, home)
                if asset.reason
                else published(tree, handler, asset.missing)
            )
        if guessed is None:
            return found.note(asset.reason, asset.span) if asset.reason and certain else None
        asset = Asset(guessed, Build(), bundled=True, span=asset.span)
    if not handler:
        return found.note("its handler is not known") if certain else None
    function = Function(
        name=found.name or f"{asset.folder}/{handler}".lstrip("/"),
        handler=handler,
        code_root=asset.folder,
        room=replace(room, runtime=found.runtime),
        source=found.span,
        declared_by="cdk",
        build=asset.build,
        packaged=asset.packaged,
        confidence="high" if guessed is None else "medium",
    )
    function = _placed(tree, function, values, found, asset.span, later)
    if locate(tree, function) is not None:
        return function
    if not certain:
        return None
    program = Tree.join(function.code_root, handler)
    if program is not None and program in tree:
        served = application(tree.read(program) or b"") if is_wrapped(function.room) else None
        return replace(function, handler=served) if served else found.note(f"it starts a program: {handler}")
    if asset.packaged and locate(tree, replace(function, packaged=())) is not None:
        return replace(function, packaged=())
    if asset.bundled:
        return found.note(f"the command that bundles it makes its handler, {handler}")
    return function


def _placed(
    tree: Tree, function: Function, values: Values, found: _Declaration, code: Span | None, later: Later
) -> Function:
    if found.kind == _CFN_FUNCTION:
        return cfn_function.placed_function(function, values, found.properties, code)
    return placed(tree, function, values, found.properties, code, later)


def _inline_code(values: Values, code: Expression | None) -> Expression | None:
    called = values.called(code)
    if called is None or called[0] not in _INLINE:
        return None
    return values.argument(called[1], 0, "code")


def _inline(
    tree: Tree, values: Values, found: _Declaration, code: Expression, room: Room, later: Later
) -> Function | Problem | None:
    """Return the function whose code stands in the program, or in a file that the program reads."""
    handler = values.text(found.properties.get("handler"))
    if not found.is_python:
        return None
    if not handler:
        return found.note("its handler is not known")
    function = Function(
        name=found.name or handler,
        handler=handler,
        code_root=found.span.path.rpartition("/")[0],
        room=replace(room, runtime=found.runtime),
        source=found.span,
        declared_by="cdk",
        build=Build(complete=True),
    )
    path = inline_file(tree, values, code)
    if path is not None and path.endswith(".py"):
        folder, _, file = path.rpartition("/")
        stem = file.removesuffix(".py")
        function = replace(
            function,
            handler=f"{stem}.{handler.rpartition('.')[2]}",
            code_root=folder,
            packaged=("!**", file),
        )
    else:
        inline = read_inline(tree, values, code, function.name)
        if inline is None:
            return found.note("its inline code is not known", code.span)
        function = replace(function, inline=inline)
    return _placed(tree, function, values, found, None, later)


def _image(
    tree: Tree, values: Values, found: _Declaration, image: Call | None, room: Room, later: Later
) -> Function | Problem | None:
    """Return the function that runs an image."""
    if image is None:
        return _published_image(tree, values, found, room, later)
    name = found.name or "of the image"
    function = Function(
        name=name, handler=None, code_root="", room=room, source=found.span, declared_by="cdk", build=Build()
    )
    function = _placed(tree, function, values, found, None, later)
    made = apply_image(tree, function, values, image, image.callee.span)
    if isinstance(made, NoAsset):
        return found.note(made.reason, made.span)
    if isinstance(made, Function) and not found.name:
        return replace(made, name=f"{made.code_root}/{made.handler}".lstrip("/"))
    return made


def _published_image(
    tree: Tree, values: Values, found: _Declaration, room: Room, later: Later
) -> Function | Problem | None:
    """Return the function of an image that is built elsewhere, where its command names a module of the project."""
    called = values.called(found.properties.get("code"))
    if called is None or not called[0].endswith(".from_ecr"):
        return found.note("the code of its image is not known")
    options = values.keywords(called[1]) if called[1].keywords else None
    words = values.texts(options.get("cmd")) if options is not None else []
    handler = words[0] if len(words) == 1 else None
    folder = around_image(tree, handler, values.directory) if handler else None
    if handler is None or folder is None:
        return found.note("its image is not built in the project, as far as it shows")
    place = replace(room, package_type="image", env_complete=False)
    function = Function(
        name=found.name or handler,
        handler=handler,
        code_root=folder,
        room=place,
        source=found.span,
        declared_by="cdk",
        build=Build(),
        confidence="medium",
    )
    function = _placed(tree, function, values, found, None, later)
    return replace(function, room=replace(function.room, env_complete=False))


def _runtime(values: Values, expression: Expression | None) -> tuple[str | None, bool | None]:
    """Return the runtime, and whether it is Python's; None where that is not known."""
    called = values.called(expression)
    text = values.text(expression)
    if called is not None and called[0] == f"{_LAMBDA}Runtime":
        text = values.text(values.argument(called[1], 0, "name"))
    match = _RUNTIME.fullmatch(values.dotted(expression))
    if match is not None:
        text = f"python{match['version'].replace('_', '.')}" if match["version"] else match["other"].lower()
    if called is not None and called[0].endswith("node_runtime"):
        text = "nodejs"
    return (text, text.startswith("python")) if text is not None else (None, None)


def _entry_handler(values: Values, properties: Properties) -> str | None:
    """Return the handler that ``PythonFunction`` makes of its index, a file, and the name in it."""
    index = values.text(properties.get("index")) if properties.get("index") is not None else "index.py"
    name = values.text(properties.get("handler")) if properties.get("handler") is not None else "handler"
    if index is None or name is None or not index.endswith(".py"):
        return None
    return f"{index.removeprefix('./').removesuffix('.py')}.{name}".replace("/", ".")
