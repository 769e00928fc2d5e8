from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from lambdalint.config.position import key_lines, nearest_line, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = '''\
# a comment = 1
top = 1
[tool.lambdalint]   # the table
select = [
  "LMB1",  # select = 3
  [2, 3],
]
text = """
select = 9
[fake]
""""
"quoted key" = 2
dotted.inner = 3
env = { A = 1, B = { C = "}", D = ["]", { E = 1 }] } }

[[tool.lambdalint.functions]]
handler = "a"
[[tool.lambdalint.functions]]
handler = "b"
[tool.lambdalint.functions.env]
X = '#"'
[[tool.lambdalint.functions.ways]]
[[tool.lambdalint.functions]]
[[tool.lambdalint.functions.ways]]
[ tool . lambdalint . rules . "LMB\\u0031\\t" ]
writable = []
  indented = 1979-05-27 07:32:00.5  # a date
more = [
  { name = "x" },
  { name = "y",
    other = 1 },
]
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("top",), 2),
        (("tool",), 3),
        (("tool", "lambdalint"), 3),
        (("tool", "lambdalint", "select"), 4),
        (("tool", "lambdalint", "select", 0), 5),
        (("tool", "lambdalint", "select", 1, 1), 6),
        (("tool", "lambdalint", "text"), 8),
        (("tool", "lambdalint", "quoted key"), 12),
        (("tool", "lambdalint", "dotted", "inner"), 13),
        (("tool", "lambdalint", "env", "B"), 14),
        (("tool", "lambdalint", "env", "B", "D", 1, "E"), 14),
        (("tool", "lambdalint", "functions", 0, "handler"), 17),
        (("tool", "lambdalint", "functions", 1, "handler"), 19),
        (("tool", "lambdalint", "functions", 1, "env", "X"), 21),
        (("tool", "lambdalint", "functions", 1, "missing"), 18),
        (("tool", "lambdalint", "functions", 1, "ways", 0), 22),
        (("tool", "lambdalint", "functions", 2, "ways", 0), 24),
        (("tool", "lambdalint", "rules", "LMB1\t", "writable"), 26),
        (("tool", "lambdalint", "rules", "LMB1\t", "indented"), 27),
        (("tool", "lambdalint", "rules", "LMB1\t", "more", 1, "name"), 30),
        (("tool", "lambdalint", "rules", "LMB1\t", "more", 1, "other"), 31),
        (("fake",), None),
    ],
)
def test_lines(key: tuple[str | int, ...], line: int | None) -> None:
    assert nearest_line(key_lines(TEXT), key) == line


def test_statements() -> None:
    found = [key[-1] for key, line in statements(TEXT) if 3 <= line <= 17]
    assert found == ["lambdalint", "select", "text", "quoted key", "inner", "env", 0, "handler"]


_NAMES = st.sampled_from(["a", "b", "c-d", "e f", "g.h", 'i"j', "k]", "#l"])
_LEAVES = st.one_of(
    st.integers(), st.booleans(), st.floats(), st.sampled_from(["", "x", "a = 1", "[b]", "#", '"', "\\", "}\n{", "'''"])
)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=8
)


def _written(value: object, space: str) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_written(item, space)}" for key, item in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return "[" + "".join(f"{space}{_written(item, space)}," for item in value) + space + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value)


def _paths(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for step, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*above, step)
        if isinstance(item, (dict, list)):
            yield from _paths(item, (*above, step))


@given(st.dictionaries(_NAMES, _VALUES, max_size=4), st.sampled_from(["", " ", "\n  ", " # ]\n"]))
def test_all_keys_that_the_parser_knows_are_found_in_their_order(table: dict[str, Any], space: str) -> None:
    lines = [f"{json.dumps(key)} = {_written(value, space)}" for key, value in table.items()]
    text = "\n\n".join(lines) + "\n"
    found = key_lines(text)
    assert set(found) == set(_paths(tomli.loads(text)))
    tops = [found[key,] for key in table]
    starts = [1 + sum(line.count("\n") + 2 for line in lines[:number]) for number in range(len(lines))]
    assert tops == starts
