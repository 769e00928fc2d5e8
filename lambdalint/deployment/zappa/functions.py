"""Finds the functions in a project's code that Zappa calls for web sockets.

See https://github.com/zappa/Zappa#websocket-support. Tasks (``zappa.asynchronous``) are none of these: they get what
the code that calls them hands over, and are followed from there.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.source_root import dotted, handler_of, imported_names, name_span, parse, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Span, Tree

MAX_FUNCTIONS = 500

_CANDIDATE = re.compile(rb"\bzappa\s*\.\s*websocket\b|\bfrom\s+zappa\s+import\b")
_DECORATORS = frozenset(f"zappa.websocket.{name}" for name in ("on_connect", "on_disconnect", "on_message"))


def decorated_functions(tree: Tree, folder: str) -> Iterator[tuple[str, Span]]:
    """Yield the functions of the project in *folder* that a decorator of Zappa's registers, as handlers."""
    above = f"{folder}/" if folder else ""
    count = 0
    for path in tree.files:
        if not path.startswith(above) or not path.endswith(".py") or is_apart(path[len(above) :]):
            continue
        content = tree.read(path)
        module = parse(content) if content is not None and _CANDIDATE.search(content) else None
        if content is None or module is None:
            continue
        names = imported_names(module)
        for statement in top_level(module):
            if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            called = (one.func if isinstance(one, ast.Call) else one for one in statement.decorator_list)
            if not any(dotted(one, names) in _DECORATORS for one in called):
                continue
            count += 1
            if count > MAX_FUNCTIONS:
                return
            written = (
                f"def {statement.name}" if isinstance(statement, ast.FunctionDef) else f"async def {statement.name}"
            )
            yield (
                handler_of(path, folder, statement.name),
                name_span(path, content.splitlines(), statement, len(written)),
            )
