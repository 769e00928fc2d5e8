"""What is said of the same code on each platform: what is not verified there is not judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.project import report_of

from lambdalint.catalogue import load
from lambdalint.model import ExplicitFunction, Settings, Span

if TYPE_CHECKING:
    from pathlib import Path

CODE = """\
import os

HERE = os.path.dirname(__file__)


def handler(event, context):
    open("report.csv", "w").write("a")
    open(os.path.join(HERE, "report.csv"), "w").write("b")
    open(os.path.expanduser("~/report.csv"), "w").write("c")
    open("/var/data/report.csv", "w").write("d")
    with open("/tmp/report.csv", "w") as out:
        out.write("e")
"""
CODES_FOLDER = [(7, "LMB102"), (8, "LMB103")]
ELSEWHERE = [(9, "LMB104"), (10, "LMB101")]
SHARED = [(11, "LMB309")]


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("aws-lambda", [*CODES_FOLDER, *ELSEWHERE]),
        ("genezio", [*CODES_FOLDER, *ELSEWHERE, *SHARED]),
        ("vercel", [*CODES_FOLDER, *ELSEWHERE, *SHARED]),
        ("google-cloud-functions", CODES_FOLDER),
        ("azure-functions", CODES_FOLDER),
    ],
)
def test_places_that_nobody_has_verified_are_not_judged(
    tmp_path: Path, platform: str, expected: list[tuple[int, str]]
) -> None:
    (tmp_path / "app.py").write_text(CODE)
    function = ExplicitFunction("app.handler", Span.point("lambdalint.toml"), platform=platform)
    report = report_of(tmp_path, Settings(functions=(function,)))
    assert [(finding.span.line, finding.code) for finding in report.findings] == expected


def test_every_platform_is_covered() -> None:
    assert set(load().platforms) == {"aws-lambda", "genezio", "vercel", "google-cloud-functions", "azure-functions"}
