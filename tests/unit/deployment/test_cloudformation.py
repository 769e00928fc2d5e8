from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.deployment.handlers import locate
from lambdalint.model import Deployment, Function, Layer, Manifest, Tree

if TYPE_CHECKING:
    from pathlib import Path

SAM = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, Default: dev}}
Globals:
  Function:
    Runtime: python3.12
    Timeout: 30
    Layers: ["arn:aws:lambda:eu-west-1:1:layer:shared:1"]
    Environment: {Variables: {STAGE: !Ref Stage, OUT: /tmp/global}}
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      EphemeralStorage: {Size: 2048}
      FileSystemConfigs:
        - {Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/data}
      VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}
      Layers: [!Ref Libraries]
      Environment: {Variables: {OUT: /tmp/own, TABLE: !Ref Table}}
  Libraries:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/}
"""


def _read(root: Path, files: dict[str, str]) -> tuple[Tree, Deployment]:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    tree = Tree(root, tuple(files))
    return tree, cloudformation.read(tree)


def _only(deployment: Deployment) -> Function:
    (function,) = deployment.functions
    return function


def _environment(function: Function) -> dict[str, str | None]:
    return {variable.name: variable.value for variable in function.room.env}


def _plain(code: str, handler: str = "app.handler", runtime: str = "python3.12") -> str:
    properties = f"{{Handler: {handler}, Runtime: {runtime}, Code: {code}}}"
    return f"Resources:\n  Job: {{Type: 'AWS::Lambda::Function', Properties: {properties}}}\n"


def test_a_function_of_sam_with_its_room(tmp_path: Path) -> None:
    files = {"app/template.yaml": SAM, "app/src/app.py": "", "app/src/requirements.txt": "", "app/layer/x.py": ""}
    tree, found = _read(tmp_path, files)
    function = _only(found)
    assert not found.problems
    assert (function.name, function.handler, function.code_root) == ("Job", "app.handler", "app/src")
    assert (function.declared_by, str(function.source)) == ("sam", "app/template.yaml:10:3")
    assert function.build.manifests == (Manifest("app/src/requirements.txt"),)
    assert locate(tree, function) == ("app/src/app.py", "handler")
    room = function.room
    assert (room.tmp_mb, room.timeout, room.runtime, room.vpc) == (2048, 30, "python3.12", True)
    assert _environment(function) == {"STAGE": "dev", "OUT": "/tmp/own", "TABLE": None}
    assert room.env_complete
    assert [(mount.path, mount.kind) for mount in room.mounts] == [("/mnt/data", "efs")]
    assert [(layer.name, layer.directory) for layer in room.layers] == [
        ("arn:aws:lambda:eu-west-1:1:layer:shared:1", None),
        ("Libraries", "app/layer"),
    ]
    names = {"handler", "code_root", "runtime", "tmp_mb", "timeout", "mounts", "layers", "vpc", "environment"}
    assert {name for name, _ in room.spans} == names
    storage = room.span_of("tmp_mb")
    assert storage is not None
    assert (storage.line, storage.column) == (15, 32)


@pytest.mark.parametrize(
    ("network", "known"),
    [
        ("{SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}", True),
        ("{SubnetIds: !Ref Subnets, SecurityGroupIds: []}", True),
        ("{SubnetIds: [], SecurityGroupIds: []}", False),
        ("!Ref AWS::NoValue", False),
    ],
)
def test_a_network_without_subnets_is_none(tmp_path: Path, network: str, known: bool) -> None:
    text = (
        "Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}\n"
        "Resources:\n  Job:\n    Type: AWS::Lambda::Function\n"
        f"    Properties: {{Handler: app.handler, Runtime: python3.12, Code: ., VpcConfig: {network}}}\n"
    )
    assert _only(_read(tmp_path, {"template.yaml": text, "app.py": ""})[1]).room.vpc is known


def test_what_a_template_leaves_alone_has_defaults(tmp_path: Path) -> None:
    template = SAM[: SAM.index("Globals")] + dedent("""\
        Resources:
          Job:
            Type: AWS::Serverless::Function
            Properties: {Handler: app.handler, Runtime: python3.9}
        """)
    _, found = _read(tmp_path, {"template.yml": template, "app.py": ""})
    function = _only(found)
    assert function.code_root == ""
    assert (function.room.tmp_mb, function.room.vpc, function.room.env_complete) == (512, False, True)


def test_json_reads_like_yaml(tmp_path: Path) -> None:
    properties = {
        "Handler": "app.handler",
        "Runtime": {"Ref": "Version"},
        "Code": "src",
        "Environment": {"Variables": {"OUT": {"Fn::Sub": "/tmp/${Version}"}}},
    }
    template = {
        "Parameters": {"Version": {"Type": "String", "Default": "python3.11"}},
        "Resources": {"Job": {"Type": "AWS::Lambda::Function", "Properties": properties}},
    }
    _, found = _read(tmp_path, {"stack.template": json.dumps(template), "src/app.py": ""})
    function = _only(found)
    assert (function.declared_by, function.code_root) == ("cloudformation", "src")
    assert _environment(function) == {"OUT": "/tmp/python3.11"}


def test_an_environment_of_unknown_value_is_not_complete(tmp_path: Path) -> None:
    template = SAM.replace("{Variables: {OUT: /tmp/own, TABLE: !Ref Table}}", "{Variables: !GetAtt A.B}")
    _, found = _read(tmp_path, {"template.yaml": template, "src/app.py": ""})
    assert not _only(found).room.env_complete


def test_code_that_is_elsewhere_is_guessed_only_where_one_folder_fits(tmp_path: Path) -> None:
    remote = _plain("{S3Bucket: b, S3Key: k}")
    _, found = _read(tmp_path / "here", {"t.yaml": remote, "app.py": "", "lib/app.py": ""})
    assert _only(found).code_root == ""
    _, found = _read(tmp_path / "below", {"t.yaml": remote, "lib/app.py": ""})
    assert (_only(found).code_root, _only(found).confidence) == ("lib", "medium")
    _, found = _read(tmp_path / "two", {"t.yaml": remote, "lib/app.py": "", "src/app.py": ""})
    assert not found.functions
    assert [problem.severity for problem in found.problems] == ["note"]


def test_a_folder_that_does_not_exist_is_a_note(tmp_path: Path) -> None:
    _, found = _read(tmp_path, {"t.yaml": _plain("build/out"), "app.py": ""})
    assert not found.functions
    assert [(problem.severity, problem.span.line) for problem in found.problems] == [("note", 2)]


def test_a_missing_handler_is_left_to_the_rules(tmp_path: Path) -> None:
    tree, found = _read(tmp_path, {"t.yaml": _plain("src"), "src/other.py": ""})
    assert locate(tree, _only(found)) is None


def test_other_languages_and_programs_are_skipped(tmp_path: Path) -> None:
    files = {"n.yaml": _plain("src", runtime="nodejs20.x"), "s.yaml": _plain("src", "run.sh"), "src/run.sh": ""}
    assert not _read(tmp_path, files)[1].functions


def test_a_built_layer_is_searched_for_imports(tmp_path: Path) -> None:
    template = SAM + "    Metadata: {BuildMethod: python3.12}\n"
    _, found = _read(tmp_path, {"template.yaml": template, "src/app.py": "", "layer/x.py": ""})
    assert _only(found).search_path == ("layer",)
    assert Layer("Libraries", "layer") == Layer(*[(one.name, one.directory) for one in _only(found).room.layers][1])


PARENT = """\
Resources:
  First:
    Type: AWS::Serverless::Application
    Properties: {Location: child/template.yaml, Parameters: {Stage: prod}}
"""


def test_nested_stacks_pass_parameters_and_count_once(tmp_path: Path) -> None:
    files = {"child/template.yaml": SAM, "child/src/app.py": "", "z.yaml": PARENT}
    _, found = _read(tmp_path, files)
    assert _environment(_only(found))["STAGE"] == "prod"


def test_the_same_child_in_two_rooms_is_two_functions(tmp_path: Path) -> None:
    second = PARENT.replace("First", "Second").replace("Resources:\n", "").replace("prod", "test")
    again = second.replace("Second", "Third")
    _, found = _read(tmp_path, {"child/template.yaml": SAM, "child/src/app.py": "", "z.yaml": PARENT + second + again})
    assert {_environment(function)["STAGE"] for function in found.functions} == {"prod", "test"}
    assert len(found.functions) == 2


def test_cycles_and_missing_children_are_one_problem_each(tmp_path: Path) -> None:
    stack = "Resources:\n  A: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: {}}}}}\n"
    files = {"a.yaml": stack.format("b.yaml"), "b.yaml": stack.format("a.yaml"), "c.yaml": stack.format("d.yaml")}
    _, found = _read(tmp_path, {**files, "self.yaml": stack.format("./self.yaml")})
    assert len(found.problems) == 3
    assert [problem.span.path for problem in found.problems] == ["c.yaml", "self.yaml", "b.yaml"]


def test_macros_are_noted(tmp_path: Path) -> None:
    template = SAM + "  Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: more.yaml}}\n"
    _, found = _read(tmp_path, {"template.yaml": template, "src/app.py": "", "layer/x.py": ""})
    assert [problem.severity for problem in found.problems] == ["note"]
    assert len(found.functions) == 1


@pytest.mark.parametrize("name", ["tests/template.yaml", "docs/template.yaml"])
def test_templates_of_tests_are_not_deployed(tmp_path: Path, name: str) -> None:
    assert not _read(tmp_path, {name: SAM, "tests/src/app.py": ""})[1].functions


@pytest.mark.parametrize(
    "template",
    [
        "Resources: AWS::Lambda::Function",
        "Resources: [AWS::Lambda::Function]",
        "Resources: {F: AWS::Lambda::Function}",
        "Resources: {F: {Type: AWS::Lambda::Function}}",
        "Resources: {F: {Type: AWS::Lambda::Function, Properties: []}}",
        "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Handler: [], Runtime: {}, Code: [1]}}}",
        "Resources: {F: {Type: [AWS::Serverless::Function], Properties: 1}}",
        "Globals: 7\nResources: {F: {Type: AWS::Serverless::Function, Properties: {Handler: 3, Layers: 4}}}",
    ],
)
def test_hostile_templates_declare_nothing(tmp_path: Path, template: str) -> None:
    assert not _read(tmp_path, {"t.yaml": template})[1].functions


def test_a_template_with_too_many_functions_leaves_the_others_alone(tmp_path: Path) -> None:
    function = "  {}: {{Type: AWS::Lambda::Function, Properties: {{Handler: app.handler, Runtime: python3.12}}}}\n"
    huge = "Resources:\n" + "".join(function.format(f"F{number}") for number in range(5_003))
    _, found = _read(tmp_path, {"a.yaml": huge, "b.yaml": "Resources:\n" + function.format("B"), "app.py": ""})
    assert len(found.functions) == 5_001
    assert "B" in {one.name for one in found.functions}
    [problem] = found.problems
    assert (str(problem.span), problem.severity) == ("a.yaml:5002:3", "warning")
    assert problem.message == "more than 5000 functions; the rest is not read"


@pytest.mark.parametrize("code", ["' '", "'# replaced by the pipeline'"])
def test_inline_code_that_only_holds_a_place(tmp_path: Path, code: str) -> None:
    template = _plain(f"{{ZipFile: {code}}}", handler="lib.run.handler")
    files = {"t.yaml": template, "src/lib/run.py": "def handler(): ..."}
    function = _only(_read(tmp_path, files)[1])
    assert (function.code_root, function.inline, function.confidence) == ("src", None, "medium")
