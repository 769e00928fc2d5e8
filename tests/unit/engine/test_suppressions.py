from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalint.engine.suppression_comments import Kind, parts_of, without
from lambdalint.engine.suppressions import (
    Located,
    Silenced,
    may_suppress,
    python_suppressions,
    read_suppressions,
    silence,
    suppressions_of,
)
from lambdalint.model import Confidence, Finding, InlineSource, Severity, Span


def silent_lines(text: str, code: str = "LMB102") -> list[int]:
    found = python_suppressions(text)
    return [line for line in range(1, text.count("\n") + 2) if found.cover(code, line)]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#noqa",
        "# NOQA",
        "# noqa: LMB102",
        "# noqa:LMB102,E501",
        "# noqa: E501, LMB102",
        "# noqa: E501 LMB102",
        "# noqa: LMB1",
        "# noqa: lmb102",
        "# noqa: LMB102 the folder is mounted",
        "# noqa: LMB102 - the folder is mounted",
        "# noqa: E501, LMB102  # the folder is mounted",
        "# type: ignore # noqa: LMB102",
        "# lambdalint: ignore[LMB102]",
        "# lambdalint: ignore[LMB102] the folder is mounted",
        "# lambdalint:ignore[LMB101, LMB102]",
        "# lambdalint: ignore[LMB1]",
        "# lambdalint: ignore-file[LMB102]",
        "# noqa: E501 # lambdalint: ignore[LMB102]",
    ],
)
def test_comments_that_silence(comment: str) -> None:
    assert python_suppressions(f"open('x', 'w')  {comment}\n").cover("LMB102", 1)


@pytest.mark.parametrize(
    "text",
    [
        "open('x', 'w')  # noqa: E501",
        "open('x', 'w')  # noqa: LMB1020",
        "open('x', 'w')  # noqa: E501 # noqa: LMB102",
        "open('x', 'w')  # lambdalint: ignore[LMB101]",
        "open('x', 'w')  # lambdalint: ignore[] all of it",
        "open('x', 'w')  # lambdalint: ignore all of it",
        "open('x', 'w')  # flake8: noqa",
        "open('x', 'w')  # flake8: noqa: LMB102",
        "open('# noqa', 'w')",
        "open('# lambdalint: ignore-file[LMB102]', 'w')",
        "'''\n# flake8: noqa\n# lambdalint: ignore-file[LMB102]\n'''",
    ],
)
def test_what_does_not_silence(text: str) -> None:
    assert not python_suppressions(text + "\n").cover("LMB102", 1)


def test_holds_for_the_whole_logical_line_and_no_other() -> None:
    text = dedent(
        """\
        open(
            "x",
            "w",
        )  # noqa: LMB102
        open("y", "w")
        with open(
            "z",  # lambdalint: ignore[LMB102]
        ) as out:
            open("a", "w")
        """
    )
    assert silent_lines(text) == [1, 2, 3, 4, 6, 7, 8]


def test_a_comment_of_its_own_covers_the_statement_below() -> None:
    text = dedent(
        """\
        def f():
            # lambdalint: ignore[LMB102] mounted
            # by the template
            open(
                "x", "w")
            open("y", "w")
        # noqa: LMB102
        open("z", "w")
        """
    )
    assert silent_lines(text) == [2, 4, 5, 7]


def test_a_whole_file() -> None:
    text = "x = 1\n\n\ndef f():\n    pass  # lambdalint: ignore-file[LMB102]\n"
    assert silent_lines(text) == [1, 2, 3, 4, 5, 6]
    assert silent_lines(text, "LMB101") == []


def test_a_whole_file_as_in_flake8() -> None:
    assert silent_lines("x = 1\n# flake8: noqa\n") == [1, 2, 3]
    assert silent_lines("x = 1\n    # Flake8=noqa: E501, LMB1\n") == [1, 2, 3]
    assert silent_lines("x = 1\n# flake8: noqa: LMB2\n") == []


@pytest.mark.parametrize("tail", ["'''never closed", "(((", "\tx\n  y", "\\", "$?`", "\0"])
def test_a_file_that_breaks_off_keeps_what_stands_above(tail: str) -> None:
    assert python_suppressions(f"open('x')  # noqa: LMB102\n{tail}\n").cover("LMB102", 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_python(end: str) -> None:
    text = end.join(("x = 1\x0c", "y = '\x85 \N{LINE SEPARATOR}'", "open('x')  # noqa: LMB102", ""))
    assert [line for line in range(1, 5) if python_suppressions(text).cover("LMB102", line)] == [3]


def test_yaml() -> None:
    text = dedent(
        """\
        Resources:  # noqa: LMB501
          # lambdalint: ignore[LMB502] the VPC is set elsewhere
          Function:
            Url: https://example.org/#noqa
            Text: "a # noqa: LMB503
              # noqa: LMB503"  # noqa: LMB504
            Code: |  # noqa: LMB505
              open("x")  # noqa: LMB102
        # noqa: LMB506
        """
    )
    found = suppressions_of("template.yaml", text)

    def lines(code: str) -> list[int]:
        return [line for line in range(1, 12) if found.cover(code, line)]

    assert (lines("LMB501"), lines("LMB502"), lines("LMB503")) == ([1], [2, 3], [])
    assert (lines("LMB504"), lines("LMB505"), lines("LMB506")) == ([6], [7], [9, 10])
    assert lines("LMB102") == []


def test_yaml_that_is_not_valid_keeps_its_comments() -> None:
    found = suppressions_of("a.yml", "a: '# noqa: LMB501'\nb: ]  # noqa: LMB502\nc: 1  # noqa: LMB503\n")
    assert [found.cover(code, line) for line, code in enumerate(("LMB501", "LMB502", "LMB503"), 1)] == [
        False,
        True,
        True,
    ]


def test_toml_and_requirements() -> None:
    toml = suppressions_of(
        "a.toml", 'a = "# noqa: LMB1"\nb = """\n# noqa: LMB1\n"""  # noqa: LMB2\n# noqa: LMB3\nc = 1\n'
    )
    assert [[line for line in range(1, 8) if toml.cover(code, line)] for code in ("LMB1", "LMB2", "LMB3")] == [
        [],
        [4],
        [5, 6],
    ]
    text = "boto3  # noqa: LMB4\nx @ https://example.org/x.zip#noqa\n"
    requirements = suppressions_of("requirements.txt", text)
    assert [line for line in range(1, 4) if requirements.cover("LMB401", line)] == [1]
    assert not requirements.cover("LMB101", 2)
    assert suppressions_of("a.json", '{"a": 1}  # noqa').entries == ()


def silent_in(path: str, text: str, code: str = "LMB401") -> list[int]:
    found = suppressions_of(path, text)
    return [line for line in range(1, text.count("\n") + 2) if found.cover(code, line)]


IGNORE = "lambdalint: ignore[LMB401] why"


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("Pipfile", f'[packages]\nboto3 = "# {IGNORE}"\nx = "*"  # {IGNORE}\n', [3]),
        ("fn/Pipfile", f"# {IGNORE}\nboto3 = '*'\nx = '*'\n", [1, 2]),
        ("Makefile", f"all:\n\tpip install boto3  # {IGNORE}\n\techo 'a # {IGNORE}'\n", [2]),
        ("main.tf", f'a = 1 # {IGNORE}\nb = "${{c("d # {IGNORE}")}} # {IGNORE}"\n', [1]),
        (
            "main.tf",
            f"a = 1 // {IGNORE}\n/*\n# {IGNORE}\n*/\nb = <<E\n# {IGNORE}\nE\nc = 2\n# {IGNORE}\nd = 3\n",
            [1, 9, 10],
        ),
        ("Dockerfile", f"# {IGNORE}\nCOPY a b\nCOPY c d # {IGNORE}\n", [1, 2]),
        ("image/Dockerfile.lambda", f"RUN a \\\n  # {IGNORE}\n  b\n", [2, 3]),
        ("fn/rules.mk", f"A = it's  # {IGNORE}\nB = '  # {IGNORE}\n", [1, 2]),
        ("Makefile", f"all:\n\t# {IGNORE}\n\tpip install \\\n\t\tboto3\n\techo\n", [2, 3, 4]),
        ("build.sh", f"pip install \\\n  boto3 -t x  # {IGNORE}\necho\n", [1, 2]),
        ("build.sh", f"# don't\npip install boto3  # {IGNORE}\necho 'a\n # {IGNORE}\n'\n", [2]),
        ("build.sh", f'echo "$(cat "a" # {IGNORE}\n)" "\n # {IGNORE}\n" ${{#x}} \\\'  # {IGNORE}\n', [1, 4]),
        ("build.sh", f"cat <<'END' | x  # {IGNORE}\n# {IGNORE}\n'\nEND\ny  # {IGNORE}\n", [1, 5]),
        ("build.sh", f"cat <<END <<< $((1<<END))\n#  {IGNORE}\n", [2, 3]),
        ("bin/build", f"#!/usr/bin/env bash\npip install boto3  # {IGNORE}\n", [2]),
        ("bin/notes", f"pip install boto3  # {IGNORE}\n", []),
        (
            ".github/workflows/a.yml",
            f"a: |\n  pip x  # {IGNORE}\n  # it's\n  cat 'a # {IGNORE}'\nb: >\n  # {IGNORE}\n",
            [2],
        ),
        ("ci/buildspec.yml", f"a: |\n  cat <<E\n  # {IGNORE}\n  E\n  pip x  # {IGNORE}\n", [5]),
        ("template.yml", f"a: |\n  pip x  # {IGNORE}\n", []),
        ("lib/stack.ts", f"// {IGNORE}\nnew Function(this);\nx();  // {IGNORE}\ny(); # {IGNORE}\n", [1, 2, 3]),
        ("a.js", f"x = 'https://x' + \"// {IGNORE}\";\n/* // {IGNORE}\n// {IGNORE} */ y(); // {IGNORE}\n", [3]),
        ("a.ts", f"x = `a ${{f({{a: `b`}})}} // {IGNORE}\n// {IGNORE}\n${{ a // {IGNORE}\n}}`;\n", [3]),
        ("a.mjs", f"x = a / b; // {IGNORE}\ny = /['\"`]/.test(z); // {IGNORE}\nz = [/[/]'/]; // {IGNORE}\n", [1, 2, 3]),
        ("a.ts", f"x(); // @ts-ignore // {IGNORE}\ny(); // see https://a.b//{IGNORE}\n", [1, 2]),
    ],
)
def test_scripts_and_programs(path: str, text: str, lines: list[int]) -> None:
    assert silent_in(path, text) == lines


@pytest.mark.parametrize(
    ("path", "comment"), [("Pipfile", "#"), ("Makefile", "#"), ("a.sh", "#"), ("a.ts", "//"), ("a.cjs", "//")]
)
def test_whole_scripts_and_programs(path: str, comment: str) -> None:
    assert silent_in(path, f"{comment} lambdalint: ignore-file[LMB401] why\n\n") == [1, 2, 3]
    assert silent_in(path, f"\n{comment} flake8: noqa: LMB4 why\n") == [1, 2, 3]
    assert silent_in(path, f"x {comment} noqa: LMB4 why\ny {comment} noqa\nz\n") == [1, 2]


@pytest.mark.parametrize("text", ["'", '"', "`", "`${", '"$(', "<<A\n", "=/[", "=/a", "/*", "\\"])
@pytest.mark.parametrize("path", ["a.sh", "a.ts", "Makefile"])
def test_strings_without_end_are_read_in_reasonable_time(path: str, text: str) -> None:
    found = suppressions_of(path, text * 20_000 + f"\n// {IGNORE}\n")
    assert len(found.entries) <= 1


@pytest.mark.parametrize(
    ("comment", "kind", "codes", "reason"),
    [
        ("# noqa: LMB102", Kind.NOQA, ["LMB102"], ""),
        ("# noqa: LMB102 the reason", Kind.NOQA, ["LMB102"], "the reason"),
        ("# noqa: LMB102 - the reason", Kind.NOQA, ["LMB102"], "the reason"),
        ("# noqa: E501, LMB102  # the reason", Kind.NOQA, ["E501", "LMB102"], "the reason"),
        ("# noqa: LMB102  # noqa: E501", Kind.NOQA, ["LMB102"], ""),
        ("# noqa: LMB102 see #12", Kind.NOQA, ["LMB102"], "see #12"),
        ("# noqa: LMB102  # type: ignore", Kind.NOQA, ["LMB102"], ""),
        ("# noqa: LMB102  #nosec", Kind.NOQA, ["LMB102"], ""),
        ("# noqa: LMB102  # type: ignore  # the reason", Kind.NOQA, ["LMB102"], "the reason"),
        ("# noqa: LMB102  # type of folder is known", Kind.NOQA, ["LMB102"], "type of folder is known"),
        ("# noqa", Kind.NOQA, [], ""),
        ("# noqa everything", Kind.NOQA, [], "everything"),
        ("# flake8: noqa: LMB102: the reason", Kind.NOQA_FILE, ["LMB102"], "the reason"),
        ("# lambdalint: ignore[LMB102, lmb3] the reason", Kind.IGNORE, ["LMB102", "LMB3"], "the reason"),
        ("# lambdalint: ignore-file[LMB102] \N{EM DASH} reason", Kind.IGNORE_FILE, ["LMB102"], "reason"),
        ("# lambdalint: ignore[ LMB102 ]", Kind.IGNORE, ["LMB102"], ""),
    ],
)
def test_what_a_comment_says(comment: str, kind: Kind, codes: list[str], reason: str) -> None:
    (entry,) = python_suppressions(f"{comment}\nx = 1\n").entries
    assert (entry.kind, [one.code for one in entry.mentions], entry.reason) == (kind, codes, reason)


def test_places_of_codes_and_comments() -> None:
    text = 'x = "\N{GRINNING FACE}"  # type: ignore  # noqa: E501, LMB102 why  # lambdalint: ignore[lmb3]  # more\n'
    noqa, own = python_suppressions(text, "a.py").entries
    line = text.rstrip("\n")

    def at(span: Span) -> str:
        assert (span.path, span.line, span.end_line) == ("a.py", 1, 1)
        return line[span.column - 1 : span.end_column - 1]

    assert [at(one.span) for one in noqa.mentions] == ["E501", "LMB102"]
    assert [at(one.span) for one in own.mentions] == ["lmb3"]
    assert at(noqa.span) == "# noqa: E501, LMB102 why"
    assert at(own.span) == "# lambdalint: ignore[lmb3]"
    assert noqa.lines == range(1, 2)


FRAGMENTS = st.lists(
    st.sampled_from(
        (
            "# type: ignore",
            "#nosec",
            "# text",
            "#",
            "# lambdalint: ignore[LMB1, LMB102;E501]",
            "# lambdalint: ignore-file[LMB2]why #3",
        )
    ),
    max_size=4,
)


@given(FRAGMENTS, st.sampled_from(("", "# noqa", "# noqa: E501,LMB102 LMB1 why", "#noqa: LMB3")), st.data())
def test_a_comment_without_some_of_its_codes(fragments: list[str], noqa: str, data: st.DataObject) -> None:
    whole = [*fragments, *([noqa] if noqa else [])] or ["# text"]
    comment = data.draw(st.sampled_from(("  ", " "))).join(data.draw(st.permutations(whole)))
    parts = parts_of(comment, alone=True)
    words = [word for part in parts for word in part.words]
    removed = [word for word in words if data.draw(st.booleans())]
    left = without(comment, parts, removed)
    parts_left = parts_of(left, alone=True) if left else []
    assert [word.code for part in parts_left for word in part.words] == [
        word.code for word in words if word not in removed
    ]
    others = [comment[part.start : part.end] for part in parts if part.kind is None]
    if any(text != "#" for text in others) or parts_left:
        assert [left[part.start : part.end] for part in parts_left if part.kind is None] == others
    if not removed:
        assert left == comment.strip() or not left.strip("# ")


def finding(code: str, path: str, line: int) -> Finding:
    return Finding(code, "a-rule", "message", Severity.ERROR, Confidence.HIGH, Span.point(path, line))


def divided(text: str, *codes: str, noqa: bool = True) -> Silenced:
    """Return what becomes of findings of *codes* on line 1 of *text*."""
    found = [finding(code, "a.py", 1) for code in codes]
    return silence([Located(one, one) for one in found], read_suppressions({"a.py": text}), noqa=noqa)


def test_what_is_silenced_and_by_which_codes() -> None:
    result = divided("x  # noqa: E501, LMB1, LMB102, LMB3  # lambdalint: ignore[LMB102]\n", "LMB102", "LMB205")
    assert [one.moved.code for one in result.kept] == ["LMB205"]
    assert [one.moved.code for one in result.silenced] == ["LMB102"]
    assert sorted((one.code, one.span.column) for one in result.used) == [("LMB1", 18), ("LMB102", 24), ("LMB102", 59)]


def test_noqa_comments_that_another_program_judges_are_in_use_but_silence_nothing() -> None:
    result = divided("x  # noqa: LMB102  # lambdalint: ignore[LMB2]\n", "LMB102", "LMB205", noqa=False)
    assert [one.moved.code for one in result.kept] == ["LMB102"]
    assert [one.moved.code for one in result.silenced] == ["LMB205"]
    assert {one.code for one in result.used} == {"LMB102", "LMB2"}
    assert [one.moved.code for one in divided("x  # noqa\n", "LMB102", noqa=False).kept] == ["LMB102"]
    assert [one.moved.code for one in divided("# flake8: noqa\n", "LMB102", noqa=False).kept] == ["LMB102"]


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# noqa: LMB901", True),
        ("# lambdalint: ignore[LMB901]", True),
        ("# noqa", False),
        ("# noqa: LMB9", False),
        ("# lambdalint: ignore[LMB]", False),
        ("# noqa: LMB902", False),
    ],
)
def test_findings_on_suppressions_are_silenced_by_their_whole_code(comment: str, silent: bool) -> None:
    assert bool(divided(f"x = 1  {comment}\n", "LMB901").silenced) is silent


def test_code_in_a_template_is_silenced_by_comments_of_both() -> None:
    text = "Code: |\n  open('x')\n  open('y')  # noqa: LMB102\nName: x\n"
    inline = InlineSource("t.yaml", "t.yaml::F", "open('x')\nopen('y')  # noqa: LMB102\n", ((2, 2), (3, 2), (4, 0)))
    found = read_suppressions({"t.yaml": "# lambdalint: ignore-file[LMB3]\n" + text}, [inline])
    located = [
        Located(finding(code, "t.yaml::F", line), finding(code, "t.yaml", line + 1))
        for code, line in (("LMB102", 1), ("LMB102", 2), ("LMB301", 1))
    ]
    assert [one.found.span.line for one in silence(located, found, noqa=True).kept] == [1]


def test_files_without_suppressions_are_told_apart_quickly() -> None:
    assert may_suppress(b"x  # NoQA\n")
    assert may_suppress(b"# Lambdalint: ignore[LMB1]\n")
    assert not may_suppress(b"import lambdalint\n")
