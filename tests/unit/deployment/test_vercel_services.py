"""The services of a ``vercel.json``: which run Python, what they serve, and what is stated of them."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue
from lambdalint.deployment import vercel
from lambdalint.deployment.handlers import locate
from lambdalint.model import Manifest, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.deployment.vercel import Projects

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
ROWS = catalogue.load()


def _read(root: Path, services: object, *, key: str = "services", **extra: str) -> tuple[Tree, Projects]:
    files = {
        "vercel.json": json.dumps({key: services}, indent=1),
        "backend/main.py": APP,
        "backend/requirements.txt": "fastapi\n",
        "backend/jobs/nightly.py": "def run():\n    return 1\n",
        "web/package.json": "{}",
        "api/index.py": APP,
        "pyproject.toml": "[project]\nname = 'x'\n",
        **extra,
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    tree = Tree(root, tuple(sorted(files)))
    return tree, vercel.read(tree, ROWS)


@pytest.mark.parametrize("key", ["services", "experimentalServices", "experimentalServicesV2"])
@pytest.mark.parametrize(
    ("service", "handler", "code_root"),
    [
        ({"entrypoint": "backend/main.py"}, "main.app", "backend"),
        ({"entrypoint": "backend"}, "main.app", "backend"),
        ({"entrypoint": "backend", "framework": "fastapi"}, "main.app", "backend"),
        ({"root": "backend"}, "main.app", "backend"),
        ({"root": "./backend/", "entrypoint": "main.py", "runtime": "python3.13"}, "main.app", "backend"),
        ({"root": "backend", "entrypoint": "main:app"}, "main.app", "backend"),
        ({"root": "backend", "entrypoint": "jobs.nightly:run", "type": "cron"}, "jobs/nightly.run", "backend"),
        ({"entrypoint": "backend/main.py", "builder": "@vercel/python"}, "main.app", "backend"),
    ],
)
def test_a_service_in_python(tmp_path: Path, key: str, service: object, handler: str, code_root: str) -> None:
    tree, found = _read(tmp_path, {"site": {"root": "web", "framework": "nextjs"}, "api": service}, key=key)
    [function] = found.functions
    assert (function.name, function.handler, function.code_root) == ("api", handler, code_root)
    assert (function.declared_by, function.source.path, function.room.platform) == ("vercel", "vercel.json", "vercel")
    assert function.build.manifests == (Manifest("backend/requirements.txt"),)
    assert locate(tree, function) is not None
    assert found.problems == ()


def test_what_a_service_states(tmp_path: Path) -> None:
    service = {
        "entrypoint": "backend/main.py",
        "maxDuration": 120,
        "env": {"MODE": "fast", "KEY": "@secret"},
        "excludeFiles": "jobs/**",
    }
    _, found = _read(tmp_path, {"api": service})
    [function] = found.functions
    assert (function.room.timeout, function.packaged) == (120, ("!jobs/**",))
    assert {one.name: one.value for one in function.room.env}.items() >= {"MODE": "fast", "KEY": None}.items()
    assert (function.source.line, function.source.column) == (4, 18)


@pytest.mark.parametrize(
    "service",
    [
        {"root": "web"},
        {"root": "web", "framework": "nextjs"},
        {"entrypoint": "backend/main.py", "runtime": "nodejs22.x"},
        {"entrypoint": "web/index.ts"},
        {"entrypoint": "backend/cmd/main.go"},
    ],
)
def test_other_services_are_not_spoken_of(tmp_path: Path, service: object) -> None:
    _, found = _read(tmp_path, {"api": service})
    assert (found.functions, found.problems) == ((), ())


@pytest.mark.parametrize(
    ("service", "severity", "message"),
    [
        (3, "warning", "the service api is no object; it is not read"),
        ({"root": "../.."}, "warning", "the service api leads out of the project; it is not read"),
        ({"entrypoint": "../../x.py"}, "warning", "the service api leads out of the project; it is not read"),
        ({"root": "web", "entrypoint": "Dockerfile"}, "note", "the service api is a container; it is not read"),
        ({"entrypoint": "gone.py"}, "note", "the application of the service api is not found; it is not read"),
        ({"entrypoint": "gone:app"}, "note", "the application of the service api is not found; it is not read"),
        (
            {"root": "web", "framework": "flask"},
            "note",
            "the application of the service api is not found; it is not read",
        ),
    ],
)
def test_services_that_are_not_understood(tmp_path: Path, service: object, severity: str, message: str) -> None:
    _, found = _read(tmp_path, {"api": service, "b": {"root": "backend"}})
    assert [function.name for function in found.functions] == ["b"]
    assert [(problem.severity, problem.message) for problem in found.problems] == [(severity, message)]


@pytest.mark.parametrize("services", [[], "x", {"api": {"entrypoint": [], "root": {}, "maxDuration": "max", "env": 3}}])
def test_services_of_another_shape_do_no_harm(tmp_path: Path, services: object) -> None:
    _, found = _read(tmp_path, services)
    assert all(function.room.timeout is None for function in found.functions)


QUEUES = """\
import vercel.queue as queue
from vercel.queue import subscribe

@subscribe(topic="add")
async def add(task):
    return 1

@queue.subscribe
def multiply(task):
    return 1

def idle(task):
    return 1
"""


@pytest.mark.parametrize("configuration", ["", "{}"])
@pytest.mark.parametrize(
    ("table", "handlers"),
    [
        ("[[tool.vercel.subscribers]]\nentrypoint = 'tasks'\n", ["main.app", "tasks.add", "tasks.multiply"]),
        ("[[tool.vercel.subscribers]]\nentrypoint = 'tasks:idle'\n", ["main.app", "tasks.idle"]),
        ("[[tool.vercel.subscribers]]\nentrypoint = 'gone'\n[[tool.vercel.subscribers]]\nx = 1\n", ["main.app"]),
        ("[tool.vercel]\nsubscribers = [3, 'x', {entrypoint = ':'}, {entrypoint = 'a..b:c'}]\n", ["main.app"]),
        ("[tool.vercel.scripts]\nbuild = 'make'\n", ["main.app"]),
    ],
)
def test_queues_have_functions(tmp_path: Path, configuration: str, table: str, handlers: list[str]) -> None:
    files = {"pyproject.toml": table, "main.py": APP, "tasks.py": QUEUES}
    if configuration:
        files["vercel.json"] = configuration
    for path, content in files.items():
        (tmp_path / path).write_text(content, encoding="utf-8")
    functions = vercel.read(Tree(tmp_path, tuple(sorted(files))), ROWS).functions
    assert [function.handler for function in functions] == handlers
