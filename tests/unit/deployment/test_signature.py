from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import signature
from lambdalint.model import Deployment, Function, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "def handler(event, context):\n    pass\n"


def _tree(root: Path, files: dict[str, str]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    return Tree(root, tuple(files))


def _read(root: Path, files: dict[str, str], covered: set[tuple[str, str]] | None = None) -> tuple[Function, ...]:
    return signature.read(_tree(root, files), Room(), covered or set()).functions


def _names(root: Path, code: str) -> list[str]:
    return [function.name for function in _read(root, {"app.py": code})]


@pytest.mark.parametrize(
    "definition",
    [
        "def handler(event, context): ...",
        "def anything(_event, _context): ...",
        "def create(evt, ctx): ...",
        "def create(event, _): ...",
        "def create(s3_event: dict, lambda_context: object) -> None: ...",
        "async def handler(event, context): ...",
        "def lambda_handler(event=None, context=None): ...",
        "def handler(event, context, client=None): ...",
        "def handler(event, context, *args, **kwargs): ...",
        "def handler(event, /, context): ...",
        "def handler(  # entry\n    event,\n    context,\n): ...",
        "if True:\n    def handler(event, context): ...",
        "try:\n    import x\nexcept ImportError:\n    def handler(event, context): ...",
        "handler = lambda event, context: None",
        "from mangum import Mangum\nhandler = Mangum(object())",
        "from mangum import Mangum as M\nhandler: object = M(object())",
        "import mangum\nhandler = wrap(mangum.Mangum(object()))",
        "from apig_wsgi import make_lambda_handler\nhandler = make_lambda_handler(app)",
        "from ask_sdk_core.skill_builder import SkillBuilder\nhandler = SkillBuilder().lambda_handler()",
        "@logger.inject_lambda_context\ndef handler(event, context): ...",
        "@app.route('/')\ndef handler(event, context): ...",
    ],
)
def test_it_is_a_handler(tmp_path: Path, definition: str) -> None:
    assert len(_names(tmp_path, definition)) == 1


@pytest.mark.parametrize(
    "definition",
    [
        "def handler(event): ...",
        "def handler(context, event): ...",
        "def handler(event, context, client): ...",
        "def handler(event, context, *, client): ...",
        "def report(event=None, context=None): ...",
        "def handler(request, context): ...",
        "def handler(event, say): ...",
        "def handler(preventive, context): ...",
        "class A:\n    def handler(self, event, context): ...",
        "class A:\n    @staticmethod\n    def handler(event, context): ...",
        "def outer():\n    def handler(event, context): ...",
        "if __name__ == '__main__':\n    def handler(event, context): ...",
        "handler = Mangum(app)",
        "handler = SomeClass()",
        "handler = SkillBuilder().lambda_handler()",
        "@app.event('message')\ndef handler(event, context): ...",
        "def test_handler(event, context): ...",
        "def handler_local(event, context): ...",
        "import greengrasssdk\ndef handler(event, context): ...",
        "import awscam\ndef handler(event, context): ...",
        "from awsglue.utils import getResolvedOptions\ndef handler(event, context): ...",
        "import azure.functions as func\ndef handler(event, context): ...",
        "def handler(event, context)\n    pass",
        "print 'python 2'\ndef handler(event, context): ...",
    ],
)
def test_it_is_no_handler(tmp_path: Path, definition: str) -> None:
    assert _names(tmp_path, definition) == []


def test_the_else_of_a_main_guard_runs_at_import(tmp_path: Path) -> None:
    code = "if __name__ == '__main__':\n    pass\nelse:\n    def handler(event, context): ...\n"
    assert _names(tmp_path, code) == ["app.handler"]


@pytest.mark.parametrize(
    "path",
    [
        "tests/app.py",
        "a/test/app.py",
        "docs/app.py",
        "test_app.py",
        "app_test.py",
        "conftest.py",
        "e2e/x/app.py",
    ],
)
def test_tests_and_documentation_are_left_out(tmp_path: Path, path: str) -> None:
    assert _read(tmp_path, {path: HANDLER}) == ()


def test_a_folder_that_only_begins_like_a_test_is_not_left_out(tmp_path: Path) -> None:
    assert len(_read(tmp_path, {"testing-lambda/app.py": HANDLER})) == 1


def test_folders_of_other_providers_are_left_out(tmp_path: Path) -> None:
    tree = _tree(tmp_path, {"google/main.py": HANDLER, "aws/main.py": HANDLER})
    found = signature.read(tree, Room(), set(), ("google",)).functions
    assert [function.code_root for function in found] == ["aws"]


def test_declared_handlers_are_not_declared_twice(tmp_path: Path) -> None:
    files = {"app.py": "def one(event, context): ...\ndef two(event, context): ...\n"}
    found = _read(tmp_path, files, {("app.py", "one")})
    assert [function.handler for function in found] == ["app.two"]


def test_parts_of_a_handler_are_no_handlers(tmp_path: Path) -> None:
    code = """
        from mangum import Mangum
        adapter_handler = Mangum(app)

        def check(event, context): ...

        def lambda_handler(event, context):
            check(event, context)
            return adapter_handler(event, context)
    """
    assert _names(tmp_path, code) == ["app.lambda_handler"]


def test_a_handler_that_another_function_calls_stays_one(tmp_path: Path) -> None:
    code = """
        def lambda_handler(event, context): ...

        def keep_warm(event, context):
            lambda_handler({}, None)

        def main():
            lambda_handler({}, None)
    """
    assert _names(tmp_path, code) == ["app.lambda_handler", "app.keep_warm"]


def test_the_function_says_where_it_is_and_how_sure_it_is(tmp_path: Path) -> None:
    [function] = _read(tmp_path, {"src/reports/app.py": "import json\n\n" + HANDLER})
    assert (function.name, function.handler) == ("src/reports/app.handler", "app.handler")
    assert (function.code_root, function.search_path) == ("src/reports", ("src", ""))
    assert (function.declared_by, function.confidence) == ("signature", "medium")
    span = function.source
    assert (span.line, span.column, span.end_column) == (3, 1, 1 + len("def handler"))


@pytest.mark.parametrize(
    ("imports", "files", "root", "handler"),
    [
        ("import helper", ["a/b/helper.py"], "a/b", "app.handler"),
        ("import helper", ["a/helper.py"], "a", "b/app.handler"),
        ("from b.helper import x", ["a/b/helper.py"], "a", "b/app.handler"),
        ("from a.b import helper", ["a/b/helper.py"], "", "a/b/app.handler"),
        ("from . import helper", ["a/b/helper.py"], "a", "b/app.handler"),
        ("from ..c import helper", ["a/c/helper.py"], "", "a/b/app.handler"),
        ("import boto3", ["a/boto3.txt"], "a/b", "app.handler"),
        ("import json", ["json/__init__.py"], "a/b", "app.handler"),
        ("import helper", ["helper.py", "a/b/helper.py"], "a/b", "app.handler"),
        ("from .....x import y", [], "", "a/b/app.handler"),
    ],
)
def test_the_code_root_is_where_imports_resolve(
    tmp_path: Path, imports: str, files: list[str], root: str, handler: str
) -> None:
    tree = {"a/b/app.py": f"{imports}\n{HANDLER}", **dict.fromkeys(files, "")}
    [function] = _read(tmp_path, tree)
    assert (function.code_root, function.handler) == (root, handler)
    assert set(function.search_path) == {"", "a", "a/b"} - {root}


def test_the_handler_of_a_package_is_named_by_the_package(tmp_path: Path) -> None:
    [function] = _read(tmp_path, {"src/report/__init__.py": HANDLER})
    assert (function.code_root, function.handler) == ("src", "report.handler")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00def handler(event, context): ...",
        b"\xff\xfedef handler(event, context): ...",
        b"def handler(event, context): ...\n" + b"(" * 100_000,
        b"def handler(event, context): return " + b"-" * 50_000 + b"1",
        b"# coding: utf-7\n+AAoACgAK-def handlers(): +AAo-def handler(event, context): ...",
        b"def handler(" + b"#" * 200_000 + b"event, context): ...",
        b"def handler(" + b"event" * 100_000 + b", context): ...",
        b"def handler(" + b"_" * 300_000 + b", context): ...",
    ],
)
def test_hostile_files_are_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "app.py").write_bytes(content)
    assert signature.read(Tree(tmp_path, ("app.py",)), Room(), set()) == Deployment()


def test_a_file_that_went_away_is_passed_over(tmp_path: Path) -> None:
    assert signature.read(Tree(tmp_path, ("app.py",)), Room(), set()) == Deployment()


def test_what_notebooks_import_by_a_package_runs_in_them(tmp_path: Path) -> None:
    files = {
        "work/all.ipynb": '{"cells": [{"source": ["from tools.ingest import handler as run\\n", "import app"]}]}',
        "work/tools/ingest.py": HANDLER,
        "work/years/old.ipynb": '{"cells": [{"source": ["import tools.count\\n"]}]}',
        "work/tools/count.py": HANDLER,
        "work/tools/other.py": HANDLER,
        "work/app.py": HANDLER,
        "tools/ingest.py": HANDLER,
    }
    names = [function.name for function in _read(tmp_path, files)]
    assert names == ["tools/ingest.handler", "work/app.handler", "work/tools/other.handler"]


def test_what_a_neighbour_imports_is_called_by_it_unless_it_is_named_like_a_handler(tmp_path: Path) -> None:
    files = {
        "admin/app.py": "from users import add, lambda_handler\nimport tools.groups\n\n" + HANDLER,
        "admin/users.py": "def add(event, context): ...\n\n\ndef lambda_handler(event, context): ...\n",
        "admin/tools/groups.py": "def change(event, context): ...\n",
        "admin/jobs.py": "def run(event, context): ...\n",
        "other/users.py": "def add(event, context): ...\n",
        "admin/tests/test_jobs.py": "from jobs import run\n",
    }
    names = [function.name for function in _read(tmp_path, files)]
    assert names == ["admin/app.handler", "admin/jobs.run", "admin/users.lambda_handler", "other/users.add"]


def test_parts_of_a_custom_resource_are_no_handlers(tmp_path: Path) -> None:
    code = (
        "from crhelper import CfnResource\n\nhelper = CfnResource()\n\n\n"
        "@helper.create\ndef make(event, context): ...\n\n\n"
        "def handler(event, context):\n    helper(event, context)\n"
    )
    assert [function.name for function in _read(tmp_path, {"app.py": code})] == ["app.handler"]


def test_a_file_of_too_many_handlers_is_read_in_part(tmp_path: Path) -> None:
    many = "".join(f"def handler_{number}(event, context): ...\n" for number in range(303))
    tree = _tree(tmp_path, {"a.py": many, "b.py": "def handler(event, context): ...\n"})
    found = signature.read(tree, Room(), set())
    assert [one.source.path for one in found.functions] == ["a.py"] * 300 + ["b.py"]
    [problem] = found.problems
    assert (str(problem.span), problem.severity) == ("a.py:301:1", "warning")
    assert problem.message == "more than 300 functions look like handlers; the rest is not read"
