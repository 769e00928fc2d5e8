"""When findings get their fixes, and what a rule that fails at making one does to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.project import report_of, settings_for, write_project

from lambdalint.rules.lmb102 import RelativePathWrite

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Report
    from lambdalint.rules.fixes.site import Site

TEMPLATE = """\
Resources:
  Inline:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Code:
        ZipFile: |
          def handler(event, context):
              with open("report.csv", "w") as out:
                  out.write("x")
"""


def report(root: Path, files: dict[str, str]) -> Report:
    write_project(root, {path: text.encode() for path, text in files.items()})
    return report_of(root, settings_for(("LMB102", "LMB9")))


def writes(number: int) -> str:
    lines = (f'    with open("{index}.csv", "w") as out:\n        out.write("x")\n' for index in range(number))
    return f"def handler(event, context):\n{''.join(lines)}"


def test_a_rule_that_fails_keeps_its_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(rule: RelativePathWrite, site: Site) -> None:
        raise KeyError(site.finding.span.line)

    monkeypatch.setattr(RelativePathWrite, "mend", fail)
    found = report(tmp_path, {"app.py": writes(2)}).findings
    assert [(one.code, one.fix) for one in found] == [("LMB102", None), ("LMB999", None), ("LMB102", None)]
    assert found[1].message.startswith("rule LMB102 failed on app.py, line 2, with KeyError")


def test_code_in_a_template_has_no_fix(tmp_path: Path) -> None:
    (finding,) = report(tmp_path, {"template.yaml": TEMPLATE}).findings
    assert (finding.code, finding.span.line, finding.fix) == ("LMB102", 10, None)


def test_files_that_are_too_large_or_too_deep_have_no_fix(tmp_path: Path) -> None:
    deep = f"x = {'[' * 60}{']' * 60}\n"
    assert report(tmp_path / "deep", {"app.py": deep + writes(1)}).findings[0].fix is None
    large = f"# {'x' * 500_000}\n"
    assert report(tmp_path / "large", {"app.py": large + writes(1)}).findings[0].fix is None
    assert report(tmp_path / "plain", {"app.py": writes(1)}).findings[0].fix is not None


def test_a_file_with_many_findings_is_mended_bit_by_bit(tmp_path: Path) -> None:
    found = report(tmp_path, {"app.py": writes(40)}).findings
    assert len(found) == 40
    assert [one.fix is not None for one in found] == [True] * 30 + [False] * 10


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_lines_of_fixes_end_like_those_of_the_file(tmp_path: Path, end: str) -> None:
    text = writes(1).replace("\n", end)
    write_project(tmp_path, {"app.py": text.encode()})
    (finding,) = report_of(tmp_path, settings_for(("LMB102",))).findings
    assert finding.fix is not None
    added = "".join(edit.text for edit in finding.fix.edits)
    assert added.count("\n") == added.count(end) > 1


@pytest.mark.parametrize("start", ["\ufeff", "# coding: latin-1\n", "\r\n", "\f\n"])
def test_unusual_files_have_a_fix(tmp_path: Path, start: str) -> None:
    (finding,) = report(tmp_path, {"app.py": start + writes(1)}).findings
    assert finding.fix is not None
    assert finding.fix.edits
