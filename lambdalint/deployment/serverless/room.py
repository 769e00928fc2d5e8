"""The room of a function of the Serverless Framework, as its own block and the provider block set it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.cloudformation.intrinsics import Scope
from lambdalint.deployment.cloudformation.sam import APPLICATION
from lambdalint.deployment.known_text import known_text
from lambdalint.deployment.node import SequenceNode
from lambdalint.deployment.rooms import DEFAULT_PLATFORM, base_room, merge_environment
from lambdalint.model import EnvironmentVariable, Layer, Mount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.catalogue import Catalogue
    from lambdalint.deployment.document import Node
    from lambdalint.deployment.serverless.variables import Variables
    from lambdalint.model import Room, Span

MAX_VARIABLES = 500
MAX_ITEMS = 50
"""Bounds of one function; Lambda takes 4 KB of environment, five layers and one mount."""


def build_room(
    catalogue: Catalogue,
    variables: Variables,
    declared: Node,
    service: Node,
    layers: Mapping[str, Layer],
    *,
    package_type: str = "zip",
    complete: bool = True,
) -> Room:
    """Return the room of the function *declared* in *service*.

    *layers* are the service's own, by logical name. *complete* tells that no plugin adds variables.
    """
    room = base_room(DEFAULT_PLATFORM, catalogue)
    provider = variables.get(service, "provider")
    handler = declared.get("handler")
    spans: list[tuple[str, Span]] = [("handler", handler.span)] if handler is not None else []

    def setting(name: str, key: str) -> Node | None:
        for scope in (declared, provider):
            node = scope.get(key) if scope is not None else None
            if node is not None:
                spans.append((name, node.span))
                return node
        return None

    storage = setting("tmp_mb", "ephemeralStorageSize")
    timeout = setting("timeout", "timeout")
    runtime = setting("runtime", "runtime") if package_type == "zip" else None
    vpc = setting("vpc", "vpc")
    snap_start = setting("snap_start", "snapStart")
    environment, known = _environment(variables, provider, declared)
    return replace(
        room,
        tmp_mb=room.tmp_mb if storage is None else variables.number(storage),
        timeout=variables.number(timeout),
        runtime=variables.text(runtime),
        vpc=_in_network(variables, vpc),
        env=merge_environment(room.env, environment),
        env_complete=known and complete,
        mounts=_mounts(variables, declared),
        layers=_layers(variables, service, declared, layers),
        package_type=package_type,
        variants=("snap-start",) if (variables.text(snap_start) or "").lower() == "true" else (),
        spans=tuple(spans),
    )


def _environment(
    variables: Variables, provider: Node | None, declared: Node
) -> tuple[tuple[EnvironmentVariable, ...], bool]:
    """Return the variables that the template sets, and whether there are no others."""
    found: list[EnvironmentVariable] = []
    known = True
    for scope in (provider, declared):
        node = scope.get("environment") if scope is not None else None
        if node is None:
            continue
        block = variables.resolve(node)
        if block is None or block.intrinsic:
            known = False
            continue
        for part in block.items or (block,):
            part_block = variables.resolve(part)
            known = known and part_block is not None
            for entry in part_block.entries if part_block is not None else ():
                if len(found) >= MAX_VARIABLES:
                    return merge_environment(found), False
                value = variables.text(entry.value)
                found.append(EnvironmentVariable(entry.name, value, entry.key.span))
    return merge_environment(found), known


def _in_network(variables: Variables, node: Node | None) -> bool | None:
    """Tell whether the function lies in a network of the user's; None where the template does not show it."""
    if node is None:
        return False
    vpc = variables.resolve(node)
    if vpc is None or vpc.intrinsic:
        return None
    subnets = variables.get(vpc, "subnetIds")
    return bool(vpc.entries) and not (isinstance(subnets, SequenceNode) and not subnets.items)


def _mounts(variables: Variables, declared: Node) -> tuple[Mount, ...]:
    system = variables.get(declared, "fileSystemConfig")
    if system is None:
        return ()
    found = []
    for item in system.items[:MAX_ITEMS] or (system,):
        node = variables.get(item, "localMountPath")
        path = node.text if node is not None else None
        if node is not None and path is not None:
            arn = variables.get(item, "arn")
            named = arn is not None and any("s3files" in (part.text or "").lower() for part in arn.walk())
            found.append(Mount(path, "s3files" if named else "efs", node.span))
    return tuple(found)


def _layers(variables: Variables, service: Node, declared: Node, own: Mapping[str, Layer]) -> tuple[Layer, ...]:
    """Return the layers of a function; those of the function replace those of the provider block."""
    node = declared.get("layers")
    provider = variables.get(service, "provider")
    if node is None and provider is not None:
        node = provider.get("layers")
    block = variables.resolve(node)
    if block is None:
        return () if node is None else (Layer("unknown", None, node.span),)
    return tuple(_layer(variables, service, item, own) for item in block.items[:MAX_ITEMS])


def _layer(variables: Variables, service: Node, item: Node, own: Mapping[str, Layer]) -> Layer:
    node = variables.resolve(item)
    if node is None:
        return Layer(item.text or "unknown", None, item.span)
    if node.text is not None:
        return Layer(node.text, None, item.span)
    if node.intrinsic is None:
        return Layer("unknown", None, item.span)
    kind, argument = node.intrinsic
    name = next((part.text for part in (argument, *argument.items) if part.text), None)
    if name is not None and name in own:
        return replace(own[name], span=item.span)
    if kind in {"Ref", "Fn::GetAtt"}:
        logical = (name or "").partition(".")[0]
        return Layer(_application(variables, service, logical) or name or "unknown", None, item.span)
    return Layer(known_text(Scope(service), node) or "unknown", None, item.span)


def _application(variables: Variables, service: Node, name: str) -> str | None:
    """Return the id of the published application that the service's resource *name* deploys, or None."""
    resources = variables.get(service, "resources")
    for block in (resources.items[:MAX_ITEMS] or (resources,)) if resources is not None else ():
        resource = variables.get(block, "Resources", name)
        if resource is not None and variables.text(resource, "Type") == APPLICATION:
            location = variables.get(resource, "Properties", "Location")
            return variables.text(location, "ApplicationId")
    return None
