from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lambdalint.model import Report, Span
from lambdalint.output import formats

if TYPE_CHECKING:
    from lambdalint.output.rule_page import RulePage


def no_pages() -> dict[str, RulePage]:
    return {}


def unwanted() -> dict[str, RulePage]:
    raise AssertionError("the pages of the rules are expensive")


def test_the_names() -> None:
    assert formats.FORMATS == (
        "text",
        "concise",
        "json",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "rdjson",
        "azure",
        "markdown",
    )
    assert set(formats.FORMATS) > formats.BELOW_REPOSITORY


def test_a_name_that_is_no_format(report: Report) -> None:
    with pytest.raises(ValueError, match="'sarif2' is not a format"):
        formats.render("sarif2", report, pages=no_pages)


@pytest.mark.parametrize("name", formats.FORMATS)
def test_each_format_renders(name: str, report: Report) -> None:
    assert "LMB102" in formats.render(name, report, pages=no_pages)


@pytest.mark.parametrize("name", formats.FORMATS)
def test_a_clean_report_needs_no_pages(name: str, empty: Report) -> None:
    formats.render(name, empty, pages=unwanted)


@pytest.mark.parametrize("name", [name for name in formats.FORMATS if name != "sarif"])
def test_only_sarif_shows_pages(name: str, report: Report) -> None:
    formats.render(name, report, pages=unwanted)


def test_color_and_summary_are_for_text(report: Report) -> None:
    assert "\x1b[" in formats.render("text", report, pages=no_pages, color=True)
    assert "2 findings" not in formats.render("text", report, pages=no_pages, summary=False)


@pytest.mark.parametrize("name", formats.FORMATS)
def test_utf_8_holds_each_format(name: str, hostile: Report) -> None:
    rendered = formats.render(name, hostile, pages=no_pages) + formats.step_summary(hostile)
    rendered.encode("utf-8")
    assert "\x1b" not in rendered
    assert "\x00" not in rendered


@pytest.mark.parametrize("name", [name for name in formats.FORMATS if name not in ("github", "azure")])
def test_what_is_printed_commands_no_service(name: str, hostile: Report) -> None:
    """GitHub's runner reads ``::`` at the start of a line and ``##[`` anywhere, Azure's agent ``##vso[`` anywhere."""
    rendered = formats.render(name, hostile, pages=no_pages)
    assert not [line for line in rendered.splitlines() if line.lstrip().startswith("::")]
    assert "##[" not in rendered
    assert "##vso[" not in rendered


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"GITHUB_ACTIONS": "true"}, "github"),
        ({"TF_BUILD": "True"}, "azure"),
        ({"GITLAB_CI": "true"}, "gitlab"),
        ({"GITHUB_ACTIONS": "true", "GITLAB_CI": "false"}, "github"),
        ({"GITHUB_ACTIONS": "false"}, None),
        ({"GITLAB_CI": ""}, None),
        ({"CI": "true"}, None),
        ({}, None),
    ],
)
def test_the_format_of_the_service(environ: dict[str, str], expected: str | None) -> None:
    assert formats.service_format(environ) == expected


def test_relocated_moves_each_path(report: Report) -> None:
    moved = formats.relocated(report, "services/reports")
    finding = moved.findings[0]
    assert finding.fix is not None
    assert finding.span == replace(report.findings[0].span, path="services/reports/src/app.py")
    assert [step.span.path for step in finding.trace] == ["services/reports/src/app.py"] * 2
    assert [label.span.path for label in finding.labels] == ["services/reports/template.yaml"]
    assert [edit.span.path for edit in finding.fix.edits] == ["services/reports/src/app.py"]
    assert [function.path for function in moved.functions] == [
        "services/reports/template.yaml",
        "services/reports/serverless.yml",
    ]
    assert {problem.span.path for problem in moved.problems} == {"services/reports/a.py"}
    assert {problem.span.path for problem in moved.notes} == {"services/reports/b.py"}
    assert moved.sources == {"services/reports/src/app.py": report.sources["src/app.py"]}
    assert (moved.summary, moved.tool) == (report.summary, report.tool)


@pytest.mark.parametrize(
    ("path", "below", "expected"),
    [
        ("../shared/io.py", "services/reports", "services/shared/io.py"),
        ("../../io.py", "services/reports", "io.py"),
        (".", "services", "services"),
        ("app.py", ".hidden", ".hidden/app.py"),
        ("/etc/app.py", "services", "/etc/app.py"),
        ("../app.py", "", "../app.py"),
    ],
)
def test_relocated_resolves_paths(report: Report, path: str, below: str, expected: str) -> None:
    finding = replace(report.findings[1], span=Span.point(path))
    moved = formats.relocated(replace(report, findings=(finding,)), below)
    assert moved.findings[0].span.path == expected


def test_importing_the_registry_imports_no_renderer() -> None:
    code = (
        "import sys; import lambdalint.output.formats;"
        "print(*sorted(name for name in sys.modules if name.startswith('lambdalint')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["lambdalint", "lambdalint.output", "lambdalint.output.formats"]
