from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lambdalint.output import markdown
from lambdalint.output.escape import escape
from lambdalint.output.markdown_text import code, prose, row
from output.hostile_text import HOSTILE
from output.readers import read_markdown

if TYPE_CHECKING:
    from lambdalint.model import Report

TABLE = """\
## lambdalint

2 findings (1 error) in 41 files, 2 functions; 1 fixable with --fix; \
3 handlers, imports or paths unresolved (-v names them)

| severity | rule | place | message |
| --- | --- | --- | --- |
| error | LMB102 relative-path-write | `src/app.py:5:12` | "报告.csv" is written to the read-only working directory |
| info | LMB301 unique-file-never-removed | `src/app.py:5:7` | never removed |
"""
WAYS = """
<details>
<summary>The ways there</summary>

- `src/app.py:5:12` LMB102
  - `src/app.py:4:1` Report is invoked: handler
  - `src/app.py:5:12` `open(...)`
  - `template.yaml:7:1` the room is declared here

</details>
"""


def test_the_document(report: Report) -> None:
    assert markdown.render(report) == TABLE + WAYS


def test_the_summary_of_a_step_is_followed_by_an_empty_line(report: Report) -> None:
    assert markdown.step_summary(report) == TABLE + "\n"


def test_nothing_found(empty: Report) -> None:
    line = "No findings in 41 files, 2 functions; 3 handlers, imports or paths unresolved (-v names them)"
    assert markdown.render(empty) == f"## lambdalint\n\n{line}\n"
    assert markdown.step_summary(empty) == f"## lambdalint\n\n{line}\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "writes 'a.csv' to /var/task/a.csv, which is read-only (daily): don't",
            "writes 'a.csv' to `/var/task/a.csv`, which is read-only (daily): don't",
        ),
        ("a new name (randint()), and", "a new name (`randint()`), and"),
        ("/tmp/{event['a'][]['b']}.jpg: use", "`/tmp/{event['a'][]['b']}.jpg`: use"),
        ("use os.path.basename().", "use `os.path.basename()`."),
        ("__init__ and *x*", "`__init__` and `*x*`"),
        ("wide 报告 text", "wide 报告 text"),
        ("@octocat, #12! GH-12 www.e.example", "`@octocat`, `#12`! `GH-12` `www.e.example`"),
        ("a `b` c", "a `` `b` `` c"),
        ("two\nlines", "`two\\nlines`"),
        ("...", "..."),
        ("", ""),
    ],
)
def test_prose(text: str, expected: str) -> None:
    assert prose(text) == expected


@pytest.mark.parametrize("text", ["a", "`", "``a`b", " a ", "a|b", "\\", "a\\|b", "\\`", "<b>&amp;", "$x$", HOSTILE])
def test_a_code_span_shows_what_it_is_given(text: str) -> None:
    read = read_markdown(code(text))
    assert read.markup == {"code_inline"}
    in_table = read_markdown(row("a") + row("-") + row(code(text)))
    assert in_table.rows[1] == [escape(text)]


def test_no_code_span_of_nothing() -> None:
    assert code("") == ""


def test_a_hostile_text_stays_text(hostile: Report) -> None:
    for document in (markdown.render(hostile), markdown.step_summary(hostile)):
        read = read_markdown(document)
        assert read.markup <= {"text", "code_inline"}
        assert read.html in ("", "<details>\n<summary>The ways there</summary>\n</details>\n")
        _, failed, bad = read.rows
        assert bad[0] == "error"
        assert bad[3] == escape(HOSTILE)
        assert len(bad) == len(failed) == 4


def test_no_word_of_a_hostile_text_is_left_to_the_service() -> None:
    """Mentions, references and bare addresses are found by the service in what is no code."""
    outside = "".join(part for index, part in enumerate(prose(HOSTILE.replace("`", "")).split("`")) if index % 2 == 0)
    assert not set(outside) & set("@#<>[]{}*_/\\$~|&")
    assert "www" not in outside


def test_a_summary_that_the_service_would_refuse_is_cut(report: Report) -> None:
    first, second = report.findings
    huge = replace(first, message="é" * 600_000)
    many = tuple(replace(second, message="m" * 500, span=replace(second.span, line=line)) for line in range(2000))
    document = markdown.step_summary(replace(report, findings=(huge, *many)))
    shown = len(read_markdown(document).rows) - 1
    assert len(document.encode("utf-8")) < 1024 * 1024
    assert 1000 < shown < 2000
    assert document.endswith(f"\n{2001 - shown} more findings would not fit here.\n\n")
    assert "é" not in document
