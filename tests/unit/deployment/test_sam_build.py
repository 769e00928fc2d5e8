"""How SAM, or CloudFormation without it, makes packages and layers of folders."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.model import Build, Function, MakeStep, Manifest, Tree, Vendored

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Layer

SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12}
"""
PLAIN = """\
Resources:
  Job:
    Type: AWS::Lambda::Function
    Properties: {Code: src/, Handler: app.handler, Runtime: python3.12}
"""
ALL = ("src/app.py", "src/requirements.txt", "src/requirements-dev.txt", "src/pyproject.toml", "src/Pipfile")


def _tree(root: Path, template: str, files: tuple[str, ...], vendored: tuple[Vendored, ...] = ()) -> Tree:
    contents = {"t.yaml": dedent(template), **dict.fromkeys(files, "")}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return Tree(root, tuple(contents), vendored=vendored)


def _function(root: Path, template: str, files: tuple[str, ...] = ALL, vendored: tuple[Vendored, ...] = ()) -> Function:
    [function] = cloudformation.read(_tree(root, template, files, vendored)).functions
    return function


def _layer(root: Path, layer: str, files: tuple[str, ...], vendored: tuple[Vendored, ...] = ()) -> Layer:
    properties = "Handler: app.handler, Runtime: python3.12, Layers: [!Ref Libraries]"
    template = (
        "Resources:\n"
        f"  Job: {{Type: 'AWS::Serverless::Function', Properties: {{CodeUri: src, {properties}}}}}\n"
        f"  Libraries:\n{layer}"
    )
    [found] = _function(root, template, ("src/app.py", *files), vendored).room.layers
    return found


def test_sam_installs_the_requirements_file_and_nothing_else(tmp_path: Path) -> None:
    build = _function(tmp_path, SAM).build
    assert build == Build((Manifest("src/requirements.txt"),), complete=True, elsewhere=".aws-sam/build/Job")


def test_without_that_file_nothing_is_installed(tmp_path: Path) -> None:
    build = _function(tmp_path, SAM, ("src/app.py", "src/pyproject.toml", "src/requirements-prod.txt")).build
    assert (build.manifests, build.complete) == ((), True)


def test_a_template_without_the_transform_may_be_packaged_as_it_is(tmp_path: Path) -> None:
    build = _function(tmp_path, PLAIN).build
    assert [one.path for one in build.manifests] == ["src/requirements.txt"]
    assert (build.complete, build.confidence) == (False, "medium")
    with_transform = _function(tmp_path, f"Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n{PLAIN}")
    assert (with_transform.build.complete, with_transform.build.confidence) == (True, "high")


def test_without_requirements_it_does_not_matter_whether_the_template_is_built(tmp_path: Path) -> None:
    build = _function(tmp_path, PLAIN, ("src/app.py",)).build
    assert (build.manifests, build.complete, build.confidence) == ((), True, "high")


@pytest.mark.parametrize(
    ("metadata", "manifests", "complete"),
    [
        ("BuildMethod: python3.12", ["src/requirements.txt"], True),
        ("BuildMethod: python-uv", ["src/requirements.txt"], True),
        ("BuildMethod: makefile", [], False),
        ("BuildMethod: nodejs22.x", [], False),
        ("SkipBuild: true", [], False),
        ("SkipBuild: false", ["src/requirements.txt"], True),
    ],
)
def test_the_metadata_chooses_the_builder(tmp_path: Path, metadata: str, manifests: list[str], complete: bool) -> None:
    build = _function(tmp_path, f"{SAM}    Metadata: {{{metadata}}}\n").build
    assert ([one.path for one in build.manifests], build.complete) == (manifests, complete)


@pytest.mark.parametrize(
    ("files", "manifest"),
    [
        (("src/requirements-prod.txt", "src/pyproject.toml"), "src/requirements-prod.txt"),
        (("src/pyproject.toml", "src/uv.lock"), "src/pyproject.toml"),
    ],
)
def test_uv_looks_for_several_manifests(tmp_path: Path, files: tuple[str, ...], manifest: str) -> None:
    build = _function(tmp_path, f"{SAM}    Metadata: {{BuildMethod: python-uv}}\n", ("src/app.py", *files)).build
    assert [one.path for one in build.manifests] == [manifest]


def test_a_folder_that_something_else_has_built_is_taken_as_it_is(tmp_path: Path) -> None:
    template = f"{SAM}    Metadata: {{SkipBuild: True}}\n"
    assert _function(tmp_path, template, ("src/app.py",)).build == Build(complete=True)
    vendored = (Vendored("src", "requests", "requests"),)
    assert _function(tmp_path, template, ("src/app.py", "src/requirements.txt"), vendored).build == Build(complete=True)


def test_inline_code_brings_nothing_along(tmp_path: Path) -> None:
    inline = SAM.replace("CodeUri: src/,", 'InlineCode: "def handler(event, context): pass",')
    assert _function(tmp_path, inline.replace("app.handler", "index.handler")).build == Build(complete=True)


def test_code_that_is_not_in_the_project_has_an_unknown_build(tmp_path: Path) -> None:
    assert _function(tmp_path, SAM.replace("src/,", "s3://bucket/code.zip,")).build == Build()


@pytest.mark.parametrize(
    ("metadata", "complete"),
    [("", True), (", 'aws:asset:is-bundled': true", False), (", 'aws:asset:is-bundled': false", True)],
)
def test_an_asset_of_the_cdk_is_taken_as_it_is(tmp_path: Path, metadata: str, complete: bool) -> None:
    asset = f"{{'aws:asset:path': src, 'aws:asset:property': Code{metadata}}}"
    template = PLAIN.replace("Code: src/", "Code: {S3Bucket: b, S3Key: k}") + f"    Metadata: {asset}\n"
    assert _function(tmp_path, template).build == Build(complete=complete)


def test_a_makefile_is_told_with_its_target(tmp_path: Path) -> None:
    layer = "  Libraries:\n    Type: AWS::Serverless::LayerVersion\n    Properties: {ContentUri: layer}\n"
    make = "    Metadata: {BuildMethod: makefile}\n"
    own = "    Metadata: {BuildMethod: makefile, ContextPath: make, WorkingDirectory: work}\n"
    template = SAM.replace("python3.12}", "python3.12, Layers: [!Ref Libraries]}")
    files = (*ALL, "layer/Makefile", "make/Makefile")
    [function] = cloudformation.read(_tree(tmp_path, f"{template}{own}{layer}{make}", files)).functions
    assert function.build.make == MakeStep("make", "build-Job")
    assert function.room.layers[0].build.make == MakeStep("layer", "build-Libraries")
    [function] = cloudformation.read(_tree(tmp_path, f"{template}{layer}", files)).functions
    assert (function.build.make, function.room.layers[0].build.make) == (None, None)


SAM_LAYER = "    Type: AWS::Serverless::LayerVersion\n    Properties: {ContentUri: layer}\n"
PLAIN_LAYER = "    Type: AWS::Lambda::LayerVersion\n    Properties: {Content: layer}\n"


@pytest.mark.parametrize("declared", [SAM_LAYER, PLAIN_LAYER])
def test_a_layer_with_a_python_build_installs_its_requirements(tmp_path: Path, declared: str) -> None:
    layer = _layer(tmp_path, f"{declared}    Metadata: {{BuildMethod: python3.12}}\n", ("layer/requirements.txt",))
    expected = Build((Manifest("layer/requirements.txt"),), complete=True, elsewhere=".aws-sam/build/Libraries")
    assert (layer.directory, layer.build) == ("layer", expected)


@pytest.mark.parametrize(
    ("files", "complete"),
    [
        (("layer/python/shared.py",), True),
        (("layer/bin/tool",), True),
        (("layer/requirements.txt",), False),
        (("layer/requirements.txt", "layer/python/shared.py"), False),
        (("layer/python/requirements.txt",), False),
        (("layer/README.md", "layer/python/.gitkeep"), False),
    ],
)
def test_a_layer_without_a_build_is_what_lies_in_its_folder(
    tmp_path: Path, files: tuple[str, ...], complete: bool
) -> None:
    assert _layer(tmp_path, SAM_LAYER, files).build == Build(complete=complete)


def test_a_layer_of_installed_packages_alone_has_its_folder(tmp_path: Path) -> None:
    vendored = (Vendored("layer/python", "requests", "requests"),)
    layer = _layer(tmp_path, SAM_LAYER, (), vendored)
    assert (layer.directory, layer.build) == ("layer", Build(complete=True))


def test_a_layer_that_make_builds_is_not_known(tmp_path: Path) -> None:
    layer = _layer(tmp_path, f"{SAM_LAYER}    Metadata: {{BuildMethod: makefile}}\n", ("layer/requirements.txt",))
    assert (layer.build.manifests, layer.build.complete) == ((), False)


@pytest.mark.parametrize("content", ["s3://bucket/key", "missing", "../outside", "layer.zip", "{Bucket: b, Key: k}"])
def test_a_layer_from_elsewhere_is_not_known(tmp_path: Path, content: str) -> None:
    layer = _layer(tmp_path, SAM_LAYER.replace("ContentUri: layer", f"ContentUri: {content}"), ("layer.zip",))
    assert (layer.name, layer.directory, layer.build) == ("Libraries", None, Build())


def test_a_single_file_is_archived_by_itself(tmp_path: Path) -> None:
    function = _function(tmp_path, SAM.replace("CodeUri: src/", "CodeUri: src/app.py"))
    assert (function.code_root, function.build) == ("src", Build(complete=True))
    assert function.packaged == ("!**", "app.py")
