"""Which imports of the code that is reached are neither the project's nor of the standard library."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from lambdalint import catalogue, deployment, flow
from lambdalint.flow.foreign import MOST
from lambdalint.model import ForeignImport, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "\n\ndef handler(event, context):\n    return None\n"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  {name}:
    Type: AWS::Serverless::Function
    Properties: {{Runtime: python3.12, Handler: {handler}, CodeUri: .}}
"""


def _imports(root: Path, **files: str) -> tuple[ForeignImport, ...]:
    """Return the foreign imports of a project; ``files`` are named without ``.py``."""
    paths = {f"{name}.py": dedent(text) for name, text in files.items()}
    for path, text in {"template.yaml": TEMPLATE.format(name="App", handler="app.handler"), **paths}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    tree = Tree(root, tuple(path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()))
    rows = catalogue.load()
    return flow.analyse(tree, deployment.read(tree, Settings(), rows).functions, rows, Settings()).imports


def _modules(root: Path, app: str, **files: str) -> list[str]:
    return [one.module for one in _imports(root, app=dedent(app) + HANDLER, **files)]


def test_forms_of_the_statement(tmp_path: Path) -> None:
    app = """
    import boto3
    import botocore.exceptions
    import numpy as np, pandas
    from boto3.dynamodb.conditions import Attr, Key as Condition
    from yaml import *
    """
    assert _modules(tmp_path, app) == [
        "boto3",
        "botocore.exceptions",
        "numpy",
        "pandas",
        "boto3.dynamodb.conditions.Attr",
        "boto3.dynamodb.conditions.Key",
        "yaml",
    ]


def test_record_names_place_and_function(tmp_path: Path) -> None:
    (one,) = _imports(tmp_path, app="import os\nfrom boto3 import client" + HANDLER)
    assert (one.module, one.function, one.guarded) == ("boto3.client", "App", False)
    assert str(one.span) == "app.py:2:1"
    assert (one.span.end_line, one.span.end_column) == (2, 25)


def test_own_modules_and_the_standard_library_are_left_out(tmp_path: Path) -> None:
    app = """
    from __future__ import annotations
    import json, os.path, distutils.util, imp, tomllib
    import shop
    import shop.prices
    from shop import prices, names
    from shop.prices import load
    """
    shop = {"shop/prices": "def load(): ...", "shop/__init__": "from . import prices, absent"}
    assert _modules(tmp_path, app, **shop) == []


def test_names_that_several_folders_of_the_project_hold_are_left_out(tmp_path: Path) -> None:
    assert _modules(tmp_path, "import shared", **{"one/shared": "", "two/shared": ""}) == []


def test_library_in_a_namespace_that_the_project_shares(tmp_path: Path) -> None:
    app = "import google.cloud.storage\nfrom google.cloud import firestore\nfrom google.own import code\n"
    assert _modules(tmp_path, app, **{"google/own/code": ""}) == ["google.cloud.storage", "google.cloud.firestore"]


def test_only_code_that_is_reached_counts(tmp_path: Path) -> None:
    files = {
        "app": """
        from typing import TYPE_CHECKING
        import work

        if TYPE_CHECKING:
            import mypy_boto3_s3

        def handler(event, context):
            import boto3
            work.used()

        if __name__ == "__main__":
            import click
        """,
        "work": """
        import requests

        def used():
            import yaml

        def unused():
            import numpy
        """,
        "tool": "import pandas",
    }
    assert [one.module for one in _imports(tmp_path, **files)] == ["boto3", "requests", "yaml"]


def test_imports_by_name_as_text(tmp_path: Path) -> None:
    app = """
    import importlib
    sdk = importlib.import_module("boto3")
    other = __import__("yaml")
    own = importlib.import_module("shop")
    odd = importlib.import_module("no module")
    for name in unknown():
        importlib.import_module(name)
    """
    assert _modules(tmp_path, app, shop="") == ["boto3", "yaml"]


def test_guarded_is_what_stands_where_an_import_error_is_caught(tmp_path: Path) -> None:
    app = """
    import contextlib, importlib
    try:
        import one
        if one:
            import two
        three = importlib.import_module("three")
    except (ValueError, ImportError):
        import plain_a
    else:
        import plain_b
    finally:
        import plain_c
    try:
        import four
    except:
        pass
    try:
        import five
    except Exception:
        pass
    try:
        import plain_d
    except ValueError:
        pass
    with contextlib.suppress(ModuleNotFoundError):
        import six
    try:
        def later():
            import plain_e
    except ImportError:
        pass
    later()
    """
    found = {one.module: one.guarded for one in _imports(tmp_path, app=dedent(app) + HANDLER)}
    assert found == {
        **dict.fromkeys(["one", "two", "three", "four", "five", "six"], True),
        **dict.fromkeys([f"plain_{letter}" for letter in "abcde"], False),
    }


def test_each_function_has_its_own_record(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(TEMPLATE.format(name="Other", handler="other.handler"), encoding="utf-8")
    found = _imports(
        tmp_path,
        app="import shared" + HANDLER,
        other="import shared\nimport yaml" + HANDLER,
        shared="import boto3\n",
    )
    assert [(one.span.path, one.module, one.function) for one in found] == [
        ("other.py", "yaml", "Other"),
        ("shared.py", "boto3", "App"),
        ("shared.py", "boto3", "Other"),
    ]


def test_number_is_bounded(tmp_path: Path) -> None:
    app = "\n".join(f"import library_{number}" for number in range(MOST + 50))
    assert len(_modules(tmp_path, app)) == MOST
