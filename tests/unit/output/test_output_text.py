from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from lambdalint.model import Report, Severity, Span
from lambdalint.output import text
from lambdalint.output.frame import draw, split_source
from lambdalint.output.style import Style

EXPECTED = """\
error[LMB102] "报告.csv" is written to the read-only working directory
  --> src/app.py:5:12
  |
5 |     with open("报告.csv", "w") as out:
  |               ^^^^^^^^^^
  = the way there:
      src/app.py:4:1: Report is invoked: handler
      src/app.py:5:12: open(...)
  = template.yaml:7:1: the room is declared here
  = functions: Report, Other
  = help: Write below tempfile.gettempdir() (safe)
  = help: 'lambdalint rule LMB102' says more

info[LMB301] never removed
  --> src/app.py:5:7
  |
5 |     with open("报告.csv", "w") as out:
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
6 |         out.write("x")
  |         ^^^^^^^^^^^^^^
  = confidence: medium
  = help: 'lambdalint rule LMB301' says more

2 findings (1 error) in 41 files, 2 functions; 1 fixable with --fix; \
3 handlers, imports or paths unresolved (-v names them)
"""


def test_the_whole_text(report: Report) -> None:
    assert text.render(report) == EXPECTED


def test_colours_change_nothing_but_colours(report: Report) -> None:
    colored = text.render(report, color=True)
    assert colored.count("\x1b[") > 10
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == EXPECTED


def test_nothing_found(report: Report) -> None:
    clean = replace(report, findings=(), summary=replace(report.summary, findings=0, unresolved=0, functions=1))
    assert text.render(clean) == "No findings in 41 files, 1 function\n"
    assert text.render(clean, summary=False) == ""


def test_what_is_wrong_comes_first_and_what_to_do_last(report: Report) -> None:
    first = replace(report.findings[0], fix=None, headline="writes x", advice="use y")
    lines = text.render(replace(report, findings=(first,)), summary=False).splitlines()
    assert (lines[0], lines[-2]) == ("error[LMB102] writes x", "  = help: use y")


def test_without_the_summary_only_findings_remain(report: Report) -> None:
    assert text.render(report, summary=False) == EXPECTED.rpartition("\n2 findings")[0]


def test_a_finding_without_source_has_no_frame(report: Report) -> None:
    assert " | " not in text.render(replace(report, sources={}))


def test_what_stands_in_foreign_files_cannot_steer_the_terminal(report: Report) -> None:
    evil = "x\x1b[2J\x9b1m\u202e\r\ud800\0"
    (first, _) = report.findings
    finding = replace(
        first,
        message=evil,
        functions=(evil,),
        span=replace(first.span, path=evil + "\n.py", line=1, end_line=1),
        trace=(replace(first.trace[0], text=evil),),
        labels=(replace(first.labels[0], text=evil),),
    )
    hostile = replace(report, findings=(finding,), sources={evil + "\n.py": evil})
    rendered = text.render(hostile)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", rendered)
    assert r"x\x1b[2J\x9b1m\u202e\r\ud800\x00\n.py:1:12" in rendered


def frame(source: str, *place: int) -> list[str]:
    return draw(split_source(source), Span("a.py", *place), Severity.ERROR, Style())


def test_line_numbers_align() -> None:
    source = "\n".join(f"line {number}" for number in range(1, 12))
    assert frame(source, 9, 1, 10, 5) == [
        "   |",
        " 9 | line 9",
        "   | ^^^^^^",
        "10 | line 10",
        "   | ^^^^",
    ]


def test_a_long_statement_is_shortened() -> None:
    source = "\n".join(f"line {number}" for number in range(1, 30))
    lines = frame(source, 2, 1, 20, 3)
    assert [line.partition(" |")[0].strip() for line in lines] == [
        "", "2", "", "3", "", "4", "", "5", "", "…", "20", "",
    ]  # fmt: skip


def test_a_long_line_is_cut_around_the_mark() -> None:
    source = "a" * 5_000 + "TARGET" + "b" * 5_000
    _, code, marks = frame(source, 1, 5_001, 1, 5_007)
    assert code.startswith("1 | …a")
    assert code.endswith("b…")
    assert len(code) < 160
    assert code[marks.index("^") :].startswith("TARGET")
    assert marks.count("^") == 6


@pytest.mark.parametrize(
    "place",
    [(1, 1, 1, 1), (1, 900, 1, 950), (1, 3, 9, 2), (2, 1, 1, 1), (1, 0, 1, 0)],
)
def test_odd_spans_are_drawn(place: tuple[int, int, int, int]) -> None:
    lines = frame("one\n\n", *place)
    assert lines[0] == "  |"
    assert "^" in lines[2]


@pytest.mark.parametrize("line", [0, 4, -1])
def test_a_line_that_does_not_exist_has_no_frame(line: int) -> None:
    assert frame("one\ntwo\n", line, 1, line, 2) == []
