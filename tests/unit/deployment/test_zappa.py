"""Zappa: which stages become functions, in which rooms, and what their packages hold."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import zappa
from lambdalint.model import Build, Deployment, Manifest, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

APP = "from flask import Flask\napp = Flask('x')\n"


def _read(root: Path, files: dict[str, object]) -> Deployment:
    for path, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text), encoding="utf-8")
    return zappa.read(Tree(root, tuple(files)), Room())


def _stages(root: Path, stages: dict[str, object], **files: str) -> Deployment:
    return _read(root, {"zappa_settings.json": stages, "app.py": APP, **files})


def _build(root: Path, stage: dict[str, object], requirements: str = "zappa\n") -> Build:
    files = {"zappa_settings.json": {"dev": {"app_function": "app.app", **stage}}, "requirements.txt": requirements}
    [function] = _read(root, {**files, "app.py": APP}).functions
    return function.build


def test_a_stage_is_a_function(tmp_path: Path) -> None:
    settings = '{\n  "dev": {\n    "app_function": "app.app",\n    "project_name": "My_Shop"\n  }\n}'
    found = _read(tmp_path, {"shop/zappa_settings.json": settings, "shop/app.py": APP, "shop/requirements.txt": ""})
    [function] = found.functions
    assert (function.name, function.handler, function.code_root) == ("my-shop-dev", "app.app", "shop")
    assert (function.declared_by, function.confidence) == ("zappa", "high")
    assert (function.source.path, function.source.line) == ("shop/zappa_settings.json", 3)
    assert function.room.timeout == 30
    assert found.problems == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("zappa_settings.yml", "dev:\n  app_function: app.app\n  timeout_seconds: 60\n"),
        ("zappa_settings.yaml", "dev: {app_function: app.app, timeout_seconds: 60}\n"),
        ("zappa_settings.toml", "[dev]\napp_function = 'app.app'\ntimeout_seconds = 60\n"),
        ("zappa_settings.json", '{"dev": {"app_function": "app:app", "timeout_seconds": 60}}'),
    ],
)
def test_the_settings_may_have_any_format(tmp_path: Path, name: str, text: str) -> None:
    [function] = _read(tmp_path, {name: text, "app.py": APP}).functions
    assert (function.name, function.handler, function.room.timeout) == ("dev", "app.app", 60)


def test_a_setting_in_toml_has_its_place(tmp_path: Path) -> None:
    text = "[dev]\napp_function = 'app.app'\n\n[dev.ephemeral_storage]\nSize = 2048\n"
    [function] = _read(tmp_path, {"zappa_settings.toml": text, "app.py": APP}).functions
    assert (function.source.line, function.room.tmp_mb) == (2, 2048)
    span = function.room.span_of("tmp_mb")
    assert span is not None
    assert (span.line, span.column) == (5, 1)


def test_the_json_file_goes_before_the_others(tmp_path: Path) -> None:
    files: dict[str, object] = {
        "zappa_settings.json": {"one": {"app_function": "app.app"}},
        "zappa_settings.toml": "[two]\napp_function = 'app.app'\n",
        "app.py": APP,
    }
    assert [function.name for function in _read(tmp_path, files).functions] == ["one"]


@pytest.mark.parametrize("folder", ["tests", "test/data", "docs", "venv/lib/site-packages/zappa"])
def test_settings_of_tests_do_not_count(tmp_path: Path, folder: str) -> None:
    files = {f"{folder}/zappa_settings.json": {"dev": {"app_function": "app.app"}}, f"{folder}/app.py": APP}
    assert _read(tmp_path, dict(files)) == Deployment()


def test_the_room_of_a_stage(tmp_path: Path) -> None:
    stage = {
        "app_function": "app.app",
        "runtime": "python3.12",
        "timeout_seconds": 900,
        "ephemeral_storage": {"Size": 1024},
        "environment_variables": {"MODE": "fast"},
        "aws_environment_variables": {"HOME": "/tmp", "MODE": "slow"},
        "vpc_config": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "efs_config": {"Arn": "arn:x", "LocalMountPath": "/mnt/data"},
        "layers": ["arn:aws:lambda:eu-west-1:1:layer:x:1"],
    }
    room = _stages(tmp_path, {"dev": stage}).functions[0].room
    assert (room.runtime, room.timeout, room.tmp_mb, room.vpc) == ("python3.12", 900, 1024, True)
    values = {variable.name: variable.value for variable in room.env}
    assert (values["MODE"], values["HOME"], values["FRAMEWORK"]) == ("fast", "/tmp", "Zappa")
    assert not room.env_complete
    assert [(mount.path, mount.kind) for mount in room.mounts] == [("/mnt/data", "efs")]
    assert [layer.name for layer in room.layers] == ["arn:aws:lambda:eu-west-1:1:layer:x:1"]


@pytest.mark.parametrize(
    ("config", "paths"),
    [(True, ["/mnt/efs"]), (False, []), ([{"Arn": "a"}], ["/mnt/efs"]), ({}, []), ("no", [])],
)
def test_the_mounts_of_a_stage(tmp_path: Path, config: object, paths: list[str]) -> None:
    [function] = _stages(tmp_path, {"dev": {"app_function": "app.app", "efs_config": config}}).functions
    assert [mount.path for mount in function.room.mounts] == paths


def test_an_empty_network_is_none(tmp_path: Path) -> None:
    stage = {"app_function": "app.app", "vpc_config": {"SubnetIds": [], "SecurityGroupIds": []}}
    assert _stages(tmp_path, {"dev": stage}).functions[0].room.vpc is False


def test_a_stage_extends_another(tmp_path: Path) -> None:
    stages: dict[str, object] = {
        "base": {"timeout_seconds": 100, "memory_size": 128},
        "dev": {"extends": "base", "app_function": "app.app"},
        "prod": {"extends": "dev", "timeout_seconds": 200},
    }
    found = _stages(tmp_path, stages)
    assert [(one.name, one.handler, one.room.timeout) for one in found.functions] == [
        ("dev", "app.app", 100),
        ("prod", "app.app", 200),
    ]
    assert [bool(one.build.left_out) for one in found.functions] == [True, False]


@pytest.mark.parametrize("extends", ["missing", "dev"])
def test_a_stage_that_extends_nothing_known_is_not_read(tmp_path: Path, extends: str) -> None:
    found = _stages(tmp_path, {"dev": {"extends": extends, "app_function": "app.app"}})
    assert found.functions == ()
    assert [extends in problem.message for problem in found.problems] == [True]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[dev]\napp_function = "a.b"\napp_function = 2\n', "zappa_settings.toml:3:17"),
        ("[dev]\nx = 1\n[prod\n", "zappa_settings.toml:3:6"),
        ("[dev]\nx = [1,\n", "zappa_settings.toml:2:1"),
    ],
)
def test_settings_that_are_no_toml_are_told_with_their_place(tmp_path: Path, text: str, place: str) -> None:
    [problem] = _read(tmp_path, {"zappa_settings.toml": text}).problems
    assert str(problem.span) == place
    assert problem.message.startswith("not valid TOML: ")
    assert "(at " not in problem.message


def test_a_long_chain_of_stages_is_no_circle(tmp_path: Path) -> None:
    stages: dict[str, object] = {f"s{number}": {"extends": f"s{number + 1}"} for number in range(60)}
    found = _stages(tmp_path, {**stages, "s60": {"app_function": "app.app"}})
    assert {one.handler for one in found.functions} == {"app.app"}
    assert len(found.problems) == 11
    assert found.problems[0].message == "the stage s0 extends s50, through 50 others; it is not read"


def test_equal_stages_are_one_function(tmp_path: Path) -> None:
    stage = {"app_function": "app.app", "s3_bucket": "a"}
    found = _stages(tmp_path, {"dev": stage, "prod": {**stage, "s3_bucket": "b"}})
    assert [function.name for function in found.functions] == ["dev"]


def test_a_handler_goes_before_the_application(tmp_path: Path) -> None:
    stage = {"app_function": "app.app", "lambda_handler": "app.run"}
    assert [one.handler for one in _stages(tmp_path, {"dev": stage}).functions] == ["app.run"]
    stage["lambda_handler"] = "zappa.handler.lambda_handler"
    assert [one.handler for one in _stages(tmp_path, {"dev": stage}).functions] == ["app.app"]


def test_events_are_entry_points(tmp_path: Path) -> None:
    stage = {
        "app_function": "app.app",
        "events": [{"function": "jobs.clean"}, {"function": "jobs.clean"}, {"functions": 1}, "x"],
        "authorizer": {"function": "auth.check"},
        "keep_warm": True,
    }
    found = _stages(tmp_path, {"dev": stage}, **{"jobs.py": "", "auth.py": ""}).functions
    assert [function.handler for function in found] == ["app.app", "jobs.clean", "auth.check"]
    assert [function.build.left_out != () for function in found] == [True, False, False]


@pytest.mark.parametrize(
    ("settings", "files", "handler"),
    [
        ("shop.settings", {"shop/settings.py": "", "shop/wsgi.py": ""}, "shop.wsgi.application"),
        ("shop.settings.prod", {"shop/settings/prod.py": "", "shop/wsgi.py": ""}, "shop.wsgi.application"),
        (
            "shop.settings",
            {"shop/settings.py": "WSGI_APPLICATION = 'web.main.app'\n", "web/main.py": "", "shop/wsgi.py": ""},
            "web.main.app",
        ),
        (
            "shop.settings",
            {"shop/settings.py": "ROOT_URLCONF = 'web.urls'\n", "web/urls.py": ""},
            "web.urls.urlpatterns",
        ),
        ("shop.settings", {"shop/asgi.py": ""}, "shop.asgi.application"),
    ],
)
def test_django_settings_lead_to_the_application(
    tmp_path: Path, settings: str, files: dict[str, str], handler: str
) -> None:
    stages = {"zappa_settings.json": {"dev": {"django_settings": settings}}}
    [function] = _read(tmp_path, {**stages, **files}).functions
    assert function.handler == handler
    assert ("DJANGO_SETTINGS_MODULE", settings) in {(one.name, one.value) for one in function.room.env}


def test_django_settings_without_an_application_are_noted(tmp_path: Path) -> None:
    found = _stages(tmp_path, {"dev": {"django_settings": "shop.settings"}})
    assert found.functions == ()
    assert [(one.severity, "shop.settings" in one.message) for one in found.problems] == [("note", True)]


def test_the_virtual_environment_is_packed_as_far_as_the_project_shows(tmp_path: Path) -> None:
    made = _build(tmp_path, {"exclude": ["boto3", "*.md", "data/x"], "exclude_glob": ["numpy/**", "**/scipy", "a/b"]})
    assert made.manifests == (Manifest("requirements.txt"),)
    assert (made.complete, made.confidence, made.zipped) == (False, "medium", False)
    assert set(made.left_out) >= {"boto3", "numpy", "scipy", "concurrent", "docutils*"}
    assert set(made.left_out).isdisjoint({"botocore", "data/x", "a/b"})


@pytest.mark.parametrize(
    ("stage", "requirements", "left_out"),
    [
        ({}, "zappa\n", True),
        ({}, "zappa==0.58.0\n", True),
        ({}, "zappa==0.59.0\n", False),
        ({}, "zappa == 1.0\n", False),
        ({"exclude": []}, "zappa\n", False),
        ({"exclude": ["x"]}, "zappa==0.50.0\n", False),
        ({"slim_handler": True}, "zappa\n", False),
    ],
)
def test_older_releases_leave_the_sdk_out(
    tmp_path: Path, stage: dict[str, object], requirements: str, left_out: bool
) -> None:
    assert ("boto3" in _build(tmp_path, stage, requirements).left_out) is left_out


def test_a_slim_handler_unpacks_its_libraries(tmp_path: Path) -> None:
    assert _build(tmp_path, {"slim_handler": True}).zipped


def test_excluded_files_are_not_packaged(tmp_path: Path) -> None:
    stage = {"app_function": "app.app", "exclude": ["old"], "exclude_glob": ["./data/*.csv"]}
    [function] = _stages(tmp_path, {"dev": stage}).functions
    assert function.packaged == ("!**/old", "!**/old/**", "!data/*.csv", "!data/*.csv/**")


def test_patterns_that_exclude_the_application_are_dropped(tmp_path: Path) -> None:
    found = _stages(tmp_path, {"dev": {"app_function": "app.app", "exclude": ["*.py"]}})
    assert [function.packaged for function in found.functions] == [()]
    assert [problem.severity for problem in found.problems] == ["note"]


def test_an_image_is_not_read(tmp_path: Path) -> None:
    stage = {"app_function": "app.app", "docker_image_uri": "x"}
    found = _stages(tmp_path, {"dev": stage})
    assert (found.functions, [problem.severity for problem in found.problems]) == ((), ["note"])


@pytest.mark.parametrize("value", ["app", "{{ app }}.x", "a..b", ".app", "app-x.y"])
def test_an_application_that_is_no_dotted_name_is_reported(tmp_path: Path, value: str) -> None:
    found = _stages(tmp_path, {"dev": {"app_function": value}})
    assert (found.functions, [problem.severity for problem in found.problems]) == ((), ["warning"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("zappa_settings.json", "{"),
        ("zappa_settings.json", "[1, 2]"),
        ("zappa_settings.json", "[" * 5000),
        ("zappa_settings.toml", "[dev\n"),
        ("zappa_settings.toml", "a = " + "[" * 5000),
        ("zappa_settings.yml", "dev: [\n"),
    ],
)
def test_files_that_cannot_be_read_are_reported(tmp_path: Path, name: str, text: str) -> None:
    found = _read(tmp_path, {name: text})
    assert (found.functions, len(found.problems)) == ((), 1)


@pytest.mark.parametrize("value", [None, 1, True, [], [[]], {}, {"a": {}}, "x", ["x", 1, None]])
def test_settings_of_a_wrong_type_do_no_harm(tmp_path: Path, value: object) -> None:
    names = (
        *("exclude", "exclude_glob", "events", "vpc_config", "efs_config", "layers", "ephemeral_storage", "cognito"),
        *("timeout_seconds", "runtime", "environment_variables", "authorizer", "slim_handler", "project_name"),
    )
    stage = {"app_function": "app.app", **dict.fromkeys(names, value)}
    assert [one.handler for one in _stages(tmp_path, {"dev": stage, "other": value}).functions][:1] == ["app.app"]


@pytest.mark.parametrize(
    ("value", "variants"), [("PublishedVersions", ("snap-start",)), ("None", ()), (None, ()), (3, ())]
)
def test_a_snapshot_is_a_way_of_running(tmp_path: Path, value: object, variants: tuple[str, ...]) -> None:
    [function] = _stages(tmp_path, {"dev": {"app_function": "app.app", "snap_start": value}}).functions
    assert function.room.variants == variants
    assert (function.room.span_of("snap_start") is None) == (value is None)


SOCKETS = """\
import zappa.websocket
from zappa.asynchronous import task
from zappa.websocket import on_connect, on_message as received

@on_connect
def greet(event, context):
    pass

@received
async def answer(event, context):
    pass

@zappa.websocket.on_disconnect
def part(event, context):
    pass

@task
def bake(name):
    pass

@other.on_connect
def idle():
    pass
"""


def test_functions_for_web_sockets_are_entry_points(tmp_path: Path) -> None:
    files: dict[str, object] = {
        "shop/zappa_settings.json": {"dev": {"app_function": "app.app", "timeout_seconds": 60}},
        "shop/app.py": APP,
        "shop/work/chat.py": SOCKETS,
        "shop/tests/chat.py": SOCKETS,
        "other/chat.py": SOCKETS,
    }
    found = _read(tmp_path, files).functions
    assert [one.handler for one in found] == ["app.app", "work/chat.greet", "work/chat.answer", "work/chat.part"]
    assert found[1].name == "dev:work.chat.greet"
    assert (found[1].source.path, found[1].source.line) == ("shop/work/chat.py", 6)
    assert {one.room.timeout for one in found} == {60}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("zappa_settings_prod.json", True),
        ("zappa_settings.staging.yml", True),
        ("zappa_settings-eu.toml", True),
        ("zappa_settings.example.json", False),
        ("zappa_settings_callback.py", False),
        ("my_zappa_settings.json", False),
    ],
)
def test_settings_under_another_name(tmp_path: Path, name: str, read: bool) -> None:
    text = "[dev]\napp_function = 'app.app'\n" if name.endswith("toml") else '{"dev": {"app_function": "app.app"}}'
    assert len(_read(tmp_path, {name: text, "app.py": APP}).functions) == int(read)
    usual = _read(tmp_path, {"zappa_settings.json": {"one": {"app_function": "app.app"}}, name: text, "app.py": APP})
    assert [one.name for one in usual.functions] == ["one"]
