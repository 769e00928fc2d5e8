"""Vercel projects: which files are functions, what vercel.json states of them, and what is wrong in it."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.deployment import vercel
from lambdalint.model import Deployment, Guard, Phase, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.deployment.vercel import Projects

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
SERVED = "from http.server import BaseHTTPRequestHandler\nclass handler(BaseHTTPRequestHandler):\n    pass\n"


def _tree(root: Path, files: dict[str, object]) -> Tree:
    for path, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text), encoding="utf-8")
    return Tree(root, tuple(sorted(files)))


def _read(root: Path, files: dict[str, object]) -> Projects:
    return vercel.read(_tree(root, files), catalogue.load())


def _names(root: Path, files: dict[str, object]) -> list[str]:
    projects = _read(root, files)
    assert not projects.problems
    return [function.name for function in projects.functions]


def _deployment(root: Path, files: dict[str, object]) -> Deployment:
    return deployment.read(_tree(root, files), Settings(), catalogue.load())


def test_a_build_is_a_function(tmp_path: Path) -> None:
    config = '{"builds": [\n  {"src": "api/index.py", "use": "@vercel/python"}\n]}'
    files: dict[str, object] = {"site/vercel.json": config, "site/api/index.py": APP, "site/requirements.txt": ""}
    [function] = _read(tmp_path, files).functions
    assert (function.name, function.handler, function.code_root) == ("site/api/index.py", "api/index.app", "site")
    assert (function.declared_by, function.confidence) == ("vercel", "high")
    assert (function.source.path, function.source.line) == ("site/vercel.json", 2)
    assert function.search_path == ("site/api", "")
    assert [one.path for one in function.build.manifests] == ["site/requirements.txt"]
    assert (function.room.platform, function.room.cwd, function.room.tmp_mb) == ("vercel", "/var/task", 500)
    assert not function.room.env_complete
    assert ("VERCEL", "1") in {(variable.name, variable.value) for variable in function.room.env}


@pytest.mark.parametrize(
    ("source", "use", "found"),
    [
        ("api/*.py", "@vercel/python", ["api/a.py"]),
        ("api/**/*.py", "@vercel/python@4.0.0", ["api/a.py", "api/v/b.py"]),
        ("**/*.py", "@now/python", ["api/a.py", "api/v/b.py", "main.py"]),
        ("/main.py", "@vercel/python", ["main.py"]),
        ("./main.py", "@ardnt/vercel-python-wsgi", ["main.py"]),
        ("api/{a,c}.py", "@vercel/python", ["api/a.py"]),
        ("api/a.py", "@vercel/static", []),
        ("index.js", "@vercel/node", []),
    ],
)
def test_the_pattern_of_a_build(tmp_path: Path, source: str, use: str, found: list[str]) -> None:
    files: dict[str, object] = {
        "vercel.json": {"builds": [{"src": source, "use": use}]},
        "api/a.py": APP,
        "api/v/b.py": SERVED,
        "api/plain.py": "VALUE = 1\n",
        "main.py": APP,
        "index.js": "",
    }
    assert _names(tmp_path, files) == found


@pytest.mark.parametrize("builds", [None, []])
def test_an_empty_list_of_builds_is_none(tmp_path: Path, builds: object) -> None:
    assert _names(tmp_path, {"vercel.json": {"builds": builds}, "api/index.py": APP}) == ["api/index.py"]


def test_with_builds_nothing_is_found_by_its_place(tmp_path: Path) -> None:
    config = {"builds": [{"src": "main.py", "use": "@vercel/python"}] * 2}
    assert _names(tmp_path, {"vercel.json": config, "main.py": APP, "api/index.py": APP}) == ["main.py"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (APP, "app"),
        ("from flask import Flask\napplication = Flask(__name__)\n", "application"),
        ("from backend.main import app\n", "app"),
        ("from backend.main import site as app\n", "app"),
        ("app: object = make()\n", "app"),
        ("def app(environ, start_response):\n    pass\n", "app"),
        ("async def app(scope, receive, send):\n    pass\n", "app"),
        ("try:\n    from backend import app\nexcept ImportError:\n    app = None\n", "app"),
        (SERVED, "handler"),
        ("import http.server\nclass Handler(http.server.SimpleHTTPRequestHandler):\n    pass\n", "Handler"),
        ("from base import Json\nclass handler(Json):\n    pass\n", "handler"),
        ("from mangum import Mangum\nfrom web import app\nhandler = Mangum(app)\n", "app"),
    ],
)
def test_what_is_served_of_a_file(tmp_path: Path, code: str, name: str) -> None:
    functions = _read(tmp_path, {"vercel.json": {}, "api/index.py": code}).functions
    assert [function.handler for function in functions] == [f"api/index.{name}"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("api/_shared.py", APP),
        ("api/_lib/index.py", APP),
        ("api/.hidden.py", APP),
        ("api/test_index.py", APP),
        ("api/tests/index.py", APP),
        ("lib/index.py", APP),
        ("api/index.py", "VALUE = 1\n"),
        ("api/index.py", "class handler:\n    pass\n"),
        ("api/index.py", "def handler(request):\n    pass\n"),
        ("api/index.py", "if __name__ == '__main__':\n    app = 1\n"),
        ("api/index.py", "def make():\n    app = 1\n"),
        ("api/index.py", "app = (\n"),
        (".vercel/output/functions/api/index.py", APP),
        ("node_modules/api/index.py", APP),
    ],
)
def test_what_is_no_function(tmp_path: Path, path: str, code: str) -> None:
    assert _names(tmp_path, {"vercel.json": {}, path: code}) == []


@pytest.mark.parametrize(
    "config",
    [
        {"functions": {"api/index.py": {}}},
        {"routes": [{"src": "/(.*)", "dest": "/api/index.py"}]},
        {"rewrites": [{"source": "/(.*)", "destination": "/api/index?page=$1"}]},
    ],
)
def test_a_function_that_the_project_takes_for_a_handler(tmp_path: Path, config: dict[str, object]) -> None:
    files: dict[str, object] = {"vercel.json": config, "api/index.py": "def handler(request):\n    pass\n"}
    [function] = _read(tmp_path, files).functions
    assert (function.handler, function.confidence) == ("api/index.handler", "medium")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"app.py": APP, "main.py": APP}, ["app.py"]),
        ({"src/main.py": APP, "src/settings.py": APP}, ["src/main.py"]),
        ({"main.py": "VALUE = 1\n", "app/asgi.py": APP}, ["app/asgi.py"]),
        ({"manage.py": "", "shop/wsgi.py": "application = make()\n"}, ["shop/wsgi.py"]),
        (
            {"pyproject.toml": "[project.scripts]\napp = 'shop.web:site'\n", "shop/web.py": "site = 1\n"},
            ["shop/web.py"],
        ),
        (
            {"pyproject.toml": "[tool.vercel]\nentrypoint = 'web:site'\n", "web.py": "site = 1\n", "app.py": APP},
            ["web.py"],
        ),
        ({"app.py": APP, "package.json": "{}"}, []),
        ({"app.py": APP, "Procfile": "web: gunicorn app:app"}, []),
        ({"app.py": APP, "api/index.py": SERVED}, ["api/index.py"]),
        ({"server/app.py": APP}, []),
    ],
)
def test_an_application_is_found_by_the_name_of_its_file(
    tmp_path: Path, files: dict[str, object], found: list[str]
) -> None:
    assert _names(tmp_path, {"vercel.json": {}, "requirements.txt": "", **files}) == found


@pytest.mark.parametrize(
    ("framework", "found"),
    [("fastapi", ["main.py"]), ("nextjs", ["api/index.py"]), (None, ["api/index.py"])],
)
def test_the_framework_says_where_to_look(tmp_path: Path, framework: str | None, found: list[str]) -> None:
    files: dict[str, object] = {"vercel.json": {"framework": framework}, "main.py": APP, "api/index.py": APP}
    assert _names(tmp_path, files) == found


def test_a_server_below_api_is_none(tmp_path: Path) -> None:
    files: dict[str, object] = {"vercel.json": {}, "api/app.py": APP, "api/Procfile": "web: gunicorn app:app"}
    assert _names(tmp_path, files) == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"api/index.py": SERVED}, ["api/index.py"]),
        ({"site/api/v1/index.py": SERVED}, ["site/api/v1/index.py"]),
        ({"api/index.py": APP}, []),
        ({"server/index.py": SERVED}, []),
        ({"api/index.py": SERVED.replace("class handler", "class Handler")}, []),
        ({"pyproject.toml": "[tool.vercel]\nentrypoint = 'web:site'\n", "web.py": "site = 1\n"}, ["web.py"]),
        ({"pyproject.toml": "[tool.vercel]\nentrypoint = 3\n", "web.py": "site = 1\n"}, []),
        ({"pyproject.toml": "[tool.vercel\nentrypoint = 'web:site'\n", "web.py": "site = 1\n"}, []),
    ],
)
def test_without_a_configuration(tmp_path: Path, files: dict[str, object], found: list[str]) -> None:
    functions = _read(tmp_path, files).functions
    assert [function.name for function in functions] == found
    assert {function.confidence for function in functions} <= {"medium"}


def test_what_the_configuration_states(tmp_path: Path) -> None:
    config = {
        "functions": {
            "api/other.py": {"maxDuration": 5},
            "api/**/*.py": {"maxDuration": 60, "runtime": "python3.12", "excludeFiles": "{tests,data}/**"},
        },
        "env": {"FOLDER": "/tmp/x", "SECRET": "@secret", "LIMIT": 3, "LIST": [1]},
        "build": {"env": {"AT_BUILD": "1"}},
    }
    [function] = _read(tmp_path, {"vercel.json": config, "api/index.py": APP}).functions
    room = function.room
    assert (room.timeout, room.runtime, function.packaged) == (60, "python3.12", ("!{tests,data}/**",))
    assert room.span_of("timeout") is not None
    env = {variable.name: variable.value for variable in room.env}
    assert {name: env.get(name, "-") for name in ("FOLDER", "SECRET", "LIMIT", "LIST", "AT_BUILD", "VERCEL")} == {
        "FOLDER": "/tmp/x",
        "SECRET": None,
        "LIMIT": "3",
        "LIST": None,
        "AT_BUILD": "-",
        "VERCEL": "1",
    }


def test_the_key_of_a_function_is_its_place(tmp_path: Path) -> None:
    config = '{"functions": {\n"api/index.py": {}}}'
    [function] = _read(tmp_path, {"vercel.json": config, "api/index.py": APP}).functions
    assert (function.source.path, function.source.line) == ("vercel.json", 2)


@pytest.mark.parametrize(
    ("config", "line", "message"),
    [
        ('{"builds": [\n}', 2, "not valid JSON: while parsing"),
        ("[1]", 1, "vercel.json holds no object; it is not read"),
        ("3", 1, "vercel.json holds no object; it is not read"),
        ("[" * 200, 1, "nested deeper than 100 levels"),
        ('{\n"builds": 3}', 2, "builds is no list; it is not read"),
        ('{\n"builds": {"src": "api/index.py"}}', 2, "builds is no list; it is not read"),
        ('{"builds": [\n3]}', 2, "a build has no src or no use; it is not read"),
        ('{"builds": [\n{"src": ["a"], "use": "@vercel/python"}]}', 2, "a build has no src or no use; it is not read"),
        ('{\n"functions": ["api/index.py"]}', 2, "functions is no object; it is not read"),
        ('{\n"env": "A=1"}', 2, "env is no object; it is not read"),
        ('{\n"routes": "api/index.py"}', 2, "routes is no list; it is not read"),
        ('{"builds": [\n{"src": "../../x.py", "use": "@vercel/python"}]}', 2, "the path '../../x.py' leads out of"),
        ('{"functions": {\n"../x.py": {}}}', 2, "the path '../x.py' leads out of the project"),
        ('{"builds": [\n{"src": "gone.py", "use": "@vercel/python"}]}', 2, "'gone.py' matches no Python file"),
        (
            '{"builds": [\n{"src": "+(a|b).py", "use": "@vercel/python"}]}',
            2,
            "the pattern '+(a|b).py' is not understood",
        ),
        ('{"builds": [\n{"src": "x.py", "use": "@vercel/python"}]}', 2, "x.py defines no app, application or handler"),
        ('{"functions": {"api/index.py": {\n"excludeFiles": "api/**"}}}', 2, "the pattern of excludeFiles excludes"),
        ('{"functions": {"api/index.py": {\n"excludeFiles": "@(a)"}}}', 2, "the pattern of excludeFiles is not under"),
        (json.dumps({"env": {f"A{number}": "1" for number in range(600)}}), 1, "more than 500 entries of env"),
    ],
)
def test_what_is_wrong_is_said_once(tmp_path: Path, config: str, line: int, message: str) -> None:
    files: dict[str, object] = {"vercel.json": config, "x.py": "", "api/index.py": APP, "web/vercel.json": {}}
    projects = _read(tmp_path, {**files, "web/api/index.py": SERVED})
    [problem] = projects.problems
    assert (problem.span.path, problem.span.line) == ("vercel.json", line)
    assert problem.message.startswith(message)
    assert "web/api/index.py" in {function.name for function in projects.functions}


@pytest.mark.parametrize(
    "config", ["", "{}", '{"builds": []}', '{"builds": null}', '{"functions": {}, "env": null, "routes": []}']
)
def test_an_empty_configuration_is_fine(tmp_path: Path, config: str) -> None:
    assert not _read(tmp_path, {"vercel.json": config, "api/index.py": "VALUE = 1\n"}).problems


def test_a_project_that_is_deployed_elsewhere_too_keeps_both(tmp_path: Path) -> None:
    template = """
        Resources:
          Api:
            Type: AWS::Serverless::Function
            Properties:
              Handler: api.index.handler
              Runtime: python3.12
              CodeUri: .
        """
    code = f"{APP}from mangum import Mangum\nhandler = Mangum(app)\n"
    found = _deployment(tmp_path, {"template.yaml": template, "vercel.json": {}, "api/index.py": code})
    assert [(one.name, one.declared_by, one.room.platform) for one in found.functions] == [
        ("api/index.py", "vercel", "vercel"),
        ("Api", "sam", "aws-lambda"),
    ]


def test_an_adapter_beside_the_application_is_no_further_function(tmp_path: Path) -> None:
    code = f"{APP}from mangum import Mangum\nhandler = Mangum(app)\n"
    files: dict[str, object] = {
        "vercel.json": {},
        "api/index.py": code,
        "jobs/main.py": "def handler(event, context): ...",
    }
    found = _deployment(tmp_path, files)
    assert [(one.name, one.declared_by) for one in found.functions] == [
        ("api/index.py", "vercel"),
        ("jobs/main.handler", "signature"),
    ]


def _entries(root: Path, code: str) -> list[tuple[str | None, str]]:
    tree = _tree(root, {"vercel.json": {}, "api/index.py": code})
    rows = catalogue.load()
    functions = deployment.read(tree, Settings(), rows).functions
    found = flow.analyse(tree, functions, rows, Settings()).entry_points
    return [(entry.route, entry.qualname) for entry in found if entry.phase is Phase.INVOKE]


def test_the_routes_of_an_application_are_entry_points(tmp_path: Path) -> None:
    code = f"{APP}\n@app.get('/notes')\ndef notes():\n    return []\n"
    assert _entries(tmp_path, code) == [("GET /notes", "notes")]


def test_the_methods_of_a_request_handler_are_entry_points(tmp_path: Path) -> None:
    code = """
        from http.server import BaseHTTPRequestHandler

        class Base(BaseHTTPRequestHandler):
            def do_OPTIONS(self): ...
            def do_GET(self): ...

        class handler(Base):
            def do_GET(self): ...
            def _send(self): ...
        """
    assert _entries(tmp_path, code) == [("GET", "handler.do_GET"), ("OPTIONS", "Base.do_OPTIONS")]


def test_variables_may_be_set_on_a_web_page(tmp_path: Path) -> None:
    code = """
        import os
        from http.server import BaseHTTPRequestHandler

        class handler(BaseHTTPRequestHandler):
            def do_POST(self):
                if not os.environ.get("STORE_URL"):
                    open("/tmp/note.txt", "w")
                open(os.environ.get("COUNT_FILE", "/tmp/count.txt"), "w")
    """
    tree = _tree(tmp_path, {"vercel.json": "{}", "api/index.py": code})
    rows = catalogue.load()
    functions = deployment.read(tree, Settings(), rows).functions
    effects = flow.analyse(tree, functions, rows, Settings()).effects
    doubted = {effect.place.path: Guard.SELECTED in effect.guards for effect in effects if effect.kind.modifies}
    assert doubted == {"/tmp/note.txt": True, "/tmp/count.txt": False}
