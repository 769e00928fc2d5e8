"""Rules that are asked once for the whole project: what they know of each other, and what becomes of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.engine.run import check
from lambdalint.model import Settings
from lambdalint.rules.lmb401 import SdkInPackage

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Finding

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: app.handler, CodeUri: src}}
Resources:
  Load: {Type: AWS::Serverless::Function}
  Store: {Type: AWS::Serverless::Function}
"""


def found(root: Path, settings: Settings) -> tuple[Finding, ...]:
    (root / "src").mkdir()
    (root / "template.yaml").write_text(TEMPLATE)
    (root / "src/app.py").write_text("def handler(event, context):\n    return 1\n")
    (root / "src/requirements.txt").write_text("boto3\npandas\n")
    return check([root], settings, cwd=root).findings


def test_one_rule_that_fails_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise KeyError("pandas")

    monkeypatch.setattr(SdkInPackage, "judge", fail)
    findings = found(tmp_path, Settings(select=("LMB4",)))
    assert sorted(one.code for one in findings) == ["LMB408", "LMB999"]
    assert any("rule LMB401 failed" in one.message for one in findings)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(select=("LMB4",), ignore=("LMB401",)), "LMB408"),
        (Settings(select=("LMB403",)), "LMB403"),
        (Settings(select=("LMB4",), ignore=("LMB401",), rule_options={"LMB408": {"max-mb": 300}}), "LMB403"),
    ],
)
def test_a_heavy_library_is_told_once(tmp_path: Path, settings: Settings, expected: str) -> None:
    assert [one.code for one in found(tmp_path, settings)] == [expected]


@pytest.mark.parametrize(("option", "expected"), [("layer", ["LMB401"]), ("package", []), ("runtime", ["LMB401"])])
def test_the_project_chooses_where_its_sdk_comes_from(tmp_path: Path, option: str, expected: list[str]) -> None:
    settings = Settings(select=("LMB401", "LMB405"), rule_options={"LMB401": {"sdk": option}})
    assert [one.code for one in found(tmp_path, settings)] == expected


def test_a_report_of_one_file_knows_of_the_others(tmp_path: Path) -> None:
    settings = Settings(select=("LMB408",))
    whole = found(tmp_path, settings)
    limited = check([tmp_path / "src/requirements.txt"], settings, cwd=tmp_path).findings
    assert [one.message for one in limited] == [one.message for one in whole]
    assert "Load and Store" in whole[0].message
