"""The functions that the constructs of a CDK program stand for, each with its room."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.asset import (
    PYTHON_FUNCTIONS,
    NoAsset,
    code_asset,
    construct_properties,
    entry_asset,
    read_layers,
)
from lambdalint.deployment.cdk.expression import Call, Mapping, Nothing, Text
from lambdalint.deployment.handlers import locate
from lambdalint.deployment.rooms import merge_environment
from lambdalint.deployment.web_adapter import application, is_wrapped
from lambdalint.model import EnvironmentVariable, Function, Layer, Mount, Problem, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.asset import Asset
    from lambdalint.deployment.cdk.expression import Expression, Properties, Values
    from lambdalint.model import Room, Span

MAX_VARIABLES = 500
_LAMBDA = "aws_cdk.aws_lambda."
FUNCTIONS = frozenset(
    {f"{_LAMBDA}Function", f"{_LAMBDA}SingletonFunction", "aws_cdk.triggers.TriggerFunction"}
    | {"aws_cdk.aws_cloudfront.experimental.EdgeFunction", *PYTHON_FUNCTIONS}
)
_RUNTIME = re.compile(r".*\bRuntime\.(?:PYTHON_(?P<version>\d+_\d+)|(?P<other>[A-Z][A-Z0-9_]+))")
_UNITS = {
    "Duration.seconds": 1.0,
    "Duration.minutes": 60.0,
    "Duration.hours": 3600.0,
    "Duration.millis": 0.001,
    "Size.mebibytes": 1.0,
    "Size.gibibytes": 1024.0,
}
_SETTINGS = {
    "handler": "handler",
    "runtime": "runtime",
    "timeout": "timeout",
    "ephemeral_storage_size": "tmp_mb",
    "layers": "layers",
    "vpc": "vpc",
    "environment": "environment",
    "filesystem": "mounts",
}
_ADDS_LAYER = ("insights_version", "adot_instrumentation", "params_and_secrets")


@dataclass(frozen=True, slots=True)
class Later:
    """What a program calls on functions it has made: whether variables, and layers, are added."""

    variables: bool = False
    layers: bool = False


def read_function(tree: Tree, call: Call, values: Values, room: Room, later: Later) -> Function | Problem | None:
    """Return the function of a construct; None where it does not run Python, a problem where too much is unknown."""
    identity = values.follow(values.argument(call, 1, "id"))
    name = values.text(identity) or ""
    span = identity.span if isinstance(identity, Text) and identity.span.path == call.span.path else call.callee.span
    what = f"the function {name}" if name else "a function of the CDK program"

    def note(reason: str, place: Span) -> Problem:
        return Problem(place, f"{what} is not read: {reason}", "note")

    properties = construct_properties(call, values)
    if properties is None:
        return note("its properties are not known", call.callee.span)
    runtime, is_python = _runtime(values, properties.get("runtime"))
    if is_python is False:
        return None
    is_entry = values.dotted(call.callee) in PYTHON_FUNCTIONS
    handler = _entry_handler(values, properties) if is_entry else values.text(properties.get("handler"))
    asset = (
        entry_asset(tree, properties, values, call.callee.span)
        if is_entry
        else code_asset(tree, properties.get("code"), values, call.callee.span)
    )
    if isinstance(asset, NoAsset):
        return note(asset.reason, asset.span) if asset.reason and (is_python or is_entry) else None
    if not handler:
        return note("its handler is not known", span) if is_python or is_entry else None
    function = Function(
        name=name or f"{asset.folder}/{handler}".lstrip("/"),
        handler=handler,
        code_root=asset.folder,
        room=replace(room, runtime=runtime),
        source=span,
        declared_by="cdk",
        build=asset.build,
    )
    function = _placed(tree, replace(function, packaged=asset.packaged), values, properties, asset, later)
    if locate(tree, function) is not None:
        return function
    if not is_python and not is_entry:
        return None
    program = Tree.join(function.code_root, handler)
    if program is not None and program in tree:
        served = application(tree.read(program) or b"") if is_wrapped(function.room) else None
        return replace(function, handler=served) if served else note(f"it starts a program: {handler}", span)
    if asset.packaged and locate(tree, replace(function, packaged=())) is not None:
        return replace(function, packaged=())
    if asset.bundled:
        return note(f"the command that bundles it makes its handler, {handler}", span)
    return function


def _runtime(values: Values, expression: Expression | None) -> tuple[str | None, bool | None]:
    """Return the runtime, and whether it is Python's; None where that is not known."""
    called = values.called(expression)
    text = None
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


def _placed(
    tree: Tree, function: Function, values: Values, properties: Properties, asset: Asset, later: Later
) -> Function:
    """Return *function* with the room that the *properties* give it."""
    room = function.room
    layers = read_layers(tree, properties.get("layers"), values)
    unknown = later.layers or not properties.complete or any(properties.get(name) for name in _ADDS_LAYER)
    environment, complete = _environment(values, properties.get("environment"))
    storage = properties.get("ephemeral_storage_size")
    size = _quantity(values, storage, "Size")
    seconds = _quantity(values, properties.get("timeout"), "Duration")
    spans = [
        (setting, value.span)
        for name, setting in _SETTINGS.items()
        if (value := properties.get(name)) is not None and value.span.path == function.source.path
    ]
    if asset.span is not None:
        spans.append(("code_root", asset.span))
    room = replace(
        room,
        tmp_mb=room.tmp_mb if storage is None and properties.complete else size,
        timeout=seconds,
        vpc=_network(values, properties),
        env=merge_environment(room.env, environment),
        env_complete=complete and properties.complete and not later.variables,
        mounts=_mounts(values, properties.get("filesystem")),
        layers=(*layers.layers, *((Layer("unknown", None, function.source),) if unknown else ())),
        spans=tuple(spans),
    )
    return replace(function, room=room, search_path=layers.search_path)


def _quantity(values: Values, expression: Expression | None, kind: str) -> int | None:
    """Return a ``Duration`` in seconds, or a ``Size`` in MB."""
    called = values.called(expression)
    if called is None or not called[0].startswith("aws_cdk."):
        return None
    unit = called[0].removeprefix("aws_cdk.")
    amount = values.number(values.argument(called[1], 0, "amount"))
    if amount is None or unit not in _UNITS or not unit.startswith(kind) or not 0 <= amount < 1e9:
        return None
    return int(amount * _UNITS[unit])


def _environment(values: Values, expression: Expression | None) -> tuple[tuple[EnvironmentVariable, ...], bool]:
    """Return the variables that the program sets, and whether there are no others."""
    block = values.follow(expression)
    if expression is None or isinstance(block, Nothing):
        return (), True
    if not isinstance(block, Mapping):
        return (), False
    found: list[EnvironmentVariable] = []
    complete = len(block.entries) <= MAX_VARIABLES
    for entry in block.entries[:MAX_VARIABLES]:
        if entry.name is None:
            complete = False
            continue
        found.append(EnvironmentVariable(entry.name, values.text(entry.value), entry.span))
    return merge_environment(found), complete


def _network(values: Values, properties: Properties) -> bool | None:
    """Tell whether the function lies in a network of the user's; None where the program does not show it."""
    given = properties.get("vpc")
    if given is None:
        return False if properties.complete else None
    found = values.follow(given)
    if isinstance(found, Nothing):
        return False
    return True if isinstance(found, Call) else None


def _mounts(values: Values, expression: Expression | None) -> tuple[Mount, ...]:
    called = values.called(expression)
    if called is None or not called[0].startswith(f"{_LAMBDA}FileSystem."):
        return ()
    node = values.argument(called[1], 1, "mount_path")
    path = values.text(node)
    if node is None or path is None:
        return ()
    return (Mount(path, "s3files" if "s3" in called[0].rpartition(".")[2] else "efs", node.span),)
