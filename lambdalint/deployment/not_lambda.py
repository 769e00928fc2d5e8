"""What tells that code with a handler's looks runs somewhere else than in a function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.source_root import ancestors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Tree

_FOLDERS = frozenset(
    {"test", "tests", "testing", "__tests__", "unit_test", "unit_tests", "unittests", "e2e"}
    | {"integration_test", "integration_tests", "doc", "docs", "documentation", "node_modules", "venv"}
    | {"site-packages", "dist-packages", ".venv", ".tox", ".git", ".github", ".aws-sam", "cdk.out"}
)

_FOREIGN_PACKAGES = frozenset(
    # Device software, Spark jobs, model servers and other clouds use the same parameters.
    {"greengrasssdk", "greengrass_machine_learning_sdk", "greengrass_common", "awscam", "awsglue", "mo"}
    | {"DeepLens_ModelOptimizer", "functions_framework", "azure", "bedrock_agentcore"}
    | {"sagemaker_inference", "kubeless", "pytest", "unittest", "airflow"}
)

_LISTENER_DECORATORS = frozenset(
    # Frameworks that pass an event to a function of the user's, and name what they pass by parameter.
    {"event", "message", "action", "command", "shortcut", "view", "options", "listener", "listen", "on"}
    | {"on_event", "subscribe", "subscriber", "receiver", "fixture", "entrypoint", "hook"}
    # The helper of custom resources, which the handler passes its event on to.
    | {"create", "update", "delete", "poll_create", "poll_update", "poll_delete"}
)

_SERVER = re.compile(
    rb"gunicorn|uvicorn|hypercorn|daphne|waitress|uwsgi|runserver|mod_wsgi|\bflask\b[^\n]{0,200}\brun\b"
    rb"|\bfastapi\b[^\n]{0,200}\brun\b"
)
_CONTAINER = re.compile(_SERVER.pattern + rb"|\bpython|\.sh\b|\bflask\b|\bfastapi\b")
_ADAPTER = re.compile(rb"awslambdaric|lambda[-_]web[-_]adapter|aws-lambda|public\.ecr\.aws/lambda|lambci")
_DOCKER_COMMAND = re.compile(rb"^[ \t]*(?:CMD|ENTRYPOINT)\b(?:.*\\\r?\n)*.*", re.MULTILINE | re.IGNORECASE)
_LONGEST = 200_000
_NOTEBOOK_IMPORT = re.compile(rb'"\s*(?:from|import)\s+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)\b')
_LONGEST_NOTEBOOK = 2_000_000


def is_apart(path: str) -> bool:
    """Tell whether the file at *path* is a test, documentation or somebody else's library, by its name."""
    *folders, name = path.split("/")
    if name.startswith("test_") or name.endswith("_test.py") or name in {"conftest.py", "tests.py", "setup.py"}:
        return True
    return not _FOLDERS.isdisjoint(folders)


def is_foreign_import(module: str) -> bool:
    """Tell whether code that imports the dotted *module* is made for something else than AWS Lambda."""
    return module.partition(".")[0] in _FOREIGN_PACKAGES


def is_listener(decorator: str) -> bool:
    """Tell whether a decorator of this dotted name registers a listener within another framework."""
    owner, _, last = decorator.rpartition(".")
    return bool(owner) and last in _LISTENER_DECORATORS


def serving_folders(tree: Tree) -> frozenset[str]:
    """Return the folders whose Dockerfile, Procfile or the like shows that their content runs on a server."""
    found: set[str] = set()
    for path in tree.named("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile"):
        content = _head(tree, path)
        commands = b"\n".join(_DOCKER_COMMAND.findall(content))
        if _CONTAINER.search(commands) and not _ADAPTER.search(content):
            found.add(path.rpartition("/")[0])
    for path in tree.named("Procfile", "docker-compose*.y*ml", "compose.y*ml", "fly.toml", "render.y*ml"):
        if _SERVER.search(_head(tree, path)):
            found.add(path.rpartition("/")[0])
    found.update(
        path.rpartition("/")[0]
        for path in tree.named("gunicorn.conf.py", "gunicorn_config.py", "gunicorn.py", "uwsgi.ini")
    )
    return frozenset(found)


def notebook_modules(tree: Tree) -> frozenset[str]:
    """Return the files that notebooks import by way of a package around them: their code runs in the notebooks.

    A handler that a notebook only tries lies beside it, and is imported without a package.
    """
    found: set[str] = set()
    for path in tree.named("*.ipynb"):
        for match in _NOTEBOOK_IMPORT.finditer((tree.read(path) or b"")[:_LONGEST_NOTEBOOK]):
            module = match[1].decode("ascii").replace(".", "/")
            around = (f"{folder}/{module}.py" if folder else f"{module}.py" for folder in ancestors(path))
            found.update(next(([file] for file in around if file in tree), []))
    return frozenset(found)


def is_below(path: str, folders: Iterable[str]) -> bool:
    """Tell whether *path* lies in one of *folders* or below; the root is ``""``."""
    return any(not folder or path == folder or path.startswith(f"{folder}/") for folder in folders)


def _head(tree: Tree, path: str) -> bytes:
    return (tree.read(path) or b"")[:_LONGEST]
