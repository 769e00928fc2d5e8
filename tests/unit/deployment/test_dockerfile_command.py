"""What the command of an image starts, and the functions of Dockerfiles that no template names."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment
from lambdalint.deployment import cloudformation, lone_image
from lambdalint.deployment.handlers import locate
from lambdalint.model import Function, Room, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

AWS = "FROM public.ecr.aws/lambda/python:3.12\n"
SLIM = "FROM python:3.12-slim\nWORKDIR /srv\n"
ADAPTER = (
    SLIM
    + "COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.8.4 /lambda-adapter /opt/extensions/lambda-adapter\n"
)
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image%s}
    Metadata: {DockerContext: img, Dockerfile: Dockerfile}
"""
FLASK = "from flask import Flask\nsite = Flask('x')\n"
HANDLER = "def handler(event, context):\n    return 1\n"


def _tree(root: Path, files: dict[str, str]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    return Tree(root, tuple(files))


def _alone(root: Path, files: dict[str, str], *declared: Function) -> list[Function]:
    return list(lone_image.read(_tree(root, files), Room(), declared).functions)


@pytest.mark.parametrize(
    ("command", "handler"),
    [
        ('CMD ["gunicorn", "-b=:8080", "app:site"]', "app.site"),
        ("CMD exec uvicorn --port=$PORT app:site", "app.site"),
        ('CMD ["sh", "-c", "gunicorn -w 1 app:site"]', "app.site"),
        ('CMD ["gunicorn", "app:make()"]', "app.make"),
        ('CMD ["gunicorn", "--chdir", "web", "views:site"]', "views.site"),
        ('CMD ["uvicorn", "--app-dir=web", "views:site"]', "views.site"),
        ('CMD ["gunicorn", "-b", "0.0.0.0:8080", "shop.wsgi"]', "shop.wsgi.application"),
        ('CMD ["python", "app.py"]', "app.site"),
        ('CMD ["python", "-u", "-m", "web.views"]', "web.views.site"),
        ('ENTRYPOINT ["python"]\nCMD ["app.py"]', "app.site"),
        ("CMD flask run --host 0.0.0.0", "app.site"),
        ("CMD flask --app web/views run", "web.views.site"),
        ("CMD flask --app web.views:other run", "web.views.other"),
        ("ENV FLASK_APP=web/views.py\nCMD flask run", "web.views.site"),
        ("CMD fastapi run app.py --port 80", "app.site"),
        ('CMD ["streamlit", "run", "app.py"]', "app.__file__"),
        ('CMD ["./run.sh"]', "web.views.site"),
        ('CMD ["/bin/bash", "/srv/run.sh"]', "web.views.site"),
        ("ENV APP=app:site\nCMD uvicorn ${APP} --port 8080", "app.site"),
    ],
)
def test_the_application_behind_the_web_adapter(tmp_path: Path, command: str, handler: str) -> None:
    files = {
        "img/Dockerfile": f"{ADAPTER}COPY . .\n{command}\n",
        "img/app.py": FLASK,
        "img/web/views.py": FLASK,
        "img/shop/wsgi.py": "application = 1\n",
        "img/run.sh": "#!/bin/sh\nexec gunicorn web.views:site\n",
    }
    [function] = _alone(tmp_path, files)
    assert function.handler == handler
    located = locate(Tree(tmp_path, tuple(files)), function)
    assert located is not None
    assert located[1] == handler.rpartition(".")[2]


@pytest.mark.parametrize(
    "command",
    [
        "CMD node server.js",
        "CMD python gone.py",
        "CMD ./gone.sh",
        "CMD java -jar a.jar",
        "CMD []",
        "CMD python",
        "CMD sh -c",
    ],
)
def test_programs_that_are_not_known(tmp_path: Path, command: str) -> None:
    files = {"img/Dockerfile": f"{ADAPTER}COPY . .\n{command}\n", "img/app.py": FLASK}
    found = lone_image.read(_tree(tmp_path, files), Room(), ())
    assert found.functions == ()
    assert [problem.severity for problem in found.problems] == ["note"]


@pytest.mark.parametrize(
    "dockerfile",
    [
        AWS + 'COPY app.py ${LAMBDA_TASK_ROOT}/\nCMD ["app.handler"]\n',
        AWS + "COPY app.py ./\nCMD app.handler\n",
        AWS + 'COPY . .\nENTRYPOINT ["/lambda-entrypoint.sh"]\nCMD ["app.handler"]\n',
        SLIM + 'COPY . .\nENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\nCMD ["app.handler"]\n',
        SLIM + 'COPY . .\nENTRYPOINT ["python", "-m", "awslambdaric", "app.handler"]\n',
        SLIM + "RUN pip install awslambdaric\nCOPY . .\nCMD python -m awslambdaric app.handler\n",
        SLIM + 'ENV H=app.handler\nCOPY . .\nENTRYPOINT ["sh", "-c", "python -m awslambdaric $H"]\n',
        SLIM
        + 'COPY . .\nENTRYPOINT ["/usr/bin/aws-lambda-rie", "python", "-m", "awslambdaric"]\nCMD ["app.handler"]\n',
        "ARG V=3.12\n" + AWS.replace("3.12", "${V}") + 'COPY . ./\nCMD [ "app.handler" ]\n',
        AWS.replace("\n", " AS base\n") + 'COPY . .\nFROM base\nCMD ["app.handler"]\n',
        SLIM.replace("\n", " AS build\n", 1) + "COPY . .\n" + AWS + 'COPY --from=build /srv ./\nCMD ["app.handler"]\n',
    ],
)
def test_a_dockerfile_declares_a_function(tmp_path: Path, dockerfile: str) -> None:
    files = {"img/Dockerfile": dockerfile, "img/app.py": HANDLER}
    [function] = _alone(tmp_path, files)
    assert (function.name, function.handler, function.code_root) == ("img/Dockerfile", "app.handler", "img")
    assert (function.declared_by, function.confidence, function.room.package_type) == ("dockerfile", "medium", "image")
    assert dockerfile.splitlines()[function.source.line - 1].startswith(("CMD", "ENTRYPOINT"))
    assert locate(Tree(tmp_path, tuple(files)), function) == ("img/app.py", "handler")


@pytest.mark.parametrize(
    "dockerfile",
    [
        SLIM + 'COPY . .\nCMD ["app.handler"]\n',
        SLIM + 'COPY . .\nCMD ["gunicorn", "app:site"]\n',
        'FROM public.ecr.aws/lambda/nodejs:20\nCOPY . .\nCMD ["app.handler"]\n',
        AWS + "COPY . .\n",
        AWS + 'CMD ["app.handler"]\n',
        "",
    ],
)
def test_other_dockerfiles_declare_none(tmp_path: Path, dockerfile: str) -> None:
    assert _alone(tmp_path, {"img/Dockerfile": dockerfile, "img/app.py": HANDLER}) == []


@pytest.mark.parametrize(
    ("folder", "name"), [("docker", "Dockerfile.lambda"), ("deploy/img", "api.dockerfile"), ("", "Dockerfile")]
)
def test_the_folder_that_is_built_may_lie_above(tmp_path: Path, folder: str, name: str) -> None:
    path = f"{folder}/{name}".lstrip("/")
    [function] = _alone(tmp_path, {path: AWS + 'COPY src/ ./\nCMD ["app.handler"]\n', "src/app.py": HANDLER})
    assert (function.code_root, function.name) == ("src", path)


def test_imports_start_in_the_working_directory(tmp_path: Path) -> None:
    files = {
        "Dockerfile": AWS + 'COPY . /var/task\nWORKDIR /var/task/src\nCMD ["app.handler"]\n',
        "src/app.py": HANDLER,
    }
    [function] = _alone(tmp_path, files)
    assert (function.room.cwd, function.room.task_root) == ("/var/task/src", "/var/task/src")
    assert locate(Tree(tmp_path, tuple(files)), function) == ("src/app.py", "handler")


@pytest.mark.parametrize("override", ["", ", ImageConfig: {Command: [other.handler]}"])
def test_the_image_of_a_template_is_not_declared_again(tmp_path: Path, override: str) -> None:
    files = {
        "template.yaml": TEMPLATE % override,
        "img/Dockerfile": AWS + 'COPY . .\nCMD ["app.handler"]\n',
        "img/app.py": HANDLER,
        "img/other.py": HANDLER,
    }
    tree = _tree(tmp_path, files)
    declared = cloudformation.read(tree).functions
    assert len(declared) == 1
    assert lone_image.read(tree, Room(), declared).functions == ()


def test_a_handler_that_is_declared_otherwise_is_not_declared_again(tmp_path: Path) -> None:
    files = {"img/Dockerfile": AWS + 'COPY . .\nCMD ["app.handler"]\n', "img/app.py": HANDLER}
    [function] = _alone(tmp_path, files)
    zipped = Function("a", "app.handler", "img", Room(), function.source, "sam")
    assert _alone(tmp_path, files, zipped) == []


def test_a_project_counts_the_handler_once(tmp_path: Path) -> None:
    files = {"Dockerfile": AWS + 'COPY . .\nCMD ["app.handler"]\n', "app.py": HANDLER, "docs/Dockerfile": AWS}
    found = deployment.read(_tree(tmp_path, files), Settings(cache=False), catalogue.load()).functions
    assert [(one.declared_by, one.handler) for one in found] == [("dockerfile", "app.handler")]


def test_an_adapter_beside_a_served_application_is_no_further_function(tmp_path: Path) -> None:
    code = "from fastapi import FastAPI\nfrom mangum import Mangum\nsite = FastAPI()\nhandler = Mangum(site)\n"
    files = {"Dockerfile": ADAPTER + "COPY . .\nCMD uvicorn app:site\n", "app.py": code}
    found = deployment.read(_tree(tmp_path, files), Settings(cache=False), catalogue.load()).functions
    assert [(one.declared_by, one.handler) for one in found] == [("dockerfile", "app.site")]


@pytest.mark.parametrize(
    ("program", "count"),
    [("from aws_cdk import aws_ecs as ecs\n", 0), ("service = FargateService(self)\n", 0), ("import aws_cdk\n", 1)],
)
def test_the_web_adapter_runs_in_container_services_too(tmp_path: Path, program: str, count: int) -> None:
    dockerfile = ADAPTER + "COPY . .\nCMD uvicorn app:site\n"
    files = {"shop/src/api/Dockerfile": dockerfile, "shop/src/api/app.py": FLASK, "shop/stack.py": program}
    assert len(_alone(tmp_path, files)) == count
    lambda_base = dockerfile.replace("python:3.12-slim", "public.ecr.aws/lambda/python:3.12")
    assert len(_alone(tmp_path, {**files, "shop/src/api/Dockerfile": lambda_base})) == 1
