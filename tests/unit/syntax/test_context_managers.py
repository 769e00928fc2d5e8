"""What statements look like in a block of their own, and which of them cannot be put there."""

from __future__ import annotations

import libcst as cst
import pytest

from lambdalint.engine.edits import edit_text
from lambdalint.syntax.context_managers import can_be_enclosed, enclosed, free_name, whole_lines
from lambdalint.syntax.elements import without_element
from lambdalint.syntax.member_imports import sibling
from lambdalint.syntax.module import Module, Statement


def parsed(text: str) -> Module:
    module = Module.parse("app.py", text)
    assert module is not None
    return module


def block(module: Module) -> list[Statement]:
    """Return the statements of the only function of *module*."""
    function = next(one for one in module.tree.body if isinstance(one, cst.FunctionDef))
    return list(function.body.body)  # type: ignore[arg-type]  # LibCST's own type of a block's statements is wider


def call(module: Module) -> cst.Call:
    """Return the first call of *module*."""
    found: list[cst.CSTNode] = [module.tree]
    while not isinstance(found[0], cst.Call):
        found = [*found[0].children, *found[1:]]
    return found[0]


def test_the_header_takes_the_place_of_a_statement() -> None:
    text = 'def f():\n    a = 1  # one\n\n    # two\n    b = """\nx\n"""\n\n    # three\n    return b\n'
    module = parsed(text)
    first, second, _ = block(module)
    edit = enclosed(module, [second], "with one() as a:", instead_of=first)
    assert edit_text(text, [edit]) == (
        'def f():\n    with one() as a:\n        # two\n        b = """\nx\n"""\n\n    # three\n    return b\n'
    )


def test_tabs_and_line_ends_stay() -> None:
    text = "def f():\r\n\ta = 1\r\n\tif a:\r\n\t\tb = [\r\n\t\t\t2,\r\n\t\t]\r\n\t\r\n\treturn 3"
    module = parsed(text)
    edit = enclosed(module, block(module), "try:", footer="\tfinally:\n\t\tend()\n")
    assert edit_text(text, [edit]) == (
        "def f():\r\n\ttry:\r\n\t\ta = 1\r\n\t\tif a:\r\n\t\t\tb = [\r\n\t\t\t\t2,\r\n\t\t\t]\r\n\t\r\n\t\treturn 3"
        "\r\n\tfinally:\r\n\t\tend()"
    )


def test_what_stands_inside_changes_at_the_same_time() -> None:
    text = (
        "def f():\n    # first\n    a = 1\n    if a:\n        # gone\n        b()\n        return 2\n    c()\n    d()\n"
    )
    module = parsed(text)
    statements = block(module)
    branch = statements[1]
    assert isinstance(branch, cst.If)
    edit = enclosed(
        module,
        statements[:2],
        "with x:",
        also=statements[2:3],
        changes=[whole_lines(module, branch.body.body[0])],  # type: ignore[arg-type]  # it is a statement
    )
    assert edit_text(text, [edit]) == (
        "def f():\n    with x:\n        # first\n        a = 1\n        if a:\n            return 2\n    d()\n"
    )


@pytest.mark.parametrize(
    ("body", "possible"),
    [
        ("a = 1\n    b = 2", True),
        ("a = 1; b = 2", False),
        ("yield 1", False),
        ("a = yield", False),
        ("def g():\n        yield 1", True),
        ("if a: b()", True),
    ],
)
def test_not_every_statement_can_be_enclosed(body: str, possible: bool) -> None:
    module = parsed(f"def f():\n    {body}\n")
    assert can_be_enclosed(module, block(module)) is possible


def test_a_free_name_is_used_nowhere_else() -> None:
    module = parsed("def f(folder):\n    return other.directory\n")
    assert free_name(module, ("folder", "directory", "place")) == "place"
    assert free_name(module, ("folder", "directory")) == "directory_2"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(a, b=1, c=2)\n", "f(a, c=2)\n"),
        ("f(a, b=1)\n", "f(a)\n"),
        ("f(\n    b=1,\n    c=2,\n)\n", "f(\n    c=2,\n)\n"),
        ("f(\n    a,\n    b=1,\n)\n", "f(\n    a,\n)\n"),
        ("f(b=1)\n", "f(b=1)\n"),
    ],
)
def test_an_argument_goes(before: str, after: str) -> None:
    module = parsed(before)
    arguments = call(module).args
    (argument,) = (one for one in arguments if one.keyword is not None and one.keyword.value == "b")
    assert edit_text(before, without_element(module, arguments, argument)) == after


@pytest.mark.parametrize(
    ("imported", "named", "changed"),
    [
        ("import tempfile as t", "t.B", "import tempfile as t"),
        ("from tempfile import a", "B", "from tempfile import B"),
        ("from tempfile import a, c", "B", "from tempfile import B, c"),
        ("from tempfile import c, a", "B", "from tempfile import c, B"),
        ("from tempfile import B, a", "B", "from tempfile import B"),
        ("from tempfile import a; a()", "B", "from tempfile import B, a; a()"),
        ("from tempfile import (\n    a,\n    c,\n)", "B", "from tempfile import (\n    B,\n    c,\n)"),
        ("from tempfile import a as b", "tempfile.B", "import tempfile\nfrom tempfile import a as b"),
    ],
)
def test_another_member_of_a_module(imported: str, named: str, changed: str) -> None:
    function = "t.a" if " t" in imported[8:] and "as t" in imported else "b" if "as b" in imported else "a"
    text = f"{imported}\n\n\ndef f():\n    return {function}(1)\n"
    module = parsed(text)
    made = next(one for one in (module.nearest(node, cst.Call) for node in _names(module, "1")) if one is not None)
    found = sibling(module, made, "tempfile", "B")
    assert found is not None
    assert found[0] == named
    assert edit_text(text, found[1]) == text.replace(imported, changed)


def _names(module: Module, value: str) -> list[cst.CSTNode]:
    waiting: list[cst.CSTNode] = [module.tree]
    found: list[cst.CSTNode] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.Integer) and node.value == value:
            found.append(node)
        waiting.extend(node.children)
    return found


def test_a_member_whose_name_means_something_else() -> None:
    module = parsed("from tempfile import a\n\nB = 1\n\n\ndef f():\n    return a(1)\n")
    assert sibling(module, call(module), "tempfile", "B") is None
