from __future__ import annotations

from textwrap import dedent

import pytest

from lambdalint.engine.consolidate import Places
from lambdalint.engine.edits import apply_edits
from lambdalint.engine.suppressions import Silenced, read_suppressions
from lambdalint.engine.unused_suppressions import Scope, judge_suppressions
from lambdalint.model import InlineSource, Safety

SELECTED = ("LMB102", "LMB301", "LMB901")
"""With the stand-ins of ``conftest``, LMB102 and LMB301 are the rules that there are."""


def judged(
    text: str,
    *,
    path: str = "a.py",
    inline: tuple[InlineSource, ...] = (),
    used: tuple[str, ...] = (),
    selected: tuple[str, ...] = SELECTED,
    complete: bool = True,
    noqa: bool = True,
) -> Silenced:
    """Return what is said of the suppressions in a file in which the codes *used* stand for findings."""
    suppressions = read_suppressions({path: text}, inline)
    mentions = (one for found in suppressions.values() for entry in found.entries for one in entry.mentions)
    in_use = frozenset(one for one in mentions if one.code in used)
    scope = Scope(suppressions.keys(), selected, complete, noqa)
    return judge_suppressions(
        suppressions, in_use, scope, Places({one.virtual_path: one for one in inline}, {}), {path: text}
    )


def told(result: Silenced) -> list[str]:
    return [f"{one.moved.span} {one.moved.code} {one.moved.message.partition(':')[0]}" for one in result.kept]


def test_each_code_that_silences_nothing_is_reported_at_its_place() -> None:
    result = judged("x = 1  # noqa: E501, LMB102, LMB3\n# lambdalint: ignore-file[LMB102]\n", used=("LMB3",))
    assert told(result) == [
        "a.py:1:22 LMB901 suppresses LMB102, but no LMB102 is found in this statement",
        "a.py:2:27 LMB901 suppresses LMB102, but no LMB102 is found in this file",
    ]
    span = result.kept[0].moved.span
    assert (span.end_line, span.end_column) == (1, 28)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1  # noqa: LMB3\n", "suppresses LMB3, but nothing of LMB3 is found in this statement"),
        ("# noqa: LMB102\nx = 1\n", "suppresses LMB102, but no code stands on the line of this noqa"),
        ("x = (\n  # noqa: LMB102\n)\n", "suppresses LMB102, but no LMB102 is found in this statement"),
        ("# lambdalint: ignore[LMB102]\nx = 1\n", "suppresses LMB102, but no LMB102 is found in the statement below"),
        ("x = 1  # noqa: LMB1020\n", "suppresses LMB1020, which is the code of no rule: did you mean LMB102?"),
        ("x = 1  # noqa: lmb4\n", "suppresses lmb4, which is the code of no rule: did you mean LMB"),
        (
            "x = 1  # lambdalint: ignore[an-open]\n",
            "suppresses an-open, which is the code of no rule: did you mean LMB102?",
        ),
        (
            "x = 1  # lambdalint: ignore[\x1b]\n",
            "suppresses \\x1b, which is the code of no rule: 'lambdalint rules' lists the codes",
        ),
    ],
)
def test_why_it_is_unused(text: str, message: str) -> None:
    (finding,) = judged(text).kept
    assert finding.moved.message.startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # noqa\n",
        "x = 1  # noqa: E501, F401\n",
        "x = 1  # noqa: LMB102, LMB901\n",
        "x = 1  # noqa: LMB901\n",
        "x = 1  # noqa: LMB102  # lambdalint: ignore[LMB901]\n",
        "# lambdalint: ignore[LMB102, LMB901]\nx = 1\n",
        "# lambdalint: ignore-file[LMB901]\nx = 1  # noqa: LMB102\n",
        "x = 1  # noqa: LMB902\n",
        "'''\n# noqa: LMB102\n'''\n",
    ],
)
def test_what_is_not_reported(text: str) -> None:
    assert told(judged(text)) == []


def test_what_is_suppressed_is_counted() -> None:
    assert [one.moved.code for one in judged("x = 1  # noqa: LMB102, LMB901\n").silenced] == ["LMB901"]


def test_a_prefix_is_judged_only_if_all_its_rules_have_run() -> None:
    text = "x = 1  # lambdalint: ignore[LMB, LMB1, LMB301]\n"
    assert len(judged(text).kept) == 3
    assert [one.moved.span.column for one in judged(text, selected=("LMB102", "LMB901")).kept] == [34]


@pytest.mark.parametrize("limits", [{"complete": False}, {"selected": ("LMB102", "LMB301")}])
def test_nothing_is_reported_where_it_was_not_judged(limits: dict[str, object]) -> None:
    assert judged("x = 1  # noqa: LMB102\n", **limits).kept == ()  # type: ignore[arg-type]  # what the cases hold


def test_a_code_is_reported_once_for_each_comment() -> None:
    text = "x = 1  # noqa: LMB102, lmb102  # lambdalint: ignore[LMB102]\n"
    assert [one.moved.span.column for one in judged(text).kept] == [16]


def test_comments_that_another_program_judges_are_reported_too() -> None:
    assert len(judged("x = 1  # noqa: LMB102\n", noqa=False).kept) == 1
    assert len(judged("x = 1  # noqa: LMB102, LMB901\n", noqa=False).kept) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: LMB102\n", "x = 1\n"),
        ("x = 1  # noqa: LMB102 why\t \r\n", "x = 1\t \r\n"),
        ("x = 1\t# noqa: LMB102, LMB301", "x = 1"),
        ("x = 1  # noqa: LMB102, E501\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: E501, LMB102\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa:E501,LMB102 LMB301,F401 why\n", "x = 1  # noqa:E501,F401 why\n"),
        ("x = 1  # noqa: LMB102  # why\n", "x = 1  # why\n"),
        ("x = 1  # type: ignore # noqa: LMB102\n", "x = 1  # type: ignore\n"),
        ("x = 1  # type: ignore#noqa: LMB102 #nosec\n", "x = 1  # type: ignore #nosec\n"),
        ("x = 1  # noqa: LMB102  # lambdalint: ignore[LMB3]\n", "x = 1\n"),
        ("x = 1  # lambdalint: ignore[LMB102, ABC] why\n", "x = 1\n"),
        ("x = 1  ## noqa: LMB102\n", "x = 1\n"),
        ("def f():\n    # noqa: LMB102\n    pass\n", "def f():\n    pass\n"),
        ("# see above\r\n# lambdalint: ignore[LMB102]\r\nx = 1\r\n", "# see above\r\nx = 1\r\n"),
        ("x = 1\n# lambdalint: ignore-file[LMB102] why", "x = 1\n"),
        ("\x0c# flake8: noqa: LMB102\nx = 1\n", "x = 1\n"),
        ("# about x  # flake8: noqa\n# -*- coding: utf-8 -*- # noqa: LMB102\nx = 1\n", None),
    ],
)
def test_the_fix(before: str, after: str | None) -> None:
    content = before.encode()
    for _ in range(3):
        found = judged(content.decode()).kept
        fixes = {one.moved.fix for one in found}
        assert {fix.safety for fix in fixes if fix} <= {Safety.SAFE}
        content = apply_edits("a.py", content, [edit for fix in fixes if fix for edit in fix.edits])
    assert content.decode() == (after if after is not None else before.replace(" # noqa: LMB102", ""))


TEMPLATE = """\
Code:
  ZipFile: {style}
    # lambdalint: ignore[LMB102]
    open("${{A}}")  # noqa: LMB102
    x = 1
"""


def inline(style: str, *lines: tuple[int, int]) -> tuple[str, InlineSource]:
    text = '# lambdalint: ignore[LMB102]\nopen("__A_")  # noqa: LMB102\nx = 1\n'
    return TEMPLATE.format(style=style), InlineSource("t.yaml", "t.yaml::F", text, lines)


def test_code_in_a_template_is_mended_where_it_stands() -> None:
    text, source = inline("!Sub |", (3, 4), (4, 4), (5, 4))
    found = judged(text, path="t.yaml", inline=(source,)).kept
    assert [str(one.moved.span) for one in found] == ["t.yaml:3:26", "t.yaml:4:27"]
    edits = [edit for one in found if one.moved.fix for edit in one.moved.fix.edits]
    assert apply_edits("t.yaml", text.encode(), edits).decode() == dedent(
        """\
        Code:
          ZipFile: !Sub |
            open("${A}")
            x = 1
        """
    )


@pytest.mark.parametrize(
    "lines", [((2, 12), (2, 40), (2, 70), (2, 80)), ((3, 4), (4, 4), (6, 4), (7, 4)), ((3, 4), (5, 4), (6, 4), (7, 4))]
)
def test_code_that_a_template_writes_in_another_way_is_not_mended(lines: tuple[tuple[int, int], ...]) -> None:
    text, source = inline("|", *lines)
    _, second = judged(text, path="t.yaml", inline=(source,)).kept
    assert second.moved.fix is None


def test_code_that_several_functions_share_is_reported_once() -> None:
    text, source = inline("|", (3, 4), (4, 4), (5, 4))
    twin = InlineSource("t.yaml", "t.yaml::G", source.text, source.lines)
    found = judged(text, path="t.yaml", inline=(source, twin), selected=(*SELECTED, "LMB902")).kept
    assert sorted((one.moved.code, one.moved.span.line) for one in found) == [
        ("LMB901", 3),
        ("LMB901", 4),
        ("LMB902", 3),
        ("LMB902", 4),
    ]


def test_a_template_speaks_of_lines() -> None:
    text = "a: 1  # noqa: LMB102\n# lambdalint: ignore[LMB301]\nb: 1\n"
    assert told(judged(text, path="t.yaml")) == [
        "t.yaml:1:15 LMB901 suppresses LMB102, but no LMB102 is found on this line",
        "t.yaml:2:22 LMB901 suppresses LMB301, but no LMB301 is found on the next line",
    ]


@pytest.mark.parametrize(
    ("comment", "places"),
    [
        ("# noqa: LMB102", [8]),
        ("# noqa: LMB102 why", []),
        ("# noqa: E501", []),
        ("# noqa", []),
        ("# noqa: LMB102, LMB902", []),
        ("# type: ignore  # lambdalint: ignore[LMB102]  # noqa: LMB3", [24, 54]),
        ("# noqa: LMB102  # lambdalint: ignore[LMB902] why", []),
    ],
)
def test_suppressions_without_a_reason(comment: str, places: list[int]) -> None:
    result = judged(f"x = 1  {comment}\n", used=("LMB102", "LMB3"), selected=(*SELECTED, "LMB902"))
    assert [(one.moved.code, one.moved.span.column) for one in result.kept] == [("LMB902", place) for place in places]


def test_the_suppression_of_a_missing_reason_can_be_unused_itself() -> None:
    result = judged("x = 1  # noqa: LMB902 why\n", selected=(*SELECTED, "LMB902"))
    assert told(result) == ["a.py:1:16 LMB901 suppresses LMB902, but no LMB902 is found in this statement"]
