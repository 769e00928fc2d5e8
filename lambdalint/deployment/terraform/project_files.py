"""Paths of a configuration, and the functions that look at the project's files.

``path.module`` is written as a path below a mark, which stands for the root of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment import document
from lambdalint.deployment.node import MappingNode, SequenceNode
from lambdalint.deployment.node import Scalar as PlainNode
from lambdalint.deployment.package_patterns import Package, understood
from lambdalint.deployment.terraform.values import MAX_ITEMS, MAX_TEXT, Entries, Entry, Items, Scalar, Unknown, text_of
from lambdalint.model import Tree

if TYPE_CHECKING:
    from lambdalint.deployment.node import Node
    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Span

MARK = "/\0"
DEEPEST = 50
FUNCTIONS = frozenset({"fileset", "fileexists", "file", "templatefile", "jsondecode", "yamldecode"})


def marked(folder: str) -> str:
    """Return the path of a *folder* of the project, as expressions see it."""
    return f"{MARK}/{folder}" if folder else MARK


def in_project(path: str, directory: str) -> str | None:
    """Return a *path* of a configuration relative to the root of the project, or None if it lies outside.

    Relative paths start from *directory*.
    """
    if path.startswith(MARK):
        return Tree.join("", path[len(MARK) :].lstrip("/"))
    if "\0" in path or "${" in path or "://" in path:
        return None
    return Tree.join(directory, path)


def is_marked(text: str) -> bool:
    """Tell whether a text holds a path of the project, which only the deployment knows."""
    return "\0" in text


def call(tree: Tree, root: str, name: str, arguments: tuple[Value, ...], span: Span) -> Value:
    """Return what the function *name* finds in the files of *tree*; *root* is where Terraform runs."""
    first = arguments[0] if arguments else None
    if name in {"jsondecode", "yamldecode"}:
        file = first.file if isinstance(first, Unknown) else None
        loaded = document.read(tree, file) if file is not None else None
        return _value(loaded.root, 0) if loaded is not None and loaded.root is not None else Unknown(span)
    text = text_of(first)
    path = in_project(text, root) if text is not None else None
    if path is None:
        return Unknown(span)
    if name == "fileset":
        pattern = text_of(arguments[1]) if len(arguments) > 1 else None
        return _file_set(tree, path, pattern, span) if pattern is not None else Unknown(span)
    if path not in tree:
        # What is not there now may be made before Terraform runs.
        return Unknown(span)
    return Scalar(True, span) if name == "fileexists" else Unknown(span, file=path)


def _file_set(tree: Tree, folder: str, pattern: str, span: Span) -> Value:
    """Return the files below *folder* that match; there may be others that are made later, or not listed."""
    above = f"{folder}/" if folder else ""
    package = Package(("!**", pattern)) if understood(pattern) and not pattern.startswith("!") else None
    if package is None:
        return Unknown(span)
    found = [path[len(above) :] for path in tree.files if path.startswith(above) and package.holds(path[len(above) :])]
    return Items(tuple(Scalar(path, span) for path in found[:MAX_ITEMS]), span, complete=False)


def _value(node: Node, depth: int) -> Value:
    """Return a node of a JSON or YAML file as a value."""
    if depth > DEEPEST:
        return Unknown(node.span)
    if isinstance(node, MappingNode):
        entries = {
            entry.name: Entry(_value(entry.value, depth + 1), entry.key.span) for entry in node.entries[:MAX_ITEMS]
        }
        return Entries(entries, node.span, len(node.entries) <= MAX_ITEMS)
    if isinstance(node, SequenceNode):
        return Items(tuple(_value(one, depth + 1) for one in node.items[:MAX_ITEMS]), node.span)
    if isinstance(node, PlainNode) and not (isinstance(node.value, str) and len(node.value) > MAX_TEXT):
        return Scalar(node.value, node.span)
    return Unknown(node.span)
