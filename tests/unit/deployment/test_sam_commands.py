"""Whether ``sam build`` runs before a template is deployed, as scripts and instructions show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.deployment.cloudformation.sam_commands import MAX_BYTES, Practice, SamCommands
from lambdalint.model import Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Build

BUILD, PACKAGE, DEPLOY = (
    "sam build --cached\n",
    "aws cloudformation package \\\n --s3-bucket b\n",
    "sam deploy --guided\n",
)
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12, Layers: [!Ref Libraries]}
  Libraries:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/}
    Metadata: {BuildMethod: python3.12}
"""


def _tree(root: Path, files: dict[str, str]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return Tree(root, tuple(files))


@pytest.mark.parametrize(
    ("files", "practice"),
    [
        ({}, Practice.UNTOLD),
        ({"app/README.md": "How to build Sam's house\n"}, Practice.UNTOLD),
        ({"app/README.md": BUILD + DEPLOY}, Practice.BUILT),
        ({"app/deploy.sh": PACKAGE}, Practice.ARCHIVED),
        ({"app/Makefile": "deploy:\n\tsam package --s3-bucket b\n\tsam deploy\n"}, Practice.ARCHIVED),
        ({"app/README.md": DEPLOY}, Practice.UNSURE),
        ({"app/README.md": DEPLOY, "Makefile": BUILD}, Practice.BUILT),
        ({"app/README.md": DEPLOY, "publish.sh": PACKAGE}, Practice.ARCHIVED),
        ({"app/README.md": BUILD, "publish.sh": PACKAGE}, Practice.BUILT),
        ({"app/buildspec.yml": PACKAGE, "README.md": BUILD}, Practice.UNSURE),
        ({"app/package.sh": PACKAGE, "app/README.md": BUILD}, Practice.BUILT),
        ({"scripts/release.sh": PACKAGE}, Practice.ARCHIVED),
        ({".github/workflows/ci.yml": "steps: [{run: sam build}]\n"}, Practice.BUILT),
        ({"tasks.py": 'run(["sam", "build"])\n'}, Practice.BUILT),
        ({"app/samconfig.toml": "[default.build.parameters]\ncached = true\n"}, Practice.BUILT),
        ({"other/README.md": BUILD}, Practice.UNTOLD),
        ({"app/photo.png": BUILD}, Practice.UNTOLD),
        ({"app/README.md": BUILD + " " * MAX_BYTES}, Practice.UNTOLD),
    ],
)
def test_the_nearest_folder_tells(tmp_path: Path, files: dict[str, str], practice: Practice) -> None:
    assert SamCommands(_tree(tmp_path, files)).practice("app") is practice


def _builds(root: Path, readme: str) -> tuple[Build, Build]:
    files = {"t.yaml": TEMPLATE, "README.md": readme, "src/app.py": ""}
    files |= dict.fromkeys(("src/requirements.txt", "layer/requirements.txt"), "boto3\n")
    [function] = cloudformation.read(_tree(root, files)).functions
    return function.build, function.room.layers[0].build


def test_folders_that_are_only_archived_get_no_requirements(tmp_path: Path) -> None:
    for build in _builds(tmp_path, PACKAGE):
        assert (build.manifests, build.complete) == ((), False)


@pytest.mark.parametrize(("readme", "confidence"), [(BUILD, "high"), (DEPLOY, "medium"), ("", "high")])
def test_instructions_make_a_build_more_or_less_sure(tmp_path: Path, readme: str, confidence: str) -> None:
    builds = _builds(tmp_path, readme)
    assert [[one.path for one in build.manifests] for build in builds] == [
        ["src/requirements.txt"],
        ["layer/requirements.txt"],
    ]
    assert [(build.confidence, build.complete) for build in builds] == [(confidence, confidence == "high")] * 2
