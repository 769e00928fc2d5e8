"""What serverless-python-requirements and its like pack, by the settings of a service."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import load
from lambdalint.deployment import serverless
from lambdalint.model import Build, Function, Layer, Manifest, Tree

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = "plugins: [serverless-python-requirements]\n"
REST = "provider: {name: aws, runtime: python3.12}\nfunctions: {f: {handler: a.b}}\n"
POETRY = "[build-system]\nrequires = ['poetry-core>=1']\n"


def _functions(root: Path, service: str, files: dict[str, str] | None = None) -> dict[str, Function]:
    contents = {"serverless.yml": dedent(service), **(files or {})}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return {one.name: one for one in serverless.read(Tree(root, tuple(contents)), load()).functions}


def _build(root: Path, settings: str, files: dict[str, str] | None = None, version: str = "^6.1.0") -> Build:
    package = json.dumps({"devDependencies": {"serverless-python-requirements": version}})
    service = f"{PLUGIN}custom:\n  pythonRequirements: {settings}\n{REST}"
    files = {"requirements.txt": "", "package.json": package} | (files or {})
    return _functions(root, service, files)["f"].build


def test_the_plugin_installs_the_requirements_of_the_service(tmp_path: Path) -> None:
    expected = Build((Manifest("requirements.txt"),), complete=True, elsewhere=".serverless/requirements")
    assert _build(tmp_path, "{}") == expected


def test_a_version_that_is_not_known_makes_the_build_less_sure(tmp_path: Path) -> None:
    build = _functions(tmp_path, PLUGIN + REST, {"requirements.txt": ""})["f"].build
    assert (build.manifests, build.confidence) == ((Manifest("requirements.txt"),), "medium")


@pytest.mark.parametrize(
    ("settings", "files", "manifests"),
    [
        ("{}", {"Pipfile": ""}, ["Pipfile"]),
        ("{usePipenv: false}", {"Pipfile": ""}, ["requirements.txt"]),
        ("{}", {"Pipfile": "", "pyproject.toml": POETRY}, ["pyproject.toml"]),
        ("{usePoetry: false}", {"pyproject.toml": POETRY}, ["requirements.txt"]),
        ("{}", {"pyproject.toml": "[build-system]\nrequires = ['hatchling']\n"}, ["requirements.txt"]),
        ("{}", {"pyproject.toml": "[build-system\n"}, ["requirements.txt"]),
        ("{}", {"uv.lock": "", "pyproject.toml": ""}, ["requirements.txt"]),
        ("{fileName: ./deps/prod.txt}", {"deps/prod.txt": ""}, ["deps/prod.txt"]),
        ("{fileName: gone.txt}", {}, []),
    ],
)
def test_one_manifest_is_taken(tmp_path: Path, settings: str, files: dict[str, str], manifests: list[str]) -> None:
    build = _build(tmp_path, settings, files)
    assert ([one.path for one in build.manifests], build.complete) == (manifests, True)


def test_a_named_file_shows_where_it_is_named(tmp_path: Path) -> None:
    [manifest] = _build(tmp_path, "{fileName: prod.txt}", {"prod.txt": ""}).manifests
    assert manifest.step is not None
    assert (manifest.step.path, manifest.step.line) == ("serverless.yml", 3)


def test_groups_of_poetry_are_asked_for(tmp_path: Path) -> None:
    build = _build(tmp_path / "with", "{poetryWithGroups: [data]}", {"pyproject.toml": POETRY})
    assert build.manifests == (Manifest("pyproject.toml", groups=("data",)),)
    build = _build(tmp_path / "only", "{poetryOnlyGroups: [data]}", {"pyproject.toml": POETRY})
    assert (build.manifests, build.complete) == ((), False)


@pytest.mark.parametrize(
    ("version", "settings", "left_out", "comment"),
    [
        ("^6.0.0", "{}", (), ""),
        ("5.4.0", "{noDeploy: [boto3, botocore]}", ("boto3", "botocore"), ""),
        (
            "^4.3.0",
            "{}",
            (
                "boto3",
                "botocore",
                "docutils",
                "jmespath",
                "pip",
                "python-dateutil",
                "s3transfer",
                "setuptools",
                "six",
            ),
            "",
        ),
        ("~4", "{noDeploy: []}", (), ""),
        ("2.5.0", "{}", (), "no-deploy"),
    ],
)
def test_what_is_left_out_depends_on_the_version(
    tmp_path: Path, version: str, settings: str, left_out: tuple[str, ...], comment: str
) -> None:
    build = _build(tmp_path, settings, version=version)
    assert (build.left_out, build.skip_comment, build.confidence) == (left_out, comment, "high")


def test_slim_patterns_may_remove_whole_packages(tmp_path: Path) -> None:
    patterns = "['**/boto3*', 'botocore/**', '**/tests/*.py', '**/*.egg-info*']"
    build = _build(tmp_path / "slim", f"{{slim: true, slimPatterns: {patterns}}}")
    assert (build.slimmed, build.left_out) == (True, ("boto3*", "botocore"))
    build = _build(tmp_path / "whole", f"{{slimPatterns: {patterns}}}")
    assert (build.slimmed, build.left_out) == (False, ())


def test_an_inner_archive_is_unpacked_at_run_time(tmp_path: Path) -> None:
    assert _build(tmp_path, "{zip: true}").zipped


@pytest.mark.parametrize(
    "settings", ["{noDeploy: '${ssm:/x}'}", "{fileName: '${ssm:/x}'}", "{zip: '${ssm:/x}'}", "${ssm:/x}"]
)
def test_a_setting_of_unknown_value_leaves_the_build_open(tmp_path: Path, settings: str) -> None:
    assert _build(tmp_path, settings) == Build()


def test_packaging_of_unknown_value_leaves_the_build_open(tmp_path: Path) -> None:
    service = f"{PLUGIN}package: {{individually: '${{ssm:/x}}'}}\n{REST}"
    assert _functions(tmp_path, service, {"requirements.txt": ""})["f"].build == Build()


@pytest.mark.parametrize("arguments", ["[--no-deps]", "['-r more.txt']"])
def test_arguments_of_pip_that_change_the_outcome(tmp_path: Path, arguments: str) -> None:
    assert _build(tmp_path, f"{{pipCmdExtraArgs: {arguments}}}").confidence == "medium"


def test_a_layer_takes_the_requirements_out_of_the_packages(tmp_path: Path) -> None:
    service = f"""\
        {PLUGIN.strip()}
        custom: {{pythonRequirements: {{layer: true, noDeploy: [boto3]}}}}
        provider: {{name: aws, runtime: python3.12}}
        functions:
          with: {{handler: a.b, layers: [{{Ref: PythonRequirementsLambdaLayer}}]}}
          without: {{handler: a.c}}
    """
    found = _functions(tmp_path, service, {"requirements.txt": ""})
    assert found["with"].build == found["without"].build == Build(complete=True)
    assert found["without"].room.layers == ()
    [layer] = found["with"].room.layers
    assert (layer.name, layer.directory) == ("pythonRequirements", None)
    assert (layer.build.manifests, layer.build.left_out) == ((Manifest("requirements.txt"),), ("boto3",))
    assert layer.build.complete


MODULES = """\
plugins: [serverless-python-requirements]
package: {individually: %s}
provider: {name: aws, runtime: python3.12}
functions:
  a: {handler: a.b, module: jobs/a}
  b: {handler: a.b}
  c: {handler: a.b, package: {individually: true}}
"""
BOTH = {"jobs/a/requirements.txt": "", "requirements.txt": ""}


def test_functions_that_are_packed_alone_have_the_requirements_of_their_module(tmp_path: Path) -> None:
    found = _functions(tmp_path, MODULES % "true", BOTH)
    assert [one.path for one in found["a"].build.manifests] == ["jobs/a/requirements.txt"]
    assert found["a"].build.elsewhere == ".serverless/jobs/a/requirements"
    assert [one.path for one in found["b"].build.manifests] == ["requirements.txt"]


def test_functions_of_one_package_share_the_requirements_of_the_service(tmp_path: Path) -> None:
    found = _functions(tmp_path, MODULES % "false", BOTH)
    assert [one.path for one in found["a"].build.manifests] == ["requirements.txt"]
    assert (found["c"].build.manifests, found["c"].build.complete) == ((), False)


@pytest.mark.parametrize(
    ("settings", "files", "manifests", "confidence"),
    [
        ("frameworkVersion: '4'\ncustom: {pythonRequirements: {}}\n", {}, ["requirements.txt"], "high"),
        ("custom: {pythonRequirements: {slim: true}}\n", {}, ["requirements.txt"], "medium"),
        ("frameworkVersion: '3'\ncustom: {pythonRequirements: {}}\n", {}, [], "high"),
        ("frameworkVersion: '4'\ncustom: {pythonRequirements: {enabled: false}}\n", {}, [], "high"),
        ("frameworkVersion: '4'\n", {}, [], "high"),
        (
            "frameworkVersion: ^4.1.0\ncustom: {pythonRequirements: {}}\n",
            {"uv.lock": "", "pyproject.toml": ""},
            ["pyproject.toml"],
            "high",
        ),
    ],
)
def test_the_framework_brings_the_plugin_since_version_4(
    tmp_path: Path, settings: str, files: dict[str, str], manifests: list[str], confidence: str
) -> None:
    build = _functions(tmp_path, settings + REST, {"requirements.txt": "", **files})["f"].build
    assert ([one.path for one in build.manifests], build.confidence) == (manifests, confidence)


@pytest.mark.parametrize(
    ("plugins", "complete"),
    [
        ("[serverless-offline]", True),
        ("[serverless-plugin-scripts]", False),
        ("[serverless-package-python-functions]", False),
        ("[./plugins/pack]", False),
        ("'${file(plugins.yml)}'", False),
    ],
)
def test_other_plugins_may_pack_more(tmp_path: Path, plugins: str, complete: bool) -> None:
    build = _functions(tmp_path, f"plugins: {plugins}\n{REST}", {"requirements.txt": ""})["f"].build
    assert build == Build(complete=complete)


def test_a_finished_archive_is_not_known(tmp_path: Path) -> None:
    service = f"{PLUGIN}package: {{artifact: out.zip}}\n{REST}"
    assert _functions(tmp_path, service, {"requirements.txt": ""})["f"].build == Build()


def test_vendored_libraries_are_found_beside_the_code(tmp_path: Path) -> None:
    service = f"{PLUGIN}custom: {{pythonRequirements: {{vendor: ./libs}}}}\n{REST}"
    found = _functions(tmp_path, service, {"requirements.txt": "", "libs/own.py": ""})
    assert found["f"].search_path == ("libs",)


def test_layers_of_the_service_are_what_lies_in_their_folders(tmp_path: Path) -> None:
    service = """\
        provider: {name: aws, runtime: python3.12}
        layers: {tools: {path: tools}, filled: {path: filled}, done: {path: tools, package: {artifact: done.zip}}}
        functions:
          f:
            handler: a.b
            layers: [{Ref: ToolsLambdaLayer}, {Ref: FilledLambdaLayer}, {Ref: DoneLambdaLayer}]
    """
    found = _functions(tmp_path, service, {"tools/python/tool.py": "", "filled/requirements.txt": ""})
    assert [one.build for one in found["f"].room.layers] == [Build(complete=True), Build(), Build()]


def test_layers_from_outside_keep_what_is_known_of_their_names(tmp_path: Path) -> None:
    service = """\
        provider: {name: aws, runtime: python3.12}
        resources:
          Resources:
            Tools:
              Type: AWS::Serverless::Application
              Properties: {Location: {ApplicationId: 'arn:aws:serverlessrepo:eu-west-1:1:applications/tools'}}
        functions:
          f:
            handler: a.b
            layers:
              - {'Fn::Sub': 'arn:aws:lambda:${AWS::Region}:1:layer:x:1'}
              - {'Fn::Join': [':', ['arn:aws:lambda', {Ref: 'AWS::Region'}, '1:layer:x:1']]}
              - {'Fn::GetAtt': [Tools, Outputs.LayerVersionArn]}
              - {'Fn::ImportValue': shared}
              - {Ref: Elsewhere}
    """
    layers = _functions(tmp_path, service)["f"].room.layers
    assert [one.name for one in layers] == [
        "arn:aws:lambda:${AWS::Region}:1:layer:x:1",
        "arn:aws:lambda:${AWS::Region}:1:layer:x:1",
        "arn:aws:serverlessrepo:eu-west-1:1:applications/tools",
        "shared",
        "Elsewhere",
    ]
    assert all(isinstance(one, Layer) and one.build == Build() for one in layers)


@pytest.mark.parametrize(
    ("files", "complete"),
    [
        ({}, True),
        ({"requirements.txt": "# none\n"}, True),
        ({"requirements.txt": "boto3\n"}, False),
        ({"pyproject.toml": "[project]\ndependencies = ['boto3']\n"}, False),
        ({"pyproject.toml": "[tool.ruff]\n"}, True),
        ({"Pipfile": "[packages]\nboto3 = '*'\n"}, False),
    ],
)
def test_without_the_plugin_something_else_may_install_what_is_listed(
    tmp_path: Path, files: dict[str, str], complete: bool
) -> None:
    assert _functions(tmp_path, REST, files)["f"].build == Build(complete=complete)


def test_a_lock_of_uv_of_which_no_version_tells_who_reads_it_leaves_all_open(tmp_path: Path) -> None:
    files = {"uv.lock": "", "pyproject.toml": "[project]\ndependencies = ['boto3']\n"}
    build = _functions(tmp_path, PLUGIN + REST, files)["f"].build
    assert (build.manifests, build.complete) == ((), False)


def test_vendored_libraries_may_be_brought_by_a_script(tmp_path: Path) -> None:
    service = f"{PLUGIN}custom: {{pythonRequirements: {{vendor: ./libs}}}}\n{REST}"
    assert _functions(tmp_path, service)["f"].search_path == ("libs",)
