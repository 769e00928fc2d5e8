"""What a Chalice project packs, and the room that its configuration sets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lambdalint.deployment import chalice
from lambdalint.deployment.handlers import locate
from lambdalint.deployment.package_patterns import Package
from lambdalint.model import Build, Function, Manifest, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

APP = "from chalice import Chalice\napp = Chalice(app_name='orders')\n"
ROOM = Room(tmp_mb=512)


def _tree(root: Path, config: object, *others: str) -> Tree:
    written = config if isinstance(config, str) else json.dumps(config)
    contents = {"api/app.py": APP, "api/.chalice/config.json": written, **dict.fromkeys(others, "")}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return Tree(root, tuple(contents))


def _function(root: Path, config: object, *others: str) -> Function:
    [function] = chalice.read(_tree(root, config, *others), ROOM).functions
    return function


def test_a_package_holds_the_requirements(tmp_path: Path) -> None:
    function = _function(tmp_path, {"version": "2.0"}, "api/requirements.txt", "api/pyproject.toml")
    assert function.build == Build((Manifest("api/requirements.txt"),), complete=True)
    assert function.room == replace(ROOM, vpc=False)


def test_only_the_application_and_its_library_are_packed(tmp_path: Path) -> None:
    tree = _tree(tmp_path, {}, "api/chalicelib/db.py", "api/scripts/fill.py", "api/vendor/own.py")
    [function] = chalice.read(tree, ROOM).functions

    def reaches(handler: str) -> bool:
        return locate(tree, replace(function, handler=handler)) is not None

    assert locate(tree, function) == ("api/app.py", "app")
    assert locate(tree, replace(function, handler="scripts.fill.run", packaged=())) is not None
    assert [reaches(one) for one in ("chalicelib.db.read", "scripts.fill.run", "own.run")] == [True, False, True]


def test_vendored_libraries_lie_beside_the_code(tmp_path: Path) -> None:
    assert _function(tmp_path, {}, "api/vendor/own.py").search_path[0] == "api/vendor"


@pytest.mark.parametrize(
    "config",
    [
        {"automatic_layer": True},
        {"stages": {"dev": {}, "prod": {"automatic_layer": True}}},
        {"automatic_layer": True, "stages": {"dev": {"automatic_layer": False}, "prod": {}}},
    ],
)
def test_an_automatic_layer_takes_the_requirements(tmp_path: Path, config: object) -> None:
    function = _function(tmp_path, config, "api/requirements.txt")
    assert function.build == Build(complete=True)
    [layer] = function.room.layers
    assert (layer.name, layer.build) == ("managed-layer", Build((Manifest("api/requirements.txt"),), complete=True))


@pytest.mark.parametrize(
    "config",
    [{"automatic_layer": False}, {"automatic_layer": True, "stages": {"dev": {"automatic_layer": False}}}],
)
def test_without_it_there_is_no_layer(tmp_path: Path, config: object) -> None:
    function = _function(tmp_path, config, "api/requirements.txt")
    assert (function.build.manifests, function.room.layers) == ((Manifest("api/requirements.txt"),), ())


def test_layers_are_those_of_a_stage(tmp_path: Path) -> None:
    config = {
        "automatic_layer": True,
        "layers": ["arn:common"],
        "stages": {"dev": {"layers": ["arn:dev"]}, "prod": {"layers": ["arn:prod"]}},
    }
    assert [one.name for one in _function(tmp_path, config).room.layers] == ["managed-layer", "arn:dev"]


def test_settings_on_which_all_stages_agree_are_known(tmp_path: Path) -> None:
    config = {
        "lambda_timeout": 60,
        "environment_variables": {"OUT": "/tmp/out", "LEVEL": "info"},
        "stages": {
            "dev": {"environment_variables": {"LEVEL": "debug", "ONLY": "dev"}},
            "prod": {"lambda_timeout": None},
        },
    }
    room = _function(tmp_path, config).room
    assert {one.name: one.value for one in room.env} == {"OUT": "/tmp/out", "LEVEL": None, "ONLY": None}
    assert room.timeout == 60
    span = room.span_of("timeout")
    assert span is not None
    assert span.path == "api/.chalice/config.json"


@pytest.mark.parametrize(
    "config",
    [
        {"stages": {"dev": {"lambda_timeout": 60}, "prod": {"lambda_timeout": 90}}},
        {"stages": {"dev": {"lambda_timeout": 60}, "prod": {}}},
        {"stages": {"dev": {"lambda_functions": {"api_handler": {"lambda_timeout": 90}}}, "prod": {}}},
        {"lambda_timeout": "soon"},
    ],
)
def test_timeouts_that_differ_are_not_known(tmp_path: Path, config: object) -> None:
    assert _function(tmp_path, config).room.timeout is None


@pytest.mark.parametrize(
    "config",
    ["[1, 2]", '"text"', '{"stages": [1], "layers": {"a": 1}, "environment_variables": 3, "automatic_layer": {}}', ""],
)
def test_a_configuration_of_another_shape_sets_nothing(tmp_path: Path, config: str) -> None:
    function = _function(tmp_path, config, "api/requirements.txt")
    assert replace(function.room, vpc=None) == ROOM
    assert function.build.manifests == (Manifest("api/requirements.txt"),)


def test_a_configuration_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    found = chalice.read(_tree(tmp_path, '{"stages": '), ROOM)
    [problem] = found.problems
    assert problem.span.path == "api/.chalice/config.json"
    [function] = found.functions
    assert not function.build.complete


def test_a_project_without_a_configuration_may_pack_otherwise(tmp_path: Path) -> None:
    for path in ("app.py", "requirements.txt"):
        (tmp_path / path).write_text(APP if path == "app.py" else "", encoding="utf-8")
    [function] = chalice.read(Tree(tmp_path, ("app.py", "requirements.txt")), ROOM).functions
    assert function.build == Build((Manifest("requirements.txt"),), confidence="medium")
    assert function.packaged == ()


@pytest.mark.parametrize(("automatic", "packed"), [(True, False), (False, True)])
def test_an_automatic_layer_takes_what_is_vendored(tmp_path: Path, automatic: bool, packed: bool) -> None:
    config = {"automatic_layer": automatic}
    function = _function(tmp_path, config, "api/vendor/own.py", "api/requirements.txt")
    assert Package(function.packaged).holds("vendor/own.py") is packed
    folders = [layer.directory for layer in function.room.layers]
    assert folders == (["api/vendor"] if automatic else [])
    assert all(layer.build.complete for layer in function.room.layers)
    assert function.search_path[0] == "api/vendor"
