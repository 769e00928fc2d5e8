"""What scripts of the project add to packages and layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging_projects import HANDLER, names, sam, shipped

if TYPE_CHECKING:
    from pathlib import Path

LAYER = """
  Tools:
    Type: AWS::Serverless::LayerVersion
    {metadata}
    Properties: {{ContentUri: layer}}
"""


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("pip install -r deps.txt -t src", ["requests"]),
        ("cd src && pip install -r ../deps.txt --target .", ["requests"]),
        ("pip install boto3 -t src", ["boto3"]),
        ("pip install -r deps.txt -t other", []),
        ("pip install -r deps.txt", []),
    ],
)
def test_an_install_into_the_folder_is_packed(tmp_path: Path, step: str, expected: list[str]) -> None:
    files = {
        "template.yaml": sam(),
        "src/app.py": HANDLER,
        "other/x.py": "",
        "deps.txt": "requests\n",
        "build.sh": f"#!/bin/sh\n{step}\n",
    }
    assert names(shipped(tmp_path, files).package) == expected


def test_an_install_of_unknown_content_leaves_the_package_open(tmp_path: Path) -> None:
    files = {"template.yaml": sam(), "src/app.py": HANDLER, "build.sh": "pip install -r $DEPS -t src\n"}
    assert not shipped(tmp_path, files).package.complete


@pytest.mark.parametrize(
    ("script", "complete"), [("build.sh", False), ("src/build.sh", False), ("tools/build.sh", True)]
)
def test_an_install_into_an_unknown_folder_counts_for_what_lies_near(
    tmp_path: Path, script: str, complete: bool
) -> None:
    files = {"template.yaml": sam(), "src/app.py": HANDLER, script: "pip install requests -t $TARGET\n"}
    assert shipped(tmp_path, files).package.complete is complete


@pytest.mark.parametrize(
    ("target", "expected"),
    [("$(ARTIFACTS_DIR)/python", ["requests"]), ("$(ARTIFACTS_DIR)/extensions/lib", [])],
)
def test_a_recipe_makes_a_layer(tmp_path: Path, target: str, expected: list[str]) -> None:
    template = sam("!Ref Tools", resources=LAYER.format(metadata="Metadata: {BuildMethod: makefile}"))
    recipe = f"build-Tools:\n\tpython -m pip install -r requirements.txt -t {target}\n"
    files = {
        "template.yaml": template,
        "src/app.py": HANDLER,
        "layer/Makefile": recipe,
        "layer/requirements.txt": "requests\n",
    }
    [layer] = shipped(tmp_path, files).layers
    assert names(layer.contents) == expected
    assert layer.contents.complete == bool(expected)


def test_a_recipe_makes_the_package_of_a_function(tmp_path: Path) -> None:
    recipe = "build-Report:\n\tcp app.py $(ARTIFACTS_DIR)\n\tpip install -r requirements.txt -t $(ARTIFACTS_DIR)\n"
    files = {
        "template.yaml": sam(metadata="Metadata: {BuildMethod: makefile}"),
        "src/app.py": HANDLER,
        "src/Makefile": recipe,
        "src/requirements.txt": "boto3\n",
    }
    assert names(shipped(tmp_path, files).package) == ["boto3"]


def test_a_layer_that_a_script_fills(tmp_path: Path) -> None:
    files = {
        "template.yaml": sam("!Ref Tools", resources=LAYER.format(metadata="")),
        "src/app.py": HANDLER,
        "layer/requirements.txt": "requests\n",
        "Makefile": "layer:\n\tpip install -r layer/requirements.txt -t layer/python\n",
    }
    [layer] = shipped(tmp_path, files).layers
    assert (names(layer.contents), layer.contents.complete) == (["requests"], True)


def test_requirements_that_a_script_exports(tmp_path: Path) -> None:
    files = {
        "template.yaml": sam(),
        "src/app.py": HANDLER,
        "pyproject.toml": "[project]\nname = 'app'\nversion = '1'\ndependencies = ['boto3']\n",
        "Makefile": "build:\n\tuv export --no-dev -o src/requirements.txt\n\tsam build\n",
    }
    package = shipped(tmp_path, files).package
    assert [(one.name, one.span.path) for one in package.distributions[:1]] == [("boto3", "pyproject.toml")]
