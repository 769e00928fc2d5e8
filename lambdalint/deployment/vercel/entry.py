"""Which name of a Python file Vercel's runtime serves, and where the runtime looks for an application."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import msgspec
import tomli

from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.source_root import dotted, imported_names, name_span, parse, top_level
from lambdalint.model import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Span

_APPLICATIONS = ("app", "application")
_REQUEST_HANDLERS = frozenset({"http.server.BaseHTTPRequestHandler", "http.server.SimpleHTTPRequestHandler"})
_FILES = ("app.py", "index.py", "server.py", "main.py", "wsgi.py", "asgi.py")
_FOLDERS = ("", "src", "app", "api")
_MANIFESTS = ("requirements.txt", "pyproject.toml", "Pipfile")
_REFERENCE = re.compile(r"([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_]\w*)")
_SUBSCRIBE = "vercel.queue.subscribe"
_LARGEST = 1_000_000
_LONGEST_REFERENCE = 10_000
_MOST_SUBSCRIBERS = 200


class Entry(msgspec.Struct, frozen=True):
    """What the runtime serves of the file ``path``: the name, where it is bound, and what it is.

    ``kind`` is ``application`` (WSGI or ASGI), ``class`` (derived from ``BaseHTTPRequestHandler``), ``subclass`` (a
    class ``handler`` of another base), ``function`` (``def handler``, which the runtime refuses), ``declared`` (named
    by the project), or ``subscriber`` (a function that takes messages of a queue).
    """

    path: str
    name: str
    span: Span
    kind: str


def entry_of(tree: Tree, path: str) -> Entry | None:
    """Return what the runtime serves of the file at *path*, or None.

    The runtime takes the first name of the module's own statements that is called ``app``, ``application`` or, of a
    class, ``handler``. Versions before it looked at the imported module, where names bound in ``try`` count as well.
    Source: https://vercel.com/docs/functions/runtimes/python/api-directory
    """
    content = tree.read(path)
    module = parse(content) if content is not None else None
    if content is None or module is None:
        return None
    names = imported_names(module)
    lines = content.splitlines()
    statements = (*module.body, *top_level(module))
    found = [(one, bound) for one in statements if (bound := _bound(one, names)) is not None]
    for statement, (name, kind) in sorted(found, key=lambda one: one[1][1] == "function"):
        return Entry(path, name, name_span(path, lines, statement, _written(statement, name)), kind)
    return None


def declared_entry(tree: Tree, folder: str) -> Entry | None:
    """Return the entry point that ``[tool.vercel]`` in the folder's ``pyproject.toml`` names, or None."""
    return _referred(tree, folder, ("tool", "vercel", "entrypoint"))


def searched_entry(tree: Tree, folder: str) -> Entry | None:
    """Return the application that the runtime finds in the project *folder* by the names of files, or None.

    Source: https://vercel.com/docs/functions/runtimes/python#python-entrypoints
    """
    for inner in (*_FOLDERS, *_django_folders(tree, folder)):
        for name in _FILES:
            path = Tree.join(folder, f"./{inner}/{name}")
            found = entry_of(tree, path) if path is not None and path in tree else None
            if found is not None and found.kind != "function":
                return found
    return _referred(tree, folder, ("project", "scripts", "app"))


def is_python_project(tree: Tree, folder: str) -> bool:
    """Tell whether Vercel takes *folder* for a Python application, as its setting is when it is not stated.

    A ``package.json`` may make it one of another language.
    """
    above = f"{folder}/" if folder else ""
    if f"{above}package.json" in tree:
        return False
    return any(f"{above}{name}" in tree for name in (*_MANIFESTS, "manage.py"))


def _bound(statement: ast.stmt, names: dict[str, str]) -> tuple[str, str] | None:
    """Return the name that *statement* binds for the runtime, and its kind."""
    if isinstance(statement, ast.ClassDef):
        if statement.name.lower() == "handler" and any(
            dotted(one, names) in _REQUEST_HANDLERS for one in statement.bases
        ):
            return statement.name, "class"
        return (statement.name, "subclass") if statement.name == "handler" and statement.bases else None
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if statement.name in _APPLICATIONS:
            return statement.name, "application"
        return (statement.name, "function") if statement.name == "handler" else None
    bound: list[str] = []
    if isinstance(statement, ast.Assign):
        bound = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        bound = [statement.target.id]
    elif isinstance(statement, ast.ImportFrom):
        bound = [alias.asname or alias.name for alias in statement.names]
    return next(((name, "application") for name in bound if name in _APPLICATIONS), None)


def _written(statement: ast.stmt, name: str) -> int:
    """Return how many code points of the statement's first line to point at."""
    if isinstance(statement, ast.ClassDef):
        return len(f"class {name}")
    if isinstance(statement, ast.FunctionDef):
        return len(f"def {name}")
    if isinstance(statement, ast.AsyncFunctionDef):
        return len(f"async def {name}")
    return len("from") if isinstance(statement, ast.ImportFrom) else len(name)


def _django_folders(tree: Tree, folder: str) -> Iterator[str]:
    """Yield the folders, relative to *folder*, that hold the modules of a Django project."""
    depth = folder.count("/") + 1 if folder else 0
    for path in sorted(tree.named("wsgi.py", "asgi.py")):
        parts = path.split("/")
        if (folder and not path.startswith(f"{folder}/")) or not depth + 2 <= len(parts) <= depth + 3:
            continue
        if "/".join([*parts[:-2], "manage.py"]) in tree:
            yield "/".join(parts[depth:-1])


def subscriber_entries(tree: Tree, folder: str) -> list[Entry]:
    """Return what ``[[tool.vercel.subscribers]]`` in the folder's ``pyproject.toml`` names: a function for each queue.

    An entry point is ``module:object``, or a module whose functions ``vercel.queue.subscribe`` decorates.
    """
    stated = _stated(tree, folder, ("tool", "vercel", "subscribers"))
    found: list[Entry] = []
    for one in stated[:_MOST_SUBSCRIBERS] if isinstance(stated, list) else ():
        written = one.get("entrypoint") if isinstance(one, dict) else None
        module, _, name = written.partition(":") if isinstance(written, str) else ("", "", "")
        if name:
            entry = module_entry(tree, folder, module, name)
            found += [entry] if entry is not None else []
        elif module:
            found += _subscribing(tree, folder, module)
    return found


def _subscribing(tree: Tree, folder: str, module: str) -> Iterator[Entry]:
    path = module_file(tree, folder, module.split("."))
    content = tree.read(path) if path is not None else None
    code = parse(content) if content is not None else None
    if path is None or content is None or code is None:
        return
    names, lines = imported_names(code), content.splitlines()
    for statement in top_level(code):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            called = (one.func if isinstance(one, ast.Call) else one for one in statement.decorator_list)
            if any(dotted(one, names) == _SUBSCRIBE for one in called):
                span = name_span(path, lines, statement, _written(statement, statement.name))
                yield Entry(path, statement.name, span, "subscriber")


def _stated(tree: Tree, folder: str, keys: tuple[str, ...]) -> object:
    """Return what stands under *keys* in the folder's ``pyproject.toml``; None where nothing does."""
    path = Tree.join(folder, "pyproject.toml")
    content = tree.read(path) if path is not None else None
    if content is None or len(content) > _LARGEST or keys[1].encode() not in content:
        return None
    try:
        value: object = tomli.loads(content.decode("utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return None
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _referred(tree: Tree, folder: str, keys: tuple[str, ...]) -> Entry | None:
    """Return what ``module:name`` under *keys* in the folder's ``pyproject.toml`` stands for, or None."""
    value = _stated(tree, folder, keys)
    match = _REFERENCE.search(value[:_LONGEST_REFERENCE]) if isinstance(value, str) else None
    return module_entry(tree, folder, match[1], match[2]) if match is not None else None


def module_entry(tree: Tree, folder: str, module: str, name: str) -> Entry | None:
    """Return the object *name* of the dotted *module*, where imports start in *folder*, as an entry point, or None."""
    file = module_file(tree, folder, module.split("."))
    source = tree.read(file) if file is not None else None
    code = parse(source) if source is not None else None
    if file is None or source is None or code is None:
        return None
    lines = source.splitlines()
    for statement in top_level(code):
        names = [getattr(statement, "name", "")]
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        names += [target.id for target in targets if isinstance(target, ast.Name)]
        if isinstance(statement, ast.ImportFrom):
            names += [alias.asname or alias.name for alias in statement.names]
        if name in names:
            return Entry(file, name, name_span(file, lines, statement, _written(statement, name)), "declared")
    return None
