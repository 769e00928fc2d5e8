from __future__ import annotations

import sys

import pytest

from lambdalint.engine.syntax import parse_problem


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        (b"x = 1\nprint 'x'\n", 2, "Python 2 syntax?"),
        pytest.param(
            b"try:\n    pass\nexcept OSError, e:\n    pass\n",
            3,
            "Python 2 syntax, or newer than Python 3.",
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 accepts it"),
        ),
        (b"raise ValueError, 'x'\n", 1, "Python 2 syntax?"),
        (b"mode = 0777\n", 1, "Python 2 syntax?"),
        (b"x = 1\ny = \n", 2, "cannot be parsed: "),
        (b"x = 1\n\0\n", 2, "null bytes"),
        (b"x = 1\ny = '\xff'\n", 2, "not valid UTF-8"),
        (b"# -*- coding: no-such-thing -*-\n", 1, "cannot be parsed: "),
        (b"# -*- coding: hex -*-\nx = 1\n", 1, "cannot be parsed: "),
        (b"x = " + b"-" * 200_000 + b"1\n", 1, "cannot be parsed: "),
        (b"x = " + b"(" * 5_000 + b")" * 5_000, 1, "cannot be parsed: "),
    ],
)
def test_names_what_does_not_parse(content: bytes, line: int, expected: str) -> None:
    problem = parse_problem("a.py", content)
    assert problem is not None
    assert (problem.span.path, problem.span.line, problem.severity) == ("a.py", line, "warning")
    assert expected in problem.message
    assert "\n" not in problem.message


def test_plain_errors_are_not_called_python_2() -> None:
    problem = parse_problem("a.py", b"def f(:\n    pass\n")
    assert problem is not None
    assert "Python 2" not in problem.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x = 1\n",
        b"\xef\xbb\xbfx = 1\n",
        b"# coding: latin-1\nx = '\xe9'\n",
        b"x = '\\d'\r\ny = 1 if 1is 1 else 0",
    ],
)
def test_accepts_what_python_accepts(content: bytes, recwarn: pytest.WarningsRecorder) -> None:
    assert parse_problem("a.py", content) is None
    assert not recwarn.list
