from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from web_projects import site

from lambdalint.model import Phase

if TYPE_CHECKING:
    from pathlib import Path

FLASK = """
from flask import Flask
app = Flask(__name__)
@app.get("/x/<name>")
def x(name):
    open(f"/tmp/x/{name}", "w")
def create_app(name="web"):
    made = Flask(name)
    open("/tmp/made", "w")
    @made.get("/made/<name>")
    def view(name):
        open(f"/tmp/view/{name}", "w")
    return made
"""
DJANGO = {
    "shop/__init__.py": "",
    "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
    "shop/urls.py": "from django.urls import path\ndef x(request, name):\n    open(f'/tmp/x/{name}', 'w')\n"
    "urlpatterns = [path('x/<str:name>', x)]\n",
    "shop/wsgi.py": "import os\nfrom django.core.wsgi import get_wsgi_application\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n",
}
SERVERLESS = """
service: x
provider: {name: aws, runtime: python3.12}
plugins: [serverless-wsgi]
custom: {wsgi: {app: app.app}}
functions:
  api: {handler: wsgi_handler.handler}
"""
ADAPTED = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Web:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: run.sh
      Runtime: python3.12
      Environment: {Variables: {AWS_LAMBDA_EXEC_WRAPPER: /opt/bootstrap}}
"""
IMAGE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Web:
    Type: AWS::Serverless::Function
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
    Properties: {PackageType: Image}
"""
DOCKERFILE = """
FROM public.ecr.aws/docker/library/python:3.12-slim
COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.8.4 /lambda-adapter /opt/extensions/lambda-adapter
WORKDIR /var/task
COPY . .
"""


def zappa(**settings: str) -> str:
    return json.dumps({"dev": {"s3_bucket": "b", "runtime": "python3.12", **settings}})


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": FLASK, "serverless.yml": SERVERLESS},
        {"app.py": FLASK, "zappa_settings.json": zappa(app_function="app.app")},
        {"app.py": FLASK, "template.yaml": ADAPTED, "run.sh": "#!/bin/sh\nexec gunicorn -w=1 app:app\n"},
        {
            "app.py": FLASK,
            "main.py": "from app import app\nif __name__ == '__main__':\n    app.run(port=8080)\n",
            "template.yaml": ADAPTED,
            "run.sh": "#!/bin/sh\nexec python main.py\n",
        },
        {"app.py": FLASK, "template.yaml": IMAGE, "Dockerfile": f'{DOCKERFILE}CMD ["gunicorn", "app:app"]\n'},
        {"api/index.py": FLASK, "vercel.json": '{"builds": [{"src": "api/index.py", "use": "@vercel/python"}]}'},
    ],
    ids=["serverless-wsgi", "zappa", "script", "program", "image", "vercel"],
)
def test_each_adapter_serves_the_application(tmp_path: Path, files: dict[str, str]) -> None:
    found = site(tmp_path, files, None)
    assert found.invoked == ["GET /x/<name>"]
    assert found.parts("x") == {"name": "confined"}


@pytest.mark.parametrize(
    ("settings", "without"),
    [
        ({"django_settings": "shop.settings"}, ""),
        ({"django_settings": "shop.settings"}, "shop/wsgi.py"),
        ({"app_function": "shop.wsgi.application"}, ""),
    ],
    ids=["settings", "settings alone", "function"],
)
def test_zappa_serves_django(tmp_path: Path, settings: dict[str, str], without: str) -> None:
    files = {path: content for path, content in DJANGO.items() if path != without}
    found = site(tmp_path, {**files, "zappa_settings.json": zappa(**settings)}, None)
    assert found.invoked == ["ANY /x/<str:name>"]
    assert found.parts("x") == {"name": "confined"}


@pytest.mark.parametrize("command", ['gunicorn "app:create_app()"', "uvicorn --factory app:create_app"])
def test_a_factory_runs_when_the_function_starts(tmp_path: Path, command: str) -> None:
    found = site(tmp_path, {"app.py": FLASK, "template.yaml": ADAPTED, "run.sh": f"exec {command}\n"}, None)
    assert found.invoked == ["GET /made/<name>"]
    assert found.phase("made") is Phase.INIT
    assert found.parts("view") == {"name": "confined"}


def test_a_program_that_starts_the_server_in_a_function(tmp_path: Path) -> None:
    main = "import uvicorn\nfrom app import create_app\ndef main():\n    uvicorn.run(create_app())\n"
    main += "if __name__ == '__main__':\n    main()\n"
    files = {"app.py": FLASK, "main.py": main, "template.yaml": ADAPTED, "run.sh": "python main.py\n"}
    assert site(tmp_path, files, None).invoked == ["GET /made/<name>"]
