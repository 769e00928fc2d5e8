from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import Safety, Severity
from lambdalint.output import statistics

if TYPE_CHECKING:
    from lambdalint.model import Report


def many(report: Report) -> Report:
    first, second = report.findings
    assert first.fix is not None
    shown = replace(first, fix=replace(first.fix, safety=Safety.DISPLAY_ONLY))
    worse = replace(second, severity=Severity.WARNING)
    rare = replace(first, code="LMB101", name="write-outside-tmp")
    return replace(report, findings=(first, shown, rare, *([second] * 11), worse))


def test_the_table(report: Report) -> None:
    assert statistics.render(many(report), "text") == (
        "12  LMB301  [ ]  unique-file-never-removed  warning\n"
        " 2  LMB102  [-]  relative-path-write        error\n"
        " 1  LMB101  [*]  write-outside-tmp          error\n"
        "[*] all of them have a fix, [-] some of them\n"
    )


def test_no_marks_without_any_fix(report: Report) -> None:
    assert statistics.render(replace(report, findings=report.findings[1:]), "text") == (
        "1  LMB301  unique-file-never-removed  info\n"
    )


def test_the_array(report: Report) -> None:
    first, second, third = json.loads(statistics.render(many(report), "json"))
    assert first == {
        "code": "LMB301",
        "name": "unique-file-never-removed",
        "severity": "warning",
        "count": 12,
        "fixable": False,
        "fixable_count": 0,
    }
    assert (second["code"], second["fixable"], second["fixable_count"]) == ("LMB102", False, 1)
    assert (third["code"], third["fixable"], third["fixable_count"]) == ("LMB101", True, 1)


def test_equal_counts_are_in_the_order_of_codes(report: Report) -> None:
    first, second = report.findings
    rows = json.loads(statistics.render(replace(report, findings=(second, first)), "json"))
    assert [row["code"] for row in rows] == ["LMB102", "LMB301"]


def test_nothing_found(empty: Report) -> None:
    assert statistics.render(empty, "text") == ""
    assert json.loads(statistics.render(empty, "json")) == []
