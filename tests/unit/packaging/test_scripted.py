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


@pytest.mark.parametrize(
    ("script", "complete"),
    [
        ("unzip tools.whl -d src", False),
        ("cd src && unzip ../tools.whl", False),
        ("unzip tools.zip -d other", True),
        ("unzip -l tools.zip -d src", True),
        ("unzip awscliv2.zip", True),
        ("tar xz -C src < libraries.tgz", False),
        ("tar --extract --directory=src -f libraries.tgz", False),
        ("tar cz -C src . > out.tgz", True),
        ("cp -r .venv/lib/python3.12/site-packages/ src/", False),
        ("cp -r .venv/lib/python3.12/site-packages/* src/", False),
        ("rsync -a .venv/lib/python3.12/site-packages/ src/", False),
        ("rsync -a .venv/lib/python3.12/site-packages/* src", False),
        ("cp -r other src/", True),
        ('pip install "${OPTIONS[@]}"', False),
        ('pip install "$@"', False),
        ("pip install $PACKAGE", True),
        ("make -C src libraries", False),
        ("make -C other libraries", True),
        ("pip freeze > src/requirements.txt", False),
        ("grep -v boto3 deps.txt > src/requirements.txt", False),
        ("pip freeze > other/requirements.txt", True),
    ],
)
def test_what_fills_the_folder_unseen_leaves_the_package_open(tmp_path: Path, script: str, complete: bool) -> None:
    files = {
        "template.yaml": sam(),
        "src/app.py": HANDLER,
        "other/x.py": "",
        "deps.txt": "requests\n",
        "build.sh": f"{script}\n",
    }
    assert shipped(tmp_path, files).package.complete is complete


def test_a_requirements_file_that_a_script_overwrites_is_not_all(tmp_path: Path) -> None:
    files = {"template.yaml": sam(), "src/app.py": HANDLER, "src/requirements.txt": "requests\n"}
    files["build.sh"] = "pip freeze > src/requirements.txt\n"
    package = shipped(tmp_path, files).package
    assert (names(package), package.complete) == (["requests"], False)


def test_all_arguments_of_a_function_are_words_of_their_own(tmp_path: Path) -> None:
    script = 'fetch() { pip install "$@"; }\nfetch -r deps.txt -t src\n'
    files = {"template.yaml": sam(), "src/app.py": HANDLER, "deps.txt": "requests\n", "build.sh": script}
    package = shipped(tmp_path, files).package
    assert (names(package), package.complete) == (["requests"], True)


def test_removals_that_hit_nothing_do_not_end_the_reading(tmp_path: Path) -> None:
    removals = "".join(f"rm -rf out{number}\n" for number in range(1_200))
    script = f"{removals}pip install -r deps.txt -t out\ncp src/*.py out/\n"
    files = {"template.yaml": sam(), "src/app.py": HANDLER, "deps.txt": "requests\n", "build.sh": script}
    assert names(shipped(tmp_path, files).package) == ["requests"]


def test_a_script_that_is_not_followed_to_its_end_leaves_what_lies_near_open(tmp_path: Path) -> None:
    files = {"template.yaml": sam(), "src/app.py": HANDLER}
    files["build.sh"] = "true\n" * 5_000 + "pip install requests -t src\n"
    assert not shipped(tmp_path, files).package.complete


CHALICE = "from chalice import Chalice\napp = Chalice(app_name='orders')\n"


@pytest.mark.parametrize("vendored", [{}, {"vendor/own.py": ""}])
@pytest.mark.parametrize("automatic", [True, False])
def test_what_a_script_puts_into_vendor_lands_beside_the_code_or_in_the_layer(
    tmp_path: Path, vendored: dict[str, str], automatic: bool
) -> None:
    config = '{"automatic_layer": true}' if automatic else "{}"
    files = {"app.py": CHALICE, ".chalice/config.json": config, "build.sh": "pip install requests -t vendor\n"}
    found = shipped(tmp_path, {**files, **vendored})
    assert names(found.package) == ([] if automatic else ["requests"])
    assert [names(layer.contents) for layer in found.layers] == ([["requests"]] if automatic else [])


def test_a_committed_library_in_vendor_is_in_the_automatic_layer(tmp_path: Path) -> None:
    files = {"app.py": CHALICE, ".chalice/config.json": '{"automatic_layer": true}'}
    files |= {"vendor/boto3/__init__.py": "", "vendor/boto3-1.40.0.dist-info/METADATA": "Name: boto3\n"}
    found = shipped(tmp_path, files)
    assert names(found.package) == []
    assert [names(layer.contents) for layer in found.layers] == [["boto3"]]


@pytest.mark.parametrize(("layer", "packed"), [("false", ["requests"]), ("true", [])])
def test_what_a_script_puts_into_the_vendor_folder_of_a_service_is_packed(
    tmp_path: Path, layer: str, packed: list[str]
) -> None:
    service = f"""
service: orders
provider: {{name: aws, runtime: python3.12}}
plugins: [serverless-python-requirements]
custom: {{pythonRequirements: {{vendor: libs, layer: {layer}}}}}
functions:
  report:
    handler: app.handler
    layers: [!Ref PythonRequirementsLambdaLayer]
"""
    files = {"serverless.yml": service, "app.py": HANDLER, "build.sh": "pip install requests -t libs\n"}
    found = shipped(tmp_path, files)
    assert names(found.package) == packed
    assert (["requests"] in [names(one.contents) for one in found.layers]) is (layer == "true")
