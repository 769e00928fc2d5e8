"""Source files to facts: places, decoding, and one clear reason where that fails."""

from __future__ import annotations

import sys

import msgspec
import pytest

from lambdalint.facts import CannotParse, ModuleFacts, ir, read_module, read_text


def _calls(facts: ModuleFacts) -> list[ir.Call]:
    return [
        statement.value
        for statement in facts.body
        if isinstance(statement, ir.ExprStmt) and isinstance(statement.value, ir.Call)
    ]


def test_columns_count_code_points() -> None:
    [call] = _calls(read_text("app.py", "é = 1; open('größe', 'w')\n"))
    assert call.at == (1, 8, 1, 26)
    assert call.spans == ((1, 13, 1, 20), (1, 22, 1, 25))


def test_lines_end_as_python_ends_them() -> None:
    facts = read_module("app.py", b"x = 1\r\nopen('a', 'w')\r\n")
    [call] = _calls(facts)
    assert call.at == (2, 1, 2, 15)


def test_facts_survive_the_cache() -> None:
    method = "    def f(self, *a, k=2, **o):\n        return {i: f'{i!r:>3}' for i in a}\n"
    code = f"import os\n\n\nclass A:\n    x: int = 1\n\n{method}"
    facts = read_text("app.py", code)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts) == facts


def test_a_generator_is_known_by_its_own_yield_only() -> None:
    code = "def outer():\n    def inner():\n        yield 1\n    return inner\n"
    facts = read_text("app.py", code)
    assert {function.qualname: function.is_generator for function in facts.functions} == {
        "outer": False,
        "outer.inner": True,
    }


def test_a_long_chain_of_operators_costs_no_recursion_of_the_lowering() -> None:
    facts = read_text("app.py", "x = " + " + ".join(["'a'"] * 400) + "\n")
    assert len(facts.body) == 1


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"x = 1\ny = (\n", 2, "cannot parse"),
        (b"print 'x'\n", 1, "Python 2 code?"),
        pytest.param(
            b"try:\n    pass\nexcept KeyError, ValueError:\n    pass\n",
            3,
            "(Python 2 code, or newer than Python 3.",
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 accepts it"),
        ),
        (b"x = 1\nx = 2\0\n", 2, "null byte"),
        (b"# -*- coding: nonsense -*-\n", 1, "cannot decode"),
        (b"x = 1\n# \xff\n", 2, "byte 0xff is not utf-8"),
        (b"{% if x %}\ny = 1\n", 1, "a template, not Python?"),
        (b"x = " + b"(" * 5000 + b")" * 5000, 1, "cannot parse"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(content: bytes, line: int, message: str) -> None:
    with pytest.raises(CannotParse) as raised:
        read_module("src/x.py", content)
    assert raised.value.problem.span.path == "src/x.py"
    assert raised.value.problem.span.line == line
    assert message in raised.value.problem.message
