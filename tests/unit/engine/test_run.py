from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

import lambdalint.deployment
from lambdalint.engine.run import check
from lambdalint.model import (
    Confidence,
    Deployment,
    ExplicitFunction,
    Function,
    InlineSource,
    Report,
    Room,
    Settings,
    Severity,
    Span,
)


def write(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def settings(*handlers: str, **changes: object) -> Settings:
    functions = []
    for handler in handlers:
        code_root, _, name = handler.rpartition("/")
        declared = ExplicitFunction(name, Span.point("pyproject.toml"), name=handler, code_root=code_root)
        functions.append(declared)
    base = Settings(functions=tuple(functions), signature_fallback=False)
    return replace(base, **changes)


def run(root: Path, given: Settings, *paths: str, cwd: str = "") -> Report:
    return check([Path(path) for path in paths or (".",)], given, cwd=root / cwd)


def places(report: Report) -> list[tuple[str, str, int]]:
    return [(item.code, item.span.path, item.span.line) for item in report.findings]


def test_a_finding_goes_all_the_way(tmp_path: Path) -> None:
    write(tmp_path, app="def handler(event, context):\n    open('x')\n", unused="x = 1\n")
    report = run(tmp_path, settings("app.handler"))
    (finding,) = report.findings
    assert (finding.code, finding.span) == ("LMB102", Span("app.py", 2, 5, 2, 14))
    assert finding.functions == ("app.handler",)
    assert [step.text for step in finding.trace] == ["app.handler is invoked", "opens"]
    assert len(finding.fingerprint) == 32
    assert report.sources == {"app.py": "def handler(event, context):\n    open('x')\n"}
    assert (report.summary.files, report.summary.functions, report.summary.findings) == (1, 1, 1)
    assert [item.entry_points for item in report.functions] == [("app.handler",)]
    assert report.tool.startswith("lambdalint ")


def test_functions_that_share_code_share_a_finding(tmp_path: Path) -> None:
    write(tmp_path, app="open('x')\n")
    first, second = settings("app.one").functions[0], settings("app.two").functions[0]
    report = run(tmp_path, settings("app.one", functions=(first, second)))
    assert [item.functions for item in report.findings] == [("app.one", "app.two")]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ["LMB102"]),
        ({"min_confidence": Confidence.LOW}, ["LMB102", "LMB301"]),
        ({"min_confidence": Confidence.LOW, "min_severity": Severity.WARNING}, ["LMB102"]),
        ({"min_confidence": Confidence.LOW, "select": ("LMB3",)}, ["LMB301"]),
        ({"min_confidence": Confidence.LOW, "ignore": ("LMB1",)}, ["LMB301"]),
        ({"select": ("LMB102",), "ignore": ("LMB1",)}, ["LMB102"]),
        ({"select": ("LMB1",), "ignore": ("LMB102",)}, []),
        ({"select": ("LMB3",), "extend_select": ("LMB1",)}, ["LMB102"]),
        ({"select": ()}, []),
    ],
)
def test_selection_and_thresholds(tmp_path: Path, changes: dict[str, object], codes: list[str]) -> None:
    write(tmp_path, app="open('x')\n")
    assert [item.code for item in run(tmp_path, settings("app.handler", **changes)).findings] == codes


def test_suppressions(tmp_path: Path) -> None:
    write(tmp_path, app="open('x')  # noqa: LMB102\nopen('y')  # noqa: E501\nopen('z')  # noqa\n")
    assert places(run(tmp_path, settings("app.handler"))) == [("LMB102", "app.py", 2)]


def test_a_reached_file_that_does_not_parse_is_a_finding_and_an_unreached_one_a_warning(
    tmp_path: Path,
) -> None:
    write(tmp_path, app="def f(:\n", script="print 'x'\n", fine="x = 1\n")
    report = run(tmp_path, settings("app.handler", select=("LMB102",)))
    assert places(report) == [("LMB900", "app.py", 1)]
    assert [(item.span.path, item.span.line) for item in report.problems] == [("script.py", 1)]
    assert "Python 2 syntax?" in report.problems[0].message
    assert report.notes == ()


def test_ignore_silences_what_was_not_judged_only_by_its_own_code(tmp_path: Path) -> None:
    write(tmp_path, app="def f(:\n")
    assert places(run(tmp_path, settings("app.handler", ignore=("LMB",)))) == [("LMB900", "app.py", 1)]
    assert places(run(tmp_path, settings("app.handler", ignore=("LMB900",)))) == []


def test_one_function_that_fails_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path, bad="explode\n", good="open('x')\n")
    report = run(tmp_path, settings("bad.handler", "good.handler"))
    assert [item.code for item in report.findings] == ["LMB102", "LMB999"]
    assert "analysing function bad.handler: RuntimeError: cannot analyse bad.handler at" in report.findings[1].message


def test_one_file_that_fails_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path, bad="open('x')  # confuse\n", good="open('x')\n")
    report = run(tmp_path, settings("bad.handler", "good.handler"))
    assert places(report) == [("LMB999", "bad.py", 1), ("LMB102", "good.py", 1)]
    assert "ValueError: cannot judge bad.py" in report.findings[0].message


def test_the_report_of_a_named_file_is_of_that_file(tmp_path: Path) -> None:
    write(tmp_path, a="open('x')\n", b="open('x')\n", broken="def f(:\n")
    (tmp_path / "pyproject.toml").touch()
    report = run(tmp_path, settings("a.handler", "b.handler"), "b.py")
    assert places(report) == [("LMB102", "b.py", 1)]
    assert report.summary.functions == 2
    assert report.problems == ()


def test_a_function_that_fails_is_said_of_named_files_too_but_not_another_file_that_fails(
    tmp_path: Path,
) -> None:
    write(tmp_path, a="open('x')  # confuse\n", b="open('x')\n", c="explode\n")
    (tmp_path / "pyproject.toml").touch()
    report = run(tmp_path, settings("a.handler", "b.handler", "c.handler"), "b.py")
    assert places(report) == [("LMB102", "b.py", 1), ("LMB999", "pyproject.toml", 1)]


def test_paths_are_relative_to_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, src__app="open('x')\n")
    (tmp_path / "pyproject.toml").touch()
    report = run(tmp_path, settings("src/app.handler"), "app.py", cwd="src")
    assert places(report) == [("LMB102", "app.py", 1)]
    assert set(report.sources) == {"app.py"}
    assert report.functions[0].path == "../pyproject.toml"


def test_a_linked_file_is_reported_once(tmp_path: Path) -> None:
    write(tmp_path, shared__tool="open('x')\n", fn__app="x = 1\n")
    (tmp_path / "fn/shared").symlink_to("../shared")
    report = run(tmp_path, settings("shared/tool.a", "fn/shared/tool.a"))
    assert places(report) == [("LMB102", "shared/tool.py", 1)]
    assert report.findings[0].functions == ("fn/shared/tool.a", "shared/tool.a")


TEMPLATE = """\
Resources:
  Fn:  # noqa: LMB102
    Type: AWS::Lambda::Function
    Properties:
      Code:
        ZipFile: |
          def handler(event, context):
              open('x')
              open('y')  # noqa: LMB102
              open('z')
"""


def test_inline_code_is_reported_in_its_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    code = [line[10:] for line in TEMPLATE.split("\n")[6:]]
    inline = InlineSource(
        "template.yaml", "template.yaml::Fn", "\n".join(code), tuple((line, 10) for line in range(7, 12))
    )
    function = Function("Fn", "index.handler", "", Room(), Span.point("template.yaml", 2), "SAM", inline=inline)
    monkeypatch.setattr(lambdalint.deployment, "read", lambda *_: Deployment((function,)))
    report = run(tmp_path, settings())
    assert [item.span for item in report.findings] == [
        Span("template.yaml", 8, 15, 8, 24),
        Span("template.yaml", 10, 15, 10, 24),
    ]
    assert report.findings[0].trace[0].span.path == "template.yaml"
    assert report.sources == {"template.yaml": TEMPLATE}


def test_a_deployment_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Deployment:
        raise KeyError("Resources")

    monkeypatch.setattr(lambdalint.deployment, "read", fail)
    (finding,) = run(tmp_path, settings()).findings
    assert (finding.code, finding.message.partition(":")[0]) == (
        "LMB999",
        "lambdalint failed while reading the deployment",
    )


def many(root: Path, count: int) -> Settings:
    for number in range(count):
        write(root, **{f"f{number:03}__app": f"import os\nopen('{number}')\n" if number % 7 else "open(:\n"})
        write(root, **{f"f{number:03}__unused": "x = 1\n" if number % 11 else "print 'x'\n"})
    return settings(*(f"f{number:03}/app.handler" for number in range(count)))


def test_the_report_is_the_same_for_any_executor_and_cache(tmp_path: Path) -> None:
    given = many(tmp_path, 120)
    serial = run(tmp_path, replace(given, cache=False))
    assert len(serial.findings) == 120
    assert run(tmp_path, given) == serial
    assert (tmp_path / ".lambdalint_cache/CACHEDIR.TAG").is_file()
    assert run(tmp_path, given) == serial
    with ThreadPoolExecutor(3) as pool:
        assert check([Path()], given, cwd=tmp_path, executor=pool) == serial


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="worker processes are not forked: no stand-ins in them")
def test_the_report_is_the_same_with_worker_processes(tmp_path: Path) -> None:
    given = many(tmp_path, 120)
    assert run(tmp_path, replace(given, jobs=2)) == run(tmp_path, given)


def test_a_cache_folder_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, app="open('x')\n", other="x = 1\n")
    (tmp_path / ".lambdalint_cache").touch()
    assert places(run(tmp_path, settings("app.handler"))) == [("LMB102", "app.py", 1)]


def test_progress_is_told_in_order(tmp_path: Path) -> None:
    write(tmp_path, app="open('x')\n")
    stages: list[str] = []
    check(
        [Path()],
        settings("app.handler"),
        cwd=tmp_path,
        progress=lambda stage, done, total: stages.append(stage),
    )
    assert list(dict.fromkeys(stages)) == [
        "collecting files",
        "reading the deployment",
        "following the code",
        "judging",
        "reading other files",
    ]


def test_hostile_files_raise_nothing(tmp_path: Path) -> None:
    for name, content in {
        "null.py": b"open('x')\0",
        "latin.py": b"open('\xff')\n",
        "coding.py": b"# coding: hex\nopen('x')\n",
        "deep.py": b"x = " + b"[" * 100_000,
        "template.yaml": b"\xff\xfe{{{: &a [*a, !!python/object:os.system x]",
        "serverless.yml": b"provider: " + b"[" * 5_000,
        "template.json": b"{" * 50_000,
    }.items():
        (tmp_path / name).write_bytes(content)
    report = run(tmp_path, settings("null.handler", "latin.handler", "coding.handler"))
    assert {item.code for item in report.findings} <= {"LMB102"}
    assert "deep.py" in {item.span.path for item in report.problems}
