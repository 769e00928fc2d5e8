from __future__ import annotations

import json

import pytest

from lambdalint.output.escape import escape
from lambdalint.output.json_report import dump


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, 'quoted' :: and # and ## too", "plain, 'quoted' :: and # and ## too"),
        ("two\nlines\t\r\x1b\u202e\ud800\U000e0001", "two\\nlines\\t\\r\\x1b\\u202e\\ud800\\U000e0001"),
        ("::error::x", ":\\x3aerror::x"),
        ("  ::error::x", "  :\\x3aerror::x"),
        ("\u3000::error::x", "\u3000:\\x3aerror::x"),
        ("a ##[set-output name=b]c", "a #\\x23[set-output name=b]c"),
        ("a ###vso[task.setvariable variable=b]c", "a ##\\x23vso[task.setvariable variable=b]c"),
        ("", ""),
    ],
)
def test_escape(text: str, expected: str) -> None:
    assert escape(text) == expected


def test_json_gives_no_command_and_says_the_same() -> None:
    value = {"##[a]": ["###vso[b]", "##", "\\##[c]"]}
    text = dump(value)
    assert json.loads(text) == value
    assert "##[" not in text
    assert "##vso[" not in text
