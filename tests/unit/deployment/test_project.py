from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import load
from lambdalint.deployment import read, zappa
from lambdalint.model import Deployment, ExplicitFunction, Settings, Span, Tree

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "def handler(event, context): ...\n"
TEMPLATE = """\
    AWSTemplateFormatVersion: '2010-09-09'
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.12
          CodeUri: src/
          Environment: {Variables: {OUT: /tmp/out}}
"""
SERVICE = """\
    provider: {name: aws, runtime: python3.12}
    functions:
      job: {handler: jobs/run.handler}
"""


def _read(root: Path, files: dict[str, str], settings: Settings | None = None) -> Deployment:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    return read(Tree(root, tuple(files)), settings or Settings(), load())


def _found(deployment: Deployment) -> list[tuple[str, str]]:
    return [(function.declared_by, function.name) for function in deployment.functions]


def test_declared_functions_and_those_that_look_like_ones_come_together(tmp_path: Path) -> None:
    files = {
        "template.yaml": TEMPLATE,
        "serverless.yml": SERVICE,
        "src/app.py": HANDLER,
        "jobs/run.py": HANDLER,
        "extra/app.py": HANDLER,
        "web.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    found = _read(tmp_path, files)
    assert [name for _, name in _found(found)] == ["extra/app.handler", "job", "Report"]
    assert [function.source.path for function in found.functions] == [
        "extra/app.py",
        "serverless.yml",
        "template.yaml",
    ]


def test_every_room_is_complete(tmp_path: Path) -> None:
    files = {
        "template.yaml": TEMPLATE,
        "serverless.yml": SERVICE,
        "src/app.py": HANDLER,
        "extra/app.py": HANDLER,
    }
    found = _read(tmp_path, files, Settings(writable=("/mnt/scratch",)))
    for function in found.functions:
        env = {variable.name: variable.value for variable in function.room.env}
        assert env["LAMBDA_TASK_ROOT"] == "/var/task"
        assert function.room.home == "/home/sbx_user1051"
        assert function.room.writable == ("/tmp", "/mnt/scratch")
    report = next(function for function in found.functions if function.name == "Report")
    assert {variable.name: variable.value for variable in report.room.env}["OUT"] == "/tmp/out"


def test_the_configuration_replaces_the_same_handler(tmp_path: Path) -> None:
    declared = ExplicitFunction("src/app.handler", Span.point("pyproject.toml", 3), tmp_mb=1024)
    files = {"template.yaml": TEMPLATE, "src/app.py": HANDLER}
    found = _read(tmp_path, files, Settings(functions=(declared,)))
    assert _found(found) == [("configuration", "src/app.handler")]
    assert found.functions[0].room.tmp_mb == 1024


def test_the_same_function_of_two_templates_counts_once(tmp_path: Path) -> None:
    files = {"template.yaml": TEMPLATE, "template.prod.yaml": TEMPLATE, "src/app.py": HANDLER}
    assert [function.source.path for function in _read(tmp_path, files).functions] == ["template.prod.yaml"]


def test_the_same_code_in_two_rooms_counts_twice(tmp_path: Path) -> None:
    other = TEMPLATE.replace("/tmp/out", "/mnt/out")
    files = {"template.yaml": TEMPLATE, "template.prod.yaml": other, "src/app.py": HANDLER}
    assert len(_read(tmp_path, files).functions) == 2


def test_functions_of_one_service_are_not_joined(tmp_path: Path) -> None:
    service = "provider: {runtime: python3.12}\nfunctions: {a: {handler: run.handler}, b: {handler: run.handler}}\n"
    found = _read(tmp_path, {"serverless.yml": service, "run.py": HANDLER})
    assert [function.name for function in found.functions] == ["a", "b"]


def test_templates_whose_code_is_not_here_are_not_joined(tmp_path: Path) -> None:
    service = "provider: {runtime: python3.12}\nfunctions: {a: {handler: run.handler}}\n"
    found = _read(tmp_path, {"serverless.yml": service, "serverless.yaml": service})
    assert len(found.functions) == 2


def test_the_fallback_can_be_switched_off(tmp_path: Path) -> None:
    files = {"app.py": HANDLER, "web.py": "from flask import Flask\napp = Flask(__name__)\n"}
    assert _read(tmp_path, files, Settings(signature_fallback=False)).functions == ()


def test_a_web_application_counts_where_there_is_nothing_else(tmp_path: Path) -> None:
    web = {"web.py": "from flask import Flask\napp = Flask(__name__)\n"}
    assert _found(_read(tmp_path, web)) == [("flask", "web.app")]
    assert _found(_read(tmp_path, {**web, "app.py": HANDLER})) == [("signature", "app.handler")]


def test_handlers_of_other_providers_are_not_guessed(tmp_path: Path) -> None:
    files = {"g/serverless.yml": "provider: {name: google, runtime: python39}\n", "g/main.py": HANDLER}
    found = _read(tmp_path, files)
    assert found.functions == ()
    assert [problem.severity for problem in found.problems] == ["note"]


def test_the_python_path_adds_folders_to_the_search(tmp_path: Path) -> None:
    service = """\
        provider: {runtime: python3.12, environment: {PYTHONPATH: "/var/task/vendored:lib:/opt:../x"}}
        functions: {a: {handler: run.handler}}
    """
    files = {"s/serverless.yml": service, "s/run.py": HANDLER, "s/vendored/a.py": "", "s/lib/b.py": ""}
    assert _read(tmp_path, files).functions[0].search_path == ("s/vendored", "s/lib")


def test_an_empty_project_deploys_nothing(tmp_path: Path) -> None:
    assert _read(tmp_path, {}) == Deployment()


def test_messages_stay_readable(tmp_path: Path) -> None:
    name = "x" * 1_000_000
    text = f"provider: {{name: aws, runtime: python3.12}}\nfunctions:\n  ? {name}\n  : {{handler: '${{env:X}}'}}\n"
    [problem] = _read(tmp_path, {"serverless.yml": text}).problems
    assert problem.message.startswith("the handler of the function xxx")
    assert problem.message.endswith("xxx has no known value")
    assert len(problem.message) < 500


def test_a_loop_of_functions_that_are_not_read_is_told_in_short(tmp_path: Path) -> None:
    main = """
        resource "aws_lambda_function" "many" {
          count    = 100
          handler  = "app.handler"
          runtime  = "python3.12"
          filename = var.unknown
        }
        variable "unknown" {}
        """
    found = _read(tmp_path, {"main.tf": main}).problems
    assert len(found) == 5
    assert found[-1].message == "and 96 more problems at this place"


def test_a_reader_that_fails_takes_nothing_from_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Deployment:
        raise KeyError("Resources")

    monkeypatch.setattr(zappa, "read", fail)
    (tmp_path / "app.py").write_text(HANDLER)
    tree, told = Tree(tmp_path, ("app.py",)), []
    found = read(tree, Settings(), load(), lambda doing, error: told.append((doing, repr(error))))
    assert _found(found) == [("signature", "app.handler")]
    assert told == [("reading Zappa's settings", "KeyError('Resources')")]
    with pytest.raises(KeyError):
        read(tree, Settings(), load())
