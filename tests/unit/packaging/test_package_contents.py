"""What a package holds: requirements that apply, what they bring along, what is left out, and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging_projects import HANDLER, names, sam, shipped

from lambdalint.model import Provenance, Settings

if TYPE_CHECKING:
    from pathlib import Path

APP = {"template.yaml": sam(), "src/app.py": HANDLER}


def test_what_is_required_brings_more_along(tmp_path: Path) -> None:
    package = shipped(tmp_path, {**APP, "src/requirements.txt": "boto3==1.40.0\n"}).package
    assert names(package) == ["boto3"]
    brought = {one.name: one for one in package.distributions if one.provenance is Provenance.BROUGHT}
    assert {"botocore", "s3transfer", "urllib3"} <= set(brought)
    assert brought["botocore"].brought_by == "boto3"
    assert package.complete


def test_a_pin_of_an_older_release_brings_what_came_with_it(tmp_path: Path) -> None:
    package = shipped(tmp_path, {**APP, "src/requirements.txt": "boto3==1.28.68\n"}).package
    botocore = package.holding("botocore")
    assert botocore is not None
    assert (botocore.version, botocore.sized_as) == ("1.31.85", "1.31.85")
    assert botocore.mb is not None
    assert botocore.mb > 70


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("requests; python_version >= '3.10'", ["requests"]),
        ("requests; python_version < '3.10'", []),
        ("requests; sys_platform == 'win32'", []),
        ("requests; extra == 'http'", []),
        ("git+https://example.org/tools.git", []),
        ("-e git+https://example.org/tools.git#egg=tools", ["tools"]),
    ],
)
def test_only_what_applies_on_the_runtime_is_packed(tmp_path: Path, line: str, expected: list[str]) -> None:
    assert names(shipped(tmp_path, {**APP, "src/requirements.txt": f"{line}\n"}).package) == expected


def test_what_comes_from_an_address_may_bring_anything(tmp_path: Path) -> None:
    package = shipped(tmp_path, {**APP, "src/requirements.txt": "git+https://example.org/tools.git\n"}).package
    assert not package.complete


def test_the_own_library_of_the_project_brings_its_requirements(tmp_path: Path) -> None:
    files = {
        **APP,
        "src/requirements.txt": "../lib/tables\n",
        "lib/tables/pyproject.toml": "[project]\nname = 'tables'\nversion = '1'\ndependencies = ['boto3']\n",
    }
    package = shipped(tmp_path, files).package
    boto3 = package.holding("boto3")
    assert boto3 is not None
    assert (boto3.provenance, boto3.brought_by) == (Provenance.BROUGHT, "lib/tables")


SERVICE = """
service: reports
provider: {{name: aws, runtime: python3.12}}
plugins: [serverless-python-requirements]
custom: {{pythonRequirements: {{{options}}}}}
functions: {{report: {{handler: app.handler}}}}
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [("", ["boto3", "requests"]), ("noDeploy: [boto3]", ["requests"]), ("fileName: other.txt", ["pyyaml"])],
)
def test_the_plugin_decides_what_is_packed(tmp_path: Path, options: str, expected: list[str]) -> None:
    files = {
        "serverless.yml": SERVICE.format(options=options),
        "requirements.txt": "boto3\nrequests\n",
        "other.txt": "pyyaml\n",
        "app.py": HANDLER,
    }
    assert names(shipped(tmp_path, files).package) == expected


def test_a_lock_tells_versions_and_what_comes_along(tmp_path: Path) -> None:
    files = {
        "cdk.json": "{}",
        "app.py": "from aws_cdk import aws_lambda as l, aws_lambda_python_alpha as p\n"
        "p.PythonFunction(None, 'F', entry='fn', runtime=l.Runtime.PYTHON_3_12)\n",
        "fn/index.py": HANDLER,
        "fn/pyproject.toml": "[tool.poetry]\nname = 'fn'\n[tool.poetry.dependencies]\nboto3 = '^1.34'\n",
        "fn/poetry.lock": """
[[package]]
name = "boto3"
version = "1.34.5"
[package.dependencies]
botocore = ">=1.34.5"
[[package]]
name = "botocore"
version = "1.34.7"
[[package]]
name = "moto"
version = "5.0.0"
[metadata]
lock-version = "2.0"
""",
    }
    package = shipped(tmp_path, files).package
    assert [(one.name, one.version) for one in package.distributions] == [("boto3", "1.34.5"), ("botocore", "1.34.7")]


def test_a_folder_that_was_installed_is_measured(tmp_path: Path) -> None:
    files = {
        **APP,
        "src/requirements.txt": "requests\n",
        "src/requests/__init__.py": f"__version__ = '2.0'\n#{'x' * 2**20}",
    }
    requests = shipped(tmp_path, files).package.holding("requests")
    assert requests is not None
    assert (requests.provenance, requests.measured) == (Provenance.VENDORED, True)
    assert "urllib3" in requests.brings
    assert requests.mb == pytest.approx(1.0, abs=0.01)


LAYER = """
  Sdk:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: python3.12}
    Properties: {ContentUri: layer}
"""


def test_a_layer_holds_what_it_is_built_from(tmp_path: Path) -> None:
    template = sam("!Ref Sdk", resources=LAYER)
    files = {"template.yaml": template, "src/app.py": HANDLER, "layer/requirements.txt": "boto3\n"}
    package = shipped(tmp_path, files)
    assert [(names(one.contents), one.contents.complete) for one in package.layers] == [(["boto3"], True)]
    assert "boto3" in package.runtime


@pytest.mark.parametrize(
    ("arn", "held"),
    [
        ("arn:aws:lambda:eu-west-1:123456789012:layer:sdk:7", True),
        ("arn:aws:lambda:eu-west-1:999999999999:layer:sdk:7", False),
    ],
)
def test_the_settings_say_what_a_layer_holds(tmp_path: Path, arn: str, held: bool) -> None:
    settings = Settings(shared_layers=(("arn:aws:lambda:*:123456789012:layer:sdk", ("boto3",)),))
    package = shipped(tmp_path, {"template.yaml": sam(arn), "src/app.py": HANDLER}, settings)
    [layer] = package.layers
    assert (layer.contents.holding("botocore") is not None, layer.contents.complete) == (held, held)
