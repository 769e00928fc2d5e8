from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import webapp
from lambdalint.model import Function, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

FLASK = "from flask import Flask\napp = Flask(__name__)\n"


def _read(root: Path, files: dict[str, str]) -> tuple[Function, ...]:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    return webapp.read(Tree(root, tuple(files)), Room())


def _handlers(root: Path, files: dict[str, str]) -> list[tuple[str, str | None]]:
    return [(function.declared_by, function.handler) for function in _read(root, files)]


@pytest.mark.parametrize(
    ("code", "framework"),
    [
        (FLASK, "flask"),
        ("import flask\napp: flask.Flask = flask.Flask(__name__)\n", "flask"),
        ("from fastapi import FastAPI as API\nif True:\n    app = API(title='x')\n", "fastapi"),
    ],
)
def test_an_application_of_a_module_is_found(tmp_path: Path, code: str, framework: str) -> None:
    [function] = _read(tmp_path, {"src/main.py": code})
    assert (function.declared_by, function.handler, function.code_root) == (framework, "main.app", "src")
    assert (function.confidence, function.search_path) == ("medium", ("",))
    assert function.source.path == "src/main.py"


@pytest.mark.parametrize(
    "code",
    [
        "app = Flask(__name__)\n",
        "from sanic import Sanic\napp = Sanic('x')\n",
        "from flask import Flask\nclass A:\n    app = Flask(__name__)\n",
        "from flask import Flask\nif __name__ == '__main__':\n    app = Flask(__name__)\n",
        "from flask import Flask\ndef helper():\n    return Flask(__name__)\n",
        "from flask import Flask\napp = Flask(",
    ],
)
def test_other_things_are_no_applications(tmp_path: Path, code: str) -> None:
    assert _read(tmp_path, {"main.py": code}) == ()


def test_a_factory_is_the_handler_where_nothing_holds_what_it_makes(tmp_path: Path) -> None:
    code = "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"
    assert _handlers(tmp_path, {"main.py": code}) == [("flask", "main.create_app")]


def test_what_a_factory_makes_goes_before_the_factory(tmp_path: Path) -> None:
    files = {
        "site/__init__.py": "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n",
        "wsgi.py": "from site import create_app\napplication = create_app()\n",
    }
    assert _handlers(tmp_path, files) == [("flask", "wsgi.application")]


WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
DJANGO = {
    "web/manage.py": "import django\n",
    "web/shop/__init__.py": "",
    "web/shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
    "web/shop/urls.py": "urlpatterns = []\n",
}


def test_django_is_entered_through_its_wsgi_module(tmp_path: Path) -> None:
    files = {
        **DJANGO,
        "web/shop/wsgi.py": WSGI,
        "web/shop/asgi.py": WSGI.replace("wsgi", "asgi"),
    }
    [function] = _read(tmp_path, files)
    assert (function.declared_by, function.handler, function.code_root) == (
        "django",
        "shop/wsgi.application",
        "web",
    )


def test_django_without_a_server_module_is_entered_through_its_urls(tmp_path: Path) -> None:
    [function] = _read(tmp_path, DJANGO)
    assert (function.handler, function.code_root) == ("shop/urls.urlpatterns", "web")


def test_django_settings_without_their_urls_are_no_application(tmp_path: Path) -> None:
    files = {path: content for path, content in DJANGO.items() if not path.endswith("urls.py")}
    assert _read(tmp_path, files) == ()


def test_django_without_manage_py_starts_above_its_package(tmp_path: Path) -> None:
    files = {
        "src/shop/__init__.py": "",
        "src/shop/wsgi.py": WSGI,
    }
    [function] = _read(tmp_path, files)
    assert (function.handler, function.code_root) == ("shop/wsgi.application", "src")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Dockerfile", "FROM python:3.12\nCMD gunicorn app:app\n"),
        ("Dockerfile", 'FROM python:3.12\nENTRYPOINT ["python", \\\n "-m", "uvicorn"]\n'),
        ("Dockerfile.prod", 'FROM python:3.12\nCMD ["./start.sh"]\n'),
        ("Procfile", "web: gunicorn app:app\n"),
        ("docker-compose.yml", "services:\n  web:\n    command: uvicorn app:app\n"),
        ("gunicorn.conf.py", "bind = ':8000'\n"),
    ],
)
def test_what_runs_on_a_server_is_left_out(tmp_path: Path, name: str, content: str) -> None:
    assert _read(tmp_path, {"web/app.py": FLASK, f"web/{name}": content}) == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Dockerfile", "FROM public.ecr.aws/lambda/python:3.12\nCMD python app.py\n"),
        (
            "Dockerfile",
            "FROM python:3.12\nCOPY --from=ecr/aws-lambda-adapter:0.8 /x /y\nCMD uvicorn app:app\n",
        ),
        ("Dockerfile", "FROM python:3.12\nRUN pip install gunicorn\n"),
        ("Procfile", "release: ./migrate\n"),
    ],
)
def test_an_image_for_lambda_is_not_a_server(tmp_path: Path, name: str, content: str) -> None:
    assert len(_read(tmp_path, {"web/app.py": FLASK, f"web/{name}": content})) == 1


def test_a_server_elsewhere_says_nothing(tmp_path: Path) -> None:
    files = {"web/app.py": FLASK, "other/Procfile": "web: gunicorn x:y\n"}
    assert len(_read(tmp_path, files)) == 1


def test_tests_are_left_out(tmp_path: Path) -> None:
    assert _read(tmp_path, {"tests/app.py": FLASK, "test_app.py": FLASK}) == ()
