"""Every default of a library proves itself: its example is reported, the same with a redirect is not."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue
from lambdalint.engine.run import check
from lambdalint.model import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.catalogue.library_default_row import LibraryDefaultRow
    from lambdalint.model import Finding

ROWS = [row for _, content in catalogue.load().files for row in content.library_default]
IGNORED = ("LMB2", "LMB4", "LMB5")
"""What the examples do besides: they keep nothing, and they have no package."""

every_row = pytest.mark.parametrize(("number", "row"), list(enumerate(ROWS)), ids=[row.name for row in ROWS])


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Finding]]:
    """The findings in all examples and counter-examples, each a handler in a file of its own, by file."""
    root = tmp_path_factory.mktemp("defaults")
    for number, row in enumerate(ROWS):
        for kind, code in (("example", row.example), ("counter", row.counter)):
            body = textwrap.indent(code, "    ")
            (root / f"{kind}_{number}.py").write_text(f"def handler(event, context):\n{body}\n")
    report = check([root], Settings(cache=False), cwd=root)
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if not finding.code.startswith(IGNORED):
            found[finding.span.path.rpartition("/")[2]].append(finding)
    return found


@every_row
def test_example_is_reported(number: int, row: LibraryDefaultRow, findings: Mapping[str, list[Finding]]) -> None:
    codes = {finding.code for finding in findings.get(f"example_{number}.py", ())}
    if row.outcome == "harmless":
        assert not codes
    else:
        assert codes


@every_row
def test_redirected_is_not(number: int, row: LibraryDefaultRow, findings: Mapping[str, list[Finding]]) -> None:
    assert not [finding.message for finding in findings.get(f"counter_{number}.py", ())]
