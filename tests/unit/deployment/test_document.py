from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import document
from lambdalint.deployment.document import Loaded, Node, Scalar, load
from lambdalint.model import Span, Tree

if TYPE_CHECKING:
    from pathlib import Path


def loaded(text: str) -> Loaded:
    return load("template.yaml", dedent(text))


def root(text: str) -> Node:
    found = loaded(text)
    assert found.root is not None, found.problems
    return found.root


def scalar(node: Node | None) -> Scalar:
    assert isinstance(node, Scalar)
    return node


def place(node: Node | None) -> tuple[int, int, int, int]:
    assert node is not None
    return node.span.line, node.span.column, node.span.end_line, node.span.end_column


def covered(found: Loaded, node: Node | None) -> str:
    """Return the text that the span of a node on one line covers."""
    assert node is not None
    assert node.span.line == node.span.end_line
    return found.lines[node.span.line - 1][node.span.column - 1 : node.span.end_column - 1]


def test_values_have_the_types_of_yaml_and_keep_their_text() -> None:
    node = root(
        """
        text: hello
        quoted: "12"
        number: 12
        negative: -3
        hex: 0x10
        octal: 010
        real: 1.5
        yes: true
        nothing:
        tilde: ~
        date: 2010-09-09
        account: 1_000
        """
    )
    assert node.plain() == {
        "text": "hello",
        "quoted": "12",
        "number": 12,
        "negative": -3,
        "hex": 16,
        "octal": 8,
        "real": 1.5,
        "yes": True,
        "nothing": None,
        "tilde": None,
        "date": "2010-09-09",
        "account": 1000,
    }
    octal, nothing = node.get("octal"), node.get("nothing")
    assert octal is not None
    assert octal.text == "010"
    assert nothing is not None
    assert nothing.text is None


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref A", {"Ref": "A"}),
        ("!Condition A", {"Condition": "A"}),
        ("!Sub a-${B}", {"Fn::Sub": "a-${B}"}),
        ("!Sub [a, {B: c}]", {"Fn::Sub": ["a", {"B": "c"}]}),
        ("!GetAtt A.B", {"Fn::GetAtt": ["A", "B"]}),
        ("!GetAtt A.Outputs.C", {"Fn::GetAtt": ["A", "Outputs.C"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Join ['/', [a, !Ref B]]", {"Fn::Join": ["/", ["a", {"Ref": "B"}]]}),
        ("!If [C, !Ref A, !Ref 'AWS::NoValue']", {"Fn::If": ["C", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}),
        ("!Base64 a", {"Fn::Base64": "a"}),
    ],
)
def test_short_tags_are_the_long_forms(short: str, long: object) -> None:
    found = load("t.yaml", f"key: {short}\n")
    assert found.root is not None
    assert found.root.plain() == {"key": long}
    assert found.problems == ()


def test_intrinsics_are_mappings_of_one_key() -> None:
    node = root("a: !Ref X\nb: {'Fn::Sub': x}\nc: {d: e}\nf: {Ref: X, g: h}\n")
    kinds = {entry.name: entry.value.intrinsic for entry in node.entries}
    assert kinds["a"] is not None
    assert kinds["a"][0] == "Ref"
    assert kinds["b"] is not None
    assert kinds["b"][0] == "Fn::Sub"
    assert kinds["c"] is None
    assert kinds["f"] is None


def test_spans_cover_the_text_of_values_and_keys() -> None:
    found = loaded(
        """\
        plain: word  # remark
        "quoted key": 'single'
        double: "dou\\tble"
        flow: {inner: [1, "two"]}
        tagged: !Ref Name
        """
    )
    assert found.root is not None
    node = found.root
    assert covered(found, node.get("plain")) == "word"
    assert covered(found, node.get("quoted key")) == "'single'"
    assert covered(found, node.get("double")) == '"dou\\tble"'
    assert covered(found, node.get("flow")) == '{inner: [1, "two"]}'
    assert covered(found, node.get("flow", "inner")) == '[1, "two"]'
    assert covered(found, node.get("tagged")) == "!Ref Name"
    entry = node.entry("quoted key")
    assert entry is not None
    assert covered(found, entry.key) == '"quoted key"'


def test_columns_count_code_points() -> None:
    found = loaded("größe: 'ÄÖ\U0001f600' # ✓\nnach: x\n")
    assert found.root is not None
    assert place(found.root.get("größe")) == (1, 8, 1, 13)
    assert covered(found, found.root.get("größe")) == "'ÄÖ\U0001f600'"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_are_the_same_for_every_kind_of_line_break(line_break: str) -> None:
    text = line_break.join(["a:", "  b: |", "    one", "    two", "  c: end", ""])
    found = load("t.yaml", text)
    assert found.root is not None
    assert place(found.root.get("a", "c")) == (5, 6, 5, 9)
    assert found.lines[4] == "  c: end"
    block = scalar(found.root.get("a", "b"))
    assert block.raw == "one\ntwo\n"
    assert (block.content_line, block.content_offset) == (3, 4)
    assert place(block) == (2, 6, 4, 8)


def test_breaks_that_only_yaml_knows_are_no_lines() -> None:
    found = load("t.yaml", "a: 'x\u2028y'\nb: c\n")
    assert found.root is not None
    assert place(found.root.get("b")) == (2, 4, 2, 5)


def test_a_block_collection_ends_with_its_last_value() -> None:
    node = root("a:\n  b: 1\n  c:\n    - x\n    - yy\n\n# remark\nd: 2\n")
    assert place(node.get("a")) == (2, 3, 5, 9)


@pytest.mark.parametrize(
    ("text", "raw", "line", "offset"),
    [
        ("k: plain", "plain", 1, 3),
        ("k: 'single'", "single", 1, 4),
        ('k: "double"', "double", 1, 4),
        ("k: |\n  a\n   b\n", "a\n b\n", 2, 2),
        ("k: >-\n    a\n    b\n", "a b", 2, 4),
        ("k: |2\n    a\n  b\n", "  a\nb\n", 2, 2),
        ("k: !Sub |\n   a\n", "a\n", 2, 3),
        ("k: !Sub   'a'", "a", 1, 11),
        ("k: !Sub\n  plain", "plain", 2, 2),
        ("k: &x !Sub # remark\n  'a'", "a", 2, 3),
        ("k: | # remark\n\n   a\n", "\na\n", 2, 3),
    ],
)
def test_scalars_know_where_their_content_begins(text: str, raw: str, line: int, offset: int) -> None:
    value = root(text).get("k")
    if value is not None and value.intrinsic is not None:
        value = value.intrinsic[1]
    found = scalar(value)
    assert found.raw == raw
    assert (found.content_line, found.content_offset) == (line, offset)


def test_unknown_tags_are_kept_and_noted_once() -> None:
    found = loaded("a: !Custom x\nb: !Custom {c: d}\ne: !Custom [f]\n")
    assert found.root is not None
    assert [entry.value.tag for entry in found.root.entries] == ["!Custom"] * 3
    assert found.root.plain() == {"a": "x", "b": {"c": "d"}, "e": ["f"]}
    assert [problem.severity for problem in found.problems] == ["note"]
    assert "!Custom" in found.problems[0].message


def test_of_duplicate_keys_the_last_one_counts_and_is_reported() -> None:
    found = loaded("a: 1\nb: 2\na: 3\n")
    assert found.root is not None
    assert found.root.plain() == {"a": 3, "b": 2}
    assert [(problem.span.line, problem.severity) for problem in found.problems] == [(3, "warning")]
    assert "line 1" in found.problems[0].message


def test_merge_keys_are_lower_than_own_keys() -> None:
    node = root(
        """
        base: &base {a: 1, b: 2}
        other: &other {b: 20, c: 30}
        own:
          <<: [*base, *other]
          a: 9
        """
    )
    own = node.get("own")
    assert own is not None
    assert own.plain() == {"a": 9, "b": 2, "c": 30}
    assert {entry.name for entry in own.entries if entry.merged} == {"b", "c"}


def test_aliases_share_their_node() -> None:
    node = root("a: &x [1, 2]\nb: *x\n")
    assert node.get("a") is node.get("b")
    assert node.plain() == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize("text", ["a: &x [1, *x]\n", "a: *nowhere\n", "&x a: {b: [&y {c: *y}]}\n"])
def test_an_alias_that_leads_nowhere_is_null(text: str) -> None:
    found = loaded(text)
    assert found.root is not None
    assert len(found.problems) == 1
    assert "null" in found.problems[0].message
    assert "alias" in found.problems[0].message


def test_anchors_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    found = load("t.yaml", "\n".join(lines))
    assert found.root is None
    assert len(found.problems) == 1
    assert "aliases written out" in found.problems[0].message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused(opening: str) -> None:
    found = load("t.yaml", opening * 5_000)
    assert found.root is None
    assert len(found.problems) == 1


def test_aliases_cannot_go_around_the_depth() -> None:
    lines = ["a0: &a0 [[[[[[[[[[x]]]]]]]]]]"]
    lines += [f"a{n}: &a{n} [[[[[[[[[[*a{n - 1}]]]]]]]]]]" for n in range(1, 20)]
    found = load("t.yaml", "\n".join(lines))
    assert found.root is None
    assert "nested" in found.problems[0].message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a:\n\tb: c\n", 2, "tab"),
        ("a: [1, 2\nb: 3\n", 2, "not valid YAML"),
        ("a: {{ jinja }}\nb: {% if %}\n", 2, "not valid YAML"),
        ("a: 'x\n", 2, "not valid YAML"),
        ("\x00", 1, "not valid YAML"),
        ("a: \x07bell", 1, "not valid YAML"),
    ],
)
def test_what_is_no_yaml_becomes_one_problem(text: str, line: int, words: str) -> None:
    found = load("t.yaml", text)
    assert found.root is None
    assert len(found.problems) == 1
    assert words in found.problems[0].message
    assert found.problems[0].span.line == line


def test_text_that_no_encoding_can_hold_does_not_raise() -> None:
    found = load("t.yaml", "a: \ud800\n")
    assert len(found.problems) == 1


def test_every_document_of_a_stream_is_kept() -> None:
    found = loaded("a: 1\n---\nb: 2\n---\n- c\n")
    assert [document.plain() for document in found.documents] == [{"a": 1}, {"b": 2}, ["c"]]
    assert found.root is found.documents[0]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n"])
def test_an_empty_file_has_no_root(text: str) -> None:
    assert load("t.yaml", text) == Loaded("t.yaml", lines=tuple(text.split("\n")))


def test_json_is_read_with_its_places() -> None:
    value = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "On": True, "N": None, "X": 'a\\/"\n\u00e9'}}}
    text = json.dumps(value, indent="\t", ensure_ascii=True).replace("/", "\\/")
    found = load("t.json", text)
    assert found.problems == ()
    assert found.root is not None
    assert found.root.plain() == json.loads(text)
    assert place(found.root.get("Resources", "F", "Type")) == (4, 12, 4, 35)


def test_json_without_spaces_and_with_surrogate_pairs() -> None:
    text = '{"a":{"b":"\\ud83d\\ude00","lone":"\\ud83d","kept":"\\\\ud83d"},"c":[1,-2.5e3,true,null]}'
    found = load("t.json", text)
    assert found.root is not None
    assert found.problems == ()
    assert found.root.plain() == {
        "a": {"b": "\U0001f600", "lone": "\ufffd", "kept": "\\ud83d"},
        "c": [1, -2500.0, True, None],
    }


@pytest.mark.parametrize("text", ["a: 1\nb: [", "a: 1\n{b: [1,", "a: 1\nb c"])
def test_what_is_cut_off_is_reported_in_the_last_line(text: str) -> None:
    [problem] = load("t.yaml", text).problems
    assert problem.span == Span.point("t.yaml", 2, len(text.partition("\n")[2]) + 1)


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ufffe"])
def test_a_character_that_is_not_allowed_is_reported_at_its_place(character: str) -> None:
    [problem] = load("t.yaml", f"é: 1\r\nb: x{character}y\n").problems
    assert problem.span == Span.point("t.yaml", 2, 5)
    assert problem.message == f"not valid YAML: the character U+{ord(character):04X} is not allowed"


def test_problems_of_one_file_are_bounded() -> None:
    found = load("t.yaml", "a: 1\n" * 1_000)
    assert len(found.problems) == document.MAX_PROBLEMS


def test_numbers_too_long_to_be_numbers_stay_text() -> None:
    digits = "9" * 5_000
    assert root(f"a: {digits}\n").plain() == {"a": digits}


def test_walk_visits_shared_nodes_once_in_order() -> None:
    node = root("a: &x [1, 2]\nb: *x\nc: 3\n")
    assert [found.text for found in node.walk() if found.text] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xef\xbb\xbfa: \xc3\xa9\n", "é"),
        ("a: é\n".encode("utf-16"), "é"),
    ],
)
def test_marks_of_encodings_are_understood(tmp_path: Path, data: bytes, value: str) -> None:
    (tmp_path / "t.yaml").write_bytes(data)
    found = document.read(Tree(tmp_path, ("t.yaml",)), "t.yaml")
    assert found is not None
    assert found.problems == ()
    assert found.root is not None
    assert found.root.plain() == {"a": value}


@pytest.mark.parametrize(
    "data",
    [
        b"a: 1\nb: \xff\n",
        b"\xef\xbb\xbfa: 1\r\nb: \xff\r\n",
        b"a: 1\rb: \xff\r",
        "a: 1\nb: ".encode("utf-16") + b"\x00\xd8\x0a\x0a",
    ],
)
def test_bytes_that_are_no_text_are_reported_with_their_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.yaml").write_bytes(data)
    found = document.read(Tree(tmp_path, ("t.yaml",)), "t.yaml")
    assert found is not None
    assert found.root is not None
    assert found.root.plain() in ({"a": 1, "b": "\ufffd"}, {"a": 1, "b": "\ufffd\u0a0a"})
    assert [(problem.span.line, problem.severity) for problem in found.problems] == [(2, "warning")]


def test_a_file_that_is_not_listed_is_none(tmp_path: Path) -> None:
    assert document.read(Tree(tmp_path, ()), "t.yaml") is None
