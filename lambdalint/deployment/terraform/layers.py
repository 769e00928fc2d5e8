"""The layers of a function that Terraform declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.terraform.code import Code, NoCode
from lambdalint.deployment.terraform.commands import installed
from lambdalint.deployment.terraform.lambda_module import is_lambda_module, packed_layer
from lambdalint.deployment.terraform.values import Items, ResourceValue, Scalar, Unknown, shown, text_of
from lambdalint.deployment.zipped_folder import zipped_folder
from lambdalint.model import Build, Layer

if TYPE_CHECKING:
    from lambdalint.deployment.terraform.code import Archives
    from lambdalint.deployment.terraform.commands import Commands
    from lambdalint.deployment.terraform.module import Resource
    from lambdalint.deployment.terraform.settings import Settings
    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Tree

MAX_LAYERS = 50
LAYER = "aws_lambda_layer_version"
_UNKNOWN = "unknown"
_HOLE = re.compile(r"\$\{[^}]*\}")


class FunctionLayers(msgspec.Struct, frozen=True):
    """The layers of a function, and the folders of those that are moved below ``python``."""

    layers: tuple[Layer, ...] = ()
    search_path: tuple[str, ...] = ()


def read_layers(tree: Tree, settings: Settings, archives: Archives, commands: Commands) -> FunctionLayers:
    """Return the layers of a function; those of the project have the folder they are made from."""
    value = settings.layers
    if value is None:
        return FunctionLayers()
    listed: tuple[Value, ...] = value.items if isinstance(value, Items) else (value,)
    found: list[Layer] = []
    moved: list[str] = []
    for item in listed[:MAX_LAYERS]:
        layer, folder = _layer(tree, item, archives, commands)
        found.append(layer)
        moved += [folder] if folder is not None else []
    if isinstance(value, Items) and not value.complete:
        found.append(Layer(_UNKNOWN, None, value.span))
    return FunctionLayers(tuple(found), tuple(dict.fromkeys(moved)))


def _layer(tree: Tree, item: Value, archives: Archives, commands: Commands) -> tuple[Layer, str | None]:
    text = text_of(item)
    if text is not None:
        return Layer(text or _UNKNOWN, None, item.span), None
    resource = _resource(item)
    if resource is None:
        name = item.text if isinstance(item, Unknown) else ""
        return Layer(name if _HOLE.sub("", name) else _UNKNOWN, None, item.span), None
    if resource.mode == "module":
        return _of_module(tree, resource, item, archives)
    if resource.mode == "data":
        named = resource.argument("layer_name") or resource.argument("name") or resource.argument("arn")
        name = shown(named) if named is not None else ""
        return Layer(name if _HOLE.sub("", name) else _UNKNOWN, None, item.span), None
    if resource.kind != LAYER:
        return Layer(_UNKNOWN, None, item.span), None
    name = text_of(resource.argument("layer_name")) or resource.name
    filename, key = resource.argument("filename"), resource.argument("s3_key")
    code = archives.of_file(filename, resource.module, []) if filename is not None else None
    if code is None and key is not None:
        code = archives.of_object(key, resource.module, [])
    if isinstance(code, NoCode) and code.hint and not code.outside:
        # Made of requirements alone, as a rule.
        return Layer(name, None, item.span, installed(Build(), commands.filling(code.hint))), None
    if not isinstance(code, Code) or code.inline is not None or code.packaged[:1] == ("!**",):
        return Layer(name, None, item.span), None
    complete = code.build.complete and zipped_folder(tree, code.folder, "python").complete
    build = installed(replace(code.build, complete=complete), commands.into(code.folder))
    return Layer(name, code.folder, item.span, build), None


def _of_module(tree: Tree, call: Resource, item: Value, archives: Archives) -> tuple[Layer, str | None]:
    name = text_of(call.argument("layer_name")) or call.name
    source, finished = call.argument("source_path"), call.argument("local_existing_package")
    if is_lambda_module(call) and finished is None and source is not None:
        folder, prefix, build = packed_layer(tree, call, source)
        return Layer(name, folder, item.span, build), folder if prefix else None
    code = archives.of_file(finished, call.module, []) if finished is not None else None
    if not isinstance(code, Code) or code.packaged[:1] == ("!**",):
        return Layer(name, None, item.span), None
    return Layer(name, code.folder, item.span, code.build), None


def _resource(item: Value) -> Resource | None:
    if isinstance(item, ResourceValue):
        return item.resource
    origin = item.origin if isinstance(item, (Scalar, Unknown)) else None
    return origin.resource if origin is not None else None
