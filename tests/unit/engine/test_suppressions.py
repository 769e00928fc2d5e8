from __future__ import annotations

from textwrap import dedent

import pytest

from lambdalint.engine.suppressions import python_suppressions, yaml_suppressions


def silent_lines(text: str, code: str = "LMB102") -> list[int]:
    found = python_suppressions(text)
    return [line for line in range(1, text.count("\n") + 2) if found.cover(code, line)]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#noqa",
        "# NOQA",
        "# noqa: LMB102",
        "# noqa:LMB102,E501",
        "# noqa: E501, LMB102",
        "# noqa: E501 LMB102",
        "# noqa: LMB1",
        "# noqa: lmb102",
        "# type: ignore # noqa: LMB102",
        "# lambdalint: ignore[LMB102]",
        "# lambdalint: ignore[LMB102] the folder is mounted",
        "# lambdalint:ignore[LMB101, LMB102]",
        "# lambdalint: ignore[LMB1]",
        "# lambdalint: ignore-file[LMB102]",
    ],
)
def test_comments_that_silence(comment: str) -> None:
    assert python_suppressions(f"open('x', 'w')  {comment}\n").cover("LMB102", 1)


@pytest.mark.parametrize(
    "text",
    [
        "open('x', 'w')  # noqa: E501",
        "open('x', 'w')  # noqa: LMB1020",
        "open('x', 'w')  # lambdalint: ignore[LMB101]",
        "open('x', 'w')  # lambdalint: ignore[] all of it",
        "open('x', 'w')  # lambdalint: ignore all of it",
        "open('# noqa', 'w')",
        "open('# lambdalint: ignore-file[LMB102]', 'w')",
    ],
)
def test_what_does_not_silence(text: str) -> None:
    assert not python_suppressions(text + "\n").cover("LMB102", 1)


def test_holds_for_the_whole_logical_line_and_no_other() -> None:
    text = dedent(
        """\
        open(
            "x",
            "w",
        )  # noqa: LMB102
        open("y", "w")
        with open(
            "z",  # lambdalint: ignore[LMB102]
        ) as out:
            open("a", "w")
        """
    )
    assert silent_lines(text) == [1, 2, 3, 4, 6, 7, 8]


def test_a_comment_of_its_own_covers_the_statement_below() -> None:
    text = dedent(
        """\
        def f():
            # lambdalint: ignore[LMB102] mounted
            # by the template
            open(
                "x", "w")
            open("y", "w")
        # noqa: LMB102
        open("z", "w")
        """
    )
    assert silent_lines(text) == [4, 5, 7]


def test_a_whole_file() -> None:
    text = "x = 1\n\n\ndef f():\n    pass  # lambdalint: ignore-file[LMB102]\n"
    assert silent_lines(text) == [1, 2, 3, 4, 5, 6]
    assert silent_lines(text, "LMB101") == []


@pytest.mark.parametrize("tail", ["'''never closed", "(((", "\tx\n  y", "\\", "$?`"])
def test_a_file_that_breaks_off_keeps_what_stands_above(tail: str) -> None:
    assert python_suppressions(f"open('x')  # noqa: LMB102\n{tail}\n").cover("LMB102", 1)


def test_yaml() -> None:
    text = dedent(
        """\
        Resources:  # noqa: LMB501
          # lambdalint: ignore[LMB502] the VPC is set elsewhere
          Function:
            Url: https://example.org/#noqa
            Code: |
              open("x")  # noqa: LMB102
        """
    )
    found = yaml_suppressions(text, code_lines={6})
    lines = range(1, 8)
    assert [line for line in lines if found.cover("LMB501", line)] == [1]
    assert [line for line in lines if found.cover("LMB502", line)] == [2, 3]
    assert [line for line in lines if found.cover("LMB102", line)] == []
