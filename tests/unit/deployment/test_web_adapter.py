from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.deployment.web_adapter import application
from lambdalint.model import Deployment, Tree

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """\
Resources:
  Web:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: run.sh
      Runtime: python3.12
      Environment:
        Variables:
          {variable}: /opt/bootstrap
"""


def read(root: Path, variable: str, script: str) -> Deployment:
    files = {
        "template.yaml": TEMPLATE.format(variable=variable),
        "src/run.sh": dedent(script),
        "src/main.py": "",
        "src/requirements.txt": "",
        "src/requirements-dev.txt": "",
        "src/requirements_test.in.txt": "",
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return cloudformation.read(Tree(root, tuple(files)))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exec python -m uvicorn --port=$PORT main:app\n", "main.app"),
        (
            "PATH=$PATH:$LAMBDA_TASK_ROOT/bin exec gunicorn -b=:$PORT -w=1 shop.wsgi:application",
            "shop.wsgi.application",
        ),
        ("exec /opt/bin/uvicorn \\\n  --host 0.0.0.0 \\\n  'main:app'\n", "main.app"),
        ("gunicorn 'main:create_app()'\r\n", "main.create_app"),
        ("# uvicorn old:app\nuvicorn new:app", "new.app"),
        ("gunicorn --bind localhost:8000 -k uvicorn.workers.UvicornWorker main:app", "main.app"),
        ("cd x && daphne main:app; echo a:b", "main.app"),
        ("granian --interface asgi main:app", "main.app"),
        ("uvicorn --factory main:create_app", "main.create_app"),
        ("echo start; uvicorn\necho main:app", None),
        ("python main.py", None),
        ("", None),
        ("\x00\xff uvicorn", None),
    ],
)
def test_the_application_is_what_the_server_is_given(script: str, expected: str | None) -> None:
    assert application(script.encode("latin-1")) == expected


@pytest.mark.parametrize(
    ("script", "program", "expected"),
    [
        ("exec python3 -u server.py --port 8000\n", "from flask import Flask\nweb = Flask('x')\n", "server.web"),
        ("python server.py", "from main import app\napp.run()\n", "server.app"),
        ("fastapi run server.py", "from fastapi import FastAPI\napi = FastAPI()\n", "server.api"),
        ("flask --app server run", "from flask import Flask\nweb = Flask('x')\n", "server.web"),
        ("flask --app server:other run", "", "server.other"),
        ("python other.py", "", None),
        ("python ../server.py", "", None),
        ("echo python server.pyc", "", None),
    ],
)
def test_a_program_is_looked_at_for_what_it_serves(
    tmp_path: Path, script: str, program: str, expected: str | None
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/server.py").write_text(program, encoding="utf-8")
    assert application(script.encode(), Tree(tmp_path, ("src/server.py",)), "src") == expected


def test_behind_the_adapter_the_application_is_the_handler(tmp_path: Path) -> None:
    found = read(tmp_path, "AWS_LAMBDA_EXEC_WRAPPER", "#!/bin/sh\nexec uvicorn main:app\n")
    assert [(one.handler, one.code_root) for one in found.functions] == [("main.app", "src")]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("variable", "script"),
    [("OTHER", "exec uvicorn main:app\n"), ("AWS_LAMBDA_EXEC_WRAPPER", "exec ./server\n")],
)
def test_another_program_is_no_python_handler(tmp_path: Path, variable: str, script: str) -> None:
    found = read(tmp_path, variable, script)
    assert found.functions == ()
    assert [problem.severity for problem in found.problems] == ["note"]
    assert "run.sh" in found.problems[0].message


def test_requirements_of_developers_are_not_in_the_package(tmp_path: Path) -> None:
    found = read(tmp_path, "AWS_LAMBDA_EXEC_WRAPPER", "uvicorn main:app\n")
    [function] = found.functions
    assert [one.path for one in function.build.manifests] == ["src/requirements.txt"]
