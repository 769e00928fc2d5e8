from __future__ import annotations

import pytest
from msgspec.structs import replace

from lambdalint.engine.consolidate import Places, fingerprint, merge, statement_hash, without_inline_fix
from lambdalint.model import Confidence, Edit, Finding, Fix, InlineSource, Label, Safety, Severity, Span, Step


def finding(code: str = "LMB102", line: int = 1, path: str = "app.py", **changes: object) -> Finding:
    base = Finding(code, "a-rule", "message", Severity.WARNING, Confidence.MEDIUM, Span(path, line, 5, line, 9))
    return replace(base, **changes)


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


def hash_of(text: str, line: int = 1, end_line: int | None = None, column: int = 1) -> str:
    lines = text.split("\n")
    span = Span("app.py", line, column, end_line or len(lines), 9)
    return statement_hash(finding(span=span), lines)


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
    assert all(len(one) == 32 for one in different)


def test_fingerprints_stay_when_statements_change_places() -> None:
    before = prints(["open('x')", "open('y')"], 1, 2)
    assert prints(["open('y')", "", "open('x')"], 1, 3) == before[::-1]


def test_equal_statements_are_numbered_in_order() -> None:
    lines = ["open('x')", "open('y')", "open('x')"]
    first, _, second = prints(lines, 1, 2, 3)
    assert prints(["open('x')"], 1) == [first]
    assert prints(["open('x')", "open('x')"], 1, 2) == [first, second]


def test_a_fingerprint_of_a_line_that_does_not_exist() -> None:
    assert prints([], 7) == prints(["x"], 7)


def test_where_there_is_no_text_the_message_counts() -> None:
    one, same, other = fingerprint([finding(line=7), finding(line=8), finding(line=9, message="other")], {})
    assert len({one.fingerprint, same.fingerprint, other.fingerprint}) == 3
    assert statement_hash(one, ()) == statement_hash(same, ()) != statement_hash(other, ())


def test_a_line_without_code_counts_whatever_the_message_says() -> None:
    one, other = finding(message="22 MiB"), finding(message="23 MiB")
    for line in ("# Copyright", "", "\t"):
        assert statement_hash(one, [line]) == statement_hash(other, [line])
    assert len({statement_hash(one, [line]) for line in ("", "# Copyright", "# Other")}) == 3
    assert statement_hash(one, ["# Copyright"]) == statement_hash(one, ["#  Copyright  # noqa: LMB102 why"])
    assert statement_hash(one, ["# lambdalint: ignore[LMB102] why"]) == statement_hash(one, [""])


def test_a_fingerprint_names_the_file_as_the_project_does() -> None:
    here, below = finding(path="src/app.py"), finding(path="app.py")
    lines = ["open('x')"]
    (one,) = fingerprint([here], {"src/app.py": lines}, path_of=lambda path: path.removeprefix("src/"))
    (two,) = fingerprint([below], {"app.py": lines})
    (three,) = fingerprint([here], {"src/app.py": lines})
    assert one.fingerprint == two.fingerprint != three.fingerprint
    assert one.span == here.span


def test_two_files_that_their_projects_call_the_same_are_told_apart() -> None:
    found = fingerprint([finding(path="one/app.py"), finding(path="two/app.py")], {}, path_of=lambda path: path[4:])
    assert len({item.fingerprint for item in found}) == 2


@pytest.mark.parametrize(
    "text",
    [
        "    with open('a b',\n        'w') as out:",
        "\twith  open( 'a b' , 'w' )  as out :",
        "with open('a b', 'w') as out:  # noqa: LMB102",
        "with open(\n    # the place\n    'a b',  # here\n    'w'\n) as out:",
        "with open('a b', 'w') as out:\r",
    ],
)
def test_spacing_and_comments_do_not_count(text: str) -> None:
    assert hash_of(text) == hash_of("with open('a b', 'w') as out:")


@pytest.mark.parametrize(
    "text",
    [
        "with open('ab', 'w') as out:",
        "with open('a c', 'w') as out:",
        "with open('a b', 'a') as out:",
        "with open('a b  # x', 'w') as out:",
        'with open("a b", "w") as out:',
        "with open('a b', 'w') as other:",
        "with open('a b', 'w') as out:\n    pass",
    ],
)
def test_everything_else_counts(text: str) -> None:
    assert hash_of(text) != hash_of("with open('a b', 'w') as out:")


def test_what_looks_like_a_comment_in_a_string_counts() -> None:
    quoted = ["f('a # {}')", 'f("a # {}")', "f('''\n # {}\n''')", 'f("""\n # {}\n""")', r"f('it\' # {}')"]
    assert len({hash_of(text.format(name)) for text in quoted for name in "ab"}) == 10


def test_spacing_in_a_string_counts_once() -> None:
    assert hash_of("f('''\n    select 1\n''')") == hash_of("f('''\n  select  1\n  ''')") != hash_of("f('''select1''')")


def test_only_the_beginning_of_a_long_statement_counts() -> None:
    lines = [f"line({number})," for number in range(40)]
    assert hash_of("\n".join(lines)) == hash_of("\n".join([*lines[:30], "other"]), end_line=40)
    assert hash_of("\n".join(lines)) != hash_of("\n".join(["other", *lines[1:]]))


def test_of_a_very_long_line_the_part_at_the_finding_counts() -> None:
    line = "".join(f"f({number})," for number in range(100_000))
    assert hash_of(line, column=5000) != hash_of(line, column=6000)
    assert hash_of(line, column=5000) == hash_of(line + "f()", column=5000)


@pytest.mark.parametrize("quotes", ["'''", '"""', "'", '"', "\\'", "'\\", " # "])
def test_quotes_without_end_are_read_in_reasonable_time(quotes: str) -> None:
    assert len(hash_of(quotes * 100_000)) == 32


def test_code_inside_a_template_is_reported_there() -> None:
    source = InlineSource("t.yaml", "t.yaml::F", "import os\nopen('x')\n", ((7, 10), (8, 10)))
    places = Places({"t.yaml::F": source}, {})
    inside = Span("t.yaml::F", 2, 1, 2, 10)
    original = finding(span=inside, trace=(Step(inside, "here"),), labels=(Label(Span("app.py", 1, 1, 1, 2), "there"),))
    moved = original.moved(places.in_tree)
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
