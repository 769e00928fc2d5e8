"""``CfnFunction`` of a CDK program: the properties of CloudFormation, written as code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.cdk.asset import Asset, NoAsset, asset_folder, key_asset
from lambdalint.deployment.cdk.bundling import plain_build
from lambdalint.deployment.cdk.expression import Nothing, Sequence
from lambdalint.deployment.cdk.room import environment_of, network_of, spans_of
from lambdalint.deployment.rooms import merge_environment
from lambdalint.model import Layer, Mount

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.expression import Expression, Properties, Values
    from lambdalint.model import Function, Span, Tree

MAX_ITEMS = 50
_SETTINGS = {
    "handler": "handler",
    "runtime": "runtime",
    "timeout": "timeout",
    "ephemeral_storage": "tmp_mb",
    "layers": "layers",
    "vpc_config": "vpc",
    "environment": "environment",
    "file_system_configs": "mounts",
    "snap_start": "snap_start",
}


def zip_file(values: Values, properties: Properties) -> Expression | None:
    """Return the code that stands in the program, or None."""
    code = values.properties(properties.get("code"))
    return code.get("zip_file") if code is not None else None


def code_of(tree: Tree, values: Values, properties: Properties, span: Span) -> Asset | NoAsset:
    """Return the folder of the code: that of an asset whose key the properties take."""
    code = values.properties(properties.get("code"))
    path = key_asset(values, code.get("s3_key") if code is not None else None)
    if path is None:
        return NoAsset("", span)
    folder = asset_folder(tree, values, path, span)
    return folder if isinstance(folder, NoAsset) else Asset(folder, plain_build(tree, folder), span=path.span)


def placed_function(function: Function, values: Values, properties: Properties, code: Span | None) -> Function:
    """Return *function* with the room that the *properties* give it."""
    block = values.properties(properties.get("environment"))
    given = properties.get("environment")
    variables = environment_of(values, block.get("variables") if block is not None else None)
    storage = properties.get("ephemeral_storage")
    size = _number(values, storage, "size")
    timeout = values.number(properties.get("timeout"))
    room = replace(
        function.room,
        tmp_mb=function.room.tmp_mb if storage is None and properties.complete else size,
        timeout=int(timeout) if timeout is not None and 0 <= timeout < 1e9 else None,
        vpc=network_of(values, properties, "vpc_config"),
        env=merge_environment(function.room.env, variables[0]),
        env_complete=variables[1] and properties.complete and (given is None or block is not None),
        mounts=_mounts(values, properties.get("file_system_configs")),
        layers=_layers(values, properties),
        variants=_variants(values, properties.get("snap_start")),
        spans=spans_of(properties, _SETTINGS, code),
    )
    return replace(function, room=room)


def _number(values: Values, block: Expression | None, name: str) -> int | None:
    inner = values.properties(block)
    found = values.number(inner.get(name)) if inner is not None else None
    return int(found) if found is not None and 0 <= found < 1e9 else None


def _mounts(values: Values, listed: Expression | None) -> tuple[Mount, ...]:
    found: list[Mount] = []
    block = values.follow(listed)
    for item in block.items[:MAX_ITEMS] if isinstance(block, Sequence) else ():
        entry = values.properties(item)
        node = entry.get("local_mount_path") if entry is not None else None
        path = values.text(node)
        if node is not None and path is not None:
            arn = values.text(entry.get("arn") if entry is not None else None, hole="*") or ""
            found.append(Mount(path, "s3files" if ":s3files:" in arn else "efs", node.span))
    return tuple(found)


def _layers(values: Values, properties: Properties) -> tuple[Layer, ...]:
    given = properties.get("layers")
    block = values.follow(given)
    unknown = () if properties.complete else (Layer("unknown"),)
    if given is None or isinstance(block, Nothing):
        return unknown
    if not isinstance(block, Sequence):
        return (Layer("unknown", None, given.span),)
    found = [Layer(_arn(values, one), None, one.span) for one in block.items[:MAX_ITEMS]]
    return (*found, *(() if block.complete else (Layer("unknown", None, given.span),)), *unknown)


def _arn(values: Values, one: Expression) -> str:
    text = values.text(one, hole="*")
    return text if text is not None and text.startswith(("arn:", "*arn:")) else "unknown"


def _variants(values: Values, block: Expression | None) -> tuple[str, ...]:
    inner = values.properties(block)
    applied = values.text(inner.get("apply_on")) if inner is not None else None
    return ("snap-start",) if applied == "PublishedVersions" else ()
