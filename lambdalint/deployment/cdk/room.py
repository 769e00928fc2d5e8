"""The room of a function of a CDK program, as the properties of its construct set it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.cdk.asset import read_layers
from lambdalint.deployment.cdk.expression import Call, Mapping, Nothing
from lambdalint.deployment.rooms import merge_environment
from lambdalint.model import EnvironmentVariable, Function, Layer, Mount

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.expression import Expression, Properties, Values
    from lambdalint.model import Span, Tree

MAX_VARIABLES = 500
_LAMBDA = "aws_cdk.aws_lambda."
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
    "snap_start": "snap_start",
}
_ADDS_LAYER = ("insights_version", "adot_instrumentation", "params_and_secrets")


class Later(msgspec.Struct, frozen=True):
    """What a program calls on functions it has made: whether variables, and layers, are added."""

    variables: bool = False
    layers: bool = False


def placed(
    tree: Tree, function: Function, values: Values, properties: Properties, code: Span | None, later: Later
) -> Function:
    """Return *function* with the room that the *properties* give it; *code* is where its folder is stated."""
    room = function.room
    layers = read_layers(tree, properties.get("layers"), values)
    unknown = later.layers or not properties.complete or any(properties.get(name) for name in _ADDS_LAYER)
    environment, complete = environment_of(values, properties.get("environment"))
    storage = properties.get("ephemeral_storage_size")
    size = _quantity(values, storage, "Size")
    room = replace(
        room,
        tmp_mb=room.tmp_mb if storage is None and properties.complete else size,
        timeout=_quantity(values, properties.get("timeout"), "Duration"),
        vpc=network_of(values, properties, "vpc"),
        env=merge_environment(room.env, environment),
        env_complete=complete and properties.complete and not later.variables,
        mounts=_mounts(values, properties.get("filesystem")),
        layers=(*layers.layers, *((Layer("unknown", None, function.source),) if unknown else ())),
        variants=_variants(values, properties.get("snap_start")),
        spans=spans_of(properties, _SETTINGS, code),
    )
    return replace(function, room=room, search_path=layers.search_path)


def spans_of(properties: Properties, settings: dict[str, str], code: Span | None) -> tuple[tuple[str, Span], ...]:
    """Return where *settings*, by the names of properties, are stated, and the folder of the *code*."""
    spans = [(name, value.span) for key, name in settings.items() if (value := properties.get(key)) is not None]
    return (*spans, *((("code_root", code),) if code is not None else ()))


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


def environment_of(values: Values, expression: Expression | None) -> tuple[tuple[EnvironmentVariable, ...], bool]:
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


def network_of(values: Values, properties: Properties, name: str) -> bool | None:
    """Tell whether the function lies in a network of the user's; None where the program does not show it."""
    given = properties.get(name)
    if given is None:
        return False if properties.complete else None
    found = values.follow(given)
    if isinstance(found, Nothing):
        return False
    return True if isinstance(found, (Call, Mapping)) else None


def _mounts(values: Values, expression: Expression | None) -> tuple[Mount, ...]:
    called = values.called(expression)
    if called is None or not called[0].startswith(f"{_LAMBDA}FileSystem."):
        return ()
    node = values.argument(called[1], 1, "mount_path")
    path = values.text(node)
    if node is None or path is None:
        return ()
    return (Mount(path, "s3files" if "s3" in called[0].rpartition(".")[2] else "efs", node.span),)


def _variants(values: Values, expression: Expression | None) -> tuple[str, ...]:
    name = values.dotted(expression) if expression is not None else ""
    return ("snap-start",) if name == f"{_LAMBDA}SnapStartConf.ON_PUBLISHED_VERSIONS" else ()
