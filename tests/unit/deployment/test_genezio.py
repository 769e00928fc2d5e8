"""Genezio: which functions ``genezio.yaml`` declares, what they run, and in which room."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.deployment import genezio
from lambdalint.deployment.handlers import locate
from lambdalint.model import Build, Deployment, Function, Manifest, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

ROWS = catalogue.load()
FLASK = "from flask import Flask\nsite = Flask('x')\n\n@site.route('/')\ndef index():\n    return 'x'\n"
HEAD = "name: shop\nyamlVersion: 2\n"
PYTHON = HEAD + "backend:\n  path: .\n  language: {name: python, runtime: python3.11.x}\n  functions:\n"


def _tree(root: Path, files: dict[str, str]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    return Tree(root, tuple(files))


def _read(root: Path, text: str, *others: str, **files: str) -> Deployment:
    contents = {"genezio.yaml": text, **dict.fromkeys(others, ""), **files}
    return genezio.read(_tree(root, contents), ROWS)


def _one(root: Path, settings: str, *others: str, code: str = "def handler(event):\n    return {}\n") -> Function:
    text = f"{PYTHON}    - {{name: job, path: ., {settings}}}\n"
    [function] = _read(root, text, *others, **{"main.py": code}).functions
    return function


def test_a_function_and_its_room(tmp_path: Path) -> None:
    text = """\
        name: shop
        yamlVersion: 2
        backend:
          path: ./server
          language:
            name: python
            packageManager: pip
            runtime: python3.12.x
          environment:
            MODE: fast
            URL: ${{services.databases.main.uri}}
          functions:
            - name: report
              path: ./report
              entry: src/main.py
              handler: run
              type: aws
              timeout: 120
              storageSize: 256
              maxConcurrentRequestsPerInstance: 4
    """
    files = {
        "genezio.yaml": text,
        "server/report/src/main.py": "def run(event): ...\n",
        "server/report/requirements.txt": "",
    }
    tree = _tree(tmp_path, files)
    [function] = genezio.read(tree, ROWS).functions
    assert (function.name, function.handler, function.code_root) == ("report", "src/main.run", "server/report")
    assert (function.declared_by, function.confidence) == ("genezio", "high")
    assert (function.source.path, function.source.line, function.source.column) == ("genezio.yaml", 13, 13)
    assert locate(tree, function) == ("server/report/src/main.py", "run")
    assert function.build == Build((Manifest("server/report/requirements.txt"),), complete=True)
    room = function.room
    assert (room.platform, room.cwd, room.task_root) == ("genezio", "/tmp/package", "/tmp/package")
    assert (room.tmp_mb, room.timeout, room.runtime, room.concurrent_requests) == (256, 120, "python3.12", True)
    assert {one.name: one.value for one in room.env} == {"MODE": "fast", "URL": None}
    lines = {name: span.line for name, span in room.spans}
    assert lines == {"tmp_mb": 19, "timeout": 18, "runtime": 8, "environment": 10, "handler": 16, "code_root": 14}


def test_what_is_not_stated_is_the_platform_s(tmp_path: Path) -> None:
    room = _one(tmp_path, "entry: main.py, handler: handler").room
    assert (room.tmp_mb, room.timeout, room.concurrent_requests, room.env_complete) == (128, None, None, False)
    assert room.span_of("tmp_mb") is None


@pytest.mark.parametrize(
    ("written", "size", "concurrent"),
    [
        ("storageSize: 8192, maxConcurrentRequestsPerInstance: 1", 8192, False),
        ("storageSize: large, maxConcurrentRequestsPerInstance: many", None, None),
        ("storageSize: '${{env.SIZE}}', maxConcurrentRequestsPerInstance: []", None, None),
        ("storageSize: null", 128, None),
        ("storageSize: 1.5", None, None),
    ],
)
def test_sizes_are_what_is_written(tmp_path: Path, written: str, size: int | None, concurrent: bool | None) -> None:
    room = _one(tmp_path, f"entry: main.py, handler: handler, {written}").room
    assert (room.tmp_mb, room.concurrent_requests) == (size, concurrent)


@pytest.mark.parametrize(
    ("settings", "code", "handler"),
    [
        ("type: httpServer, handler: site", FLASK, "main.site"),
        ("type: httpServer", FLASK, "main.site"),
        ("type: persistent", FLASK, "main.site"),
        ("type: httpServer, handler: app", FLASK, "main.site"),
        ("type: httpServer", "from shop.web import app\n", "main.app"),
        ("type: httpServer, handler: api", "from shop.web import *\n", "main.api"),
        ("type: httpServer", "import http.server as h\nclass Web(h.BaseHTTPRequestHandler): ...\n", "main.Web"),
        ("type: httpServer", "app, route = make()\n", "main.app"),
        ("type: httpServer", "async def main(): ...\n", "main.main"),
        ("type: httpServer", "print('served')\n", "main.__file__"),
        ("type: httpServer, handler: site", "def broken(:\n", "main.site"),
        ("type: httpServer", "def broken(:\n", "main.__file__"),
        ("handler: gone", FLASK, "main.gone"),
    ],
)
def test_what_a_server_serves(tmp_path: Path, settings: str, code: str, handler: str) -> None:
    assert _one(tmp_path, f"entry: main.py, {settings}", code=code).handler == handler


def test_routes_are_entry_points(tmp_path: Path) -> None:
    text = PYTHON + "    - {name: web, path: ./, entry: main.py, type: httpServer}\n"
    tree, settings = _tree(tmp_path, {"genezio.yaml": text, "main.py": FLASK}), Settings(cache=False)
    functions = deployment.read(tree, settings, ROWS).functions
    assert [one.declared_by for one in functions] == ["genezio"]
    entries = flow.analyse(tree, functions, ROWS, settings).entry_points
    assert [entry.qualname for entry in entries] == ["index"]


@pytest.mark.parametrize("language", ["ts", "js", "go"])
def test_other_languages_are_not_spoken_of(tmp_path: Path, language: str) -> None:
    text = f"{HEAD}backend:\n  language: {{name: {language}}}\n  functions: [{{name: a, entry: main.py, handler: h}}]\n"
    found = _read(tmp_path, text, "main.py")
    assert (found.functions, found.problems) == ((), ())


@pytest.mark.parametrize(
    ("item", "severity", "message"),
    [
        ("{name: job}", "warning", "the function job has no entry; it is not read"),
        (
            "{name: job, entry: main.py}",
            "warning",
            "the function job has no handler, which its type needs; it is not read",
        ),
        (
            "{name: job, entry: ../../x.py, handler: h}",
            "warning",
            "the entry of the function job leads out of its folder; it is not read",
        ),
        (
            "{name: job, path: ../.., entry: main.py, handler: h}",
            "warning",
            "the path of the function job leads out of the repository; it is not read",
        ),
        (
            "{name: job, path: '${{env.DIR}}', entry: main.py, handler: h}",
            "note",
            "the path of the function job is known when the project is deployed; it is not read",
        ),
        (
            "{name: job, entry: '${{env.FILE}}.py', handler: h}",
            "note",
            "the entry of the function job is known when it is deployed; it is not read",
        ),
        (
            "{name: job, entry: main.js, handler: h}",
            "note",
            "the entry of the function job is no file in Python; it is not read",
        ),
        (
            "{name: job, entry: main.py, handler: [h]}",
            "note",
            "the handler of the function job is not known; it is not read",
        ),
        (
            "{name: job, entry: main.py, handler: h, type: edge}",
            "note",
            "the type of the function job is not known; it is not read",
        ),
        ("text", "warning", "an item of functions is no mapping; it is not read"),
        (
            "{name: [], path: {}, entry: main.py}",
            "warning",
            "the path of the function function is no text; it is not read",
        ),
    ],
)
def test_functions_that_are_not_understood(tmp_path: Path, item: str, severity: str, message: str) -> None:
    found = _read(
        tmp_path, f"{PYTHON}    - {item}\n    - {{name: b, path: ., entry: b.py, handler: h}}\n", "main.py", "b.py"
    )
    assert [function.name for function in found.functions] == ["b"]
    [problem] = found.problems
    assert (problem.severity, problem.message, problem.span.line) == (severity, message, 7)


def test_a_handler_without_a_file_is_still_declared(tmp_path: Path) -> None:
    [function] = _read(tmp_path, PYTHON + "    - {name: a, path: ., entry: gone.py, handler: h}\n").functions
    assert function.handler == "gone.h"
    assert locate(Tree(tmp_path, ()), function) is None


def test_commands_before_the_deployment_may_add_to_the_package(tmp_path: Path) -> None:
    text = PYTHON.replace("  functions:", "  scripts: {deploy: make libs}\n  functions:")
    [function] = _read(tmp_path, text + "    - {name: a, path: ., entry: a.py, handler: h}\n", "a.py").functions
    assert not function.build.complete


@pytest.mark.parametrize(
    ("settings", "root", "handler"),
    [
        ("{path: ., entryFile: pages/home.py}", "", "pages/home.__file__"),
        ("{path: web}", "web", "dash.__file__"),
        ("{path: web, storageSize: 300}", "web", "dash.__file__"),
    ],
)
def test_a_streamlit_script_is_an_entry_point(tmp_path: Path, settings: str, root: str, handler: str) -> None:
    script = "import streamlit as st\nopen('/srv/x', 'w')\n"
    files = {"genezio.yaml": f"{HEAD}streamlit: {settings}\n", "pages/home.py": script, "web/dash.py": script}
    tree = _tree(tmp_path, files)
    [function] = genezio.read(tree, ROWS).functions
    assert (function.name, function.code_root, function.handler) == ("streamlit", root, handler)
    assert function.room.tmp_mb == (300 if "300" in settings else 128)
    result = flow.analyse(tree, [function], ROWS, Settings(cache=False))
    assert [str(effect.place.path) for effect in result.effects] == ["/srv/x"]
    assert result.notes == ()


def test_a_streamlit_script_that_is_not_there_is_noted(tmp_path: Path) -> None:
    found = _read(tmp_path, f"{HEAD}streamlit: {{path: ., entryFile: gone.py}}\n")
    assert found.functions == ()
    assert [problem.severity for problem in found.problems] == ["note"]


@pytest.mark.parametrize("path", ["./web/Dockerfile", "web"])
def test_a_container_serves_the_application_that_its_command_starts(tmp_path: Path, path: str) -> None:
    dockerfile = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD gunicorn --bind 0.0.0.0:8080 main:site\n"
    text = f"{HEAD}container:\n  path: {path}\n  storageSize: 200\n  environment: {{MODE: fast}}\n"
    files = {"genezio.yaml": text, "web/Dockerfile": dockerfile, "web/main.py": FLASK}
    tree = _tree(tmp_path, files)
    [function] = genezio.read(tree, ROWS).functions
    assert (function.handler, function.code_root, function.room.tmp_mb) == ("main.site", "web", 200)
    assert (function.room.package_type, function.room.cwd, function.room.unjudged) == ("image", "/app", ("/",))
    assert function.image_files == ()
    assert locate(tree, function) == ("web/main.py", "site")


@pytest.mark.parametrize(
    ("path", "severity"), [("./gone", "note"), ("../../x", "warning"), ("${{env.X}}", "note"), ("[1]", "warning")]
)
def test_a_container_that_is_not_found_is_reported(tmp_path: Path, path: str, severity: str) -> None:
    found = _read(tmp_path, f"{HEAD}container: {{path: {path if path[0] == '[' else repr(path)}}}\n")
    assert found.functions == ()
    assert [problem.severity for problem in found.problems] == [severity]


def test_classes_in_python_are_noted(tmp_path: Path) -> None:
    text = f"{HEAD}backend:\n  path: .\n  language: {{name: python}}\n  classes: [{{path: a.py}}]\n"
    found = _read(tmp_path, text, "a.py")
    assert (found.functions, [problem.span.line for problem in found.problems]) == ((), [6])


@pytest.mark.parametrize(
    "text",
    [
        "- 1\n",
        "text\n",
        "backend: [1]\n",
        "backend: {path: 3, functions: {a: b}, language: {name: python}}\n",
        "backend: {path: [], functions: []}\n",
        "streamlit: 7\ncontainer: [x]\n",
        "a: [b\n",
        "backend: &a {path: *a}\n",
        "x: " + "[" * 3_000,
    ],
)
def test_a_file_of_another_shape_is_a_problem(tmp_path: Path, text: str) -> None:
    found = _read(tmp_path, text, "main.py")
    assert found.functions == ()
    assert found.problems
    assert {problem.span.path for problem in found.problems} == {"genezio.yaml"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "services: {web: {image: python}}\n", "backend: null\n"])
def test_a_file_without_functions_is_no_problem(tmp_path: Path, text: str) -> None:
    found = _read(tmp_path, text)
    assert (found.functions, found.problems) == ((), ())


def test_files_of_tests_do_not_count(tmp_path: Path) -> None:
    text = PYTHON + "    - {name: a, path: ., entry: a.py, handler: h}\n"
    files = {"tests/genezio.yaml": text, "tests/a.py": "", "node_modules/x/genezio.yaml": text}
    assert genezio.read(_tree(tmp_path, files), ROWS).functions == ()
