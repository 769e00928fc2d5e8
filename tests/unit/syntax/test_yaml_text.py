"""What is added to YAML as text, and where nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.syntax.yaml_text import YamlText

if TYPE_CHECKING:
    from lambdalint.deployment.node import Entry


def parsed(text: str) -> YamlText:
    yaml = YamlText.parse("template.yaml", text)
    assert yaml is not None
    return yaml


def entry(yaml: YamlText, *names: str) -> Entry:
    node = yaml.root.get(*names[:-1])
    found = node.entry(names[-1]) if node is not None else None
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  - x\n  - y\nb: 1\n", "a:\n  - x\n  - y\n  - !Ref Z\nb: 1\n"),
        ("a:\n- x\nb: 1\n", "a:\n- x\n- !Ref Z\nb: 1\n"),
        ("a:\n-   !Ref X  # one\n# two\n", "a:\n-   !Ref X  # one\n- !Ref Z\n# two\n"),
        ("a:\n  - Fn::Sub: x\n  - Ref:\n      Y\n", "a:\n  - Fn::Sub: x\n  - Ref:\n      Y\n  - !Ref Z\n"),
        ("a: [x, !Ref Y] # c\n", "a: [x, !Ref Y, !Ref Z] # c\n"),
        ("a: [\n  'x',\n  {Ref: Y},\n]\n", "a: [\n  'x',\n  {Ref: Y},\n  !Ref Z,\n]\n"),
        ("a:\n  [\n    x, # one\n    y\n  ]\n", "a:\n  [\n    x, # one\n    y,\n    !Ref Z\n  ]\n"),
        ("a: [x,\n  y, # two\n]\n", "a: [x,\n  y, # two\n  !Ref Z,\n]\n"),
        ("a: [x,\n  y # two\n]\n", "a: [x,\n  y, !Ref Z # two\n]\n"),
        ("a: []\n", "a: [!Ref Z]\n"),
        ("a:\n  - x", "a:\n  - x\n  - !Ref Z"),
    ],
    ids=[
        "block",
        "at the margin",
        "comments",
        "long",
        "flow",
        "lines of flow",
        "no comma",
        "comment",
        "comment without comma",
        "empty",
        "no end",
    ],
)
def test_items(before: str, after: str) -> None:
    yaml = parsed(before)
    edit = yaml.item(entry(yaml, "a").value, "!Ref Z")
    assert edit is not None
    assert yaml.edited([edit]) == after


@pytest.mark.parametrize("text", ["a:\n  -\n    x\n", "a: [ ]\n", "a:\n  - - x\n"], ids=["dash", "gap", "nested"])
def test_lists_of_other_forms(text: str) -> None:
    yaml = parsed(text)
    edit = yaml.item(entry(yaml, "a").value, "y")
    assert edit is None or YamlText.parse("template.yaml", yaml.edited([edit])) is not None


def test_lines_stand_where_they_are_asked_for() -> None:
    yaml = parsed("a: # first\n  b: |\n    text\n\n  # of c\n  c: 1\n# of d\nd: 2\n")
    assert yaml.edited([yaml.below(entry(yaml, "a"), ["  z: 0"])]).startswith("a: # first\n  z: 0\n  b: |\n")
    assert "    text\n  z: 0\n\n  # of c\n" in yaml.edited([yaml.behind(entry(yaml, "a", "b"), ["  z: 0"])])
    above = yaml.above(entry(yaml, "d"), ["z: 0"])
    assert above is not None
    assert yaml.edited([above]).endswith("  c: 1\nz: 0\n# of d\nd: 2\n")
    assert yaml.above(entry(yaml, "a"), ["z: 0"]) is None


def test_style_is_taken_from_the_file() -> None:
    assert (parsed("a:\n    b:\n    - 1\n").unit, parsed("a:\n    b:\n    - 1\n").dash) == (4, 0)
    assert (parsed("a:\n  b:\n    - 1\n").unit, parsed("a:\n  b:\n    - 1\n").dash) == (2, 2)
    assert (parsed("a: 1\n").unit, parsed("a: 1\n").dash) == (2, 2)


@pytest.mark.parametrize(
    "text",
    ["{a: 1}\n", "- a\n", "a: 1\n---\nb: 1\n", "a: &x {b: 1}\nc: *x\n", "a: [\n", "", '{\n  "a": 1,\n  "b": 2\n}\n'],
    ids=["flow", "list", "documents", "alias", "fault", "empty", "json"],
)
def test_files_that_are_not_edited(text: str) -> None:
    assert YamlText.parse("template.yaml", text) is None


def test_mappings_in_flow_style_are_no_blocks() -> None:
    yaml = parsed("a: {b: 1}\nc:\n  d: 1\ne: {\n  f: 1,\n  g: 2\n}\nh: !Sub x\n")
    assert [yaml.is_block(one.value) for one in yaml.root.entries] == [False, True, False, False]
