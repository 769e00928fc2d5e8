"""The room of a function of a SAM or CloudFormation template, as its properties set it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.cloudformation.intrinsics import is_absent
from lambdalint.deployment.node import SequenceNode
from lambdalint.model import EnvironmentVariable, Mount, Room

if TYPE_CHECKING:
    from lambdalint.deployment.cloudformation.nested_stacks import Stack
    from lambdalint.deployment.node import Node
    from lambdalint.model import Layer, Span

MAX_VARIABLES = 500
MAX_ITEMS = 50
"""Bounds of one function; Lambda takes 4 KB of environment, five layers and one mount."""

_SETTINGS = {
    "Handler": "handler",
    "Runtime": "runtime",
    "Timeout": "timeout",
    "FileSystemConfigs": "mounts",
    "Layers": "layers",
    "VpcConfig": "vpc",
    "SnapStart": "snap_start",
    "Environment": "environment",
}


def build_room(stack: Stack, properties: Node, layers: tuple[Layer, ...], *, image: bool) -> Room:
    """Return the room of the function with *properties*, but for what an image adds."""
    scope = stack.scope
    env, complete = _environment(stack, properties)
    storage = scope.get(properties, "EphemeralStorage")
    return Room(
        tmp_mb=_storage(stack, properties),
        env=env,
        env_complete=complete,
        mounts=_mounts(stack, properties),
        layers=layers,
        runtime=None if image else scope.text(properties, "Runtime"),
        package_type="image" if image else "zip",
        variants=_variants(stack, properties),
        vpc=_in_network(stack, properties),
        timeout=scope.number(properties, "Timeout"),
        spans=_spans(properties, storage.get("Size") if storage is not None else None),
    )


def _variants(stack: Stack, properties: Node) -> tuple[str, ...]:
    """Return the ways of running that the properties ask for, as the catalogue names them."""
    found = []
    if (stack.scope.text(properties, "SnapStart", "ApplyOn") or "None").lower() != "none":
        found.append("snap-start")
    instances = properties.get("CapacityProviderConfig")
    if instances is not None and not is_absent(stack.scope.resolve(instances)):
        found.append("managed-instances")
    return tuple(found)


def _environment(stack: Stack, properties: Node) -> tuple[tuple[EnvironmentVariable, ...], bool]:
    """Return the variables that the template sets, and whether there are no others."""
    node = properties.get("Environment")
    if node is None:
        return (), True
    block = stack.scope.resolve(node)
    if block is None:
        return (), False
    listed = block.get("Variables")
    variables = stack.scope.resolve(listed)
    if variables is None:
        return (), listed is None
    found: dict[str, EnvironmentVariable] = {}
    for entry in variables.entries:
        if len(found) >= MAX_VARIABLES:
            return tuple(found.values()), False
        if entry.name.startswith("Fn::"):
            return tuple(found.values()), False
        if is_absent(stack.scope.resolve(entry.value)):
            continue
        text = stack.scope.text(entry.value)
        found[entry.name] = EnvironmentVariable(entry.name, text, entry.key.span)
    return tuple(found.values()), True


def _storage(stack: Stack, properties: Node) -> int | None:
    if properties.get("EphemeralStorage") is None:
        return 512
    block = stack.scope.resolve(properties.get("EphemeralStorage"))
    if is_absent(block):
        return 512
    return stack.scope.number(block, "Size")


def _mounts(stack: Stack, properties: Node) -> tuple[Mount, ...]:
    configs = stack.scope.get(properties, "FileSystemConfigs")
    found: list[Mount] = []
    for item in configs.items[:MAX_ITEMS] if configs is not None else ():
        config = stack.scope.get(item)
        node = config.get("LocalMountPath") if config is not None else None
        path = stack.scope.text(node)
        if config is None or node is None or path is None:
            continue
        arn = config.get("Arn")
        found.append(Mount(path, _mount_kind(stack, arn), node.span))
    return tuple(found)


def _mount_kind(stack: Stack, arn: Node | None) -> str:
    """Return ``s3files`` where an access point's ARN, or the type of the resource it names, says so."""
    if arn is None:
        return "efs"
    for part in arn.walk():
        text = part.text or ""
        kind = stack.root.get("Resources", text.partition(".")[0], "Type")
        if "s3files" in f"{text} {kind.text if kind is not None else ''}".lower():
            return "s3files"
    return "efs"


def _in_network(stack: Stack, properties: Node) -> bool | None:
    """Tell whether the function lies in a network of the user's; None where the template does not show it."""
    node = properties.get("VpcConfig")
    if node is None:
        return False
    block = stack.scope.resolve(node)
    if block is None:
        return None
    subnets = block.get("SubnetIds")
    named = stack.scope.resolve(subnets)
    if is_absent(block) or is_absent(named) or (isinstance(named, SequenceNode) and not named.items):
        return False
    return bool(block.entries)


def _spans(properties: Node, storage: Node | None) -> tuple[tuple[str, Span], ...]:
    found = [
        (setting, entry.value.span)
        for entry in properties.entries
        if (setting := _SETTINGS.get(entry.name)) is not None
    ]
    command = properties.get("ImageConfig", "Command")
    if command is not None:
        found.append(("handler", command.span))
    if storage is not None:
        found.append(("tmp_mb", storage.span))
    code = next((node for name in ("CodeUri", "InlineCode", "Code") if (node := properties.get(name))), None)
    if code is not None:
        found.append(("code_root", code.span))
    return tuple(found)
