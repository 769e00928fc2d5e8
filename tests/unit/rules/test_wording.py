from __future__ import annotations

import pytest

from lambdalint.rules.wording import joined, shown


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D"], "A, B, C and 1 more"),
        (list("ABCDEFG"), "A, B, C and 4 more"),
    ],
)
def test_names_are_joined(names: list[str], text: str) -> None:
    assert joined(names) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/tmp/é 💥", "/tmp/é 💥"),
        ("", ""),
        ("a\tb\x00", "a\\tb\\x00"),
        ("a" * 120, "a" * 120),
        ("a" * 60 + "b" + "c" * 60, "a" * 60 + "..." + "c" * 60),
    ],
)
def test_text_is_shown_in_one_line(text: str, expected: str) -> None:
    assert shown(text) == expected
