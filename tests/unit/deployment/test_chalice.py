"""Chalice applications: which files hold one, and what of the project is deployed with it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.deployment import chalice
from lambdalint.model import Function, Room, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

APP = "from chalice import Chalice\napp = Chalice(app_name='orders')\n"
ROOM = Room(tmp_mb=1024)


def _tree(root: Path, files: dict[str, str]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    return Tree(root, tuple(files))


def _read(root: Path, files: dict[str, str]) -> tuple[Function, ...]:
    return chalice.read(_tree(root, files), ROOM).functions


def test_an_application_is_a_function(tmp_path: Path) -> None:
    [function] = _read(tmp_path, {"app.py": APP})
    assert (function.name, function.handler, function.code_root) == ("app.app", "app.app", "")
    assert (function.declared_by, function.confidence, function.room) == ("chalice", "high", ROOM)
    assert (function.source.path, function.source.line, function.source.column) == ("app.py", 2, 1)
    assert function.source.end_column == 1 + len("app")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import chalice\napp = chalice.Chalice(app_name='x')\n", "app"),
        ("import chalice as c\napp = c.Chalice(app_name='x')\n", "app"),
        ("from chalice import Chalice as C\napp = C(app_name='x')\n", "app"),
        ("from chalice.app import Chalice\nsite = Chalice(app_name='x')\n", "site"),
        ("from chalice import Chalice\nif True:\n    app = Chalice(app_name='x')\n", "app"),
        ("from chalice import Chalice\ntry:\n    app = Chalice(app_name='x')\nexcept OSError:\n    pass\n", "app"),
    ],
)
def test_the_class_is_known_however_it_is_imported(tmp_path: Path, code: str, name: str) -> None:
    assert [function.handler for function in _read(tmp_path, {"app.py": code})] == [f"app.{name}"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("main.py", APP),
        ("application.py", APP),
        ("app.py", "from flask import Flask\napp = Flask('x')\n"),
        ("app.py", "from other import Chalice\napp = Chalice(app_name='x')\n"),
        ("app.py", "from chalice import Chalice\ndef make():\n    app = Chalice(app_name='x')\n"),
        ("app.py", "from chalice import Chalice\napp = Chalice\n"),
        ("app.py", "from chalice import Chalice\napp, other = Chalice(app_name='x'), 1\n"),
        ("app.py", "# Chalice\napp = make_app()\n"),
        ("app.py", "from chalice import Chalice\napp = Chalice(\n"),
        ("tests/app.py", APP),
    ],
)
def test_other_files_hold_none(tmp_path: Path, path: str, code: str) -> None:
    assert _read(tmp_path, {path: code}) == ()


@pytest.mark.parametrize("marker", ["chalicelib/__init__.py", ".chalice/config.json"])
def test_a_project_may_make_its_application_by_a_class_of_its_own(tmp_path: Path, marker: str) -> None:
    code = "from chalicelib.site import Site\napp = Site()\n"
    assert [function.handler for function in _read(tmp_path, {"app.py": code, marker: ""})] == ["app.app"]


def test_another_name_is_no_application_of_a_project(tmp_path: Path) -> None:
    code = "from chalicelib.site import Site\nsite = Site()\n"
    assert _read(tmp_path, {"app.py": code, "chalicelib/__init__.py": ""}) == ()


def test_the_marker_has_to_lie_beside_the_application(tmp_path: Path) -> None:
    code = "from site_of_ours import Site\napp = Site()\n"
    assert _read(tmp_path, {"src/app.py": code, "other/chalicelib/__init__.py": ""}) == ()


def test_the_folder_of_the_application_is_deployed(tmp_path: Path) -> None:
    [function] = _read(tmp_path, {"services/orders/app.py": APP})
    assert (function.code_root, function.search_path) == ("services/orders", ("services", ""))
    assert function.name == "services/orders/app.app"


def test_each_application_of_a_tree_is_found(tmp_path: Path) -> None:
    found = _read(tmp_path, {"a/app.py": APP, "b/app.py": APP})
    assert [function.code_root for function in found] == ["a", "b"]


def test_the_first_application_of_a_file_counts(tmp_path: Path) -> None:
    code = APP + "other = Chalice(app_name='other')\n"
    assert [function.handler for function in _read(tmp_path, {"app.py": code})] == ["app.app"]


def test_each_decorated_function_is_an_entry_point(tmp_path: Path) -> None:
    code = (
        APP
        + """
@app.route("/orders/{name}")
def show(name):
    return {}

@app.schedule("rate(1 day)")
def clean(event):
    return 1

@app.on_s3_event(bucket="b")
def fill(event):
    return 1

@app.lambda_function()
def work(event, context):
    return 1

def idle():
    return 1
"""
    )
    tree, settings, rows = _tree(tmp_path, {"app.py": code}), Settings(cache=False), catalogue.load()
    functions = [one for one in deployment.read(tree, settings, rows).functions if one.declared_by == "chalice"]
    entries = flow.analyse(tree, functions, rows, settings).entry_points
    assert {entry.qualname for entry in entries} >= {"show", "clean", "fill", "work"}
    assert "idle" not in {entry.qualname for entry in entries}


MAIN = APP + "\n@app.route('/')\ndef index():\n    return {}\n"


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("from chalicelib.main import app\n", 29),
        ("from chalicelib.main import index, app\n", 36),
        ("from chalicelib.main import *\n", 29),
        ("from chalicelib import main\napp = main.app\n", 1),
        ("import chalicelib.main\napp = chalicelib.main.app\n", 1),
        ("from chalicelib.main import app as app\n", 29),
        ("from chalicelib.passing import app\n", 32),
    ],
)
def test_the_application_may_be_imported(tmp_path: Path, code: str, column: int) -> None:
    passing = "from chalicelib.main import app\n"
    files = {"app.py": code, "chalicelib/__init__.py": "", "chalicelib/main.py": MAIN, "chalicelib/passing.py": passing}
    tree, settings, rows = _tree(tmp_path, files), Settings(cache=False), catalogue.load()
    [function] = [one for one in deployment.read(tree, settings, rows).functions if one.declared_by == "chalice"]
    assert (function.handler, function.source.path, function.source.column) == ("app.app", "app.py", column)
    entries = flow.analyse(tree, [function], rows, settings).entry_points
    assert "index" in {entry.qualname for entry in entries}


@pytest.mark.parametrize(
    "code",
    [
        "from chalicelib.main import index\n",
        "from chalicelib.main import app as other\n",
        "from chalicelib.gone import app\n",
        "from chalicelib.circle import app\n",
        "from chalicelib.text import app\n",
    ],
)
def test_other_imports_are_no_application(tmp_path: Path, code: str) -> None:
    circle = "from chalicelib.circle import app\n"
    files = {
        "app.py": code,
        "chalicelib/main.py": MAIN,
        "chalicelib/circle.py": circle,
        "chalicelib/text.py": "x = 1\n",
    }
    assert _read(tmp_path, files) == ()


def test_modules_that_import_each_other_many_times_are_asked_once(tmp_path: Path) -> None:
    again = "from chalicelib.circle import *\nfrom chalicelib.round import app\n" * 200
    files = {"app.py": again, "chalicelib/circle.py": again, "chalicelib/round.py": again}
    assert _read(tmp_path, files) == ()
    passing = f"{again}from chalicelib.main import app\n"
    [function] = _read(tmp_path, {**files, "chalicelib/round.py": passing, "chalicelib/main.py": MAIN})
    assert function.handler == "app.app"


@pytest.mark.parametrize(
    ("program", "code", "open_"),
    [
        ("infra/stack.py", "from chalice.cdk import Chalice\n", True),
        ("infra/stack.py", "from chalice import cdk\n", True),
        ("infra/stack.py", "from aws_cdk import Stack\n", False),
        ("README.md", "from chalice.cdk import Chalice\n", False),
    ],
)
def test_a_cdk_program_may_add_layers_and_variables(tmp_path: Path, program: str, code: str, open_: bool) -> None:
    [function] = _read(tmp_path, {"runtime/app.py": APP, program: code})
    assert [layer.name for layer in function.room.layers] == (["unknown"] if open_ else [])


def test_a_cdk_program_of_another_project_adds_nothing(tmp_path: Path) -> None:
    [function] = _read(tmp_path, {"a/runtime/app.py": APP, "b/stack.py": "from chalice.cdk import Chalice\n"})
    assert function.room.layers == ()
