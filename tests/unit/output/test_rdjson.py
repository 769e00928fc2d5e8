from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from lambdalint.model import Edit, Fix, Safety, Span
from lambdalint.output import rdjson

if TYPE_CHECKING:
    from lambdalint.model import Report

RANGE = {"start": {"line": 5, "column": 12}, "end": {"line": 5, "column": 24}}
"""Eight code points, two of which take three bytes each."""


def diagnostics(report: Report) -> list[dict[str, Any]]:
    result = json.loads(rdjson.render(report))
    assert result["source"] == {"name": "lambdalint"}
    found: list[dict[str, Any]] = result["diagnostics"]
    return found


def with_fix(report: Report, *edits: Edit, safety: Safety = Safety.SAFE) -> Report:
    finding = replace(report.findings[0], fix=Fix("title", edits, safety))
    return replace(report, findings=(finding,))


def applied(text: str, suggestion: dict[str, Any]) -> str:
    """Apply a suggestion as reviewdog does: by bytes of lines."""
    lines = text.encode("utf-8").split(b"\n")

    def offset(position: dict[str, int]) -> int:
        return sum(len(line) + 1 for line in lines[: position["line"] - 1]) + position["column"] - 1

    start, end = offset(suggestion["range"]["start"]), offset(suggestion["range"]["end"])
    content, new = text.encode("utf-8"), str(suggestion["text"])
    return (content[:start] + new.encode("utf-8") + content[end:]).decode("utf-8")


def test_the_diagnostics(report: Report) -> None:
    assert diagnostics(report) == [
        {
            "message": '"报告.csv" is written to the read-only working directory',
            "location": {"path": "src/app.py", "range": RANGE},
            "severity": "ERROR",
            "code": {"value": "LMB102"},
            "suggestions": [{"range": RANGE, "text": '"/tmp/x"'}],
            "related_locations": [
                {
                    "message": "Report is invoked: handler",
                    "location": {
                        "path": "src/app.py",
                        "range": {"start": {"line": 4, "column": 1}, "end": {"line": 4, "column": 1}},
                    },
                },
                {
                    "message": "the room is declared here",
                    "location": {"path": "template.yaml", "range": {"start": {"line": 7}, "end": {"line": 7}}},
                },
            ],
        },
        {
            "message": "never removed",
            "location": {
                "path": "src/app.py",
                "range": {"start": {"line": 5, "column": 7}, "end": {"line": 6, "column": 17}},
            },
            "severity": "INFO",
            "code": {"value": "LMB301"},
        },
    ]


def test_without_the_text_there_are_lines_only(report: Report) -> None:
    first, _ = diagnostics(replace(report, sources={}))
    assert first["location"]["range"] == {"start": {"line": 5}, "end": {"line": 5}}
    assert "suggestions" not in first


def test_several_edits_make_one_suggestion(report: Report) -> None:
    source = report.sources["src/app.py"]
    path = "src/app.py"
    fixed = with_fix(
        report, Edit(Span(path, 5, 12, 5, 20), "tempfile.gettempdir()"), Edit(Span.point(path, 2), "import tempfile\n")
    )
    (suggestion,) = diagnostics(fixed)[0]["suggestions"]
    assert applied(source, suggestion) == source.replace('"报告.csv"', "tempfile.gettempdir()").replace(
        "import os\n", "import os\nimport tempfile\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_in_the_file(report: Report, end: str) -> None:
    source = f"a = 'é'{end}b = 'é' + c{end}"
    path = "src/app.py"
    edits = (Edit(Span(path, 1, 5, 1, 8), "x"), Edit(Span(path, 2, 11, 2, 12), "d"))
    (suggestion,) = diagnostics(replace(with_fix(report, *edits), sources={path: source}))[0]["suggestions"]
    assert suggestion == {
        "range": {"start": {"line": 1, "column": 5}, "end": {"line": 2, "column": 13}},
        "text": f"x{end}b = 'é' + d",
    }


def test_a_place_behind_the_end_of_the_file(report: Report) -> None:
    finding = replace(report.findings[1], span=Span.point("src/app.py", 99, 4))
    (diagnostic,) = diagnostics(replace(report, findings=(finding,)))
    assert diagnostic["location"]["range"]["start"] == {"line": 99, "column": 1}


def test_no_suggestion_that_would_be_half_a_fix(report: Report) -> None:
    own = Edit(Span("src/app.py", 5, 12, 5, 20), "x")
    foreign = Edit(Span("template.yaml", 1, 1, 1, 2), "x")
    overlapping = Edit(Span("src/app.py", 5, 15, 5, 22), "y")
    assert "suggestions" in diagnostics(with_fix(report, own, safety=Safety.UNSAFE))[0]
    assert "suggestions" not in diagnostics(with_fix(report, own, safety=Safety.DISPLAY_ONLY))[0]
    assert "suggestions" not in diagnostics(with_fix(report, own, foreign))[0]
    assert "suggestions" not in diagnostics(with_fix(report, own, overlapping))[0]
    assert "suggestions" not in diagnostics(with_fix(report))[0]


def test_a_message_is_safe_as_markdown(hostile: Report) -> None:
    bad, failed = diagnostics(hostile)
    assert "`![i](https://e.example/x.png)`" in bad["message"]
    assert "`@octocat`" in bad["message"]
    assert failed["location"] == {"path": ".", "range": {"start": {"line": 1}, "end": {"line": 1}}}


def test_nothing_found(empty: Report) -> None:
    assert diagnostics(empty) == []
