from __future__ import annotations

from typing import TYPE_CHECKING

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from lambdalint.output import junit

if TYPE_CHECKING:
    from lambdalint.model import Report


def read(text: str) -> tuple[TestSuite, list[TestCase]]:
    """Read the suite as readers of test results do, which count for themselves."""
    (suite,) = JUnitXml.fromstring(text.encode("utf-8"))
    cases = list(suite)
    told = suite.tests, suite.failures, suite.errors, suite.skipped
    suite.update_statistics()  # type: ignore[no-untyped-call]  # junitparser leaves it untyped
    assert told == (suite.tests, suite.failures, suite.errors, suite.skipped)
    return suite, cases


def test_the_cases(report: Report) -> None:
    assert junit.render(report) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="lambdalint" tests="2" failures="2" errors="0" skipped="0" time="0">\n'
        '  <testsuite name="lambdalint" tests="2" failures="2" errors="0" skipped="0" time="0">\n'
        '    <testcase name="LMB102 src/app.py:5:12" classname="src/app" file="src/app.py" line="5" time="0">\n'
        '      <failure message="&quot;报告.csv&quot; is written to the read-only working directory" type="error">'
        'src/app.py:5:12: LMB102 "报告.csv" is written to the read-only working directory\n'
        "  src/app.py:4:1: Report is invoked: handler\n"
        "  src/app.py:5:12: open(...)\n"
        "  template.yaml:7:1: the room is declared here\n"
        "  functions: Report, Other</failure>\n"
        "    </testcase>\n"
        '    <testcase name="LMB301 src/app.py:5:7" classname="src/app" file="src/app.py" line="5" time="0">\n'
        '      <failure message="never removed" type="info">src/app.py:5:7: LMB301 never removed</failure>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_a_reader_counts_the_failures(report: Report) -> None:
    suite, cases = read(junit.render(report))
    assert (suite.name, suite.tests, suite.failures) == ("lambdalint", 2, 2)
    assert [(case.name, case.classname) for case in cases] == [
        ("LMB102 src/app.py:5:12", "src/app"),
        ("LMB301 src/app.py:5:7", "src/app"),
    ]


def test_what_was_not_judged_is_an_error(hostile: Report) -> None:
    suite, (bad, failed) = read(junit.render(hostile))
    assert (suite.tests, suite.failures, suite.errors) == (2, 1, 1)
    assert isinstance(bad.result[0], Failure)
    assert isinstance(failed.result[0], Error)


def test_a_hostile_text_is_xml(hostile: Report) -> None:
    _, (bad, _) = read(junit.render(hostile))
    message = bad.result[0].message
    assert message.startswith("x\\n::error::injected\\r\\n")
    assert "<img src=x onerror=alert(1)>" in message
    assert message.endswith("\\x1b[31m \\u202e \\ud800 \\x00 \ufffd")


def test_nothing_found_is_a_case_that_passed(empty: Report) -> None:
    suite, (case,) = read(junit.render(empty))
    assert (suite.tests, suite.failures, suite.errors) == (1, 0, 0)
    assert (case.name, case.is_passed) == ("no findings", True)
