from __future__ import annotations

from dataclasses import replace

import pytest

from lambdalint.engine.consolidate import Places, fingerprint, merge, move, without_inline_fix
from lambdalint.model import Confidence, Edit, Finding, Fix, InlineSource, Label, Safety, Severity, Span, Step


def finding(code: str = "LMB102", line: int = 1, path: str = "app.py", **changes: object) -> Finding:
    base = Finding(code, "a-rule", "message", Severity.WARNING, Confidence.MEDIUM, Span(path, line, 5, line, 9))
    return replace(base, **changes)  # type: ignore[arg-type] # the names are those of Finding


def test_equal_findings_become_one_for_all_functions() -> None:
    trace = (Step(Span.point("app.py"), "short"),)
    longer = (*trace, Step(Span.point("lib.py"), "long"))
    first = finding(functions=("A",), trace=trace)
    second = finding(functions=("B",), trace=longer, severity=Severity.ERROR, confidence=Confidence.HIGH)
    (merged,) = merge([second, first])
    assert merged.functions == ("A", "B")
    assert merged.trace == trace
    assert (merged.severity, merged.confidence) == (Severity.ERROR, Confidence.HIGH)


def test_order_does_not_depend_on_the_order_of_work() -> None:
    items = [finding(line=line, code=code) for line in (10, 9) for code in ("LMB301", "LMB102")]
    expected = [(9, "LMB102"), (9, "LMB301"), (10, "LMB102"), (10, "LMB301")]
    for given in (items, items[::-1]):
        assert [(item.span.line, item.code) for item in merge(given)] == expected


def prints(lines: list[str], *at: int, code: str = "LMB102", path: str = "app.py") -> list[str]:
    found = [finding(code=code, line=line, path=path) for line in at]
    return [item.fingerprint for item in fingerprint(found, {path: lines})]


def test_a_fingerprint_survives_lines_above_and_new_indentation() -> None:
    assert prints(["open('x')"], 1) == prints(["import os", "", "    open('x')"], 3)


def test_a_fingerprint_tells_findings_apart() -> None:
    lines = ["open('x')", "open('x')", "open('y')"]
    different = [
        *prints(lines, 1, 2, 3),
        *prints(lines, 1, code="LMB101"),
        *prints(lines, 1, path="other.py"),
    ]
    assert len(set(different)) == 5


def test_a_fingerprint_of_a_line_that_does_not_exist() -> None:
    assert prints([], 7) == prints(["x"], 7)


def test_code_inside_a_template_is_reported_there() -> None:
    source = InlineSource("t.yaml", "t.yaml::F", "import os\nopen('x')\n", ((7, 10), (8, 10)))
    places = Places({"t.yaml::F": source}, {})
    inside = Span("t.yaml::F", 2, 1, 2, 10)
    original = finding(span=inside, trace=(Step(inside, "here"),), labels=(Label(Span("app.py", 1, 1, 1, 2), "there"),))
    moved = move(original, places.in_tree)
    assert moved.span == Span("t.yaml", 8, 11, 8, 20)
    assert moved.trace[0].span == moved.span
    assert moved.labels[0].span.path == "app.py"


def test_a_fix_inside_a_template_is_dropped() -> None:
    source = InlineSource("t.yaml", "t.yaml::F", "x\n", ((1, 0),))
    edit = Edit(Span("t.yaml::F", 1, 1, 1, 2), "y")
    fixed = finding(fix=Fix("Mend it", (edit,), Safety.SAFE))
    assert without_inline_fix(fixed, {"t.yaml::F": source}).fix is None
    assert without_inline_fix(fixed, {}).fix is not None


@pytest.mark.parametrize(
    ("below", "path", "shown"),
    [
        ("", "src/app.py", "src/app.py"),
        ("src", "src/app.py", "app.py"),
        ("src", "template.yaml", "../template.yaml"),
        ("a/b", "a/c/x.py", "../c/x.py"),
        ("a/b", "a/b", "../b"),
        ("src", "srcs/x.py", "../srcs/x.py"),
    ],
)
def test_paths_are_relative_to_the_working_directory(below: str, path: str, shown: str) -> None:
    assert Places({}, {}, below).path_shown(path) == shown


def test_a_linked_file_is_reported_at_its_own_place() -> None:
    places = Places({}, {"fn/shared/x.py": "shared/x.py"})
    assert places.in_tree(Span.point("fn/shared/x.py", 3)) == Span.point("shared/x.py", 3)
