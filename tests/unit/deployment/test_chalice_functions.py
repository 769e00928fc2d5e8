"""Decorated functions of Chalice: which are deployed for themselves, under which name, and in which room."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import chalice
from lambdalint.deployment.handlers import locate
from lambdalint.model import Build, Function, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

APP = "from chalice import Chalice\napp = Chalice(app_name='orders')\n"
ROUTE = "@app.route('/')\ndef index():\n    return {}\n"
JOB = "@app.schedule('rate(1 day)')\ndef clean(event):\n    return 1\n"
BLUEPRINT = """\
from chalice import Blueprint
jobs = Blueprint(__name__)

@jobs.on_sqs_message(queue="q")
def drain(event):
    return 1
"""


def _tree(root: Path, files: dict[str, object]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (root / path).write_text(dedent(text), encoding="utf-8")
    return Tree(root, tuple(files))


def _read(root: Path, files: dict[str, object]) -> dict[str, Function]:
    return {one.name: one for one in chalice.read(_tree(root, files), Room()).functions}


@pytest.mark.parametrize(
    ("decorator", "name"),
    [
        ("app.lambda_function()", "work"),
        ("app.lambda_function(name='other-name')", "other-name"),
        ("app.lambda_function(name=NAME)", "work"),
        ("app.schedule('rate(1 day)')", "work"),
        ("app.on_s3_event(bucket='b', name='import')", "import"),
        ("app.on_sns_message(topic='t')", "work"),
        ("app.on_sqs_message(queue='q')", "work"),
        ("app.on_cw_event({'source': ['aws.ec2']})", "work"),
        ("app.on_kinesis_record(stream='s')", "work"),
        ("app.on_dynamodb_record(stream_arn='a')", "work"),
        ("app.authorizer()", "work"),
        ("app.on_ws_connect()", "websocket_connect"),
        ("app.on_ws_message()", "websocket_message"),
        ("app.on_ws_disconnect()", "websocket_disconnect"),
    ],
)
def test_each_event_has_a_function_of_its_own(tmp_path: Path, decorator: str, name: str) -> None:
    files: dict[str, object] = {"app.py": f"{APP}{ROUTE}\n@{decorator}\ndef work(event):\n    return 1\n"}
    found = _read(tmp_path, files)
    assert list(found) == ["app.app", f"app.{name}"]
    function = found[f"app.{name}"]
    assert (function.handler, function.code_root, function.declared_by) == ("app.work", "", "chalice")
    assert (function.source.line, function.source.end_column) == (8, 1 + len("def work"))


@pytest.mark.parametrize(
    "decorator",
    ["app.middleware('all')", "app.route('/x')", "other.schedule('rate(1 day)')", "app.schedule", "schedule()"],
)
def test_other_decorators_make_none(tmp_path: Path, decorator: str) -> None:
    files: dict[str, object] = {"app.py": f"{APP}{ROUTE}\n@{decorator}\ndef work(event):\n    return 1\n"}
    assert list(_read(tmp_path, files)) == ["app.app"]


def test_an_application_without_routes_has_no_function_for_them(tmp_path: Path) -> None:
    assert list(_read(tmp_path, {"app.py": APP + JOB})) == ["app.clean"]
    routes = "def add(app):\n    app.route('/x')(print)\n"
    found = _read(tmp_path, {"app.py": APP + JOB, "chalicelib/routes.py": routes})
    assert list(found) == ["app.app", "app.clean"]


def test_the_functions_of_a_registered_blueprint_count(tmp_path: Path) -> None:
    code = APP + "from chalicelib.work import jobs\napp.register_blueprint(jobs, name_prefix='x_')\n" + ROUTE
    files: dict[str, object] = {
        "api/app.py": code,
        "api/chalicelib/__init__.py": "",
        "api/chalicelib/work.py": BLUEPRINT,
    }
    found = _read(tmp_path, files)
    function = found["api/app.x_drain"]
    assert (function.handler, function.source.path) == ("chalicelib/work.drain", "api/chalicelib/work.py")
    assert locate(Tree(tmp_path, tuple(files)), function) == ("api/chalicelib/work.py", "drain")


@pytest.mark.parametrize(
    ("registration", "names"),
    [
        ("", ["app.app"]),
        ("from chalicelib import work\napp.register_blueprint(work.jobs)", ["app.app", "app.drain"]),
        ("import chalicelib.work\napp.register_blueprint(chalicelib.work.jobs)", ["app.app", "app.drain"]),
        ("from chalicelib import work\napp.register_blueprint(blueprint=work.jobs)", ["app.app", "app.drain"]),
        ("for one in find(): app.register_blueprint(one)", ["app.app", "app.drain"]),
    ],
)
def test_where_a_blueprint_is_registered(tmp_path: Path, registration: str, names: list[str]) -> None:
    files: dict[str, object] = {"app.py": f"{APP}{ROUTE}{registration}\n", "chalicelib/work.py": BLUEPRINT}
    assert list(_read(tmp_path, files)) == names


def test_an_imported_application_decorates_too(tmp_path: Path) -> None:
    site = APP + ROUTE
    jobs = "from chalicelib.site import app\n" + JOB
    files: dict[str, object] = {
        "app.py": "from chalicelib.site import app\nimport chalicelib.jobs\n",
        "chalicelib/site.py": site,
        "chalicelib/jobs.py": jobs,
    }
    assert {one.handler for one in _read(tmp_path, files).values()} == {"app.app", "chalicelib/jobs.clean"}


@pytest.mark.parametrize(
    "code",
    [
        "from chalicelib.site import Site\napp = Site()\n" + JOB,
        "from chalicelib.site import *\napp = make()\n" + JOB,
        APP
        + "for one in NAMES:\n    @app.schedule('rate(1 day)', name=one)\n    def clean(event):\n        return 1\n",
        APP + "if True:\n    @app.schedule('rate(1 day)')\n    def clean(event):\n        return 1\n",
    ],
)
def test_applications_and_functions_may_be_made_in_other_ways(tmp_path: Path, code: str) -> None:
    assert list(_read(tmp_path, {"app.py": code, "chalicelib/__init__.py": ""})) == ["app.clean"]


def test_the_configuration_may_set_a_function_apart(tmp_path: Path) -> None:
    config = {
        "lambda_timeout": 60,
        "environment_variables": {"OUT": "/tmp/a", "LEVEL": "info"},
        "lambda_functions": {"clean": {"layers": ["arn:a"], "lambda_timeout": 10}},
        "stages": {
            "dev": {
                "lambda_functions": {
                    "clean": {"lambda_timeout": 900, "environment_variables": {"OUT": "/tmp/b"}},
                    "api_handler": {"subnet_ids": ["subnet-1"]},
                }
            }
        },
    }
    found = _read(tmp_path, {"app.py": APP + ROUTE + JOB, ".chalice/config.json": config})
    clean, site = found["app.clean"].room, found["app.app"].room
    assert (clean.timeout, site.timeout) == (900, 60)
    assert {one.name: one.value for one in clean.env} == {"OUT": "/tmp/b", "LEVEL": "info"}
    assert {one.name: one.value for one in site.env} == {"OUT": "/tmp/a", "LEVEL": "info"}
    assert ([one.name for one in clean.layers], site.layers) == (["arn:a"], ())
    assert (clean.vpc, site.vpc) == (False, True)
    assert clean.span_of("timeout") is not None
    assert site.span_of("vpc") is not None


def test_one_function_stands_for_the_package(tmp_path: Path) -> None:
    files: dict[str, object] = {
        "app.py": APP + ROUTE + JOB,
        "requirements.txt": "pandas\n",
        ".chalice/config.json": "{}",
    }
    found = _read(tmp_path, files)
    assert [one.path for one in found["app.app"].build.manifests] == ["requirements.txt"]
    assert found["app.clean"].build == Build()


@pytest.mark.parametrize(
    "config",
    [
        '{"stages": {"dev": {"lambda_functions": [1]}}}',
        '{"lambda_functions": {"clean": 3}}',
        '{"lambda_functions": {"clean": {"lambda_timeout": {}, "layers": "x", "environment_variables": []}}}',
        '{"stages": null}',
        "[" * 5_000,
        '{"a": 1',
    ],
)
def test_a_configuration_of_another_shape_does_no_harm(tmp_path: Path, config: str) -> None:
    found = _read(tmp_path, {"app.py": APP + ROUTE + JOB, ".chalice/config.json": config})
    assert list(found) == ["app.app", "app.clean"]
    assert {one.room.timeout for one in found.values()} == {None}


def test_a_wrong_block_is_a_problem(tmp_path: Path) -> None:
    tree = _tree(tmp_path, {"app.py": APP, ".chalice/config.json": '{\n"lambda_functions": [1]}'})
    [problem] = chalice.read(tree, Room()).problems
    assert (problem.span.line, problem.message) == (2, "lambda_functions is no object; it is not read")


def test_more_functions_than_are_read_are_a_warning(tmp_path: Path) -> None:
    jobs = "".join(JOB.replace("clean", f"clean_{number}") for number in range(503))
    found = chalice.read(_tree(tmp_path, {"app.py": APP + jobs}), Room())
    assert len(found.functions) == 500
    [problem] = found.problems
    assert (problem.span.line, problem.severity) == (2 + 3 * 500 + 2, "warning")
    assert problem.message == "more than 500 functions of Chalice; the rest is not read"
