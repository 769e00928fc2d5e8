from __future__ import annotations

from textwrap import dedent

import pytest

from lambdalint.engine.add_noqa import Additions, ReasonError, additions, checked_reason
from lambdalint.engine.edits import apply_edits
from lambdalint.engine.suppressions import suppressions_of
from lambdalint.model import Confidence, Finding, Severity, Span


def finding(line: int, code: str = "LMB102", path: str = "a.py", column: int = 1) -> Finding:
    return Finding(code, "a-rule", "message", Severity.ERROR, Confidence.HIGH, Span.point(path, line, column))


def added(text: str, *findings: Finding, path: str = "a.py", reason: str = "REASON") -> tuple[str, Additions]:
    result = additions(findings, {path: text}, reason)
    edits = [edit for change in result.changes for edit in change.edits]
    return apply_edits(path, text.encode(), edits).decode(), result


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("open('x')\n", 1, "open('x')  # noqa: LMB102 REASON\n"),
        ("open('x')", 1, "open('x')  # noqa: LMB102 REASON"),
        ("open('x') \t\r\nx = 1\r\n", 1, "open('x')  # noqa: LMB102 REASON \t\r\nx = 1\r\n"),
        ("x = 1\ropen('x')\r", 2, "x = 1\ropen('x')  # noqa: LMB102 REASON\r"),
        ("f(1,\n  open('x'),\n)\n", 2, "f(1,\n  open('x'),  # noqa: LMB102 REASON\n)\n"),
        ("open(\n  'x'\n)\n", 1, "open(  # noqa: LMB102 REASON\n  'x'\n)\n"),
        (
            "with open('x'), \\\n  open('y'):\n  pass\n",
            1,
            "with open('x'), \\\n  open('y'):  # noqa: LMB102 REASON\n  pass\n",
        ),
        ("open('''\nx''',\n'w')\n", 1, "open('''\nx''',  # noqa: LMB102 REASON\n'w')\n"),
        ("f(open('x'), f'''{\n1}\n''')\n", 1, "f(open('x'), f'''{\n1}\n''')  # noqa: LMB102 REASON\n"),
        ("x = 1; open('x')\n", 1, "x = 1; open('x')  # noqa: LMB102 REASON\n"),
        ("open('x')  # why\n", 1, "open('x')  # why  # noqa: LMB102 REASON\n"),
        ("open('x')  # noqa: E501\n", 1, "open('x')  # noqa: E501, LMB102 REASON\n"),
        ("open('x')  # noqa:E501,F401 long\n", 1, "open('x')  # noqa:E501,F401, LMB102 long; REASON\n"),
        ("open('x')  # noqa: E501 (REASON)\n", 1, "open('x')  # noqa: E501, LMB102 (REASON)\n"),
        ("open('x')  # noqa: E501  # long\n", 1, "open('x')  # noqa: E501, LMB102 REASON  # long\n"),
        ("open('x')  # noqa: E501 # type: ignore\n", 1, "open('x')  # noqa: E501, LMB102 REASON # type: ignore\n"),
        ("open('x')  # lambdalint: ignore[LMB3]\n", 1, "open('x')  # lambdalint: ignore[LMB3, LMB102] REASON\n"),
        (
            "open('x')  # lambdalint: ignore[LMB3 ] old\n",
            1,
            "open('x')  # lambdalint: ignore[LMB3, LMB102 ] old; REASON\n",
        ),
        (
            "open('x')  # lambdalint: ignore-file[LMB3] old\n",
            1,
            "open('x')  # lambdalint: ignore-file[LMB3] old  # noqa: LMB102 REASON\n",
        ),
        ("# noqa: LMB3\nopen('x')\n", 2, "# noqa: LMB3\nopen('x')  # noqa: LMB102 REASON\n"),
        (
            "\x0c\nif x:\n\topen('\N{GRINNING FACE}')\n",
            3,
            "\x0c\nif x:\n\topen('\N{GRINNING FACE}')  # noqa: LMB102 REASON\n",
        ),
    ],
)
def test_python(before: str, line: int, after: str) -> None:
    text, result = added(before, finding(line))
    assert text == after
    assert result.problems == ()
    assert suppressions_of("a.py", text).cover("LMB102", line)


def test_all_codes_of_a_line_stand_in_one_comment() -> None:
    findings = [finding(1, "LMB301"), finding(1), finding(2, "LMB303"), finding(1, column=9)]
    text, result = added("open('x'); open('y')\nx = 1\n", *findings)
    assert text == "open('x'); open('y')  # noqa: LMB102, LMB301 REASON\nx = 1  # noqa: LMB303 REASON\n"
    assert [change.codes for change in result.changes] == [("LMB301", "LMB102", "LMB102"), ("LMB303",)]


def test_several_lines_that_end_together_have_one_comment() -> None:
    text, _ = added("f(open('x'), \\\n  open('y'))\n", finding(1), finding(2, "LMB301"))
    assert text == "f(open('x'), \\\n  open('y'))  # noqa: LMB102, LMB301 REASON\n"


@pytest.mark.parametrize("code", ["LMB900", "LMB999"])
def test_what_was_not_judged_is_never_silenced(code: str) -> None:
    assert added("x = (\n", finding(1, code)) == ("x = (\n", Additions((), ()))


def test_a_file_that_breaks_off() -> None:
    text, result = added("open('x')\nopen('y', '''\n", finding(1), finding(2))
    assert text == "open('x')  # noqa: LMB102 REASON\nopen('y', '''\n"
    assert [(str(one.span), one.message) for one in result.problems] == [
        ("a.py:2:1", "no comment can silence LMB102 here")
    ]


@pytest.mark.parametrize(
    ("before", "code", "column", "after"),
    [
        ("x = 1  # noqa: LMB102\n", "LMB901", 16, "x = 1  # noqa: LMB102, LMB901 REASON\n"),
        ("# lambdalint: ignore[LMB102]\nx = 1\n", "LMB901", 22, "# lambdalint: ignore[LMB102, LMB901] REASON\nx = 1\n"),
        (
            "# lambdalint: ignore-file[LMB102]\n",
            "LMB901",
            27,
            "# lambdalint: ignore-file[LMB102]  # noqa: LMB901 REASON\n",
        ),
        (
            "# lambdalint: ignore-file[LMB102]  # noqa\n",
            "LMB901",
            27,
            "# lambdalint: ignore-file[LMB102]  # noqa  # lambdalint: ignore[LMB901] REASON\n",
        ),
        ("x = 1  # noqa: LMB102\n", "LMB902", 8, "x = 1  # noqa: LMB102 REASON\n"),
        ("x = 1  # noqa: LMB102  #nosec\n", "LMB902", 8, "x = 1  # noqa: LMB102 REASON  #nosec\n"),
        (
            "x = 1  # noqa: E501 # lambdalint: ignore[LMB102] # type: ignore\n",
            "LMB902",
            21,
            "x = 1  # noqa: E501 # lambdalint: ignore[LMB102] REASON # type: ignore\n",
        ),
        ("# lambdalint: ignore-file[LMB102]\n", "LMB902", 1, "# lambdalint: ignore-file[LMB102] REASON\n"),
    ],
)
def test_findings_on_suppressions(before: str, code: str, column: int, after: str) -> None:
    text, _ = added(before, finding(1, code, column=column))
    assert text == after
    if code == "LMB901":
        assert suppressions_of("a.py", text).cover(code, 1)


def test_a_code_and_the_reason_that_is_missing_are_added_together() -> None:
    text, _ = added("open('x')  # noqa: LMB3\n", finding(1), finding(1, "LMB902", column=12))
    assert text == "open('x')  # noqa: LMB3, LMB102 REASON\n"


@pytest.mark.parametrize(
    ("path", "before", "line", "after"),
    [
        ("t.yaml", "a: 1\nb: 2\n", 1, "a: 1  # lambdalint: ignore[LMB102] REASON\nb: 2\n"),
        ("t.yaml", "a: 1  # why\n", 1, "a: 1  # why  # lambdalint: ignore[LMB102] REASON\n"),
        ("t.yaml", "a: 1  # noqa: LMB3\n", 1, "a: 1  # noqa: LMB3, LMB102 REASON\n"),
        ("t.yaml", "a: 'b # c'\n", 1, "a: 'b # c'  # lambdalint: ignore[LMB102] REASON\n"),
        ("t.yaml", "a: {b: 1,\n c: 2}\n", 1, "a: {b: 1,  # lambdalint: ignore[LMB102] REASON\n c: 2}\n"),
        ("t.yaml", "a: >\n  b\n", 1, "a: >  # lambdalint: ignore[LMB102] REASON\n  b\n"),
        ("t.yaml", 'a:\n  b: "c\n  d"\n', 2, 'a:\n  # lambdalint: ignore[LMB102] REASON\n  b: "c\n  d"\n'),
        ("t.yaml", 'a: "c\n  d"\n', 2, 'a: "c\n  d"  # lambdalint: ignore[LMB102] REASON\n'),
        (
            "t.yaml",
            'a:\r\n  # lambdalint: ignore[LMB3] x\r\n  b: "c\r\n  d"\r\n',
            3,
            'a:\r\n  # lambdalint: ignore[LMB3, LMB102] x; REASON\r\n  b: "c\r\n  d"\r\n',
        ),
        ("a.template", "a: 1\n", 1, "a: 1  # lambdalint: ignore[LMB102] REASON\n"),
        ("requirements.txt", "boto3==1.0 \n", 1, "boto3==1.0  # lambdalint: ignore[LMB102] REASON \n"),
        (
            "requirements.txt",
            "boto3==1.0 \\\n  --hash=x\n",
            1,
            "# lambdalint: ignore[LMB102] REASON\nboto3==1.0 \\\n  --hash=x\n",
        ),
        ("pyproject.toml", 'a = "#"\n', 1, 'a = "#"  # lambdalint: ignore[LMB102] REASON\n'),
        ("Pipfile", "boto3 = '*'\n", 1, "boto3 = '*'  # lambdalint: ignore[LMB102] REASON\n"),
        ("Makefile", "a:\n\tpip x\n", 2, "a:\n\tpip x  # lambdalint: ignore[LMB102] REASON\n"),
        ("Makefile", "A := b\n", 1, "# lambdalint: ignore[LMB102] REASON\nA := b\n"),
        ("Makefile", "A := b  # c\n", 1, "A := b  # c  # lambdalint: ignore[LMB102] REASON\n"),
        (
            "Makefile",
            "a:\n\tpip \\\n\t x \\\n\t y\n",
            3,
            "a:\n\t# lambdalint: ignore[LMB102] REASON\n\tpip \\\n\t x \\\n\t y\n",
        ),
        ("a.sh", "cd x\npip \\\n x\n", 2, "cd x\n# lambdalint: ignore[LMB102] REASON\npip \\\n x\n"),
        ("a.sh", "pip \\\n x\n", 2, "pip \\\n x  # lambdalint: ignore[LMB102] REASON\n"),
        ("a.sh", "pip 'a\nb'\n", 1, "# lambdalint: ignore[LMB102] REASON\npip 'a\nb'\n"),
        ("bin/b", "#!/bin/sh\npip x\n", 2, "#!/bin/sh\npip x  # lambdalint: ignore[LMB102] REASON\n"),
        ("a.ts", "new F({\n});\n", 1, "new F({  // lambdalint: ignore[LMB102] REASON\n});\n"),
        ("a.ts", "f();  // why\n", 1, "f();  // why  // lambdalint: ignore[LMB102] REASON\n"),
        ("a.ts", "f();  // noqa: LMB3\n", 1, "f();  // noqa: LMB3, LMB102 REASON\n"),
        ("main.tf", "a = 1\n", 1, "a = 1  # lambdalint: ignore[LMB102] REASON\n"),
        ("main.tf", "a = 1 // why\n", 1, "a = 1 // why  // lambdalint: ignore[LMB102] REASON\n"),
        ("main.tf", 'a = "# b"\n', 1, 'a = "# b"  # lambdalint: ignore[LMB102] REASON\n'),
        ("Dockerfile", "COPY a b\n", 1, "# lambdalint: ignore[LMB102] REASON\nCOPY a b\n"),
        ("Dockerfile", "RUN a \\\n  b\n", 2, "# lambdalint: ignore[LMB102] REASON\nRUN a \\\n  b\n"),
        ("a.ts", "\tf(`a\n`);\n", 1, "\t// lambdalint: ignore[LMB102] REASON\n\tf(`a\n`);\n"),
        ("pyproject.toml", 'a = """\n"""\n', 1, '# lambdalint: ignore[LMB102] REASON\na = """\n"""\n'),
    ],
)
def test_other_files(path: str, before: str, line: int, after: str) -> None:
    text, result = added(before, finding(line, path=path), path=path)
    assert text == after
    assert result.problems == ()
    found = suppressions_of(path, text)
    assert found.cover("LMB102", line + text.count("\n") - before.count("\n"))


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("t.json", '{"a": 1}\n', 1),
        ("a.template", '\n {"a": 1}\n', 2),
        ("notes", "pip\n", 1),
        ("Pipfile.lock", "{}\n", 1),
        ("a.sh", "cat <<E\na\nb\nE\n", 2),
        ("a.sh", "cat <<E\na\nb\nE\n", 4),
        ("a.ts", "x = `\na\nb`;\n", 2),
        ("t.yaml", "a: >\n  b\n  c\n", 3),
        ("t.yaml", 'a: "b\n  c\n  d"\n', 2),
        ("t.yaml", "a: 1\n", 7),
        ("requirements.txt", "a \\\n  --hash=x \\\n  --hash=y\n", 2),
        ("a.toml", "a = '''\nb\n'''\n", 2),
    ],
)
def test_where_no_comment_can_stand(path: str, text: str, line: int) -> None:
    after, result = added(text, finding(line, path=path), path=path)
    assert (after, result.changes) == (text, ())
    assert [one.message for one in result.problems] == ["no comment can silence LMB102 here"]


TEMPLATE = dedent(
    """\
    Code:
      ZipFile: !Sub |
        import os

        def handler(event, context):
            open("${Name}", '''
        # noqa''')
            os.mkdir("x")  # noqa: E501
    Name: x
    """
)


def test_code_in_a_template_has_comments_of_its_own() -> None:
    text, result = added(TEMPLATE, finding(6, path="t.yaml"), finding(8, "LMB3", path="t.yaml"), path="t.yaml")
    assert result.problems == ()
    assert text == TEMPLATE.replace("noqa''')", "noqa''')  # noqa: LMB102 REASON").replace("E501", "E501, LMB3 REASON")


def test_a_reason_that_a_template_would_fill_in_does_not_go_into_its_code() -> None:
    findings = finding(2, path="t.yaml"), finding(8, path="t.yaml")
    text, result = added(TEMPLATE, *findings, path="t.yaml", reason="see ${Url}")
    assert text == TEMPLATE.replace("Sub |", "Sub |  # lambdalint: ignore[LMB102] see ${Url}")
    assert [str(one.span) for one in result.problems] == ["t.yaml:8:1"]


def test_a_file_without_text_is_named() -> None:
    result = additions([finding(1)], {}, "REASON")
    assert (result.changes, len(result.problems)) == ((), 1)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("the folder is mounted", "the folder is mounted"),
        ("  as of 2024 ", "as of 2024"),
        ("- see #12", "see #12"),
        ("noqa is right here", "noqa is right here"),
        ("C# calls it", "C# calls it"),
        ("CVE-2020-1", "CVE-2020-1"),
        ("gr\N{LATIN SMALL LETTER O WITH DIAERESIS}\N{LATIN SMALL LETTER SHARP S}er", "größer"),
    ],
)
def test_reasons(given: str, text: str) -> None:
    assert checked_reason(given) == text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "the reason is empty"),
        (" \t ", "the reason is empty"),
        (" - ", "the reason is empty"),
        ("a\nb", "the reason is more than one line of text"),
        ("a\x0bb", "the reason is more than one line of text"),
        ("a\x85b", "the reason is more than one line of text"),
        ("a\N{LINE SEPARATOR}b", "the reason is more than one line of text"),
        ("a\x1b[1mb", "the reason is more than one line of text"),
        ("a\udcffb", "the reason is more than one line of text"),
        ("S3 is not there", "the reason begins with 'S3', which would be read as a code"),
        (", E501", "the reason begins with 'E501', which would be read as a code"),
        ("py3 only", "the reason begins with 'PY3', which would be read as a code"),
        ("a # noqa", "the reason holds a '#', which would begin another comment"),
        ("# lambdalint: ignore-file[LMB]", "the reason holds a '#', which would begin another comment"),
        ("a // noqa", "the reason holds a '//', which would begin another comment"),
        ("a #nosec", "the reason holds a '#', which would begin another comment"),
    ],
)
def test_reasons_that_are_refused(given: str, message: str) -> None:
    with pytest.raises(ReasonError) as caught:
        checked_reason(given)
    assert str(caught.value) == message


def test_a_formatted_string_stays_readable_for_older_versions() -> None:
    text, _ = added("f'''{\nopen('x')\n}'''\n", finding(2))
    assert text == "f'''{\nopen('x')\n}'''  # noqa: LMB102 REASON\n"
