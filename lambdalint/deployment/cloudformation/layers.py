"""The layers of a function of a SAM or CloudFormation template, and how those of the project are built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.cloudformation import sam
from lambdalint.deployment.cloudformation.intrinsics import is_absent, sub_parts
from lambdalint.deployment.cloudformation.sam_build import build_method
from lambdalint.deployment.known_text import known_text
from lambdalint.deployment.zipped_folder import is_folder
from lambdalint.model import Layer, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.deployment.cloudformation.nested_stacks import Stack
    from lambdalint.deployment.cloudformation.sam_build import SamBuilds
    from lambdalint.deployment.node import Node
    from lambdalint.model import Span

LAYER = "AWS::Lambda::LayerVersion"
MAX_ITEMS = 50
"""Bound of one function; Lambda takes five layers."""


class FunctionLayers(msgspec.Struct, frozen=True):
    """The layers of a function, and the folders of those whose build moves them below ``python``."""

    layers: tuple[Layer, ...] = ()
    search_path: tuple[str, ...] = ()


class _Found(msgspec.Struct, frozen=True):
    layer: Layer
    moved: str | None = None


class TemplateLayers:
    """Reads the layers of the functions of a project; each local one once."""

    def __init__(self, tree: Tree, builds: SamBuilds) -> None:
        self._tree = tree
        self._builds = builds
        self._local: dict[tuple[int, str], tuple[Stack, _Found | None]] = {}

    def read(self, stack: Stack, properties: Node) -> FunctionLayers:
        """Return the layers that *properties* list.

        Those of the same template have the folder they are made from and its build. Another has a name: its ARN, as
        far as the template shows it, the id of the application that brings it, or what refers to it.
        """
        block = stack.scope.get(properties, "Layers")
        if block is None:
            node = properties.get("Layers")
            unknown = node is not None and not is_absent(stack.scope.resolve(node))
            if node is None or not unknown:
                return FunctionLayers()
            passed = stack.passed.get(_reference(node) or "")
            if passed is not None:
                return _joined(self._layer(passed[0], each, node.span) for each in passed[1].items or (passed[1],))
            return FunctionLayers((Layer(known_text(stack.scope, node) or "unknown", None, node.span),))
        found: list[_Found] = []
        for item in block.items[:MAX_ITEMS]:
            resolved = stack.scope.resolve(item)
            if is_absent(resolved):
                maybe = _undecided(stack, item)
                found.extend([self._layer(stack, maybe, item.span)] if maybe is not None else [])
                continue
            if resolved is not None and resolved.items:
                found.extend(self._layer(stack, part, item.span) for part in resolved.items[:MAX_ITEMS])
            else:
                found.append(self._layer(stack, item, item.span))
        return _joined(found)

    def _layer(self, stack: Stack, item: Node, span: Span) -> _Found:
        resolved = stack.scope.resolve(item)
        if resolved is not None and resolved.text is not None:
            return _Found(Layer(resolved.text, None, span))
        node = resolved if resolved is not None else item
        name = _reference(node)
        if name is None:
            return _Found(Layer(known_text(stack.scope, node) or "unknown", None, span))
        if name in stack.passed:
            above, written = stack.passed[name]
            return self._layer(above, written, span)
        found = self._declared(stack, name)
        if found is not None:
            return replace(found, layer=replace(found.layer, span=span))
        return _Found(Layer(_application(stack, name) or _stored(stack, node, name), None, span))

    def _declared(self, stack: Stack, name: str) -> _Found | None:
        key = id(stack), name
        if key not in self._local:
            # The stack is kept beside what was found, so that no other one gets its id.
            self._local[key] = stack, self._read_declared(stack, name)
        return self._local[key][1]

    def _read_declared(self, stack: Stack, name: str) -> _Found | None:
        resource = stack.root.get("Resources", name)
        kind = stack.scope.text(resource, "Type")
        if resource is None or kind not in {LAYER, sam.LAYER}:
            return None
        content = stack.scope.text(resource, "Properties", "ContentUri" if kind == sam.LAYER else "Content")
        if content is None and stack.scope.text(resource, "Metadata", "aws:asset:property") == "Content":
            content = stack.scope.text(resource, "Metadata", "aws:asset:path")
        directory = Tree.join(stack.directory, content) if content and "://" not in content else None
        if directory is None or not is_folder(self._tree, directory):
            return _Found(Layer(name))
        layer = Layer(name, directory, build=self._builds.layer(stack, name, resource, directory))
        moved = self._builds.is_built(stack, resource) and (build_method(stack, resource) or "").startswith("python")
        return _Found(layer, directory if moved else None)


def _joined(found: Iterable[_Found]) -> FunctionLayers:
    known = list(found)
    moved = (one.moved for one in known if one.moved is not None)
    return FunctionLayers(tuple(one.layer for one in known[:MAX_ITEMS]), tuple(dict.fromkeys(moved)))


def _undecided(stack: Stack, item: Node) -> Node | None:
    """Return the layer that a condition adds or leaves out, where nothing shows which of both; else None."""
    name, argument = item.intrinsic or ("", item)
    if name != "Fn::If" or len(argument.items) != 3 or stack.scope.condition(argument.items[0].text or "") is not None:
        return None
    return next((part for part in argument.items[1:] if not is_absent(stack.scope.resolve(part))), None)


def _stored(stack: Stack, node: Node, name: str) -> str:
    """Return *name*, or where the parameter store keeps the value of the parameter *name*."""
    text = known_text(stack.scope, node) if stack.root.get("Parameters", name) is not None else None
    return name if text is None or text.startswith("${") else text


def _application(stack: Stack, name: str) -> str | None:
    """Return the id of the published application that the resource *name* deploys, or None."""
    resource = stack.root.get("Resources", name)
    if stack.scope.text(resource, "Type") != sam.APPLICATION:
        return None
    location = stack.scope.get(resource, "Properties", "Location")
    return known_text(stack.scope, location.get("ApplicationId")) if location is not None else None


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
