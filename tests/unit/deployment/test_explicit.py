from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.catalogue import load
from lambdalint.deployment import explicit
from lambdalint.model import Build, ExplicitFunction, Manifest, Mount, Settings, Span, Tree

if TYPE_CHECKING:
    from pathlib import Path

SPAN = Span.point("pyproject.toml", 7, 1)


def _tree(root: Path, *files: str) -> Tree:
    return Tree(root, files)


def test_a_configured_function_carries_every_setting(tmp_path: Path) -> None:
    declared = ExplicitFunction(
        handler="app.handler",
        span=SPAN,
        name="Report",
        code_root="./src/",
        runtime="python3.12",
        tmp_mb=2048,
        timeout=30,
        env=(("OUT", "/tmp/out"),),
        mounts=("/mnt/data",),
        layers=("layers/tools", "arn:aws:lambda:eu-west-1:1:layer:x:1"),
        search_path=("shared",),
        requirements=("src/requirements.txt",),
        vpc=True,
    )
    tree = _tree(tmp_path, "src/app.py", "layers/tools/python/tool.py", "shared/x.py", "src/requirements.txt")
    deployment = explicit.read(tree, Settings(functions=(declared,)), load())
    assert deployment.problems == ()
    [function] = deployment.functions
    assert (function.name, function.handler, function.code_root) == ("Report", "app.handler", "src")
    assert (function.declared_by, function.confidence, function.source) == ("configuration", "high", SPAN)
    assert function.search_path == ("shared",)
    assert function.build == Build((Manifest("src/requirements.txt"),), complete=True)
    room = function.room
    assert (room.tmp_mb, room.timeout, room.runtime, room.vpc) == (2048, 30, "python3.12", True)
    assert room.mounts == (Mount("/mnt/data", "efs", SPAN),)
    assert [layer.directory for layer in room.layers] == ["layers/tools", None]
    assert {variable.name: variable.value for variable in room.env}["OUT"] == "/tmp/out"
    assert room.span_of("tmp_mb") == SPAN


def test_unset_fields_keep_the_values_of_the_platform(tmp_path: Path) -> None:
    declared = ExplicitFunction(handler="main.handler", span=SPAN, platform="genezio")
    deployment = explicit.read(_tree(tmp_path, "main.py"), Settings(functions=(declared,)), load())
    [function] = deployment.functions
    assert (function.name, function.room.cwd, function.room.tmp_mb) == ("main.handler", "/tmp/package", 128)
    assert function.room.span_of("tmp_mb") is None


def test_what_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    declared = ExplicitFunction(
        handler="main.handler", span=SPAN, code_root="nowhere", platform="nimbus", search_path=("gone",)
    )
    deployment = explicit.read(_tree(tmp_path, "main.py"), Settings(functions=(declared,)), load())
    messages = [problem.message for problem in deployment.problems]
    assert len(messages) == 3
    assert "'nowhere'" in messages[0]
    assert "expected one of aws-lambda, azure-functions, genezio, google-cloud-functions, vercel" in messages[1]
    assert "'gone'" in messages[2]


def test_a_code_root_outside_of_the_project_is_refused(tmp_path: Path) -> None:
    declared = ExplicitFunction(handler="main.handler", span=SPAN, code_root="../elsewhere")
    deployment = explicit.read(_tree(tmp_path, "main.py"), Settings(functions=(declared,)), load())
    assert deployment.functions == ()
    assert len(deployment.problems) == 1
