from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from web_projects import Site, site

from lambdalint.model import Phase

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = {
    "shop/__init__.py": "",
    "shop/wsgi.py": "import os\nfrom django.core.wsgi import get_wsgi_application\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n",
    "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.admin', 'orders']\n",
    "orders/__init__.py": "",
    "app.py": "from apig_wsgi import make_lambda_handler\nfrom shop.wsgi import application\n"
    "handler = make_lambda_handler(application)\n",
}


def django(root: Path, urls: str, views: str, more: dict[str, str] | None = None, handler: str = "app.handler") -> Site:
    return site(root, {**PROJECT, "shop/urls.py": urls, "orders/views.py": views, **(more or {})}, handler)


def test_patterns_lead_to_views(tmp_path: Path) -> None:
    found = django(
        tmp_path,
        """
        from django.contrib import admin
        from django.contrib.auth.decorators import login_required
        from django.urls import include, path, re_path
        from django.views.decorators.csrf import csrf_exempt
        from orders import views
        urlpatterns = [
            path("admin/", admin.site.urls),
            path("", views.home, name="home"),
            path("orders/<int:pk>/<str:name>/", login_required(views.order)),
            path("files/<path:rest>", csrf_exempt(views.file)),
            re_path(r"^old/(?P<year>[0-9]{4})/(?P<rest>.*)$", views.old),
            re_path(r"^older/([\\w-]+)/(.+)$", views.older),
            path("api/", include("orders.urls")),
            path("more/", include(([path("x/", views.home)], "more"))),
            path("list/", include([path("y/<slug:s>/", views.only_post)])),
        ]
        """,
        """
        from django.http import JsonResponse
        from django.views.decorators.http import require_POST, require_http_methods
        def home(request):
            open(f"/tmp/home/{request.GET.get('x')}/{request.META['HTTP_X']}", "w")
        def order(request, pk, name):
            open(f"/tmp/order/{pk}/{name}", "w")
        def file(request, rest):
            open(f"/tmp/file/{rest}", "w")
        def old(request, year, rest):
            open(f"/tmp/old/{year}/{rest}", "w")
        def older(request, word, rest):
            open(f"/tmp/older/{word}/{rest}", "w")
        @require_POST
        def only_post(request, s):
            open(f"/tmp/post/{s}/{request.POST['x']}", "w")
        @require_http_methods(["GET", "PUT"])
        def several(request): pass
        """,
        {
            "orders/urls.py": "from django.urls import path\nfrom . import views\n"
            "urlpatterns = [path('several', views.several)]\nurlpatterns += [path('home', views.home)]\n"
        },
    )
    assert found.invoked == [
        "ANY /", "ANY /orders/<int:pk>/<str:name>/", "ANY /files/<path:rest>",
        "ANY /old/(?P<year>[0-9]{4})/(?P<rest>.*)", "ANY /older/([\\w-]+)/(.+)", "GET, PUT /api/several",
        "ANY /api/home", "ANY /more/x/", "POST /list/y/<slug:s>/",
    ]  # fmt: skip
    assert set(found.parts("home").values()) == {"free"}
    assert found.parts("order") == {"pk": "confined", "name": "confined"}
    assert found.parts("file") == {"rest": "free"}
    assert found.parts("old") == {"year": "confined", "rest": "free"}
    assert list(found.parts("older").values()) == ["confined", "free"]
    assert set(found.parts("post").values()) == {"confined", "free"}


def test_views_of_classes(tmp_path: Path) -> None:
    found = django(
        tmp_path,
        """
        from django.urls import path
        from django.contrib.auth.decorators import login_required
        from orders import views
        urlpatterns = [
            path("up/<str:name>/", login_required(views.Up.as_view())),
            path("form/", views.Form.as_view(template_name="x.html")),
        ]
        """,
        """
        from django.views import View
        from django.views.generic import FormView
        class Base(View):
            def get(self, request, *args, **kwargs):
                open(f"/tmp/get/{self.kwargs['name']}", "w")
        class Up(Base):
            def post(self, request, name):
                for file in request.FILES.getlist("f"):
                    open(f"/tmp/up/{name}/{file.name}", "wb")
                open(f"/tmp/body/{request.body}", "w")
        class Form(FormView):
            def form_valid(self, form):
                open(f"/tmp/form/{self.request.POST['x']}", "w")
        """,
    )
    assert found.invoked == ["POST /up/<str:name>/", "GET /up/<str:name>/", "POST /form/"]
    assert found.parts("get") == {"name": "confined"}
    assert set(found.parts("up").values()) == {"confined"}
    assert list(found.parts("body").values()) == ["free"]
    assert list(found.parts("form").values()) == ["free"]


def test_the_rest_framework(tmp_path: Path) -> None:
    found = django(
        tmp_path,
        """
        from django.urls import include, path
        from rest_framework.routers import DefaultRouter
        from orders import views
        router = DefaultRouter()
        router.register(r"orders", views.Orders, basename="order")
        urlpatterns = [
            path("v1/", include(router.urls)),
            path("plain/", views.Plain.as_view()),
            path("function/", views.function),
            path("some/", views.Orders.as_view({"get": "list", "post": "create"})),
        ]
        """,
        """
        from rest_framework.decorators import action, api_view
        from rest_framework.views import APIView
        from rest_framework.viewsets import ModelViewSet
        class Orders(ModelViewSet):
            def list(self, request):
                open(f"/tmp/list/{request.query_params['x']}", "w")
            def create(self, request): pass
            def retrieve(self, request, pk=None):
                open(f"/tmp/one/{pk}", "w")
            @action(detail=True, methods=["post"], url_path="pay")
            def pay_now(self, request, pk=None):
                open(f"/tmp/pay/{request.data['x']}", "w")
            @action(detail=False)
            def recent(self, request): pass
            def _inner(self, request): pass
        class Plain(APIView):
            def put(self, request):
                open(f"/tmp/plain/{request.data.get('x')}", "w")
        @api_view(["GET", "POST"])
        def function(request):
            open(f"/tmp/function/{request.data['x']}", "w")
        """,
    )
    assert found.invoked == [
        "GET /v1/orders/", "POST /v1/orders/", "GET /v1/orders/<pk>/", "POST /v1/orders/<pk>/pay/",
        "GET /v1/orders/recent/", "PUT /plain/", "GET, POST /function/", "GET /some/", "POST /some/",
    ]  # fmt: skip
    assert found.parts("one") == {"pk": "confined"}
    for mark in ("list", "pay", "plain", "function"):
        assert list(found.parts(mark).values()) == ["free"], mark


def test_what_loading_the_application_runs(tmp_path: Path) -> None:
    found = django(
        tmp_path,
        "urlpatterns = []\n",
        "",
        {
            "orders/apps.py": "from django.apps import AppConfig\nclass Orders(AppConfig):\n"
            "    def ready(self):\n        open('/tmp/ready', 'w')\n",
            "orders/models.py": "open('/tmp/models', 'w')\n",
            "orders/middleware.py": "class Timing:\n    def __init__(self, get_response):\n"
            "        self.get_response = get_response\n    def __call__(self, request):\n"
            "        open(f'/tmp/timing/{request.headers[0]}', 'w')\n        return self.get_response(request)\n"
            "def plain(get_response):\n    def middleware(request):\n        open('/tmp/plain', 'w')\n"
            "    return middleware\n",
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth', 'orders']\n"
            "MIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'orders.middleware.Timing',\n"
            "    'orders.middleware.plain']\n",
        },
    )
    assert [found.phase(mark) for mark in ("ready", "models")] == [Phase.INIT, Phase.INIT]
    assert found.invoked == ["middleware Timing", "middleware plain"]
    assert list(found.parts("timing").values()) == ["free"]


@pytest.mark.parametrize("handler", ["shop.wsgi.application", "shop/wsgi.application"])
def test_the_application_is_the_handler(tmp_path: Path, handler: str) -> None:
    urls = "from django.urls import path\nfrom orders.views import home\nurlpatterns = [path('x', home)]\n"
    found = django(tmp_path, urls, "def home(request): pass\n", {"app.py": ""}, handler)
    assert found.invoked == ["ANY /x"]


def test_urls_that_no_application_loads_have_no_routes(tmp_path: Path) -> None:
    found = django(
        tmp_path,
        "from django.urls import path\nfrom orders.views import home\nurlpatterns = [path('x', home)]\n",
        "def home(request): pass\n",
        {"app.py": "from orders.views import home\nimport shop.urls\ndef handler(event, context):\n    return 1\n"},
    )
    assert found.invoked == []


def test_many_patterns(tmp_path: Path) -> None:
    lines = "".join(f"    path('p{number}/', views.v{number}),\n" for number in range(80))
    views = "".join(f"def v{number}(request): pass\n" for number in range(80))
    found = django(
        tmp_path, f"from django.urls import path\nfrom orders import views\nurlpatterns = [\n{lines}]\n", views
    )
    assert found.invoked == [f"ANY /p{number}/" for number in range(80)]


def test_inclusions_in_a_circle_and_many_of_them_come_to_an_end(tmp_path: Path) -> None:
    level = "from django.urls import include, path\nfrom orders import views\n"
    level += "urlpatterns = [path('', include('next'))] * 1 + [path(f'{n}/', include('next')) for n in range(8)]\n"
    level += "urlpatterns += [path('x', views.x)]\n"
    more = {f"deep/u{number}.py": level.replace("next", f"deep.u{number + 1}") for number in range(30)}
    more |= {"deep/u30.py": level.replace("next", "deep.u0"), "deep/__init__.py": ""}
    found = django(tmp_path, level.replace("next", "deep.u0"), "def x(request): pass\n", more)
    assert "ANY /x" in found.invoked
