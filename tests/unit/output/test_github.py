from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import Confidence, Severity, Span
from lambdalint.output import github
from output.hostile_text import HOSTILE_PATH
from output.readers import github_commands

if TYPE_CHECKING:
    from lambdalint.model import Report


def test_the_commands(report: Report) -> None:
    assert github.render(report) == (
        "::error title=LMB102 relative-path-write,file=src/app.py,line=5,col=12,endColumn=19::"
        'src/app.py:5:12: LMB102 "报告.csv" is written to the read-only working directory%0A'
        "  src/app.py:4:1: Report is invoked: handler%0A"
        "  src/app.py:5:12: open(...)%0A"
        "  template.yaml:7:1: the room is declared here%0A"
        "  functions: Report, Other\n"
        "::notice title=LMB301 unique-file-never-removed,file=src/app.py,line=5,endLine=6::"
        "src/app.py:5:7: LMB301 never removed\n"
    )


def test_what_is_wrong_and_what_to_do_are_told_apart(report: Report) -> None:
    finding = replace(report.findings[1], message="writes a (f): use b", headline="writes a", advice="use b")
    (command,) = github_commands(github.render(replace(report, findings=(finding,))))
    assert command.data == "src/app.py:5:7: LMB301 writes a\n  help: use b"


def test_an_empty_span_has_a_column(report: Report) -> None:
    finding = replace(report.findings[1], span=Span.point("app.py", 3, 7))
    (command,) = github_commands(github.render(replace(report, findings=(finding,))))
    assert command.properties["col"] == command.properties["endColumn"] == "7"


def test_the_most_severe_and_certain_come_first(report: Report) -> None:
    """The service shows ten of a kind, in the order of the log."""
    advice = replace(report.findings[1], span=Span.point("a.py"))
    unsure = replace(advice, severity=Severity.ERROR, confidence=Confidence.LOW)
    late = replace(advice, severity=Severity.ERROR, confidence=Confidence.HIGH, span=Span.point("z.py"))
    warning = replace(advice, severity=Severity.WARNING)
    rendered = github.render(replace(report, findings=(advice, unsure, warning, late)))
    assert [(command.name, command.properties["file"]) for command in github_commands(rendered)] == [
        ("error", "z.py"),
        ("error", "a.py"),
        ("warning", "a.py"),
        ("notice", "a.py"),
    ]


def test_a_hostile_text_stays_in_its_command(hostile: Report) -> None:
    failed, command = github_commands(github.render(hostile))
    assert command.name == "error"
    assert command.properties == {
        "title": "LMB102 relative-path-write",
        "file": HOSTILE_PATH.replace("\udcff", "\ufffd"),
        "line": "5",
        "col": "12",
        "endColumn": "19",
    }
    assert len(command.data.split("\n")) == 4
    assert "LMB102 x\\n::error::injected\\r\\n" in command.data
    assert " 100% %0A %AZP25 ; ] , : " in command.data
    assert failed.properties["file"] == "."


def test_nothing_found(empty: Report) -> None:
    assert github.render(empty) == ""
