from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import locate
from lambdalint.model import Function, InlineSource, Room, Span, Tree

if TYPE_CHECKING:
    from pathlib import Path


def _locate(root: Path, files: tuple[str, ...], handler: str | None, **fields: str) -> tuple[str, str] | None:
    function = Function(
        name="f",
        handler=handler,
        code_root=fields.get("code_root", ""),
        room=Room(),
        source=Span.point("template.yaml"),
        declared_by="cloudformation",
        prefix=fields.get("prefix", ""),
        search_path=(fields["search"],) if "search" in fields else (),
    )
    return locate(Tree(root, files), function)


@pytest.mark.parametrize(
    ("handler", "files", "expected"),
    [
        ("app.handler", ("app.py",), ("app.py", "handler")),
        ("src/app.handler", ("src/app.py",), ("src/app.py", "handler")),
        ("src.app.handler", ("src/app.py",), ("src/app.py", "handler")),
        ("./app.handler", ("app.py",), ("app.py", "handler")),
        ("app.handler", ("app/__init__.py", "app.py"), ("app/__init__.py", "handler")),
        ("app.Api.handle", ("app.py",), ("app.py", "Api.handle")),
        ("app.handler", ("other.py",), None),
        ("app", ("app.py",), None),
        ("", ("app.py",), None),
        ("...", ("app.py",), None),
        (None, ("app.py",), None),
    ],
)
def test_a_handler_names_a_file_and_what_is_in_it(
    tmp_path: Path, handler: str | None, files: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    assert _locate(tmp_path, files, handler) == expected


def test_the_code_root_goes_before_the_search_path(tmp_path: Path) -> None:
    files = ("a/app.py", "b/app.py", "b/only.py")
    assert _locate(tmp_path, files, "app.handler", code_root="a", search="b") == ("a/app.py", "handler")
    assert _locate(tmp_path, files, "only.handler", code_root="a", search="b") == ("b/only.py", "handler")


def test_a_prefix_is_where_the_code_root_lands(tmp_path: Path) -> None:
    files = ("src/main.py",)
    assert _locate(tmp_path, files, "app.main.handler", code_root="src", prefix="app") == (
        "src/main.py",
        "handler",
    )
    assert _locate(tmp_path, files, "main.handler", code_root="src", prefix="app") is None


def test_inline_code_is_in_no_file(tmp_path: Path) -> None:
    span = Span.point("template.yaml")
    inline = InlineSource("template.yaml", "template.yaml::f", "", ())
    function = Function("f", "index.handler", "", Room(), span, "cloudformation", inline=inline)
    assert locate(Tree(tmp_path, ("index.py",)), function) is None
