from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import Severity
from lambdalint.output import azure
from output.hostile_text import HOSTILE_PATH
from output.readers import azure_commands

if TYPE_CHECKING:
    from lambdalint.model import Report


def test_the_commands(report: Report) -> None:
    assert azure.render(report) == (
        "##vso[task.logissue type=error;sourcepath=src/app.py;linenumber=5;columnnumber=12;code=LMB102;]"
        '"报告.csv" is written to the read-only working directory\n'
        "##vso[task.logissue type=warning;sourcepath=src/app.py;linenumber=5;columnnumber=7;code=LMB301;]"
        "never removed\n"
    )


def test_the_most_severe_come_first(report: Report) -> None:
    advice, error = report.findings[1], replace(report.findings[1], severity=Severity.ERROR)
    rendered = azure.render(replace(report, findings=(advice, error)))
    assert [command.properties["type"] for command in azure_commands(rendered)] == ["error", "warning"]


def test_a_hostile_text_stays_in_its_command(hostile: Report) -> None:
    _, command = azure_commands(azure.render(hostile))
    assert command.name == "task.logissue"
    assert command.properties == {
        "type": "error",
        "sourcepath": HOSTILE_PATH.replace("\udcff", "\ufffd"),
        "linenumber": "5",
        "columnnumber": "12",
        "code": "LMB102",
    }
    assert command.data.startswith("x\\n::error::injected\\r\\n")
    assert " 100% %0A %AZP25 ; ] , : " in command.data


def test_nothing_found(empty: Report) -> None:
    assert azure.render(empty) == ""
