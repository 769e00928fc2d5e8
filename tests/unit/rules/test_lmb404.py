"""LMB404: how sure it is that an import from botocore.vendored fails, and what is said of it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.model import (
    Confidence,
    Contents,
    Distribution,
    Finding,
    ForeignImport,
    Function,
    FunctionPackage,
    Layer,
    LayerContents,
    Provenance,
    Requirement,
    Room,
    Span,
)
from lambdalint.rules import registry
from lambdalint.rules.import_rule import ImportRule
from lambdalint.rules.vendored_requests import is_left

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = "app.py"
PLAIN = "from botocore.vendored import requests\nrequests.get('https://shop.example')\n"
FALLBACK = """
try:
    import requests
except ImportError:
    from botocore.vendored import requests
requests.get('https://shop.example')
"""
NOWHERE = Span.point("requirements.txt")


def _package(
    runtime: str | None = "python3.12",
    *held: Distribution,
    name: str = "App",
    complete: bool = True,
    confidence: str = "high",
    layers: Iterable[Contents] = (),
) -> FunctionPackage:
    room = Room(runtime=runtime)
    function = Function(name, "app.handler", "", room, Span.point("template.yaml"), "sam", confidence=confidence)
    shipped = tuple(LayerContents(Layer("layer"), contents) for contents in layers)
    return FunctionPackage(function, Contents(held, complete=complete), shipped)


def _held(name: str, version: str | None = None, *, asked: str | None = None) -> Distribution:
    requirement = None if asked is None else Requirement(name, f"{name}{asked}", NOWHERE, specifier=asked)
    return Distribution(name, Provenance.REQUIRED, NOWHERE, version, requirement=requirement)


def _judge(source: str, *packages: FunctionPackage, guarded: bool = False, modules: str = "requests") -> list[Finding]:
    """Return the findings on the one line of *source* that imports from ``botocore.vendored``."""
    source = dedent(source)
    lines = source.splitlines()
    (number,) = (number for number, line in enumerate(lines, start=1) if "import" in line and "vendored" in line)
    line = lines[number - 1]
    span = Span(PATH, number, len(line) - len(line.lstrip()) + 1, number, len(line) + 1)
    asked = packages or (_package(),)
    imports = [
        ForeignImport(f"botocore.vendored.{module}", span, package.function.name, guarded)
        for module in modules.split()
        for package in asked
    ]
    rule = registry()["LMB404"]
    assert issubclass(rule, ImportRule)
    made = rule(rule.Options(), {})
    made.text_of = {PATH: source}.get
    return list(made.judge({one.function.name: one for one in asked}, imports))


def _sure(source: str, *packages: FunctionPackage) -> Confidence | None:
    found = _judge(source, *packages)
    assert len(found) <= 1
    return found[0].confidence if found else None


def test_message() -> None:
    (finding,) = _judge(PLAIN)
    assert finding.message == (
        "imports requests from botocore.vendored, of which only the exceptions are left, so that requests.get raises "
        "AttributeError (App): add requests to the function's requirements and import that, or use urllib3, which "
        "comes with the SDK"
    )
    assert finding.functions == ("App",)
    assert str(finding.span) == "app.py:1:1"


def test_message_for_members() -> None:
    (finding,) = _judge("from botocore.vendored.requests import get, post", modules="requests.get requests.post")
    assert finding.headline == (
        "imports get and post from botocore.vendored.requests, which botocore has emptied: "
        "the import raises ImportError"
    )


def test_members_whose_import_is_expected_to_fail() -> None:
    assert _judge("from botocore.vendored.requests import get", guarded=True, modules="requests.get") == []


@pytest.mark.parametrize("runtime", ["python2.7", "python3.6", "python3.7"])
def test_old_runtimes_keep_the_copy(runtime: str) -> None:
    assert _sure(PLAIN, _package(runtime)) is None
    assert _sure(PLAIN, _package(runtime, _held("botocore", "1.40.0"))) is Confidence.HIGH


def test_functions_that_have_the_copy_are_not_named() -> None:
    (finding,) = _judge(PLAIN, _package("python3.7", name="Old"), _package("python3.13", name="New"))
    assert finding.functions == ("New",)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (_package("python3.8"), Confidence.HIGH),
        (_package("python3.8", complete=False), Confidence.MEDIUM),
        (_package("python3.8", layers=[Contents()]), Confidence.MEDIUM),
        (_package("python3.12", complete=False), Confidence.HIGH),
        (_package(None, complete=False), Confidence.MEDIUM),
        (_package(confidence="medium"), Confidence.MEDIUM),
    ],
)
def test_confidence_follows_what_is_known_of_the_function(package: FunctionPackage, expected: Confidence) -> None:
    assert _sure(PLAIN, package) is expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (_held("botocore", "1.12.253"), None),
        (_held("botocore", "1.13.0"), Confidence.HIGH),
        (_held("boto3", "1.9.253"), None),
        (_held("boto3", "1.10.0"), Confidence.HIGH),
        (_held("botocore", asked="<1.13"), None),
        (_held("boto3", asked="==1.9.*"), None),
        (_held("boto3", asked="~=1.34.5"), Confidence.HIGH),
        (_held("boto3", asked=""), Confidence.HIGH),
        (_held("boto3", "odd"), Confidence.MEDIUM),
    ],
)
def test_version_that_the_function_brings(held: Distribution, expected: Confidence | None) -> None:
    assert _sure(PLAIN, _package("python3.9", held, complete=False)) is expected
    assert _sure(PLAIN, _package("python3.9", complete=False, layers=[Contents((held,))])) is expected


def test_package_comes_before_its_layers() -> None:
    package = _package("python3.9", _held("botocore", "1.40.0"), layers=[Contents((_held("botocore", "1.12.0"),))])
    assert _sure(PLAIN, package) is Confidence.HIGH


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (_package(complete=False), Confidence.LOW),
        (_package(), Confidence.HIGH),
        (_package("python3.12", _held("requests")), None),
        (_package(layers=[Contents((_held("requests"),))]), None),
    ],
)
def test_import_in_place_of_requests(package: FunctionPackage, expected: Confidence | None) -> None:
    assert _sure(FALLBACK, package) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("requests.get('https://shop.example')", Confidence.HIGH),
        ("requests.packages.urllib3.disable_warnings()", Confidence.HIGH),
        ("getattr(requests, 'get')", Confidence.MEDIUM),
        ("print(requests.Timeout, requests.exceptions.ConnectTimeout)", Confidence.LOW),
        ("print(requests.packages.urllib3.exceptions.ProtocolError, requests.__name__)", Confidence.LOW),
        ("pass", Confidence.LOW),
        ("def load(requests):\n    return requests.get('https://shop.example')", Confidence.LOW),
        ("def load():\n    import requests\n    return requests.get('https://shop.example')", Confidence.LOW),
        ("def load():\n    return requests.get('https://shop.example')", Confidence.HIGH),
        ("import requests\nrequests.get('https://shop.example')", Confidence.LOW),
    ],
)
def test_what_is_used(code: str, expected: Confidence) -> None:
    assert _sure(f"from botocore.vendored import requests\n{code}\n") is expected


@pytest.mark.parametrize(
    "source",
    [
        "import botocore.vendored.requests\nbotocore.vendored.requests.get(1)\n",
        "import botocore.vendored.requests as web\nweb.get(1)\n",
        "from botocore.vendored import six, requests as web\nweb.get(1)\n",
        "def load():\n    from botocore.vendored import requests\n    requests.get(1)\n",
        "\ufefffrom botocore.vendored import requests\nrequests.get(1)\n",
        "try:\n    from botocore.vendored import requests\nexcept ImportError:\n    import requests\nrequests.get(1)\n",
    ],
)
def test_ways_to_import(source: str) -> None:
    assert _sure(source) is Confidence.HIGH


def test_use_of_another_function_is_not_that_of_the_import() -> None:
    source = """
    def new():
        import requests
        return requests.get('https://shop.example')

    def old():
        from botocore.vendored import requests
        return requests.Timeout
    """
    assert _sure(source) is Confidence.LOW


@pytest.mark.parametrize(
    ("source", "modules", "advice"),
    [
        (
            "from botocore.vendored.requests.exceptions import ReadTimeout",
            "requests.exceptions.ReadTimeout",
            "catch the errors of botocore.exceptions instead",
        ),
        (
            "from botocore.vendored import six",
            "six",
            "add the library itself to the function's requirements and import that",
        ),
    ],
)
def test_what_is_left_is_private(source: str, modules: str, advice: str) -> None:
    (finding,) = _judge(source, modules=modules)
    assert finding.confidence is Confidence.LOW
    assert finding.headline.endswith("which is private to botocore")
    assert finding.advice == advice


def test_code_that_cannot_be_parsed_is_judged_by_its_imports() -> None:
    assert _sure("from botocore.vendored import requests\nprint 'x'\n") is Confidence.LOW


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("requests", True),
        ("requests.ConnectionError", True),
        ("requests.exceptions.SSLError", True),
        ("requests.packages.urllib3", True),
        ("requests.packages.urllib3.exceptions.MaxRetryError", True),
        ("requests.__version__", False),
        ("requests.codes.ok", False),
        ("requests.packages.chardet", False),
        ("requests.packages.urllib3.PoolManager", False),
        ("requests.adapters.HTTPAdapter", False),
    ],
)
def test_what_is_left_of_requests(name: str, left: bool) -> None:
    assert is_left(f"botocore.vendored.{name}") is left
