"""The names of layers that a template does not build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.model import Build, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Layer

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Given: {Type: String}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /aws/service/powertools/python/latest}
  Account: {Type: String, Default: '123'}
Conditions:
  Unknown: !Equals [!Ref Given, x]
Mappings:
  Regions:
    eu-west-1: {Arn: 'arn:aws:lambda:eu-west-1:1:layer:tool:7'}
    us-east-1: {Arn: 'arn:aws:lambda:us-east-1:1:layer:tool:7'}
  Other:
    eu-west-1: {Arn: 'arn:aws:lambda:eu-west-1:1:layer:tool:7'}
    us-east-1: {Arn: 'arn:aws:lambda:us-east-1:1:layer:other:7'}
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.12
      Layers: %s
  Powertools:
    Type: AWS::Serverless::Application
    Properties:
      Location: {ApplicationId: 'arn:aws:serverlessrepo:eu-west-1:1:applications/tools', SemanticVersion: 2.0.0}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: https://example.org/t.yaml}
"""


def _layers(root: Path, written: str) -> tuple[Layer, ...]:
    (root / "src").mkdir()
    (root / "src/app.py").write_text("", encoding="utf-8")
    (root / "t.yaml").write_text(TEMPLATE % written, encoding="utf-8")
    [function] = cloudformation.read(Tree(root, ("t.yaml", "src/app.py"))).functions
    return function.room.layers


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("arn:aws:lambda:eu-west-1:1:layer:x:1", "arn:aws:lambda:eu-west-1:1:layer:x:1"),
        (
            "!Sub 'arn:${AWS::Partition}:lambda:${AWS::Region}:${Account}:layer:x:1'",
            "arn:aws:lambda:${AWS::Region}:123:layer:x:1",
        ),
        (
            "!Sub ['arn:aws:lambda:${Where}:1:layer:${What}:1', {What: x, Where: !Ref AWS::Region}]",
            "arn:aws:lambda:${AWS::Region}:1:layer:x:1",
        ),
        (
            "!Join [':', [arn, aws, lambda, !Ref AWS::Region, !Ref Account, layer, x, '1']]",
            "arn:aws:lambda:${AWS::Region}:123:layer:x:1",
        ),
        ("!ImportValue shared-layer", "shared-layer"),
        ("!ImportValue {'Fn::Sub': '${AWS::StackName}-layer'}", "${AWS::StackName}-layer"),
        ("!Ref Given", "Given"),
        ("!Ref Stored", "/aws/service/powertools/python/latest"),
        ("'{{resolve:ssm:/layers/tool}}'", "{{resolve:ssm:/layers/tool}}"),
        ("!GetAtt Powertools.Outputs.LayerVersionArn", "arn:aws:serverlessrepo:eu-west-1:1:applications/tools"),
        ("!Sub '${Powertools.Outputs.LayerVersionArn}'", "arn:aws:serverlessrepo:eu-west-1:1:applications/tools"),
        ("!GetAtt Child.Outputs.Layer", "Child"),
        ("!FindInMap [Regions, !Ref AWS::Region, Arn]", "arn:aws:lambda:eu-west-1:1:layer:tool:7"),
        ("!FindInMap [Other, !Ref AWS::Region, Arn]", "unknown"),
        ("!If [Unknown, !Sub 'arn:aws:lambda:${AWS::Region}:1:layer:x:1', !Ref AWS::NoValue]", None),
    ],
)
def test_a_layer_from_outside_keeps_what_is_known_of_its_name(tmp_path: Path, written: str, name: str | None) -> None:
    [layer] = _layers(tmp_path, f"[{written}]")
    assert layer.name == (name or "arn:aws:lambda:${AWS::Region}:1:layer:x:1")
    assert (layer.directory, layer.build) == (None, Build())
    assert layer.span is not None
    assert layer.span.line == TEMPLATE[: TEMPLATE.index("Layers")].count("\n") + 1


def test_a_list_of_unknown_value_is_one_layer(tmp_path: Path) -> None:
    assert [one.name for one in _layers(tmp_path, "!Ref Given")] == ["${Given}"]


def test_text_that_grows_without_end_is_not_written_out(tmp_path: Path) -> None:
    nested = "!Ref AWS::Region"
    for _ in range(22):
        nested = f"{{'Fn::Join': ['', [{nested}]]}}"
    wide = "{'Fn::Join': ['', [" + ", ".join(["!Ref AWS::Region"] * 600) + "]]}"
    assert [one.name for one in _layers(tmp_path, f"[{nested}, {wide}]")] == ["unknown", "unknown"]


OUTER = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Known: {Type: String, Default: 'arn:aws:lambda:eu-west-1:1:layer:tool:7'}
Resources:
  Shared:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: python3.12}
    Properties: {ContentUri: layer}
  Inner:
    Type: AWS::Serverless::Application
    Properties:
      Location: inner/template.yaml
      Parameters: {Layer: %s}
"""
INNER = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Layer: {Type: %s}
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ../src, Handler: app.handler, Runtime: python3.12, Layers: %s}
"""


@pytest.mark.parametrize("passed", ["!Ref Shared", "!GetAtt Shared.LayerVersionArn", "!Sub '${Shared}'"])
@pytest.mark.parametrize(
    ("kind", "layers"), [("String", "[!Ref Layer]"), ("String", "!Ref Layer"), ("CommaDelimitedList", "!Ref Layer")]
)
def test_a_nested_stack_gets_the_layer_of_the_one_above(tmp_path: Path, passed: str, kind: str, layers: str) -> None:
    contents = {"template.yaml": OUTER % passed, "inner/template.yaml": INNER % (kind, layers)}
    contents |= {"src/app.py": "", "layer/requirements.txt": ""}
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    [function] = cloudformation.read(Tree(tmp_path, tuple(contents))).functions
    [layer] = function.room.layers
    assert (layer.name, layer.directory) == ("Shared", "layer")
    assert [one.path for one in layer.build.manifests] == ["layer/requirements.txt"]
    assert layer.span is not None
    assert layer.span.path == "inner/template.yaml"


def test_a_nested_stack_gets_a_published_layer_of_the_one_above(tmp_path: Path) -> None:
    contents = {"template.yaml": OUTER % "!Ref Known", "inner/template.yaml": INNER % ("String", "[!Ref Layer]")}
    contents |= {"src/app.py": ""}
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    [function] = cloudformation.read(Tree(tmp_path, tuple(contents))).functions
    assert [one.name for one in function.room.layers] == ["arn:aws:lambda:eu-west-1:1:layer:tool:7"]
