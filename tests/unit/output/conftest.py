"""A report with one of everything."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lambdalint.model import (
    Confidence,
    Edit,
    Finding,
    Fix,
    FunctionReport,
    Label,
    Problem,
    Report,
    Safety,
    Severity,
    Span,
    Step,
    Summary,
)
from output.hostile_text import HOSTILE, HOSTILE_PATH

SOURCE = 'import os\n\n\ndef handler(event, context):\n\twith open("报告.csv", "w") as out:\n\t\tout.write("x")\n'


@pytest.fixture
def report() -> Report:
    span = Span("src/app.py", 5, 12, 5, 20)
    edit = Edit(span, '"/tmp/x"')
    finding = Finding(
        code="LMB102",
        name="relative-path-write",
        message='"报告.csv" is written to the read-only working directory',
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        span=span,
        functions=("Report", "Other"),
        trace=(Step(Span.point("src/app.py", 4), "Report is invoked: handler"), Step(span, "open(...)")),
        labels=(Label(Span.point("template.yaml", 7), "the room is declared here"),),
        fix=Fix("Write below tempfile.gettempdir()", (edit,), Safety.SAFE),
        fingerprint="f" * 32,
    )
    advice = Finding(
        code="LMB301",
        name="unique-file-never-removed",
        message="never removed",
        severity=Severity.INFO,
        confidence=Confidence.MEDIUM,
        span=Span("src/app.py", 5, 7, 6, 17),
        fingerprint="e" * 32,
    )
    function = FunctionReport(
        "Report", "app.handler", "template.yaml", 3, "aws-lambda", 512, "SAM", ("app.handler", "GET /")
    )
    bare = FunctionReport("Other", None, "serverless.yml", 9, "vercel", None, "Serverless Framework", ())
    return Report(
        tool="lambdalint 0.1.0",
        findings=(finding, advice),
        functions=(function, bare),
        summary=Summary(files=41, functions=2, findings=2, fixable=1, unresolved=3),
        problems=tuple(Problem(Span.point("a.py", line), "cannot be read") for line in range(1, 14)),
        notes=(Problem(Span.point("b.py", 2), "import of x is not resolved", "note"),),
        sources={"src/app.py": SOURCE},
    )


@pytest.fixture
def hostile(report: Report) -> Report:
    """A report whose every text wants to be something else, and one finding that says that nothing was judged."""
    finding = report.findings[0]
    span = replace(finding.span, path=HOSTILE_PATH)
    bad = replace(
        finding,
        message=HOSTILE,
        span=span,
        functions=(HOSTILE,),
        trace=(Step(replace(span, line=2, end_line=2), HOSTILE),),
        labels=(Label(span, HOSTILE),),
        fix=Fix(HOSTILE, (Edit(span, HOSTILE),), Safety.UNSAFE),
    )
    failed = Finding(
        code="LMB999",
        name="internal-error",
        message="lambdalint failed while judging this file",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        span=Span.point("."),
        fingerprint="d" * 32,
    )
    return replace(
        report,
        findings=(bad, failed),
        functions=(replace(report.functions[0], name=HOSTILE, path=HOSTILE_PATH),),
        problems=(Problem(span, HOSTILE),),
        notes=(Problem(span, HOSTILE, "note"),),
        sources={HOSTILE_PATH: SOURCE},
    )


@pytest.fixture
def empty(report: Report) -> Report:
    """The report on a project without findings."""
    summary = replace(report.summary, findings=0, fixable=0)
    return replace(report, findings=(), problems=(), notes=(), sources={}, summary=summary)
