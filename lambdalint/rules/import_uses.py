"""What a file does with the names that one of its imports binds."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.model import Span

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


class Uses(msgspec.Struct, frozen=True):
    """What becomes of an import's names, as far as the scope shows that they are bound in.

    ``reads`` are pairs of the full dotted name that is read and the way the code writes it, in their order. ``passed``
    tells that a name is used as a value of its own. ``rebound`` tells that another import binds the same name.
    ``instead_of`` are the modules that are tried before: the import is what the code falls back on without them.
    """

    reads: tuple[tuple[str, str], ...] = ()
    passed: bool = False
    rebound: bool = False
    instead_of: tuple[str, ...] = ()


def uses(text: str, span: Span) -> Uses | None:
    """Return what a file with this *text* does with what the import at *span* binds; None if there is none there."""
    parsed = _parsed(text)
    if parsed is None:
        return None
    tree, parents = parsed
    # Columns count bytes there and characters here, so that the statement may stand further to the right.
    statements = (
        node
        for node in parents
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and (node.lineno, node.end_lineno) == (span.line, span.end_line)
        and node.col_offset + 1 >= span.column
    )
    statement = next(statements, None)
    if statement is None:
        return None
    above = list(_above(statement, parents))
    scope = next((node for node in above if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))), tree)
    bound = _bound(statement)
    reads: list[tuple[str, str]] = []
    passed = False
    for name in _loaded(scope, bound):
        written, outer = name.id, parents.get(name)
        while isinstance(outer, ast.Attribute):
            written += f".{outer.attr}"
            outer = parents.get(outer)
        rest = written[len(name.id) :]
        reads.append((bound[name.id] + rest, written))
        passed = passed or not rest
    return Uses(
        reads=tuple(dict.fromkeys(reads)),
        passed=passed,
        rebound=_rebound(scope, statement, bound, parents),
        instead_of=_instead_of(statement, parents),
    )


@lru_cache(maxsize=1)
def _parsed(text: str) -> tuple[ast.Module, dict[ast.AST, ast.AST]] | None:
    """Return the syntax tree and the parent of each of its nodes; None if it cannot be parsed."""
    try:
        tree = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree, {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def _above(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in parents:
        node = parents[node]
        yield node


def _bound(statement: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Return the names that an import binds, with the dotted names that they stand for."""
    if isinstance(statement, ast.ImportFrom):
        return {one.asname or one.name: f"{statement.module}.{one.name}" for one in statement.names}
    return {
        one.asname or one.name.partition(".")[0]: one.name if one.asname else one.name.partition(".")[0]
        for one in statement.names
    }


def _loaded(scope: ast.AST, names: Iterable[str]) -> Iterator[ast.Name]:
    """Yield where *names* are read in a scope, and in the functions within that do not bind them anew."""
    waiting = [(scope, frozenset(names))]
    while waiting:
        node, visible = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in visible:
            yield node
        if isinstance(node, _Function) and node is not scope:
            visible -= _own_names(node)
        waiting.extend((child, visible) for child in reversed(list(ast.iter_child_nodes(node))))


def _own_names(function: _Function) -> frozenset[str]:
    found = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(_bound(node))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


def _rebound(
    scope: ast.AST, statement: ast.Import | ast.ImportFrom, bound: dict[str, str], parents: dict[ast.AST, ast.AST]
) -> bool:
    """Tell whether another import of the scope binds one of the names, and may run."""
    never_both = _alternatives(statement, parents)
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Function) or node in never_both:
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)) and node is not statement:
            others = _bound(node)
            if any(name in others and others[name] != bound[name] for name in bound):
                return True
        waiting.extend(ast.iter_child_nodes(node))
    return False


def _alternatives(statement: ast.AST, parents: dict[ast.AST, ast.AST]) -> set[ast.AST]:
    """Return the parts of ``try`` statements that fail, or do not run, where *statement* binds its names."""
    found: set[ast.AST] = set()
    inner: ast.AST = statement
    for node in _above(statement, parents):
        if isinstance(node, ast.Try):
            found.update(node.body if inner in node.handlers else node.handlers)
        inner = node
    return found


def _instead_of(statement: ast.AST, parents: dict[ast.AST, ast.AST]) -> tuple[str, ...]:
    """Return the modules whose import fails where *statement* is run."""
    for node in _above(statement, parents):
        if isinstance(node, ast.ExceptHandler) and _catches_import_error(node):
            attempt = parents[node]
            assert isinstance(attempt, ast.Try)
            inside = [one for block in attempt.body for one in ast.walk(block)]
            tried = [one.name for each in inside if isinstance(each, ast.Import) for one in each.names]
            tried += [each.module or "" for each in inside if isinstance(each, ast.ImportFrom) and not each.level]
            return tuple(dict.fromkeys(name for name in tried if name)) or ("?",)
    return ()


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _IMPORT_ERRORS for kind in kinds)
