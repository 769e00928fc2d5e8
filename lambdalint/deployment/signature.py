"""Finds functions that look like handlers, where no declaration says what is deployed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from lambdalint.deployment.not_lambda import is_apart, is_below, is_foreign_import, is_listener, notebook_modules
from lambdalint.deployment.recalled import Recalled, anew
from lambdalint.deployment.source_root import (
    ancestors,
    dotted,
    handler_of,
    imported_names,
    name_span,
    parse,
    source_root,
    top_level,
)
from lambdalint.model import Deployment, Function, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from lambdalint.model import Room, Tree

_EVENT = re.compile(r"_*(?:[a-z0-9_]+_)?(?:event|evt)s?_?|_*event_(?:data|dict|body|payload|input)", re.IGNORECASE)
_CONTEXT = re.compile(r"_+|_*(?:[a-z0-9_]+_)?(?:context|ctx|ctxt)_?", re.IGNORECASE)
_HANDLER_NAME = re.compile(r"handler|^main$|^handle|lambda", re.IGNORECASE)

_CANDIDATE = re.compile(
    rb"def\s+\w+\s*\(\s*(?:#[^\n]*\n\s*)*\w{0,40}(?:event|evt)\w{0,40}\s*[:,=/]"
    rb"|\blambda\s+\w{0,40}(?:event|evt)\w{0,40}\s*,"
    rb"|\bdef\s+lambda_handler\s*\(\s*\*"
    rb"|\bMangum\b|\bmake_lambda_handler\b|\.lambda_handler\(\)",
    re.IGNORECASE,
)

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([^\n#]+)", re.MULTILINE)
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_STAND_IN = re.compile(r"^_*(?:test|mock|fake|local)(?:_|$)|_(?:test|mock|fake|local)$", re.IGNORECASE)
_FEW = 20
_LONGEST_NAME = 60
MAX_FUNCTIONS = 300
"""How many handlers of one file are read: for each, the whole file is followed."""

_ADAPTERS = frozenset({"mangum.Mangum", "mangum.adapter.Mangum", "apig_wsgi.make_lambda_handler"})
"""Callables that make a handler of a web application."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The handlers of a file by their looks, each with its name's place, and the folder that its imports start from."""

    handlers: tuple[tuple[str, Span], ...] = ()
    root: str = ""


def read(
    tree: Tree,
    room: Room,
    covered: Collection[tuple[str, str]],
    foreign: Collection[str] = (),
    recalled: Recalled = anew,
) -> Deployment:
    """Return the handlers of *tree*, by their looks.

    A handler is a function of a module that takes an event and a context, or a name that is bound to what an
    adapter returns. *covered* holds the files and qualnames of declared functions; *foreign* the folders that
    are deployed to something else than AWS Lambda. Files that do not parse have none. Of a module that another one
    imports, only what is named like a handler counts: the others are called by the handler that imports them.
    """
    found: list[Function] = []
    problems: list[Problem] = []
    importers: dict[str, set[str]] | None = None
    notebooks: frozenset[str] | None = None
    declared: dict[str, list[str]] = {}
    for path, name in sorted(covered):
        declared.setdefault(path, []).append(name)
    for path in tree.holding(("*.py",), _CANDIDATE):
        if is_apart(path) or is_below(path, foreign):
            continue
        if notebooks is None:
            notebooks = notebook_modules(tree)
        if path in notebooks:
            continue
        others = tuple(declared.get(path, ()))
        looks = recalled("handlers", (path, others), Looks, tree, partial(_look, path, others))
        handlers = looks.handlers
        if not all(_HANDLER_NAME.search(name) for name, _ in handlers):
            importers = _importers(tree) if importers is None else importers
            if _is_imported(path, importers):
                handlers = tuple((name, span) for name, span in handlers if _HANDLER_NAME.search(name))
        if not handlers:
            continue
        search_path = tuple(folder for folder in ancestors(path) if folder != looks.root)
        if len(handlers) > MAX_FUNCTIONS:
            message = f"more than {MAX_FUNCTIONS} functions look like handlers; the rest is not read"
            problems.append(Problem(handlers[MAX_FUNCTIONS][1], message))
        for name, span in handlers[:MAX_FUNCTIONS]:
            found.append(
                Function(
                    name=f"{path.removesuffix('.py')}.{name}",
                    handler=handler_of(path, looks.root, name),
                    code_root=looks.root,
                    room=room,
                    source=span,
                    declared_by="signature",
                    search_path=search_path,
                    confidence="medium",
                )
            )
    return Deployment(tuple(found), tuple(problems))


def _look(path: str, covered: Collection[str], tree: Tree) -> Looks:
    """Return the handlers of a file that are not *covered*."""
    content = tree.read(path)
    module = None if content is None else parse(content)
    if content is None or module is None:
        return Looks()
    names = imported_names(module)
    if any(is_foreign_import(name) for name in names.values()):
        return Looks()
    handlers = [(name, node) for name, node in _handlers(module, names, content) if name not in covered]
    if not handlers:
        return Looks()
    lines = content.splitlines()
    places = ((name, name_span(path, lines, node, len(_written(node, name)))) for name, node in handlers)
    return Looks(tuple(places), source_root(tree, path, module))


def _importers(tree: Tree) -> dict[str, set[str]]:
    """Map each word of the import statements in *tree*, but for its tests, to the folders of the files that have it."""
    found: dict[str, set[str]] = {}
    for path in tree.files:
        if path.endswith(".py") and not is_apart(path):
            words = {word for line in _IMPORT.findall(tree.read(path) or b"") for word in _WORD.findall(line)}
            for word in words:
                found.setdefault(word.decode("ascii"), set()).add(path.rpartition("/")[0])
    return found


def _is_imported(path: str, importers: Mapping[str, Collection[str]]) -> bool:
    """Tell whether a file beside the one at *path*, or above or below it, seems to import it."""
    folder, _, name = path.rpartition("/")
    folders = importers.get(name.removesuffix(".py"), ())
    return any(is_below(folder, [other]) or is_below(other, [folder]) for other in folders)


def _handlers(module: ast.Module, names: dict[str, str], content: bytes) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the handlers of *module*, without the functions and adapters that they are made of."""
    looks = {
        name: node for name, node in _bound(module) if not _STAND_IN.search(name) and _is_handler(name, node, names)
    }
    if not looks:
        return
    few = len(looks) <= _FEW
    callers = {} if few and not any(_is_called(*look, content) for look in looks.items()) else _callers(module)
    for name, node in looks.items():
        others = callers.get(name, frozenset()) - {name}
        if others and not _HANDLER_NAME.search(name):
            continue
        wrappers = (other for other in others if other in looks and _HANDLER_NAME.search(other))
        if any(name not in callers.get(wrapper, frozenset()) for wrapper in wrappers):
            continue
        yield name, node


def _bound(module: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that functions and assignments bind in *module*, in order."""
    for statement in top_level(module):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement.name, statement
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement


def _is_handler(name: str, node: ast.stmt, names: dict[str, str]) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if any(is_listener(_decorator_name(decorator)) for decorator in node.decorator_list):
            return False
        if name == "lambda_handler" and node.args.vararg and not node.args.args:
            # The console's own name for a handler; this one passes on all that it is given.
            return True
        return _takes_event_and_context(node.args, named=bool(_HANDLER_NAME.search(name)))
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if isinstance(value, ast.Lambda):
        return _takes_event_and_context(value.args, named=False)
    return _is_adapter(value, names)


def _takes_event_and_context(arguments: ast.arguments, *, named: bool) -> bool:
    """Tell whether the first two parameters are an event and a context, and no others are needed.

    Defaults of the two, and further optional ones, are accepted only of a function *named* like a handler.
    """
    parameters = arguments.posonlyargs + arguments.args
    if len(parameters) < 2:
        return False
    event, context, *_ = (parameter.arg for parameter in parameters)
    if max(len(event), len(context)) > _LONGEST_NAME:
        return False
    if not _EVENT.fullmatch(event) or not _CONTEXT.fullmatch(context):
        return False
    if any(default is None for default in arguments.kw_defaults):
        return False
    required = len(parameters) - len(arguments.defaults)
    if len(parameters) == 2 and required == 2:
        return True
    return named and required <= 2


def _is_adapter(value: ast.expr | None, names: dict[str, str], depth: int = 3) -> bool:
    """Tell whether *value* calls an adapter, possibly within a wrapper's call."""
    if not isinstance(value, ast.Call) or not depth:
        return False
    callee = dotted(value.func, names)
    if callee in _ADAPTERS:
        return True
    if isinstance(value.func, ast.Attribute) and value.func.attr == "lambda_handler" and not value.args:
        return any(source.startswith("ask_sdk") for source in names.values())
    return any(_is_adapter(argument, names, depth - 1) for argument in value.args)


def _is_called(name: str, node: ast.stmt, content: bytes) -> bool:
    """Tell whether *name* may be called, by the text alone; a function's definition looks like one call."""
    mentions = re.finditer(rb"\b%s\s*\(" % re.escape(name.encode()), content)
    needed = 2 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else 1
    return len(list(islice(mentions, needed))) == needed


def _callers(module: ast.Module) -> dict[str, frozenset[str]]:
    """Map each name that is called in functions of *module* to the functions that call it."""
    found: dict[str, set[str]] = {}
    for statement in ast.walk(module):
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.setdefault(node.func.id, set()).add(statement.name)
    return {name: frozenset(functions) for name, functions in found.items()}


def _decorator_name(decorator: ast.expr) -> str:
    return dotted(decorator.func if isinstance(decorator, ast.Call) else decorator, {})


def _written(node: ast.stmt, name: str) -> str:
    if isinstance(node, ast.FunctionDef):
        return f"def {name}"
    if isinstance(node, ast.AsyncFunctionDef):
        return f"async def {name}"
    return name
