"""Cloud assemblies: the functions of ``cdk.out``, with the folders that their assets were made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lambdalint.deployment import cdk
from lambdalint.model import Deployment, Function, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

HASHES = {name: name * 64 for name in "abcdef"}
API = "import common\n\n\ndef handler(event, context):\n    return common.answer()\n"
FILES = {"functions/api/app.py": API, "functions/worker/app.py": "def handler(event, context):\n    return 2\n"}


def _write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")


def _read(root: Path, assembly: dict[str, str], files: dict[str, str] | None = None) -> Deployment:
    """Read a project whose ``cdk.out``, which is not collected, holds *assembly*."""
    own = FILES if files is None else files
    _write(root, {**own, **{f"cdk.out/{name}": content for name, content in assembly.items()}})
    return cdk.read(Tree(root, tuple(own)), Room())


def _code(asset: str) -> dict[str, object]:
    return {"S3Bucket": {"Fn::Sub": "cdk-${AWS::AccountId}"}, "S3Key": f"{HASHES[asset]}.zip"}


def _function(asset: str = "a", path: str = "Dev/Api/Resource", **properties: object) -> dict[str, object]:
    given = {"Code": _code(asset), "Handler": "app.handler", "Runtime": "python3.12", **properties}
    return {"Type": "AWS::Lambda::Function", "Properties": given, "Metadata": {"aws:cdk:path": path}}


def _template(**resources: object) -> str:
    return json.dumps({"Resources": resources}, indent=1)


def _assets(above: str = "", images: object = None, **paths: str) -> str:
    files = {HASHES[name]: {"source": {"path": above + path, "packaging": "zip"}} for name, path in paths.items()}
    return json.dumps({"version": "36.0.0", "files": files, "dockerImages": images or {}})


def _assembly(**resources: object) -> dict[str, str]:
    return {
        "manifest.json": "{}",
        "Dev.template.json": _template(**resources),
        "Dev.assets.json": _assets(a=f"asset.{HASHES['a']}", b=f"asset.{HASHES['b']}"),
        f"asset.{HASHES['a']}/app.py": API,
        f"asset.{HASHES['b']}/app.py": FILES["functions/worker/app.py"],
    }


def _only(deployment: Deployment) -> Function:
    assert deployment.problems == ()
    [function] = deployment.functions
    return function


def test_a_function_has_the_folder_that_its_asset_was_made_of(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "EphemeralStorage": {"Size": 1024},
        "Timeout": 30,
        "SnapStart": {"ApplyOn": "PublishedVersions"},
    }
    resource = _function(**settings, Environment={"Variables": {"MODE": "x", "TABLE": {"Ref": "Table"}}})
    function = _only(_read(tmp_path, _assembly(ApiF70053CD=resource)))
    assert (function.name, function.handler, function.code_root) == ("Api", "app.handler", "functions/api")
    assert (function.declared_by, function.confidence) == ("cdk", "high")
    assert (function.source.path, function.source.line) == ("cdk.out/Dev.template.json", 3)
    room = function.room
    assert (room.tmp_mb, room.timeout, room.variants, room.vpc) == (1024, 30, ("snap-start",), False)
    assert {one.name: one.value for one in room.env} == {"MODE": "x", "TABLE": None}


def test_nested_assemblies_share_the_assets_of_the_outer_one(tmp_path: Path) -> None:
    assembly = _assembly()
    del assembly["Dev.template.json"], assembly["Dev.assets.json"]
    assembly["assembly-Prod/Stack.template.json"] = _template(Api=_function(path="Prod/Stack/Api/Resource"))
    assembly["assembly-Prod/Stack.assets.json"] = _assets("../", a=f"asset.{HASHES['a']}")
    assert _only(_read(tmp_path, assembly)).code_root == "functions/api"


def test_stacks_in_stacks(tmp_path: Path) -> None:
    assembly = _assembly()
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://x"]]}}}
    assembly["Dev.template.json"] = _template(Inner=nested)
    assembly["DevInner.nested.template.json"] = _template(Api=_function())
    assert _only(_read(tmp_path, assembly)).code_root == "functions/api"


def test_what_bundling_adds_is_not_the_users(tmp_path: Path) -> None:
    assembly = {**_assembly(Api=_function()), f"asset.{HASHES['a']}/requests/__init__.py": "x = 1\n"}
    function = _only(_read(tmp_path, assembly, {**FILES, "functions/api/requirements.txt": "requests\n"}))
    assert function.code_root == "functions/api"
    assert [one.path for one in function.build.manifests] == ["functions/api/requirements.txt"]
    assert not function.build.complete


def test_a_source_that_was_changed_since_is_found(tmp_path: Path) -> None:
    changed = {**FILES, "functions/api/app.py": API.replace("return", "print(event)\n    return")}
    assert _only(_read(tmp_path, _assembly(Api=_function()), changed)).code_root == "functions/api"


def test_a_handler_that_is_gone_is_not_read(tmp_path: Path) -> None:
    gone = {**FILES, "functions/api/app.py": "", "functions/worker/app.py": "x = 1\n"}
    deployment = _read(tmp_path, _assembly(Api=_function()), gone)
    assert deployment.functions == ()
    assert [one.severity for one in deployment.problems] == ["note"]


def test_what_the_cdk_brings_along_is_no_function(tmp_path: Path) -> None:
    provider = _function("c", "Dev/Custom::CDKBucketDeployment/Resource", Handler="index.handler")
    assembly = {
        **_assembly(Api=_function(), Provider=provider),
        "Dev.assets.json": _assets(a=f"asset.{HASHES['a']}", c=f"asset.{HASHES['c']}"),
        f"asset.{HASHES['c']}/index.py": "def handler(event, context):\n    unpack(event)\n    upload(event)\n",
    }
    own = {**FILES, "functions/other/index.py": "def handler(event, context):\n    store = 1\n    return store + 4\n"}
    deployment = _read(tmp_path, assembly, own)
    assert [one.name for one in deployment.functions] == ["Api"]
    [problem] = deployment.problems
    assert problem.severity == "note"
    assert problem.message.endswith("is not read: no folder of the project holds its code")


def test_what_runs_no_python_is_left_out(tmp_path: Path) -> None:
    deployment = _read(tmp_path, _assembly(A=_function(Runtime="nodejs20.x"), B=_function(Runtime="java21")))
    assert (deployment.functions, deployment.problems) == ((), ())


def test_code_inside_the_template(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    return 1\n"
    function = _only(_read(tmp_path, _assembly(Api=_function(Code={"ZipFile": code}, Handler="index.handler"))))
    assert function.inline is not None
    assert function.inline.text == code
    assert function.inline.path == "cdk.out/Dev.template.json"


def test_an_image(tmp_path: Path) -> None:
    dockerfile = "FROM public.ecr.aws/lambda/python:3.12\nCOPY app.py ./\nCMD ['app.other']\n"
    own = {**FILES, "image/Dockerfile": dockerfile, "image/app.py": "def handler(event, context):\n    return 3\n"}
    images = {HASHES["d"]: {"source": {"directory": f"asset.{HASHES['d']}"}}}
    properties = {
        "Code": {"ImageUri": {"Fn::Sub": f"${{AWS::AccountId}}.dkr.ecr/x:{HASHES['d']}"}},
        "PackageType": "Image",
        "ImageConfig": {"Command": ["app.handler"]},
    }
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    assembly = {
        "Dev.template.json": _template(Image9D742C96=resource),
        "Dev.assets.json": _assets(images=images),
        f"asset.{HASHES['d']}/Dockerfile": dockerfile,
        f"asset.{HASHES['d']}/app.py": own["image/app.py"],
    }
    function = _only(_read(tmp_path, assembly, own))
    assert (function.name, function.handler, function.code_root) == ("Image", "app.handler", "image")
    assert function.room.package_type == "image"


def test_layers_have_their_folders(tmp_path: Path) -> None:
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": _code("e")}}
    assembly = {
        **_assembly(Api=_function(Layers=[{"Ref": "Common"}, "arn:aws:lambda:x:1:layer:y:2"]), Common=layer),
        "Dev.assets.json": _assets(a=f"asset.{HASHES['a']}", e=f"asset.{HASHES['e']}"),
        f"asset.{HASHES['e']}/python/common.py": "def answer():\n    return 1\n",
    }
    own = {**FILES, "layers/common/python/common.py": "def answer():\n    return 1\n"}
    function = _only(_read(tmp_path, assembly, own))
    assert [(one.name, one.directory) for one in function.room.layers] == [
        ("Common", "layers/common"),
        ("arn:aws:lambda:x:1:layer:y:2", None),
    ]


STACK = """\
import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
const fn = new lambda.Function(stack, 'Api', { runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler',
  code: lambda.Code.fromAsset(%s), environment: { MODE: mode(), PLACE: 'here' }, timeout: cdk.Duration.seconds(7) });
"""


def test_the_source_and_the_assembly_make_one_function(tmp_path: Path) -> None:
    variables = {"MODE": "fast", "PLACE": "there", "TABLE": {"Ref": "Table"}}
    resource = _function(Environment={"Variables": variables}, Timeout=9, EphemeralStorage={"Size": 2048})
    assembly = _assembly(ApiF70053CD=resource)
    own = {**FILES, "cdk.json": "{}", "lib/stack.ts": STACK % "'functions/api'"}
    function = _only(_read(tmp_path, assembly, own))
    assert (function.source.path, function.source.line) == ("lib/stack.ts", 3)
    assert (function.room.timeout, function.room.tmp_mb) == (7, 512)
    assert {one.name: one.value for one in function.room.env} == {"MODE": "fast", "PLACE": "here"}


def test_the_assembly_knows_what_the_source_leaves_open(tmp_path: Path) -> None:
    own = {**FILES, "cdk.json": "{}", "lib/stack.ts": STACK % "process.env.CODE!"}
    function = _only(_read(tmp_path, _assembly(ApiF70053CD=_function()), own))
    assert (function.code_root, function.source.path) == ("functions/api", "cdk.out/Dev.template.json")


def test_the_source_chooses_between_equal_folders(tmp_path: Path) -> None:
    own = {**FILES, "cdk.json": "{}", "lib/stack.ts": STACK % "'other/api'", "other/api/app.py": API}
    function = _only(_read(tmp_path, _assembly(ApiF70053CD=_function()), own))
    assert (function.code_root, function.source.path) == ("other/api", "lib/stack.ts")


@pytest.mark.parametrize(
    ("assets", "message"),
    [
        ("{ broken", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        (_assets(a="../../../etc"), "the asset lies outside of the project: ../../../etc"),
    ],
)
def test_broken_assets_are_reported_once(tmp_path: Path, assets: str, message: str) -> None:
    inline = {"ZipFile": "def handler(event, context):\n    return 1\n"}
    assembly = _assembly(A=_function(), B=_function(), C=_function(Code=inline, Handler="index.handler"))
    deployment = _read(tmp_path, {**assembly, "Dev.assets.json": assets})
    assert [one for one in deployment.functions if one.inline is not None]
    [problem] = [one for one in deployment.problems if one.severity == "warning"]
    assert message in problem.message
    assert problem.span.path == "cdk.out/Dev.assets.json"


@pytest.mark.parametrize(
    "assets",
    ["[]", "null", "3", '{"files": []}', '{"files": {"x": 3}}', '{"files": {"x": {"source": []}}}']
    + [json.dumps({"files": {HASHES["a"]: {"source": {"path": path}, "destinations": 3}}}) for path in (3, "", None)]
    + ['{"dockerImages": {"x": {"source": {"directory": "y", "dockerBuildArgs": [], "dockerFile": 4}}}}'],
)
def test_assets_of_wrong_types_do_no_harm(tmp_path: Path, assets: str) -> None:
    deployment = _read(tmp_path, {**_assembly(Api=_function("f")), "Dev.assets.json": assets})
    assert deployment.functions == ()
    assert {one.severity for one in deployment.problems} == {"note"}


@pytest.mark.parametrize(
    "resource",
    [
        _function(Code=[]),
        _function(Code={"S3Key": []}),
        _function(Handler={"Ref": "X"}),
        _function(Runtime=["python3.12"]),
        _function(Handler="../../x.y"),
        _function(Layers={"a": "b"}, Handler=3),
        {"Type": "AWS::Lambda::Function", "Properties": [], "Metadata": "x"},
        {"Type": ["AWS::Lambda::Function"]},
        "AWS::Lambda::Function",
    ],
)
def test_resources_of_wrong_types_do_no_harm(tmp_path: Path, resource: object) -> None:
    deployment = _read(tmp_path, _assembly(Odd=resource, Api=_function()))
    assert [one.name for one in deployment.functions] == ["Api"]


def test_a_template_that_is_too_large_is_reported(tmp_path: Path) -> None:
    assembly = _assembly(Api=_function())
    assembly["Large.template.json"] = _template(Api=_function(Description="x" * 6_000_000))
    deployment = _read(tmp_path, assembly)
    assert [one.code_root for one in deployment.functions] == ["functions/api"]
    assert [one.message for one in deployment.problems] == ["larger than 5 MB: not read"]


def test_a_truncated_template_is_reported(tmp_path: Path) -> None:
    assembly = _assembly(Api=_function())
    assembly["Cut.template.json"] = assembly["Dev.template.json"][:-30]
    deployment = _read(tmp_path, assembly)
    assert len(deployment.functions) == 1
    assert [one.span.path for one in deployment.problems] == ["cdk.out/Cut.template.json"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    _write(tmp_path / "elsewhere", _assembly(Api=_function()))
    root = tmp_path / "project"
    _write(root, FILES)
    (root / "cdk.out").symlink_to(tmp_path / "elsewhere")
    (root / "functions/cdk.out").mkdir()
    (root / "functions/cdk.out/Dev.template.json").symlink_to(tmp_path / "elsewhere/Dev.template.json")
    (root / "functions/cdk.out/assembly-Me").symlink_to(root / "functions/cdk.out")
    assert cdk.read(Tree(root, tuple(FILES)), Room()) == Deployment()


def test_another_folder_that_the_settings_name(tmp_path: Path) -> None:
    own = {**FILES, "cdk.json": '{"output": "build/synth"}'}
    _write(tmp_path, {**own, **{f"build/synth/{name}": text for name, text in _assembly(Api=_function()).items()}})
    found = cdk.read(Tree(tmp_path, tuple(own)), Room())
    assert [one.code_root for one in found.functions] == ["functions/api"]


def test_an_old_assembly_names_its_assets_by_parameters(tmp_path: Path) -> None:
    key = {
        "Fn::Join": ["", [{"Fn::Select": [0, {"Fn::Split": ["||", {"Ref": f"AssetParameters{HASHES['a']}S3Key"}]}]}]]
    }
    assembly = _assembly(Api=_function(Code={"S3Bucket": {"Ref": "x"}, "S3Key": key}))
    del assembly["Dev.assets.json"]
    assert _only(_read(tmp_path, assembly)).code_root == "functions/api"


def test_assets_that_were_never_copied_name_their_folder_on_another_machine(tmp_path: Path) -> None:
    assembly = _assembly(Api=_function())
    assembly["Dev.assets.json"] = _assets(a="/home/me/project/functions/worker")
    assert _only(_read(tmp_path, assembly)).code_root == "functions/worker"
