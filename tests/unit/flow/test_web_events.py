from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from web_projects import site

if TYPE_CHECKING:
    from pathlib import Path

RESOLVERS = [
    "APIGatewayRestResolver",
    "APIGatewayHttpResolver",
    "ALBResolver",
    "LambdaFunctionUrlResolver",
    "VPCLatticeResolver",
    "VPCLatticeV2Resolver",
    "BedrockAgentResolver",
]


@pytest.mark.parametrize("resolver", RESOLVERS)
def test_routes_of_each_resolver(tmp_path: Path, resolver: str) -> None:
    found = site(
        tmp_path,
        f"""
        from aws_lambda_powertools import Logger, Tracer
        from aws_lambda_powertools.event_handler import {resolver}
        tracer, logger = Tracer(), Logger()
        app = {resolver}()
        @app.get("/items/<name>")
        @tracer.capture_method
        def one(name):
            open(f"/tmp/one/{{name}}", "w")
        @app.route("/any", method=["PUT", "POST"])
        def several():
            open(f"/tmp/body/{{app.current_event.json_body['x']}}", "w")
            open(f"/tmp/query/{{app.current_event.query_string_parameters['x']}}", "w")
            open(f"/tmp/value/{{app.current_event.get_query_string_value(name='x')}}", "w")
            open(f"/tmp/header/{{app.current_event.headers['x']}}", "w")
        @app.exception_handler(ValueError)
        def broken(error):
            open("/tmp/broken/x", "w")
        @app.not_found
        def missing(error): pass
        @logger.inject_lambda_context
        @tracer.capture_lambda_handler
        def handler(event, context):
            return app.resolve(event, context)
        """,
    )
    assert found.invoked == ["GET /items/<name>", "PUT, POST /any", "exception_handler", "not_found"]
    assert found.parts("one") == {"name": "confined"}
    for mark in ("body", "query", "value", "header"):
        assert list(found.parts(mark).values()) == ["free"], mark
    assert found.entries("broken") == ["exception_handler"]


def test_routers_and_middlewares(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        {
            "app.py": """
            from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Router
            from items import router
            app = APIGatewayRestResolver(strip_prefixes=["/base"])
            local = Router()
            def check(app, next_middleware):
                open("/tmp/check/x", "w")
                return next_middleware(app)
            app.use(middlewares=[check])
            @local.delete("/x", middlewares=[check])
            def gone(): pass
            app.include_router(router, prefix="/items")
            app.include_router(local)
            def handler(event, context):
                return app.resolve(event, context)
            """,
            "items.py": """
            from aws_lambda_powertools.event_handler.router import APIGatewayRouter
            router = APIGatewayRouter()
            @router.post("/<key>")
            def create(key):
                open(f"/tmp/create/{router.current_event.body}", "w")
            """,
        },
    )
    assert found.invoked == ["middleware", "POST /items/<key>", "DELETE /x"]
    assert list(found.parts("create").values()) == ["free"]


def test_validated_parameters_are_typed(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from typing import Annotated
        from aws_lambda_powertools.event_handler import APIGatewayRestResolver
        from aws_lambda_powertools.event_handler.openapi.params import Query
        from pydantic import BaseModel
        app = APIGatewayRestResolver(enable_validation=True)
        class Todo(BaseModel):
            number: int
            title: str
        @app.post("/todos/<key>")
        def create(key: int, todo: Todo, q: Annotated[str, Query()]):
            open(f"/tmp/todo/{key}/{todo.number}", "w")
            open(f"/tmp/title/{todo.title}", "w")
            open(f"/tmp/q/{q}", "w")
        def handler(event, context):
            return app.resolve(event, context)
        """,
    )
    assert set(found.parts("todo").values()) == {"confined"}
    assert found.parts("title") == {"todo.title": "free"}
    assert found.parts("q") == {"q": "free"}


def test_fields_of_appsync(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from aws_lambda_powertools.event_handler import AppSyncResolver
        from aws_lambda_powertools.event_handler.appsync import Router
        app = AppSyncResolver()
        router = Router()
        @router.resolver(type_name="Query", field_name="getTodo")
        def get_todo(id: str, count: int = 0):
            open(f"/tmp/todo/{id}", "w")
            open(f"/tmp/count/{count}", "w")
        @app.resolver(field_name="name")
        def name(): pass
        app.include_router(router)
        def handler(event, context):
            return app.resolve(event, context)
        """,
    )
    assert found.invoked == ["*.name", "Query.getTodo"]
    assert found.parts("todo") == {"id": "free"}
    assert found.parts("count") == {"count": "confined"}


def test_channels_and_tools(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from aws_lambda_powertools.event_handler import AppSyncEventsResolver, BedrockAgentFunctionResolver
        app = AppSyncEventsResolver()
        agent = BedrockAgentFunctionResolver()
        @app.on_publish("/default/*")
        def published(payload):
            open(f"/tmp/published/{payload['x']}", "w")
        @agent.tool(name="find", description="finds")
        def find(city: str):
            open(f"/tmp/find/{city}", "w")
        def handler(event, context):
            if "agent" in event:
                return agent.resolve(event, context)
            return app.resolve(event, context)
        """,
    )
    assert sorted(found.invoked) == ["on_publish /default/*", "tool find"]
    assert list(found.parts("published").values()) == ["free"]
    assert found.parts("find") == {"city": "free"}


CHALICE = """
from chalice import Blueprint, Chalice, Rate
app = Chalice(app_name="x")
more = Blueprint(__name__)
@app.route("/x/{name}", methods=["POST", "PUT"])
def x(name):
    open(f"/tmp/name/{name}", "w")
    open(f"/tmp/body/{app.current_request.json_body['x']}", "w")
@more.route("/y")
def y():
    open(f"/tmp/query/{more.current_request.query_params['x']}", "w")
@app.middleware("http")
def around(event, get_response):
    return get_response(event)
app.register_blueprint(more, url_prefix="/more")
@app.on_s3_event(bucket="b")
def created(event):
    open(f"/tmp/key/{event.key}", "w")
@app.schedule(Rate(5, unit=Rate.MINUTES))
def tick(event):
    open("/tmp/tick/x", "w")
"""


def test_the_application_of_chalice(tmp_path: Path) -> None:
    found = site(tmp_path, CHALICE, None)
    assert found.invoked == ["POST, PUT /x/{name}", "middleware http", "GET /more/y"]
    assert found.parts("name") == {"name": "confined"}
    assert list(found.parts("body").values()) == ["free"]
    assert list(found.parts("query").values()) == ["free"]


def test_other_functions_of_chalice_are_entered_once(tmp_path: Path) -> None:
    found = site(tmp_path, CHALICE, None)
    assert found.entries("tick") == ["app.tick"]
    assert found.entries("key") == ["app.created"]
    assert list(found.parts("key").values()) == ["free"]


@pytest.mark.parametrize("served", ["helper(event, context)", "return helper(event, context)"])
def test_the_parts_of_a_custom_resource(tmp_path: Path, served: str) -> None:
    found = site(
        tmp_path,
        f"""
        from crhelper import CfnResource
        helper = CfnResource(json_logging=True)
        unused = CfnResource()
        @helper.create
        def make(event, context):
            open(f"/tmp/made/{{event['name']}}", "w")
        @helper.update
        @helper.delete
        def change(event, _):
            pass
        @unused.create
        def nobody_calls(event, context):
            open("/tmp/unused", "w")
        def handler(event, context):
            {served}
        """,
    )
    assert sorted(found.invoked) == ["create", "delete", "update"]
    assert found.parts("made") == {"event['name']": "free"}
    assert not found.entries("unused")
