from __future__ import annotations

import json

from msgspec.structs import replace

from lambdalint.model import Confidence, Family, MountReport, Problem, Report, RuleMeta, Safety, Severity, Span
from lambdalint.output import concise, function_list, json_report, problems, rule_page
from lambdalint.output.rule_page import Option, RulePage


def test_concise(report: Report) -> None:
    assert concise.render(report) == (
        'src/app.py:5:12: LMB102 "报告.csv" is written to the read-only working directory\n'
        "src/app.py:5:7: LMB301 never removed\n"
    )


def test_concise_is_one_line_a_finding(report: Report) -> None:
    (first, _) = report.findings
    odd = replace(first, message="two\nlines", span=replace(first.span, path="a\nb.py"))
    assert concise.render(replace(report, findings=(odd,))) == "a\\nb.py:5:12: LMB102 two\\nlines\n"


def test_json_keeps_its_contract(report: Report) -> None:
    assert json.loads(json_report.render(report)) == {
        "version": 1,
        "tool": "lambdalint 0.1.0",
        "findings": [
            {
                "code": "LMB102",
                "name": "relative-path-write",
                "severity": "error",
                "confidence": "high",
                "message": '"报告.csv" is written to the read-only working directory',
                "path": "src/app.py",
                "line": 5,
                "column": 12,
                "end_line": 5,
                "end_column": 20,
                "functions": ["Report", "Other"],
                "fingerprint": "f" * 32,
                "trace": [
                    {"path": "src/app.py", "line": 4, "column": 1, "text": "Report is invoked: handler"},
                    {"path": "src/app.py", "line": 5, "column": 12, "text": "open(...)"},
                ],
                "fix": {
                    "title": "Write below tempfile.gettempdir()",
                    "safety": "safe",
                    "edits": [
                        {
                            "path": "src/app.py",
                            "line": 5,
                            "column": 12,
                            "end_line": 5,
                            "end_column": 20,
                            "text": '"/tmp/x"',
                        }
                    ],
                },
            },
            {
                "code": "LMB301",
                "name": "unique-file-never-removed",
                "severity": "info",
                "confidence": "medium",
                "message": "never removed",
                "path": "src/app.py",
                "line": 5,
                "column": 7,
                "end_line": 6,
                "end_column": 17,
                "functions": [],
                "fingerprint": "e" * 32,
                "trace": [],
                "fix": None,
            },
        ],
        "functions": [
            {
                "name": "Report",
                "handler": "app.handler",
                "path": "template.yaml",
                "line": 3,
                "platform": "aws-lambda",
                "tmp_mb": 512,
                "declared_by": "SAM",
                "entry_points": ["app.handler", "GET /"],
            },
            {
                "name": "Other",
                "handler": None,
                "path": "serverless.yml",
                "line": 9,
                "platform": "vercel",
                "tmp_mb": None,
                "declared_by": "Serverless Framework",
                "entry_points": [],
            },
        ],
        "summary": {"files": 41, "functions": 2, "findings": 2, "fixable": 1, "unresolved": 3},
    }


def test_json_holds_no_raw_control_characters_and_no_half_surrogates(report: Report) -> None:
    (first, _) = report.findings
    rendered = json_report.render(replace(report, findings=(replace(first, message="\x1b\x9b\u202e\ud800é"),)))
    assert rendered.isascii()
    assert "\x1b" not in rendered
    assert json.loads(rendered)["findings"][0]["message"] == "\x1b\x9b\u202e\ufffdé"


def test_ten_warnings_and_a_count(report: Report) -> None:
    lines = problems.render(report).splitlines()
    assert lines[0] == "warning: a.py:1: cannot be read"
    assert lines[10:] == ["warning: 3 more warnings (-v shows all)"]


def test_verbose_names_everything(report: Report) -> None:
    lines = problems.render(report, verbose=True).splitlines()
    assert len(lines) == 14
    assert lines[-1] == "note: b.py:2: import of x is not resolved"


def test_no_warnings(report: Report) -> None:
    assert problems.render(replace(report, problems=())) == ""


def test_the_list_of_functions(report: Report) -> None:
    (function, bare) = report.functions
    mounted = replace(
        function,
        code="src/app.py",
        runtime="python3.13",
        timeout=900,
        variants=("snap-start",),
        mounts=(MountReport("/mnt/models", "efs"),),
        layers=("Tables", "arn:aws:lambda:eu-central-1:123456789012:layer:Fonts:3"),
        environment=("BUCKET", "TABLE"),
    )
    image = replace(bare, package_type="image", confidence="medium")
    told = (Problem(Span.point("template.yaml", 40), "the handler of the function Third has no known value", "note"),)
    listed = replace(report, functions=(mounted, image), undeclared=told)
    assert function_list.render_text(listed) == (
        "FUNCTION  HANDLER      PLATFORM    /TMP     DECLARED BY\n"
        "\n"
        "Report    app.handler  aws-lambda  512 MB   SAM, template.yaml:3\n"
        "  code:         src/app.py\n"
        "  entry points: app.handler\n"
        "                GET /\n"
        "  runs:         python3.13, snap-start, timeout 900 s\n"
        "  mounts:       /mnt/models (efs)\n"
        "  layers:       Tables\n"
        "                arn:aws:lambda:eu-central-1:123456789012:layer:Fonts:3\n"
        "  environment:  BUCKET, TABLE\n"
        "\n"
        "Other     unknown      vercel      unknown  Serverless Framework, serverless.yml:9\n"
        "  code:         not found in the project\n"
        "  entry points: none found\n"
        "  runs:         image, medium confidence\n"
        "\n"
        "2 functions\n"
        "\n"
        "Not understood:\n"
        "  template.yaml:40: the handler of the function Third has no known value\n"
    )
    rendered = json.loads(function_list.render_json(listed))
    assert rendered["version"] == 1
    (first, second) = rendered["functions"]
    known = json.loads(json_report.render(listed))["functions"]
    assert [{key: one[key] for key in known[0]} for one in (first, second)] == known
    assert first["mounts"] == [{"path": "/mnt/models", "kind": "efs"}]
    assert (first["timeout"], first["environment"]) == (900, ["BUCKET", "TABLE"])
    assert rendered["unresolved"] == [
        {"path": "template.yaml", "line": 40, "column": 1, "severity": "note", "message": told[0].message}
    ]


def test_a_report_without_functions_lists_none(report: Report) -> None:
    assert function_list.render_text(replace(report, functions=())) == "0 functions\n"


PAGE = RulePage(
    RuleMeta(
        "LMB101",
        "write-outside-tmp",
        Family.READ_ONLY,
        Severity.ERROR,
        Confidence.HIGH,
        "A write outside every writable place.",
        "0.1.0",
        Safety.DISPLAY_ONLY,
    ),
    "## What it does\n\nFlags it.\n",
    (Option("writable", "a list of texts", "[]"),),
)


def test_the_page_of_a_rule() -> None:
    assert rule_page.render_markdown(PAGE) == (
        "# LMB101 write-outside-tmp\n"
        "\n"
        "A write outside every writable place.\n"
        "\n"
        "*family: read-only file system; severity: error; confidence: high; "
        "fix: display only; since: 0.1.0*\n"
        "\n"
        "## What it does\n"
        "\n"
        "Flags it.\n"
        "\n"
        "```toml\n"
        "[tool.lambdalint.rules.LMB101]\n"
        "writable = []  # a list of texts\n"
        "```\n"
    )
    plain = rule_page.render_text(PAGE)
    assert plain.startswith("LMB101 write-outside-tmp\n========================\n")
    assert "severity:    error\n" in plain
    page = json.loads(rule_page.render_json(PAGE))
    assert (page["code"], page["fix"], page["options"][0]["default"]) == ("LMB101", "display_only", "[]")


def test_the_table_of_rules() -> None:
    header, row = rule_page.render_table([PAGE]).splitlines()
    assert header.split() == ["code", "name", "severity", "fix", "summary"]
    assert row == "LMB101  write-outside-tmp  error     display only  A write outside every writable place."
    assert [page["code"] for page in json.loads(rule_page.render_json_table([PAGE]))] == ["LMB101"]
