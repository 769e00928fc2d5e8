from __future__ import annotations

import pytest

from lambdalint.model import Span
from lambdalint.model.toml_places import KeyPath, TomlPlaces

TEXT = '''\
# first
top = 1_000 # beside
"é key" . b = [ "one", # of one
  """two
lines""",  { x = 1 }, 3.5
] # end
[ tool . a ]   # of the table
x = { y = "#", z = ["]"] }
[[many]]
n = 1979-05-27 07:32:00
[[many]]
n = '#'
'''


def _text(span: Span) -> str:
    lines = TEXT.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    return "\n".join(
        [
            lines[span.line - 1][span.column - 1 :],
            *lines[span.line : span.end_line - 1],
            lines[span.end_line - 1][: span.end_column - 1],
        ]
    )


@pytest.mark.parametrize(
    ("key", "named", "whole"),
    [
        (("top",), "top", "top = 1_000"),
        (("é key", "b", 0), '"one"', '"one"'),
        (("é key", "b", 1), '"""two\nlines"""', '"""two\nlines"""'),
        (("é key", "b", 2), "{ x = 1 }", "{ x = 1 }"),
        (("é key", "b", 2, "x"), "x", "x = 1"),
        (("é key", "b", 3), "3.5", "3.5"),
        (("tool", "a"), "tool . a", "tool . a"),
        (("tool", "a", "x"), "x", 'x = { y = "#", z = ["]"] }'),
        (("tool", "a", "x", "z", 0), '"]"', '"]"'),
        (("many", 0, "n"), "n", "n = 1979-05-27 07:32:00"),
        (("many", 1, "n"), "n", "n = '#'"),
        (("tool", "a", "x", "missing"), "x", 'x = { y = "#", z = ["]"] }'),
    ],
)
def test_keys_and_elements(key: KeyPath, named: str, whole: str) -> None:
    places = TomlPlaces("a.toml", TEXT)
    assert _text(places.key(key)) == named
    assert _text(places.whole(key)) == whole
    assert places.written(key) == whole


def test_the_whole_of_an_array() -> None:
    span = TomlPlaces("a.toml", TEXT).whole(("é key", "b"))
    assert span == Span("a.toml", 3, 1, 6, 2)


def test_what_is_not_there_stands_at_the_start() -> None:
    assert TomlPlaces("a.toml", TEXT).key(("nothing",)) == Span.point("a.toml")


def test_comments() -> None:
    assert list(TomlPlaces("a.toml", TEXT).comments()) == [
        (1, " first", True),
        (2, " beside", False),
        (3, " of one", False),
        (6, " end", False),
        (7, " of the table", False),
    ]


def test_lines_that_end_with_a_carriage_return() -> None:
    places = TomlPlaces("a.toml", "a = [\r\n  'x', # why\r\n]\r\nb = 1\r\n")
    assert places.key(("a", 0)) == Span("a.toml", 2, 3, 2, 6)
    assert places.whole(("b",)) == Span("a.toml", 4, 1, 4, 6)
    assert list(places.comments()) == [(2, " why", False)]
