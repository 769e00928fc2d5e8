from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from web_projects import site

from lambdalint.model import Phase

if TYPE_CHECKING:
    from pathlib import Path

SERVED = """
import serverless_wsgi
def handler(event, context):
    return serverless_wsgi.handle_request(app, event, context)
"""


def test_blueprints_are_mounted_below_their_prefixes(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        {
            "app.py": """
            from flask import Flask
            from users import users, inner
            import serverless_wsgi
            app = Flask(__name__)
            users.register_blueprint(inner, url_prefix="/deep")
            app.register_blueprint(users)
            app.register_blueprint(users, url_prefix="/v2", name="again")
            def handler(event, context):
                return serverless_wsgi.handle_request(app, event, context)
            """,
            "users.py": """
            from flask import Blueprint
            users = Blueprint("users", __name__, url_prefix="/users")
            inner = Blueprint("inner", __name__)
            @users.get("/<int:number>")
            def one(number): pass
            @users.route("/", methods=["GET", "POST"])
            def every(): pass
            @inner.delete("/x")
            def gone(): pass
            """,
        },
    )
    assert found.invoked == [
        "GET /users/<int:number>",
        "GET, POST /users/",
        "DELETE /users/deep/x",
        "GET /v2/<int:number>",
        "GET, POST /v2/",
        "DELETE /v2/deep/x",
    ]


def test_views_and_rules_are_routes(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        dedent("""
        from flask import Flask
        from flask.views import MethodView, View
        app = Flask(__name__)
        class Item(MethodView):
            def __init__(self, folder="/tmp/item"):
                self.folder = folder
            def get(self, name):
                open(f"/tmp/item/{name}", "w")
            def post(self, name):
                open(self.folder, "w")
        class Page(View):
            def dispatch_request(self): pass
        def plain(path):
            open(f"/tmp/plain/{path}", "w")
        app.add_url_rule("/item/<name>", view_func=Item.as_view("item"))
        app.add_url_rule("/page", view_func=Page.as_view("page"))
        app.add_url_rule("/plain/<path:path>", "plain", plain, methods=["PUT"])
        """)
        + SERVED,
    )
    assert found.invoked == ["GET /item/<name>", "POST /item/<name>", "GET /page", "PUT /plain/<path:path>"]
    assert found.parts("item") == {"name": "confined"}
    assert found.parts("plain") == {"path": "free"}
    assert "POST /item/<name>" in found.entries("item")


@pytest.mark.parametrize("package", ["flask_restful", "flask_restx"])
def test_resources_are_routes_of_the_application(tmp_path: Path, package: str) -> None:
    found = site(
        tmp_path,
        f"""
        from flask import Flask, Blueprint
        from {package} import Api, Resource
        import awsgi
        app = Flask(__name__)
        blueprint = Blueprint("api", __name__, url_prefix="/api")
        api = Api(blueprint)
        class Thing(Resource):
            def get(self, name=None):
                open(f"/tmp/thing/{{name}}", "w")
            def post(self): pass
        api.add_resource(Thing, "/thing", "/thing/<string:name>")
        app.register_blueprint(blueprint)
        def handler(event, context):
            return awsgi.response(app, event, context)
        """,
    )
    assert found.invoked == [
        "GET /api/thing", "POST /api/thing", "GET /api/thing/<string:name>", "POST /api/thing/<string:name>",
    ]  # fmt: skip
    assert found.parts("thing") == {"name": "confined"}


def test_namespaces_are_mounted_below_their_paths(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from flask import Flask
        from flask_restx import Api, Namespace, Resource
        from apig_wsgi import make_lambda_handler
        app = Flask(__name__)
        api = Api(app, prefix="/v1")
        cats = Namespace("cats")
        dogs = api.namespace("dogs", path="/hounds")
        @cats.route("/", "/all")
        class Cats(Resource):
            def get(self): pass
        @dogs.route("/<int:number>")
        class Dog(Resource):
            def delete(self, number): pass
        api.add_namespace(cats)
        handler = make_lambda_handler(app.wsgi_app)
        """,
    )
    assert found.invoked == ["DELETE /v1/hounds/<int:number>", "GET /v1/cats/", "GET /v1/cats/all"]


def test_what_the_sender_chose_is_free_and_what_a_converter_checks_is_not(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from flask import Flask, request
        from mangum import Mangum
        from asgiref.wsgi import WsgiToAsgi
        app = Flask(__name__)
        @app.post("/<name>/<int:number>/<uuid:key>/<path:rest>")
        def up(name, number, key, rest):
            open(f"/tmp/name/{name}", "w")
            open(f"/tmp/number/{number}/{key}", "w")
            open(f"/tmp/rest/{rest}", "w")
            open(f"/tmp/query/{request.args.get('x')}", "w")
            open(f"/tmp/form/{request.form['x']}", "w")
            open(f"/tmp/json/{request.get_json()['x']}", "w")
            open(f"/tmp/header/{request.headers['x']}", "w")
            for file in request.files.getlist("f"):
                file.save(f"/tmp/file/{file.filename}")
        handler = Mangum(WsgiToAsgi(app))
        """,
    )
    assert found.parts("name") == {"name": "confined"}
    assert found.parts("number") == {"number": "confined", "key": "confined"}
    assert found.parts("rest") == {"rest": "free"}
    for kind in ("query", "form", "json", "header", "file"):
        assert list(found.parts(kind).values()) == ["free"], kind


def test_a_decorator_of_the_project_hides_no_route(tmp_path: Path) -> None:
    routes = "".join(
        f"""
@app.get("/{number}/<name>")
@login
def view_{number}(user, name):
    open(f"/tmp/v{number}/{{name}}/{{user}}", "w")
"""
        for number in range(40)
    )
    found = site(
        tmp_path,
        dedent("""
        import functools
        from flask import Flask
        app = Flask(__name__)
        def login(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function("me", *args, **kwargs)
            return wrapper
        """)
        + routes
        + SERVED,
    )
    assert found.invoked == [f"GET /{number}/<name>" for number in range(40)]
    assert found.parts("v3") == {"name": "confined"}
    assert found.entries("v37") == ["GET /37/<name>"]


def test_an_application_that_no_handler_serves_has_no_routes(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from flask import Flask
        app = Flask("local")
        @app.get("/local")
        def local():
            open("/tmp/local", "w")
        def handler(event, context):
            app.logger.info("local %s", app.config)
            with app.app_context():
                return app.json.dumps(event["x"])
        """,
    )
    assert found.invoked == []
    assert found.entries("local") == []


@pytest.mark.parametrize(
    "serving",
    [
        "handler = make_lambda_handler(app)",
        "app.wsgi_app = ProxyFix(app.wsgi_app)\nhandler = make_lambda_handler(app.wsgi_app)",
        "CORS(app)\ndef handler(event, context):\n    return awsgi.response(app, event, context)",
        "def handler(event, context):\n    return app(environ(event), start)",
        "def handler(event, context):\n    with app.test_request_context():\n        app.full_dispatch_request()",
        "def handler(event, context):\n    return Mangum(WsgiToAsgi(app))(event, context)",
        """
class Adapter:
    def __init__(self, app):
        self.app = app
    def __call__(self, event, context):
        return self.app(environ(event), start)
handler = Adapter(app)
""",
        "def handler(event, context):\n    client = app.test_client()\n    return client.open(event['path'])",
    ],
)
def test_each_way_of_serving_is_seen(tmp_path: Path, serving: str) -> None:
    before = (
        "import awsgi\nfrom flask import Flask\nfrom apig_wsgi import make_lambda_handler\nfrom mangum import Mangum\n"
        "from flask_cors import CORS\nfrom asgiref.wsgi import WsgiToAsgi\n"
        "from werkzeug.middleware.proxy_fix import ProxyFix\n"
        "def environ(event): return {}\ndef start(*args): pass\n"
        "app = Flask(__name__)\n@app.get('/x')\ndef x(): pass\n"
        "other = Flask('other')\n@other.get('/y')\ndef y(): pass\n"
    )
    assert site(tmp_path, before + serving + "\n").invoked == ["GET /x"]


def test_a_factory_and_its_hooks(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        {
            "web/__init__.py": """
            from flask import Flask
            def create_app(config=None):
                app = Flask(__name__)
                open("/tmp/made", "w")
                if config:
                    app.config.update(config)
                from web.routes import pages
                app.register_blueprint(pages, url_prefix="/pages")
                @app.before_request
                def before():
                    open("/tmp/before", "w")
                app.register_error_handler(404, missing)
                @app.errorhandler(500)
                def broken(error): pass
                return app
            def missing(error): pass
            """,
            "web/routes.py": """
            from flask import Blueprint
            pages = Blueprint("pages", __name__)
            for name in ("one", "two"):
                def page():
                    open("/tmp/page", "w")
                pages.add_url_rule(f"/{name}", name, page)
            """,
            "app.py": """
            from apig_wsgi import make_lambda_handler
            from web import create_app
            handler = make_lambda_handler(create_app())
            """,
        },
    )
    assert found.invoked == [
        "GET /pages/one", "GET /pages/two", "before_request", "errorhandler 404", "errorhandler 500",
    ]  # fmt: skip
    assert found.phase("made") is Phase.INIT
    assert found.phase("before") is Phase.INVOKE


def test_an_application_that_is_made_in_the_handler(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        {
            "app.py": """
            import serverless_wsgi
            def handler(event, context):
                from web import create_app
                return serverless_wsgi.handle_request(create_app(), event, context)
            """,
            "web.py": """
            from flask import Flask
            FOLDER = "/tmp/late"
            def create_app():
                app = Flask(__name__)
                @app.get("/<name>")
                def view(name):
                    open(f"{FOLDER}/{name}", "w")
                return app
            """,
        },
    )
    assert found.invoked == ["GET /<name>"]
    assert found.parts("late") == {"name": "confined"}


def test_a_class_derived_from_the_application(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from flask import Flask
        from apig_wsgi import make_lambda_handler
        class Shop(Flask):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.add_url_rule("/health", "health", self.health)
            def health(self):
                open("/tmp/health", "w")
        app = Shop(__name__)
        @app.route("/x")
        def x(): pass
        handler = make_lambda_handler(app)
        """,
    )
    assert found.invoked == ["GET /health", "GET /x"]
    assert found.entries("health") == ["GET /health"]


def test_modules_that_are_imported_by_name_register_their_routes(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        {
            "app.py": """
            import importlib
            from apig_wsgi import make_lambda_handler
            from flask import Flask
            app = Flask(__name__)
            for name in ["users", "items"]:
                module = importlib.import_module(f"routes.{name}")
                app.register_blueprint(module.blueprint, url_prefix=f"/{name}")
            handler = make_lambda_handler(app)
            """,
            "routes/__init__.py": "",
            "routes/users.py": "from flask import Blueprint\nblueprint = Blueprint('u', __name__)\n"
            "@blueprint.get('/')\ndef users(): pass\n",
            "routes/items.py": "from flask import Blueprint\nblueprint = Blueprint('i', __name__)\n"
            "@blueprint.get('/')\ndef items(): pass\n",
        },
    )
    assert found.invoked == ["GET /users/", "GET /items/"]


@pytest.mark.parametrize(
    "loop",
    [
        "for _, name, _ in pkgutil.iter_modules(routes.__path__):\n    add(f'routes.{name}')\n",
        "for one in pkgutil.iter_modules(routes.__path__, 'routes.'):\n    add(one.name)\n",
        "for _, name, package in pkgutil.iter_modules([FOLDER]):\n    if not package:\n        add('routes.' + name)\n",
    ],
)
def test_all_modules_of_a_package_are_imported(tmp_path: Path, loop: str) -> None:
    view = "from flask import Blueprint\nblueprint = Blueprint('x', __name__)\n"
    view += "@blueprint.get('/{name}')\ndef view(): pass\n"
    before = dedent("""
        import importlib, os, pkgutil
        import routes
        from flask import Flask
        from apig_wsgi import make_lambda_handler
        FOLDER = os.path.join(os.path.dirname(__file__), "routes")
        app = Flask(__name__)
        handler = make_lambda_handler(app)
        def add(name):
            app.register_blueprint(importlib.import_module(name).blueprint)
        """)
    files = {"app.py": before + loop, "routes/__init__.py": ""}
    files |= {f"routes/{name}.py": view.replace("{name}", name) for name in ("users", "items")}
    assert site(tmp_path, files).invoked == ["GET /items", "GET /users"]
