"""Which file ``sam build`` installs where commands or settings give it one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.model import Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Build

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
FILES = {
    "template.yaml": TEMPLATE,
    "other.yaml": "Resources: {}\n",
    "src/app.py": "",
    "src/requirements.txt": "",
    "layer/requirements.txt": "",
    "deps/base.txt": "",
    "deps/dev.txt": "",
}
WORKFLOW = (
    "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - run: sam build -m deps/base.txt --use-container\n"
)
SETTINGS = 'version = 0.1\n[default.build.parameters]\nmanifest = "deps/base.txt"\n'


def _builds(root: Path, files: dict[str, str]) -> tuple[Build, Build]:
    contents = {**FILES, **files}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    [function] = cloudformation.read(Tree(root, tuple(contents))).functions
    return function.build, function.room.layers[0].build


def _paths(build: Build) -> list[str]:
    return [one.path for one in build.manifests]


@pytest.mark.parametrize(
    "files",
    [
        {"Makefile": "build:\n\tsam build -m deps/base.txt\n"},
        {"build.sh": "sam build --use-container \\\n  --manifest=deps/base.txt && sam deploy\n"},
        {"scripts/build.sh": "samlocal build -um ./deps/base.txt\n"},
        {"scripts/build.sh": "sam build -m ../deps/base.txt\n"},
        {"build.py": "run(['sam', 'build', '-m', 'deps/base.txt'])\n"},
        {"build.sh": 'sam build -m "$PWD/deps/base.txt" -t template.yaml\n'},
        {"README.md": "Run `sam build -m deps/base.txt` first.\n"},
        {".github/workflows/ci.yml": WORKFLOW},
        {"samconfig.toml": SETTINGS},
        {"samconfig.toml": SETTINGS, "README.md": "sam build --cached\n"},
        {"samconfig.yaml": "default:\n  build:\n    parameters: {manifest: deps/base.txt}\n"},
    ],
)
def test_the_file_is_installed_for_all(tmp_path: Path, files: dict[str, str]) -> None:
    for build in _builds(tmp_path, files):
        assert (_paths(build), build.complete, build.confidence) == (["deps/base.txt"], True, "high")


def test_the_command_is_the_step(tmp_path: Path) -> None:
    [manifest] = _builds(tmp_path, {"build.sh": "set -e\nsam build -m deps/base.txt\nsam deploy\n"})[0].manifests
    assert manifest.step is not None
    step = manifest.step
    assert (step.path, step.line, step.column, step.end_line, step.end_column) == ("build.sh", 2, 1, 2, 27)


@pytest.mark.parametrize(
    ("files", "manifests"),
    [
        ({"build.sh": "sam build -m deps/base.txt\n", "README.md": "sam build\n"}, ["src/requirements.txt"]),
        ({"build.sh": "sam build -m deps/base.txt\nsam build -m deps/dev.txt\n"}, []),
        ({"build.sh": "sam build -m $FILE\n"}, []),
        ({"build.sh": "sam build -m gone.txt\n"}, []),
        ({"samconfig.toml": SETTINGS.replace("default", "prod")}, ["src/requirements.txt"]),
    ],
)
def test_where_commands_differ_it_is_not_sure(tmp_path: Path, files: dict[str, str], manifests: list[str]) -> None:
    build, _ = _builds(tmp_path, files)
    assert (_paths(build), build.complete, build.confidence) == (manifests, False, "medium")


@pytest.mark.parametrize(
    "command",
    [
        "sam build --use-container",
        "sam build -t other.yaml -m deps/base.txt",
        "sam build Other -m deps/base.txt",
        "sam deploy -m deps/base.txt",
    ],
)
def test_other_commands_leave_each_folder_its_own(tmp_path: Path, command: str) -> None:
    build, _ = _builds(tmp_path, {"build.sh": f"sam build\n{command}\n"})
    assert (_paths(build), build.complete) == (["src/requirements.txt"], True)


def test_the_settings_of_another_template_do_not_count(tmp_path: Path) -> None:
    build, _ = _builds(tmp_path, {"other/samconfig.toml": SETTINGS, "other/deps/base.txt": ""})
    assert (_paths(build), build.complete) == (["src/requirements.txt"], True)


@pytest.mark.parametrize("settings", ["[default\n", "default = 1\n", "[default]\nbuild = [1]\n"])
def test_settings_that_cannot_be_read_say_nothing(tmp_path: Path, settings: str) -> None:
    build, _ = _builds(tmp_path, {"samconfig.toml": settings})
    assert (_paths(build), build.complete) == (["src/requirements.txt"], True)
