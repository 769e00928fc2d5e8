"""Which names a module has once it is imported."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lambdalint.deployment.source_root import parse, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

_DYNAMIC = re.compile(rb"\b(?:globals|vars|exec|eval|setattr|__import__)\s*\(|\bsys\.modules\b|\b__getattr__\b")
"""What may bind names that no statement shows."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def names_of(content: bytes) -> frozenset[str] | None:
    """Return the names that the module with this *content* binds; None where others may be bound, too.

    A name counts that is bound on one of several ways through the module.
    """
    module = parse(content)
    if module is None or _DYNAMIC.search(content):
        return None
    found: set[str] = set()
    for name in _bound(module):
        if name == "*":
            return None
        found.add(name)
    return frozenset(found)


def _bound(module: ast.Module) -> Iterator[str]:
    for statement in top_level(module):
        if isinstance(statement, _DEFINITIONS):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                bound = alias.asname or alias.name
                yield bound.partition(".")[0] if isinstance(statement, ast.Import) else bound
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.Global):
                yield from node.names
            elif isinstance(node, ast.ExceptHandler) and node.name:
                yield node.name
            elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                yield "*"
            elif isinstance(node, _DEFINITIONS) and isinstance(statement, (ast.For, ast.While, ast.Match)):
                yield node.name
