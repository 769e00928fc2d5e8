"""The settings of a function, whether a resource or a module that is called states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.terraform.evaluation import Scope, evaluate, step
from lambdalint.deployment.terraform.values import (
    Entries,
    Entry,
    ResourceValue,
    Scalar,
    Unknown,
    elements,
    is_complete,
    is_null,
    text_of,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdalint.deployment.terraform.expression import Block
    from lambdalint.deployment.terraform.module import Resource
    from lambdalint.deployment.terraform.values import Value

MAX_BLOCKS = 50


class Nested(msgspec.Struct, frozen=True):
    """A block in a resource, with the scope that its expressions stand in."""

    block: Block
    scope: Scope

    def argument(self, name: str) -> Value | None:
        """Return the value of the argument *name*; None where it is not set, or null."""
        expression = self.block.value(name)
        value = evaluate(expression, self.scope) if expression is not None else None
        return None if is_null(value) else value


class MountSetting(msgspec.Struct, frozen=True):
    """A file system that is mounted at ``path``; ``arn`` is that of its access point."""

    path: Value
    arn: Value | None


class Settings(msgspec.Struct, frozen=True):
    """What a declaration states of a function; None stands for what it leaves alone.

    ``mounts_known`` and ``variables_known`` tell that no unknown block may state more of them. ``in_network`` is None
    where nothing shows whether there is a network. ``filename`` is an archive's path, ``key`` that in a bucket,
    ``source_path`` what terraform-aws-modules pack, and ``folder`` a folder that an unknown module packs.
    """

    resource: Resource
    handler: Value | None = None
    runtime: Value | None = None
    package_type: Value | None = None
    image: Value | None = None
    timeout: Value | None = None
    storage: Value | None = None
    layers: Value | None = None
    variables: Value | None = None
    variables_known: bool = True
    mounts: tuple[MountSetting, ...] = ()
    in_network: bool | None = False
    network: Value | None = None
    snap_start: Value | None = None
    managed: bool = False
    command: Value | None = None
    entry_point: Value | None = None
    working_directory: Value | None = None
    filename: Value | None = None
    key: Value | None = None
    source_path: Value | None = None
    folder: Value | None = None


def nested(resource: Resource, kind: str) -> tuple[list[Nested], bool]:
    """Return the blocks of *kind* in a resource, dynamic ones written out, and whether these are all."""
    scope = resource.scope or Scope(resource.module)
    found = [Nested(block, scope) for block in resource.block.nested(kind)]
    known = True
    for dynamic in resource.block.nested("dynamic"):
        contents = dynamic.nested("content")
        for_each = dynamic.value("for_each")
        if dynamic.labels != (kind,) or not contents or for_each is None:
            continue
        value = evaluate(for_each, scope)
        listed = elements(value)
        name = text_of(evaluate(iterator, scope)) if (iterator := dynamic.value("iterator")) is not None else kind
        if listed is None:
            known = False
            continue
        known = known and is_complete(value)
        for key, item in listed[:MAX_BLOCKS]:
            span = for_each.span
            each = Entries({"key": Entry(Scalar(key, span), span), "value": Entry(item, span)}, span)
            found.append(Nested(contents[0], Scope(resource.module, {**scope.bound, name or kind: each})))
    return found, known


def of_resource(resource: Resource) -> Settings:
    """Return the settings of an ``aws_lambda_function``."""
    argument = resource.argument
    storage, _ = nested(resource, "ephemeral_storage")
    environment, environment_known = nested(resource, "environment")
    networks, networks_known = nested(resource, "vpc_config")
    file_systems, _ = nested(resource, "file_system_config")
    snap_start, _ = nested(resource, "snap_start")
    capacity, _ = nested(resource, "capacity_provider_config")
    image, _ = nested(resource, "image_config")
    network = networks[0].argument("subnet_ids") if networks else None
    return Settings(
        resource,
        handler=argument("handler"),
        runtime=argument("runtime"),
        package_type=argument("package_type"),
        image=argument("image_uri"),
        timeout=argument("timeout"),
        storage=storage[0].argument("size") if storage else None,
        layers=argument("layers"),
        variables=environment[0].argument("variables") if environment else None,
        variables_known=environment_known,
        mounts=tuple(_mounts(file_systems)),
        in_network=_is_filled(network) if networks else (False if networks_known else None),
        network=network,
        snap_start=_first(snap_start, "apply_on"),
        managed=bool(capacity),
        command=_first(image, "command"),
        entry_point=_first(image, "entry_point"),
        working_directory=_first(image, "working_directory"),
        filename=argument("filename"),
        key=argument("s3_key"),
    )


def of_module(call: Resource) -> Settings:
    """Return the settings that a call of the module ``terraform-aws-modules/lambda/aws`` states."""
    argument: Callable[[str], Value | None] = call.argument
    network = argument("vpc_subnet_ids")
    path = argument("file_system_local_mount_path")
    snap_start = argument("snap_start")
    stored = argument("s3_existing_package")
    return Settings(
        call,
        handler=argument("handler"),
        runtime=argument("runtime"),
        package_type=argument("package_type"),
        image=argument("image_uri"),
        timeout=argument("timeout"),
        storage=argument("ephemeral_storage_size"),
        layers=argument("layers"),
        variables=argument("environment_variables"),
        mounts=(MountSetting(path, argument("file_system_arn")),) if path is not None else (),
        in_network=_is_filled(network) if network is not None else False,
        network=network,
        snap_start=snap_start if truth_of(snap_start) else None,
        managed=argument("managed_instances_capacity_provider_arn") is not None,
        command=argument("image_config_command"),
        entry_point=argument("image_config_entry_point"),
        working_directory=argument("image_config_working_directory"),
        filename=argument("local_existing_package"),
        key=step(stored, "key", stored.span) if stored is not None else None,
        source_path=argument("source_path"),
    )


def _first(blocks: list[Nested], name: str) -> Value | None:
    return blocks[0].argument(name) if blocks else None


def _is_filled(value: Value | None) -> bool | None:
    """Tell whether a list of subnets names any; one that is not known does, as a rule."""
    if value is None:
        return False
    if isinstance(value, (Unknown, ResourceValue)):
        return True if isinstance(value, Unknown) and value.origin is not None else None
    listed = elements(value)
    if listed is None:
        return None
    return True if listed else (False if is_complete(value) else None)


def _mounts(blocks: list[Nested]) -> Iterator[MountSetting]:
    for block in blocks[:MAX_BLOCKS]:
        path = block.argument("local_mount_path")
        if path is not None:
            yield MountSetting(path, block.argument("arn"))
