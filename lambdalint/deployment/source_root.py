"""Reads single Python files, and finds the folder that their imports start from."""

from __future__ import annotations

import ast
import sys
import warnings
from itertools import islice
from typing import TYPE_CHECKING

from lambdalint.deployment.handlers import module_file
from lambdalint.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Tree

_LARGEST = 2_000_000
_MOST_IMPORTS = 500


def parse(content: bytes) -> ast.Module | None:
    """Return the syntax tree of a file, or None where the running Python cannot read it."""
    if len(content) > _LARGEST:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def top_level(module: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that run when *module* is imported, also those in ``if`` and ``try``.

    The block of ``if __name__ == "__main__"`` is left out.
    """
    waiting: list[ast.stmt] = list(reversed(module.body))
    while waiting:
        statement = waiting.pop()
        yield statement
        inner: list[ast.stmt] = []
        if isinstance(statement, ast.If):
            inner = statement.orelse if _is_main_guard(statement.test) else statement.body + statement.orelse
        elif isinstance(statement, ast.Try):
            inner = list(statement.body)
            for handler in statement.handlers:
                inner += handler.body
            inner += statement.orelse + statement.finalbody
        elif isinstance(statement, ast.With):
            inner = statement.body
        waiting.extend(reversed(inner))


def statements(module: ast.Module) -> Iterator[ast.stmt]:
    """Yield every statement of *module*, at any depth; much faster than a walk over all nodes."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            for inner in getattr(node, block, ()):
                if isinstance(inner, ast.stmt):
                    yield inner
                waiting.append(inner)


def imported_names(module: ast.Module) -> dict[str, str]:
    """Map the names that the imports of *module* bind, anywhere in it, to what they stand for."""
    names: dict[str, str] = {}
    for node in statements(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    names[alias.asname] = alias.name
                else:
                    top = alias.name.partition(".")[0]
                    names[top] = top
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            for alias in node.names:
                dot = "" if source.endswith(".") else "."
                names[alias.asname or alias.name] = f"{source}{dot}{alias.name}"
    return names


def dotted(expression: ast.expr, names: dict[str, str]) -> str:
    """Return the dotted name of *expression* after import resolution, or "" where it is none."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return ""
    parts.append(names.get(expression.id, expression.id))
    return ".".join(reversed(parts))


def name_span(path: str, lines: list[bytes], node: ast.stmt | ast.alias, length: int) -> Span:
    """Return the stretch of *length* code points on the first line of *node*, in the file of *lines*."""
    # An encoding such as UTF-7 can hide line breaks from whoever reads the bytes.
    line = lines[node.lineno - 1] if node.lineno <= len(lines) else b""
    column = len(line[: node.col_offset].decode("utf-8", "replace")) + 1
    return Span(path, node.lineno, column, node.lineno, column + length)


def ancestors(path: str) -> list[str]:
    """Return the folder of the file *path* and the folders above it, nearest first, to the root ``""``."""
    found = []
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        found.append(folder)
    return found


def source_root(tree: Tree, path: str, module: ast.Module) -> str:
    """Return the folder that resolves most of the project's own imports of *path*; of equals, the nearest.

    It is the folder of the file itself or one above it. Relative imports, and the name ``__init__.py``, show
    that the file lies in a package, so that the root lies above.
    """
    folders = ancestors(path)
    level = max((node.level for node in statements(module) if isinstance(node, ast.ImportFrom)), default=0)
    if path.endswith("/__init__.py"):
        level = max(level, 1)
    folders = folders[level:] or folders[-1:]
    wanted = set(islice(_absolute_imports(module), _MOST_IMPORTS))
    best, most = folders[0], 0
    for folder in folders:
        resolved = sum(1 for names in wanted if any(module_file(tree, folder, list(name)) for name in names))
        if resolved > most:
            best, most = folder, resolved
    return best


def handler_of(path: str, root: str, qualname: str) -> str:
    """Write *qualname* in the file *path* as the handler of a function whose code starts at *root*."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    if root:
        stem = stem.removeprefix(f"{root}/")
    return f"{stem}.{qualname}"


def _absolute_imports(module: ast.Module) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Yield, for each import, the modules of which one must be there; Django imports its settings by their name."""
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and len(call.args) == 2:
            key, value = call.args
            names_settings = isinstance(key, ast.Constant) and key.value == "DJANGO_SETTINGS_MODULE"
            if names_settings and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield (tuple(value.value.split(".")),)
    for node in statements(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = tuple(alias.name.split("."))
                if parts[0] not in sys.stdlib_module_names:
                    yield (parts,)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            parts = tuple(node.module.split("."))
            if parts[0] not in sys.stdlib_module_names:
                yield (parts, *((*parts, alias.name) for alias in node.names))


def _is_main_guard(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in (test.left, *test.comparators)
    )
