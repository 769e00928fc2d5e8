from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

from lambdalint.deployment import cloudformation
from lambdalint.model import InlineSource, Span, Tree

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
Parameters: {Bucket: {Type: String}}
Resources:
  Job:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Code:
        ZipFile: """


def _inline(root: Path, code: str, name: str = "template.yaml") -> InlineSource:
    content = HEAD + code if name.endswith(".yaml") else code
    (root / name).write_text(content, encoding="utf-8")
    (function,) = cloudformation.read(Tree(root, (name,))).functions
    assert function.inline is not None
    assert function.handler == "index.handler"
    assert len(function.inline.lines) == len(function.inline.text.split("\n"))
    ast.parse(function.inline.text)
    return function.inline


def _where(root: Path, source: InlineSource, text: str) -> str:
    """Return what stands in the template where the code has *text*."""
    number, line = next((n, one) for n, one in enumerate(source.text.split("\n"), 1) if text in one)
    column = line.index(text) + 1
    span = source.translate(Span(source.virtual_path, number, column, number, column + len(text)))
    lines = (root / span.path).read_text(encoding="utf-8").split("\n")
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


def test_a_literal_block_keeps_its_places(tmp_path: Path) -> None:
    code = "|\n\n          import os\n\n          def handler(event, context):\n              open('a.txt', 'w')\n"
    source = _inline(tmp_path, code)
    assert (source.path, source.virtual_path) == ("template.yaml", "template.yaml::Job")
    assert source.text == "\nimport os\n\ndef handler(event, context):\n    open('a.txt', 'w')\n"
    assert source.lines[1] == (11, 10)
    assert _where(tmp_path, source, "open('a.txt', 'w')") == "open('a.txt', 'w')"


def test_holes_of_sub_become_names_of_the_same_length(tmp_path: Path) -> None:
    source = _inline(tmp_path, "!Sub |\n          name = '${Bucket}'; f = ${AWS::Region}; g = 'x'\n")
    assert source.text == "name = '__Bucket_'; f = __AWS__Region_; g = 'x'\n"
    assert _where(tmp_path, source, "g = 'x'") == "g = 'x'"


def test_known_values_of_sub_stand_in_full(tmp_path: Path) -> None:
    source = _inline(tmp_path, "\n          Fn::Sub: [\"x = '${A}${B}'\", {A: /tmp/out, B: !Ref Bucket}]\n")
    assert source.text == "x = '/tmp/out__B_'"


def test_sub_with_values_is_read_too(tmp_path: Path) -> None:
    source = _inline(tmp_path, "\n          Fn::Sub:\n            - |\n              a = 1\n            - {X: y}\n")
    assert source.text == "a = 1\n"
    assert _where(tmp_path, source, "a = 1") == "a = 1"


def test_joined_lines_know_their_elements(tmp_path: Path) -> None:
    code = """!Join
          - "\\n"
          - - import os
            - "def handler(event, context):"
            - "    return 1"
"""
    source = _inline(tmp_path, code)
    assert source.text == "import os\ndef handler(event, context):\n    return 1"
    assert _where(tmp_path, source, "return 1") == "return 1"


def test_joined_pieces_with_unknown_values_stay_code(tmp_path: Path) -> None:
    code = """!Join
          - ""
          - - "name = '"
            - !Ref Bucket
            - "'\\n"
            - "value = 2\\n"
"""
    source = _inline(tmp_path, code)
    assert source.text == "name = '_Bucket'\nvalue = 2\n"
    assert _where(tmp_path, source, "value = 2") == "value = 2"


def test_one_line_strings_map_onto_their_line(tmp_path: Path) -> None:
    code = 'import os\n\ndef handler(event, context):\n    print("a\\b")\n'
    function = {"Handler": "index.handler", "Runtime": "python3.12", "Code": {"ZipFile": code}}
    template = {"Resources": {"Job": {"Type": "AWS::Lambda::Function", "Properties": function}}}
    source = _inline(tmp_path, json.dumps(template), "template.json")
    assert source.text == code
    assert {line for line, _ in source.lines} == {1}
    assert _where(tmp_path, source, "def handler(event") == "def handler(event"


def test_folded_text_finds_its_lines(tmp_path: Path) -> None:
    source = _inline(tmp_path, ">\n          import os\n\n          value = 2\n")
    assert source.text == "import os\nvalue = 2\n"
    assert _where(tmp_path, source, "value = 2") == "value = 2"


def test_code_of_unknown_value_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(HEAD + "!Ref Bucket\n", encoding="utf-8")
    found = cloudformation.read(Tree(tmp_path, ("template.yaml",)))
    assert not found.functions
    assert [problem.severity for problem in found.problems] == ["note"]


def test_inline_code_of_sam_wins_over_global_code(tmp_path: Path) -> None:
    template = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {CodeUri: src/, Runtime: python3.12}}
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      InlineCode: |
        def handler(event, context): ...
"""
    (tmp_path / "template.yaml").write_text(template, encoding="utf-8")
    (function,) = cloudformation.read(Tree(tmp_path, ("template.yaml",))).functions
    assert function.inline is not None
    assert function.inline.lines[0] == (9, 8)
    assert function.code_root == ""
