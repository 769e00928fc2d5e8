"""The room of a function of a SAM or CloudFormation template, as its properties set it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.deployment import sam
from lambdalint.deployment.intrinsics import is_absent, sub_parts
from lambdalint.model import EnvironmentVariable, Layer, Mount, Room, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.nested_stacks import Stack
    from lambdalint.deployment.node import Node
    from lambdalint.model import Span

LAYER = "AWS::Lambda::LayerVersion"
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
    "Environment": "environment",
}


@dataclass(frozen=True, slots=True)
class LocalLayers:
    """The layers of a function, and the folders of those whose build moves them below ``python``."""

    layers: tuple[Layer, ...] = ()
    search_path: tuple[str, ...] = ()


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
        concurrent_requests=True if properties.get("CapacityProviderConfig") is not None else None,
        vpc=_in_network(stack, properties),
        timeout=scope.number(properties, "Timeout"),
        spans=_spans(properties, storage.get("Size") if storage is not None else None),
    )


def local_layers(tree: Tree, stack: Stack, properties: Node) -> LocalLayers:
    """Return the layers that *properties* list; those of the same template with the folder they are made from."""
    block = stack.scope.get(properties, "Layers")
    if block is None:
        node = properties.get("Layers")
        unknown = node is not None and not is_absent(stack.scope.resolve(node))
        return LocalLayers((Layer("unknown", None, node.span),) if node is not None and unknown else ())
    found: list[Layer] = []
    search_path: list[str] = []
    for item in block.items[:MAX_ITEMS]:
        resolved = stack.scope.resolve(item)
        if is_absent(resolved):
            continue
        if resolved is not None and resolved.text is not None:
            found.append(Layer(resolved.text, None, item.span))
            continue
        if resolved is not None and resolved.items:
            parts = resolved.items[:MAX_ITEMS]
            found.extend(Layer(stack.scope.text(part) or "unknown", None, part.span) for part in parts)
            continue
        name = _reference(resolved if resolved is not None else item)
        directory, built = _layer_folder(tree, stack, name) if name is not None else (None, False)
        found.append(Layer(name or "unknown", directory, item.span))
        if built and directory is not None:
            search_path.append(directory)
    return LocalLayers(tuple(found), tuple(dict.fromkeys(search_path)))


def _reference(node: Node) -> str | None:
    """Return the logical id that *node* refers to, or None."""
    name, argument = node.intrinsic or ("", node)
    if name == "Ref":
        return argument.text
    if name == "Fn::GetAtt":
        whole = argument.items[0].text if argument.items else argument.text
        return (whole or "").partition(".")[0] or None
    if name == "Fn::Sub":
        pattern, _ = sub_parts(argument)
        text = (pattern.raw if pattern is not None else "").strip()
        if text.startswith("${") and text.endswith("}") and text.count("${") == 1:
            return text[2:-1].partition(".")[0]
    if name == "Fn::If":
        return next((found for part in argument.items[1:3] if (found := _plain_reference(part))), None)
    return None


def _plain_reference(node: Node) -> str | None:
    name, argument = node.intrinsic or ("", node)
    return argument.text if name == "Ref" and argument.text != "AWS::NoValue" else None


def _layer_folder(tree: Tree, stack: Stack, name: str) -> tuple[str | None, bool]:
    """Return the folder of a layer's content, and whether SAM builds it from a list of requirements."""
    resource = stack.root.get("Resources", name)
    kind = stack.scope.text(resource, "Type")
    if resource is None or kind not in {LAYER, sam.LAYER}:
        return None, False
    content = stack.scope.text(resource, "Properties", "ContentUri" if kind == sam.LAYER else "Content")
    directory = Tree.join(stack.directory, content) if content and "://" not in content else None
    if directory is None or directory not in tree.directories:
        return None, False
    method = stack.scope.text(resource, "Metadata", "BuildMethod") or ""
    return directory, method.startswith("python")


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
    if is_absent(block) or is_absent(stack.scope.resolve(subnets)):
        return False
    return bool(block.entries)


def _spans(properties: Node, storage: Node | None) -> tuple[tuple[str, Span], ...]:
    found = [
        (setting, entry.value.span)
        for entry in properties.entries
        if (setting := _SETTINGS.get(entry.name)) is not None
    ]
    if storage is not None:
        found.append(("tmp_mb", storage.span))
    code = next((node for name in ("CodeUri", "InlineCode", "Code") if (node := properties.get(name))), None)
    if code is not None:
        found.append(("code_root", code.span))
    return tuple(found)
