"""What of the findings a report shows: by file, by severity, by what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import git
from msgspec.structs import replace

import lambdalint.deployment
from lambdalint.engine import baseline
from lambdalint.engine.run import check
from lambdalint.engine.selection import OFF_BY_DEFAULT, is_selected
from lambdalint.model import (
    BASELINE_NAME,
    Deployment,
    ExplicitFunction,
    Function,
    PerFileIgnore,
    Report,
    Room,
    Settings,
    Severity,
    Span,
)

OPENING = "def handler(event, context):\n    open('x')\n"


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(OPENING, encoding="utf-8")


def settings(*handlers: str, **changes: object) -> Settings:
    functions = tuple(
        ExplicitFunction(handler, Span.point("pyproject.toml"), name=handler, code_root=code_root)
        for code_root, _, handler in (one.rpartition("/") for one in handlers)
    )
    base = Settings(functions=functions, signature_fallback=False)
    return replace(base, **changes)


def run(root: Path, given: Settings, *paths: str) -> Report:
    return check([Path(path) for path in paths or (".",)], given, cwd=root)


def places(report: Report) -> list[str]:
    return [str(item.span) for item in report.findings]


@pytest.mark.parametrize(
    ("pattern", "codes", "left"),
    [
        ("b.py", ("LMB1",), ["a/a.py:2:5"]),
        ("a/*", ("LMB102",), ["b/b.py:2:5"]),
        ("/a.py", ("LMB",), ["a/a.py:2:5", "b/b.py:2:5"]),
        ("!a/", ("LMB",), ["a/a.py:2:5"]),
        ("b/", ("LMB3",), ["a/a.py:2:5", "b/b.py:2:5"]),
    ],
)
def test_rules_are_ignored_by_file(tmp_path: Path, pattern: str, codes: tuple[str, ...], left: list[str]) -> None:
    write(tmp_path, "a/a.py", "b/b.py")
    given = settings("a/a.handler", "b/b.handler", per_file_ignores=(PerFileIgnore(pattern, codes),))
    assert places(run(tmp_path, given)) == left


def test_patterns_of_files_are_relative_to_the_configuration(tmp_path: Path) -> None:
    write(tmp_path, "sub/a/a.py")
    ignores = (PerFileIgnore("/sub/a/", ("LMB102",)),)
    given = settings("sub/a/a.handler", per_file_ignores=ignores, config_dir=tmp_path)
    assert places(run(tmp_path / "sub", given)) == []
    assert places(run(tmp_path / "sub", replace(given, per_file_ignores=()))) == ["a/a.py:2:5"]


def test_a_rule_has_the_severity_that_it_is_given(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    softer = settings("app.handler", severities={"LMB102": Severity.INFO})
    assert [item.severity for item in run(tmp_path, softer).findings] == [Severity.INFO]
    assert not run(tmp_path, replace(softer, min_severity=Severity.WARNING)).findings


def test_a_rule_that_is_off_needs_its_whole_code() -> None:
    (code,) = OFF_BY_DEFAULT
    assert not is_selected(code, Settings())
    assert not is_selected(code, Settings(extend_select=("LMB90",)))
    assert is_selected(code, Settings(extend_select=(code,)))
    assert not is_selected(code, Settings(extend_select=(code,), ignore=(code,)))


def test_a_template_that_is_named_stands_for_the_functions_it_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "one.py", "two.py")
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    (tmp_path / "other.yaml").write_text("Resources: {}\n")
    functions = (
        Function("One", "one.handler", "", Room(), Span.point("template.yaml"), "sam"),
        Function("Two", "two.handler", "", Room(), Span.point("other.yaml"), "sam"),
    )
    monkeypatch.setattr(lambdalint.deployment, "read", lambda *_: Deployment(functions))
    assert places(run(tmp_path, Settings(), "template.yaml")) == ["one.py:2:5"]
    assert places(run(tmp_path, Settings(), "other.yaml", "one.py")) == ["one.py:2:5", "two.py:2:5"]


@pytest.mark.parametrize("named", ["fn", "fn/app.py", "common", "common/app.py"])
def test_a_link_stands_for_the_file_behind_it(tmp_path: Path, named: str) -> None:
    write(tmp_path, "common/app.py", "other/app.py", "pyproject.toml")
    (tmp_path / "fn").mkdir()
    (tmp_path / "fn/app.py").symlink_to("../common/app.py")
    given = settings("fn/app.handler", "other/app.handler")
    assert places(run(tmp_path, given, named)) == ["common/app.py:2:5"]
    (tmp_path / "common/app.py").write_text(OPENING.replace("('x')", "('x')  # noqa: LMB102"), encoding="utf-8")
    report = run(tmp_path, given, named)
    assert (places(report), report.summary.suppressed) == ([], 1)


def test_only_functions_that_can_reach_what_is_named_are_analysed(tmp_path: Path) -> None:
    write(tmp_path, "a/a.py", "b/b.py", "pyproject.toml")
    report = run(tmp_path, settings("a/a.handler", "b/b.handler"), "a/a.py")
    assert [function.name for function in report.functions] == ["a.handler"]
    assert report.summary.files == 1


def test_unsaved_text_is_judged(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    unsaved = {tmp_path / "app.py": b"def handler(event, context):\n    pass\n    open('y')\n"}
    report = check([Path("app.py")], settings("app.handler"), cwd=tmp_path, overlay=unsaved)
    assert places(report) == ["app.py:3:5"]
    assert report.sources["app.py"].endswith("open('y')\n")


def test_what_was_not_judged_is_said_whatever_hides_findings(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    (tmp_path / "broken.py").write_text("def handler(:\n")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "all")):
        git(*command, cwd=tmp_path)
    given = settings("app.handler", "broken.handler", min_severity=Severity.ERROR)
    report = check([tmp_path], replace(given, severities={"LMB900": Severity.INFO}), cwd=tmp_path, changed_since="HEAD")
    assert [item.code for item in report.findings] == ["LMB900"]
    assert report.summary.unchanged == 1


def test_a_baseline_above_several_projects_is_stale_only_where_the_run_looked(tmp_path: Path) -> None:
    write(tmp_path, "a/a.py", "b/b.py", "a/pyproject.toml", "b/pyproject.toml")
    given = settings("a/a.handler", "b/b.handler")
    file = tmp_path / BASELINE_NAME
    file.write_bytes(baseline.encode(baseline.create(run(tmp_path, given), base=tmp_path, folder=tmp_path)))
    for folder in ("a", "b"):
        report = check([Path()], settings(f"{folder}.handler", baseline=file), cwd=tmp_path / folder)
        assert (places(report), report.summary.baselined, report.problems) == ([], 1, ())
    (tmp_path / "b/b.py").write_text("def handler(event, context):\n    pass\n")
    report = check([Path("../b")], settings("b.handler", baseline=file), cwd=tmp_path / "a")
    assert [str(problem.span) for problem in report.problems] == [f"../{BASELINE_NAME}:5:1"]
