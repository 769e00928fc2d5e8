from __future__ import annotations

import pytest

from lambdalint.config.position import line_of

TEXT = '''\
# a comment = 1
top = 1
[tool.lambdalint]   # the table
select = [
  "LMB1",
]
text = """
select = 9
[fake]
"""
"quoted key" = 2
dotted.inner = 3
env = { A = 1, B = 2 }

[[tool.lambdalint.functions]]
handler = "a"
[[tool.lambdalint.functions]]
handler = "b"
[tool.lambdalint.functions.env]
X = "1"
[ tool . lambdalint . rules . "LMB101" ]
writable = []
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("top",), 2),
        (("tool", "lambdalint"), 3),
        (("tool", "lambdalint", "select"), 4),
        (("tool", "lambdalint", "select", 0), 4),
        (("tool", "lambdalint", "quoted key"), 11),
        (("tool", "lambdalint", "dotted", "inner"), 12),
        (("tool", "lambdalint", "env", "B"), 13),
        (("tool", "lambdalint", "functions", 0, "handler"), 16),
        (("tool", "lambdalint", "functions", 1, "handler"), 18),
        (("tool", "lambdalint", "functions", 1, "env", "X"), 20),
        (("tool", "lambdalint", "functions", 1, "missing"), 17),
        (("tool", "lambdalint", "rules", "LMB101", "writable"), 22),
        (("fake",), None),
    ],
)
def test_lines(key: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, key) == line
