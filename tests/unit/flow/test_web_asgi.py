from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from web_projects import site

from lambdalint.model import Phase

if TYPE_CHECKING:
    from pathlib import Path


def test_routers_are_mounted_below_their_prefixes(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        {
            "app.py": """
            from fastapi import FastAPI
            from mangum import Mangum
            from api import users, items
            app = FastAPI()
            app.include_router(users.router, prefix="/v1", tags=["x"])
            for router, prefix in ((items.router, "/items"), (items.more, "/more")):
                app.include_router(router, prefix=prefix)
            sub = FastAPI()
            @sub.get("/inner")
            def inner(): pass
            app.mount("/sub", sub)
            app.add_api_route("/added", inner, methods=["PUT"])
            handler = Mangum(app)
            """,
            "api/__init__.py": "",
            "api/users.py": """
            from fastapi import APIRouter
            router = APIRouter(prefix="/users")
            @router.get("")
            async def every(): pass
            @router.api_route("/{name}", methods=["GET", "POST"])
            async def one(name: str): pass
            @router.websocket("/ws")
            async def socket(websocket): pass
            """,
            "api/items.py": """
            from fastapi import APIRouter
            router = APIRouter()
            more = APIRouter()
            @router.delete("/{number}")
            def gone(number: int): pass
            @more.get("/")
            def other(): pass
            """,
        },
    )
    assert found.invoked == [
        "GET /v1/users", "GET, POST /v1/users/{name}", "WEBSOCKET /v1/users/ws", "DELETE /items/{number}", "GET /more/",
        "GET /sub/inner", "PUT /added",
    ]  # fmt: skip


FASTAPI = """
from typing import Annotated, List, Literal, Optional
from uuid import UUID
from enum import Enum
from fastapi import Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query, Request, UploadFile
from mangum import Mangum
from pydantic import BaseModel, Field

app = FastAPI()
handler = Mangum(app)

class Kind(str, Enum):
    ONE = "one"

class Inner(BaseModel):
    label: str
    key: UUID

class Item(BaseModel):
    name: str
    count: int = 0
    inner: Optional[Inner] = None
    tags: List[str] = []

    def file_name(self):
        return self.name + ".txt"

def settings(x_name: str = Header(...)):
    return x_name

class Common:
    def __init__(self, q: str = "", limit: int = 10):
        self.q = q
        self.limit = limit

def session():
    resource = "fixed"
    yield resource
"""


@pytest.mark.parametrize(
    ("parameters", "written", "kinds"),
    [
        ("a: str", "{a}", ["confined"]),
        ("a: int", "{a}", ["confined"]),
        ("b: str", "{b}", ["free"]),
        ("b", "{b}", ["free"]),
        ("b: str = Query(...)", "{b}", ["free"]),
        ("b: str = Query(..., pattern='^[a-z]+$')", "{b}", ["confined"]),
        ("b: Annotated[str, Query(pattern=r'^[\\w-]+$')] = 'x'", "{b}", ["confined"]),
        ("b: str = Query(..., regex='.*')", "{b}", ["free"]),
        ("b: Annotated[str, Header()]", "{b}", ["free"]),
        ("b: str = Cookie()", "{b}", ["free"]),
        ("b: str = Form()", "{b}", ["free"]),
        ("b: Optional[str] = None", "{b}", ["free"]),
        ("b: str | None = None", "{b}", ["free"]),
        ("b: UUID", "{b}", ["confined"]),
        ("b: Optional[int] = Query(None)", "{b}", ["confined"]),
        ("b: Kind", "{b.value}", ["confined"]),
        ("b: Literal['x', 'y']", "{b}", ["confined"]),
        ("b: List[str] = Query([])", "{b[0]}", ["free"]),
        ("b: dict = Body(...)", "{b['x']}", ["free"]),
        ("item: Item", "{item.name}", ["free"]),
        ("item: Item", "{item.count}", ["confined"]),
        ("item: Item", "{item.inner.label}", ["free"]),
        ("item: Item", "{item.inner.key}", ["confined"]),
        ("item: Item", "{item.file_name()}", ["free"]),
        ("item: Item", "{item.dict()['name']}", ["free"]),
        ("items: List[Item]", "{items[0].name}", ["free"]),
        ("item: Annotated[Item, Body(embed=True)]", "{item.name}", ["free"]),
        ("file: UploadFile", "{file.filename}", ["free"]),
        ("file: UploadFile = File(...)", "{file.filename}", ["free"]),
        ("file: Annotated[UploadFile, File()]", "{file.filename}", ["free"]),
        ("file: Optional[UploadFile] = None", "{file.filename}", ["free"]),
        ("files: list[UploadFile]", "{[one.filename for one in files][0]}", ["free"]),
        ("request: Request", "{request.query_params['x']}", ["free"]),
        ("request: Request", "{request.headers.get('x')}", ["free"]),
        ("request: Request", "{(await request.json())['x']}", ["free"]),
        ("request: Request", "{(await request.form())['x'].filename}", ["free"]),
        ("request: Request", "{await request.body()}", ["free"]),
        ("request: Request", "{request.path_params['a']}", ["confined"]),
        ("b: str = Depends(settings)", "{b}", ["free"]),
        ("b: Annotated[str, Depends(settings)]", "{b}", ["free"]),
        ("c: Common = Depends()", "{c.q}", ["free"]),
        ("c: Annotated[Common, Depends()]", "{c.limit}", ["confined"]),
        ("c: Common = Depends(Common)", "{c.q}", ["free"]),
        ("s: str = Depends(session)", "{s}", []),
        ("s: str = Security(session)", "{s}", ["free"]),
    ],
)
def test_what_a_parameter_holds(tmp_path: Path, parameters: str, written: str, kinds: list[str]) -> None:
    code = f'@app.post("/x/{{a}}")\nasync def route({parameters}):\n    open(f"/tmp/mark/{written}", "w")\n'
    found = site(tmp_path, FASTAPI + code)
    assert found.invoked == ["POST /x/{a}"]
    assert list(found.parts("mark").values()) == kinds


def test_an_address_that_takes_slashes_is_free(tmp_path: Path) -> None:
    code = '@app.get("/x/{rest:path}")\nasync def route(rest: str):\n    open(f"/tmp/mark/{rest}", "w")\n'
    assert site(tmp_path, FASTAPI + code).parts("mark") == {"rest": "free"}


def test_dependencies_of_dependencies(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        FASTAPI
        + """
def first(token: str):
    return "/tmp/mark/" + token
def second(path: str = Depends(first)):
    return path
Folder = Annotated[str, Depends(second)]
@app.get("/x")
async def route(folder: Folder):
    open(folder, "w")
@app.get("/y")
async def other(folder: str = Depends(second)):
    open(folder + "/other", "w")
""",
    )
    assert found.entries("mark") == ["GET /x", "GET /y"]
    assert set(found.parts("mark").values()) == {"free"}


def test_what_runs_when_the_application_starts(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from mangum import Mangum
        folder = None
        @asynccontextmanager
        async def lifespan(app):
            global folder
            folder = "/tmp/late"
            open("/tmp/lifespan", "w")
            yield
            open("/tmp/after", "w")
        def hook():
            open("/tmp/hook", "w")
        app = FastAPI(lifespan=lifespan)
        @app.on_event("startup")
        async def startup():
            open("/tmp/startup", "w")
        app.add_event_handler("startup", hook)
        @app.get("/x")
        def route():
            open(folder + "/x", "w")
        handler = Mangum(app)
        """,
    )
    assert found.started == ["lifespan", "on_event startup", "on_event startup"]
    assert found.invoked == ["GET /x"]
    assert [found.phase(mark) for mark in ("lifespan", "startup", "hook")] == [Phase.INIT] * 3
    assert found.entries("late") == ["GET /x"]


def test_an_adapter_that_leaves_the_start_out(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from fastapi import FastAPI
        from mangum import Mangum
        app = FastAPI()
        @app.on_event("startup")
        def startup():
            open("/tmp/startup", "w")
        @app.get("/x")
        def route(): pass
        handler = Mangum(app, lifespan="off")
        """,
    )
    assert (found.started, found.invoked) == ([], ["GET /x"])


def test_middleware_and_handlers_of_exceptions(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from mangum import Mangum
        from starlette.middleware.base import BaseHTTPMiddleware
        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["*"])
        class Timing(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                open(f"/tmp/timing/{request.headers['x']}", "w")
                return await call_next(request)
        app.add_middleware(Timing)
        @app.middleware("http")
        async def log(request, call_next):
            open(f"/tmp/log/{request.query_params['x']}", "w")
        @app.exception_handler(ValueError)
        async def broken(request, error):
            open("/tmp/broken/x", "w")
        app.add_exception_handler(KeyError, broken)
        app = CORSMiddleware(app=app, allow_origins=["*"])
        handler = Mangum(app)
        """,
    )
    assert found.invoked == ["middleware Timing", "middleware http", "exception_handler"]
    assert found.parts("timing") == {"Request.headers['x']": "free"}
    assert found.parts("log") == {"Request.query_params['x']": "free"}


def test_lists_of_routes(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from starlette.applications import Starlette
        from starlette.endpoints import HTTPEndpoint
        from starlette.routing import Mount, Route, WebSocketRoute
        from mangum import Mangum
        async def page(request):
            open(f"/tmp/page/{request.path_params['name']}/{request.query_params['q']}", "w")
        class Item(HTTPEndpoint):
            async def get(self, request):
                open(f"/tmp/item/{request.headers['x']}", "w")
            async def delete(self, request): pass
        async def socket(websocket): pass
        routes = [
            Route("/page/{name}", page),
            Route("/other", endpoint=page, methods=["POST"]),
            Mount("/items", routes=[Route("/{number:int}", Item)]),
            WebSocketRoute("/ws", socket),
        ]
        handler = Mangum(Starlette(debug=True, routes=routes))
        """,
    )
    assert found.invoked == [
        "GET /page/{name}", "POST /other", "GET /items/{number:int}", "DELETE /items/{number:int}", "WEBSOCKET /ws",
    ]  # fmt: skip
    assert set(found.parts("page").values()) == {"confined", "free"}
    assert list(found.parts("item").values()) == ["free"]


def test_the_application_lies_in_another_file(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        {
            "app.py": "from mangum import Mangum\nfrom web.main import app as application\n"
            "asgi = Mangum(application)\ndef handler(event, context):\n    return asgi(event, context)\n",
            "web/__init__.py": "",
            "web/main.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x(): pass\n"
            "local = FastAPI()\n@local.get('/local')\ndef never(): pass\n"
            "if __name__ == '__main__':\n    import uvicorn\n    uvicorn.run(local)\n",
        },
    )
    assert found.invoked == ["GET /x"]


def test_an_application_behind_a_factory_and_a_condition(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from fastapi import APIRouter, FastAPI
        from switches import is_on
        from mangum import Mangum
        debug = APIRouter(prefix="/debug")
        @debug.get("/x")
        def x(): pass
        class Server(FastAPI):
            def __init__(self):
                super().__init__(title="x")
                self.include_router(debug, prefix="/v1")
        def create_app() -> FastAPI:
            app = Server()
            if is_on("debug"):
                app.include_router(debug)
            return app
        handler = Mangum(create_app())
        """,
    )
    assert found.invoked == ["GET /v1/debug/x", "GET /debug/x"]


def test_litestar(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        """
        from litestar import Controller, Litestar, Router, get, post
        from mangum import Mangum
        @get("/x/{name:str}")
        async def one(name: str) -> str:
            open(f"/tmp/one/{name}", "w")
        @post("/unused")
        async def unused() -> None: pass
        class Items(Controller):
            path = "/items"
            @post()
            async def create(self, data: dict) -> None:
                open(f"/tmp/create/{data['x']}", "w")
        handler = Mangum(Litestar(route_handlers=[one, Router(path="/v1", route_handlers=[Items])]))
        """,
    )
    assert found.invoked == ["GET /x/{name:str}", "POST /v1/items/"]
    assert found.parts("one") == {"name": "confined"}
    assert list(found.parts("create").values()) == ["free"]


def test_dependencies_of_an_application_and_its_routes(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        FASTAPI
        + """
def check(x_token: str = Header()):
    open("/tmp/check/" + x_token, "w")
@app.get("/x", dependencies=[Depends(check)])
async def route(): pass
""",
    )
    assert found.invoked == ["dependency", "GET /x"]
    assert found.parts("check") == {"x_token": "free"}
