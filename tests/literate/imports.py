"""Rewrites how a module imports, without changing what it does or where its lines are.

Two styles: ``alias`` (``import os.path as os_path_``; ``from x import y as y_``) and ``members`` (``import
os`` becomes ``from os import makedirs as os_makedirs_`` for each member that is used). A name is left alone
wherever the rewrite could change the meaning: bound more than once, assigned to, exported to other files, or
used inside a formatted string, whose inner positions Python 3.11 and older do not tell.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Edit:
    """Replace the text between two (line, byte column) positions."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def _bound_names(tree: ast.AST) -> Counter[str]:
    """Count, for each name, how often the module binds it anywhere."""
    bound: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] += 1
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound[node.name] += 1
        elif isinstance(node, ast.arg):
            bound[node.arg] += 1
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound[node.name] += 1
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            bound.update(node.names)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            bound[node.name] += 1
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return bound


def _position(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


class _Uses(ast.NodeVisitor):
    """Collects the uses of names: bare, and as the owner of an attribute."""

    def __init__(self) -> None:
        self.names: dict[str, list[ast.Name]] = {}
        self.members: dict[str, list[ast.Attribute]] = {}
        self.fixed: set[str] = set()
        self._in_string = False

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._in_string = True
        self.generic_visit(node)
        self._in_string = False

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                self.fixed.add(node.value.id)
            self.members.setdefault(node.value.id, []).append(node)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if self._in_string:
            self.fixed.add(node.id)
        self.names.setdefault(node.id, []).append(node)


def _rewritten_import(node: ast.Import | ast.ImportFrom, text: str) -> _Edit:
    end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
    return _Edit((node.lineno, node.col_offset), end, text)


def _alias_edits(node: ast.Import | ast.ImportFrom, uses: _Uses, free: set[str]) -> list[_Edit]:
    parts, edits = [], []
    for alias in node.names:
        name = alias.asname or alias.name
        if name not in free or (isinstance(node, ast.Import) and "." in alias.name and not alias.asname):
            parts.append(alias.name + (f" as {alias.asname}" if alias.asname else ""))
            continue
        parts.append(f"{alias.name} as {name}_")
        edits += [_Edit(*_position(use), f"{name}_") for use in uses.names.get(name, [])]
    if not edits:
        return []
    head = "import " if isinstance(node, ast.Import) else f"from {'.' * node.level}{node.module or ''} import "
    return [_rewritten_import(node, head + ", ".join(parts)), *edits]


def _member_edits(node: ast.Import | ast.ImportFrom, uses: _Uses, free: set[str]) -> list[_Edit]:
    if not isinstance(node, ast.Import) or len(node.names) != 1:
        return []
    alias = node.names[0]
    name = alias.asname or alias.name
    members = uses.members.get(name, [])
    if name not in free or "." in name or not members or len(members) != len(uses.names.get(name, [])):
        return []
    imported = sorted({member.attr for member in members})
    parts = ", ".join(f"{member} as {name}_{member}_" for member in imported)
    return [
        _rewritten_import(node, f"from {alias.name} import {parts}"),
        *(_Edit(*_position(member), f"{name}_{member.attr}_") for member in members),
    ]


def _apply(text: str, edits: list[_Edit]) -> str:
    lines = [line.encode() for line in text.split("\n")]
    for edit in sorted(edits, key=lambda item: item.start, reverse=True):
        (first, column), (last, end_column) = edit.start, edit.end
        # Lines must keep their numbers: what shrinks to one line is followed by empty ones.
        padding = [b""] * (last - first)
        lines[first - 1 : last] = [
            lines[first - 1][:column] + edit.text.encode() + lines[last - 1][end_column:],
            *padding,
        ]
    return "\n".join(line.decode() for line in lines)


def _rewrite(text: str, style: str, exported: frozenset[str]) -> str:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text
    uses = _Uses()
    uses.visit(tree)
    bound = _bound_names(tree)
    free = {name for name, count in bound.items() if count == 1 and name not in uses.fixed | exported}
    edits: list[_Edit] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_fixed(node):
            edits += (_alias_edits if style == "alias" else _member_edits)(node, uses, free)
    return _apply(text, edits)


def _is_fixed(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return True
    return any(alias.name == "*" for alias in node.names)


def rewrite_imports(files: dict[str, str], style: str) -> dict[str, str]:
    """Return the Python *files* of a project with their imports in *style*, ``alias`` or ``members``."""
    exported: set[str] = set()
    for text in files.values():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                exported.update(alias.name for alias in node.names)
            elif isinstance(node, ast.Attribute):
                exported.add(node.attr)
    # What a file imports from outside the project is its own; what it re-exports keeps its name.
    own_modules = {path.rpartition("/")[2].removesuffix(".py") for path in files}
    result = {}
    for path, text in files.items():
        others = frozenset(exported) if len(files) > 1 else frozenset()
        result[path] = _rewrite(text, style, others - _private_imports(text, own_modules))
    return result


def _private_imports(text: str, own_modules: set[str]) -> set[str]:
    """Return the names that *text* imports from outside the project."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias for alias in node.names if alias.name.partition(".")[0] not in own_modules]
            found.update(alias.asname or alias.name for alias in names)
        elif (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").partition(".")[0] not in own_modules
        ):
            found.update(alias.asname or alias.name for alias in node.names)
    return found
