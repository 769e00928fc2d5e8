from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import document
from lambdalint.deployment.serverless.syntax import Variable, parse, sources
from lambdalint.deployment.serverless.variables import MAX_TEXT, MAX_VARIABLES, Variables
from lambdalint.model import Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.deployment.document import Node


def _service(root: Path, files: dict[str, str], path: str = "serverless.yml") -> tuple[Variables, Node]:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    tree = Tree(root, tuple(files))
    loaded = document.read(tree, path)
    assert loaded is not None
    assert loaded.root is not None
    return Variables(tree, path, loaded.root), loaded.root


def _value(root: Path, expression: str, service: str = "", **files: str) -> str | None:
    contents = {name.replace("_", "."): text for name, text in files.items()}
    variables, node = _service(root, {"serverless.yml": f"{service}\nvalue: {expression}\n", **contents})
    return variables.text(node, "value")


SERVICE = """
service: shop
provider: {name: aws, stage: "${opt:stage, 'test'}", region: eu-west-1}
custom:
  dir: /tmp/out
  stages: {dev: /tmp/dev, test: /tmp/test}
  list: [a, b]
  nested: ${self:custom.dir}/deep
  whole: ${self:custom.stages}
params:
  default: {bucket: common}
  test: {table: t1}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("plain", "plain"),
        ("${self:custom.dir}", "/tmp/out"),
        ("${self:custom.nested}/x", "/tmp/out/deep/x"),
        ("${self:custom.stages.${opt:stage, 'dev'}}", "/tmp/dev"),
        ("${self:custom.stages.${self:provider.stage}}", "/tmp/test"),
        ("${self:custom.whole.dev}", "/tmp/dev"),
        ("${self:custom.list.1}", "b"),
        ("${self:custom.x, 'default'}", "default"),
        ("${self:custom.x, self:custom.dir}", "/tmp/out"),
        ("${self:custom.x, ${self:custom.y, '/tmp/z'}}", "/tmp/z"),
        ("${env:OUT, 'a, b'}", "a, b"),
        ('${env:OUT, "q"}', "q"),
        ("${env:OUT, 5}", "5"),
        ("${opt:stage}", "test"),
        ("${opt:stage, self:provider.stage}", "test"),
        ("${sls:stage}", "test"),
        ("${self:service}-${aws:region}", "shop-eu-west-1"),
        ("${self:service.name}", "shop"),
        ("${param:bucket}-${param:table}", "common-t1"),
        ("${param:none, 'p'}", "p"),
        ("a } b { ${self:custom.dir", "a } b { ${self:custom.dir"),
    ],
)
def test_a_variable_has_a_value(tmp_path: Path, expression: str, expected: str) -> None:
    assert _value(tmp_path, f"|-\n  {expression}", SERVICE) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "${env:OUT}",
        "/tmp/${env:OUT}",
        "${opt:dir}",
        "${ssm:/path/to}",
        "${ssm:/path/to, 'never used'}",
        "${cf:stack.Output}",
        "${cf(eu-west-1):stack.Output}",
        "${construct:files.bucketName}",
        "${AWS::Region}",
        "${self.custom.dir}",
        "${file(../outside.yml):x}",
        "${file(/etc/passwd)}",
        "${file(~/secrets.yml):x}",
        "${file(./config.js):x}",
        "${self:custom.${env:OUT}}",
        "${self:custom.stages}/x",
        "${}",
        "${,}",
        "${self:}/x",
    ],
)
def test_a_value_stays_unknown(tmp_path: Path, expression: str) -> None:
    variables, node = _service(
        tmp_path, {"serverless.yml": f"{SERVICE}\nvalue: |-\n  {expression}\n", "config.js": "x"}
    )
    assert variables.text(node, "value") is None


def test_the_stage_is_dev_where_nobody_sets_it(tmp_path: Path) -> None:
    assert _value(tmp_path, "${sls:stage}-${opt:stage}") == "dev-dev"


def test_a_stage_that_is_its_own_option_is_dev(tmp_path: Path) -> None:
    assert _value(tmp_path, "${self:provider.stage}", "provider: {stage: '${opt:stage}'}") == "dev"


def test_files_are_read_from_the_folder_of_the_service(tmp_path: Path) -> None:
    files = {
        "api/serverless.yml": "value: ${file(./conf/${sls:stage}.yml):p.out}\ntext: ${file(../name.txt)}\n",
        "api/conf/dev.yml": "p: {out: '${self:custom.base}/x'}\n",
        "name.txt": "shop\n",
    }
    variables, node = _service(tmp_path, files, "api/serverless.yml")
    assert variables.text(node, "text") == "shop"
    assert variables.text(node, "value") is None
    files["api/serverless.yml"] += "custom: {base: /tmp}\n"
    variables, node = _service(tmp_path, files, "api/serverless.yml")
    assert variables.text(node, "value") == "/tmp/x"


def test_json_is_read_and_what_is_missing_falls_back(tmp_path: Path) -> None:
    assert _value(tmp_path, "${file(a.json):x.0}", a_json='{"x": ["/tmp/j"]}') == "/tmp/j"
    assert _value(tmp_path, "${file(gone.yml):x, 'd'}") == "d"
    assert _value(tmp_path, "${file(a.json):y, 'd'}", a_json='{"x": 1}') == "d"


def test_a_whole_block_can_be_a_variable(tmp_path: Path) -> None:
    variables, node = _service(tmp_path, {"serverless.yml": SERVICE})
    block = variables.get(node, "custom", "whole")
    assert block is not None
    assert block.plain() == {"dev": "/tmp/dev", "test": "/tmp/test"}


def test_numbers_and_truth_values_are_read_as_such(tmp_path: Path) -> None:
    variables, node = _service(tmp_path, {"serverless.yml": "n: ${env:N, '30'}\nt: ${self:u}\nu: true\nx: 1.5\n"})
    assert variables.number(node, "n") == 30
    assert variables.truth(node, "t") is True
    assert variables.number(node, "x") is None
    assert variables.truth(node, "n") is None


def test_a_cycle_is_one_problem(tmp_path: Path) -> None:
    custom = "custom: {a: '${self:custom.b}', b: 'x-${self:custom.c}', c: '${self:custom.a}'}"
    text = f"{custom}\nvalue: ${{self:custom.a}}\n"
    variables, node = _service(tmp_path, {"serverless.yml": text})
    assert variables.text(node, "value") is None
    assert variables.text(node, "custom", "c") is None
    [problem] = variables.problems
    assert "back to themselves" in problem.message
    assert problem.severity == "warning"


def test_a_file_that_includes_itself_is_one_problem(tmp_path: Path) -> None:
    files = {"serverless.yml": "value: ${file(a.yml):x}\n", "a.yml": "x: ${file(a.yml):x}\n"}
    variables, node = _service(tmp_path, files)
    assert variables.text(node, "value") is None
    assert len(variables.problems) == 1


def test_an_address_that_leads_to_nothing_is_noted_once(tmp_path: Path) -> None:
    text = "custom: {a: '${self:custom.gone}', b: '${self:custom.a}'}\nvalue: ${self:custom.b}\n"
    variables, node = _service(tmp_path, {"serverless.yml": text})
    assert variables.text(node, "value") is None
    assert [(problem.severity, problem.message) for problem in variables.problems] == [
        ("note", "${self:custom.gone} leads to nothing")
    ]


def test_a_long_chain_is_one_problem(tmp_path: Path) -> None:
    lines = [f"  v{number}: ${{self:custom.v{number + 1}}}" for number in range(2_000)]
    text = "\n".join(["custom:", *lines, "value: ${self:custom.v0}", "other: ${self:custom.v1}"])
    variables, node = _service(tmp_path, {"serverless.yml": text})
    assert variables.text(node, "value") is None
    assert variables.text(node, "other") is None
    [problem] = variables.problems
    assert "are not resolved" in problem.message


def test_text_that_doubles_at_each_step_stays_bounded(tmp_path: Path) -> None:
    lines = [f"  v{number}: '${{self:custom.v{number + 1}}}${{self:custom.v{number + 1}}}'" for number in range(40)]
    text = "\n".join(["custom:", *lines, "  v40: " + "x" * 10, "value: ${self:custom.v0}"])
    variables, node = _service(tmp_path, {"serverless.yml": text})
    assert variables.text(node, "value") is None
    assert variables.text(node, "custom", "v35") == "x" * 320


def test_too_many_variables_are_one_problem(tmp_path: Path) -> None:
    text = "custom: {x: y}\nlist:\n" + "  - ${self:custom.x}\n" * (MAX_VARIABLES + 10)
    variables, node = _service(tmp_path, {"serverless.yml": text})
    items = node.entries[1].value.items
    values = [variables.text(item) for item in items]
    assert values[0] == "y"
    assert values[-1] is None
    assert len(variables.problems) == 1


def test_text_of_great_length_is_unknown(tmp_path: Path) -> None:
    assert _value(tmp_path, "'${self:service}" + "x" * MAX_TEXT + "'", "service: s") is None


def test_braces_nested_without_end_are_unknown(tmp_path: Path) -> None:
    assert parse("${" * 1_000) is None
    assert _value(tmp_path, "'" + "${" * 1_000 + "'") is None


def test_the_syntax_splits_text_and_variables() -> None:
    pieces = parse("a${self:b, 'c,d'}e}")
    assert pieces is not None
    first, variable, *rest = pieces
    assert (first, rest) == ("a", ["e", "}"])
    assert isinstance(variable, Variable)
    assert sources(variable) == [("self:b",), (" 'c,d'",)]


def test_commas_in_parentheses_do_not_split() -> None:
    [variable] = parse("${file(a,b.yml):x, 'd'}") or ()
    assert isinstance(variable, Variable)
    assert sources(variable) == [("file(a,b.yml):x",), (" 'd'",)]
