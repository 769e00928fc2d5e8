"""The fixes of LMB401 and LMB408: what moves into a layer, and where nothing is moved."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from fixed_project import fixed, left

if TYPE_CHECKING:
    from pathlib import Path

APP = 'def handler(event, context):\n    return "done"\n'
REPORT = """
  Report:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
"""
TRANSFORM = "Transform: AWS::Serverless-2016-10-31\n"
TEMPLATE = f"{TRANSFORM}Resources:{REPORT}"
SDK = """
  Sdk:
    Type: AWS::Serverless::LayerVersion
    Metadata:
      BuildMethod: python3.13
    Properties:
      ContentUri: layers/sdk
"""
SDK_LINES = "boto3==1.40.0\n"
ATTACHED = "      Runtime: python3.13\n      Layers:\n        - !Ref Sdk\n"


def project(template: str = TEMPLATE, asked: str = SDK_LINES, **more: str) -> dict[str, str]:
    """Return a project of one function; further files are named with ``__`` for ``/`` and ``_dot_`` for the dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in more.items()}
    return {"template.yaml": template, "src/requirements.txt": asked, "src/app.py": APP, **named}


def test_the_layer_holds_what_the_function_asked_for(tmp_path: Path) -> None:
    after = fixed(tmp_path, project(asked="requests\nboto3[crt]>=1.40,<2  ; python_version > '3.9'\n"), "LMB401")
    assert after["layers/sdk/requirements.txt"] == "boto3[crt]>=1.40,<2  ; python_version > '3.9'\n"
    assert after["src/requirements.txt"] == "requests\n"
    assert after["template.yaml"].endswith(ATTACHED)
    assert left(tmp_path) == []


def test_line_ends_stay(tmp_path: Path) -> None:
    files = {path: text.replace("\n", "\r\n") for path, text in project(asked="requests\nboto3\n").items()}
    after = fixed(tmp_path, files, "LMB401")
    assert after["template.yaml"].count("\n") == after["template.yaml"].count("\r\n")
    assert after["src/requirements.txt"] == "requests\r\n"


def test_a_file_without_a_last_line_end(tmp_path: Path) -> None:
    after = fixed(tmp_path, project(TEMPLATE.rstrip("\n"), "requests\nboto3"), "LMB401")
    assert after["template.yaml"].endswith("      Layers:\n        - !Ref Sdk")
    assert after["src/requirements.txt"] == "requests\n"


def test_names_that_are_taken(tmp_path: Path) -> None:
    template = f"{TRANSFORM}Parameters:\n  Sdk: {{Type: String}}\nResources:{REPORT}"
    after = fixed(tmp_path, project(template, layers__sdk__notes_dot_md="Notes\n"), "LMB401")
    assert "  SdkPython313:\n    Type: AWS::Serverless::LayerVersion\n" in after["template.yaml"]
    assert "      ContentUri: layers/sdk-python3.13\n" in after["template.yaml"]
    assert after["layers/sdk-python3.13/requirements.txt"] == SDK_LINES


def test_long_forms_and_wide_indentation(tmp_path: Path) -> None:
    template = dedent("""\
        Transform: AWS::Serverless-2016-10-31
        Resources:
            Report:
                Type: AWS::Serverless::Function
                Properties:
                    Handler: app.handler
                    CodeUri: src
                    Role:
                        Ref: Role
                    Runtime: python3.13
                    Policies:
                    - AWSLambdaBasicExecutionRole
            Role:
                Type: AWS::IAM::Role
        """)
    after = fixed(tmp_path, project(template), "LMB401")["template.yaml"]
    assert "            ContentUri: layers/sdk\n            CompatibleRuntimes:\n            - python3.13\n" in after
    assert (
        "            Runtime: python3.13\n            Layers:\n            - Ref: Sdk\n            Policies:\n" in after
    )


def test_a_pin_answers_a_function_that_takes_any_version(tmp_path: Path) -> None:
    after = fixed(tmp_path, project(TEMPLATE + SDK, "boto3\n", layers__sdk__requirements_dot_txt=SDK_LINES), "LMB401")
    assert after.keys() == {"src/requirements.txt", "template.yaml"}
    assert ATTACHED in after["template.yaml"]


def test_another_version_in_the_layer_is_for_the_author_to_judge(tmp_path: Path) -> None:
    files = project(TEMPLATE + SDK, "boto3==1.39.0\n", layers__sdk__requirements_dot_txt=SDK_LINES)
    assert fixed(tmp_path, files, "LMB401") == {}
    assert left(tmp_path) == ["LMB401"]


def test_a_layer_of_other_functions_is_left_alone(tmp_path: Path) -> None:
    template = TEMPLATE + SDK.replace("Sdk:", "Tools:").replace("layers/sdk", "tools")
    after = fixed(tmp_path, project(template, tools__requirements_dot_txt="pyyaml\n"), "LMB401")
    assert after["layers/sdk/requirements.txt"] == SDK_LINES
    assert "tools/requirements.txt" not in after


def test_functions_with_more_of_the_sdk_join_later(tmp_path: Path) -> None:
    template = TEMPLATE + REPORT.replace("Report", "Other").replace("src", "other")
    more = {"other/requirements.txt": "boto3==1.40.0\nbotocore==1.40.0\n", "other/app.py": APP}
    after = fixed(tmp_path, project(template) | more, "LMB401")
    assert sorted(after["layers/sdk/requirements.txt"].split()) == ["boto3==1.40.0", "botocore==1.40.0"]
    assert after["template.yaml"].count("!Ref Sdk") == 2
    assert after["template.yaml"].count("LayerVersion") == 1
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "asked",
    [
        "boto3==1.40.0 \\\n    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
        "boto3 \\\n  ==1.40.0\n",
        "-c constraints.txt\nboto3\n",
        "--extra-index-url https://packages.example/simple\nboto3\n",
        "# This file is autogenerated by pip-compile with Python 3.13\nboto3==1.40.0\n",
        "boto3 @ https://packages.example/boto3-1.40.0-py3-none-any.whl\n",
        "boto3==1.40.0\nboto3 =! 3\n",
        "boto3==1.40.0\naws-xray-sdk\n",
        "boto3==1.40.0\naws-something-that-nobody-knows\n",
        "boto3==1.40.0\nurllib3<3\nrequests\n",
    ],
    ids=["hash", "continued", "constraint", "index", "made", "reference", "fault", "needs", "unknown", "shared"],
)
def test_requirements_that_cannot_be_taken_out_alone(tmp_path: Path, asked: str) -> None:
    assert fixed(tmp_path, project(asked=asked, src__constraints_dot_txt="boto3==1.40.0\n"), "LMB401") == {}
    assert "LMB401" in left(tmp_path)


@pytest.mark.parametrize(
    "more",
    [
        {"requirements-dev.txt": "-r src/requirements.txt\npytest\n"},
        {"src/requirements.in": "boto3\n"},
        {"src/Dockerfile": "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"},
        {"Dockerfile": "FROM python:3.13\nCOPY src/requirements.txt .\n"},
        {"other.yaml": TEMPLATE},
        {"other.yaml": TEMPLATE.replace("Report", "Other")},
    ],
    ids=["included", "source", "image beside", "image above", "same function", "other template"],
)
def test_a_file_that_others_use(tmp_path: Path, more: dict[str, str]) -> None:
    assert fixed(tmp_path, project() | more, "LMB401") == {}
    assert left(tmp_path) == ["LMB401"]


@pytest.mark.parametrize(
    "template",
    [
        TEMPLATE + "      Layers: !Ref Layers\n",
        TEMPLATE + "      Layers: [a:1, b:1, c:1, d:1, e:1]\n",
        TEMPLATE + "      Environment: {Variables: {AWS_LAMBDA_EXEC_WRAPPER: /opt/bootstrap}}\n",
        TEMPLATE + "      Architectures: [!Ref Machine]\n",
        TEMPLATE + "    Metadata: &made {Made: by hand}\n  Table: {Type: AWS::DynamoDB::Table, Metadata: *made}\n",
        TRANSFORM + "Resources: {Report: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, "
        "Handler: app.handler, Runtime: python3.13}}}\n",
        TEMPLATE.replace("      CodeUri: src\n", "      'CodeUri': src\n      <<: {Timeout: 3}\n"),
    ],
    ids=["parameter", "five", "wrapper", "architecture", "alias", "flow", "merge"],
)
def test_templates_that_are_left_alone(tmp_path: Path, template: str) -> None:
    assert fixed(tmp_path, project(template), "LMB401") == {}
    assert left(tmp_path) == ["LMB401"]


def test_json_is_left_alone(tmp_path: Path) -> None:
    template = (
        '{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Report": {"Type": "AWS::Serverless::Function", '
        '"Properties": {"CodeUri": "src", "Handler": "app.handler", "Runtime": "python3.13"}}}}'
    )
    files = {"template.json": template, "src/requirements.txt": SDK_LINES, "src/app.py": APP}
    assert fixed(tmp_path, files, "LMB401") == {}
    assert left(tmp_path) == ["LMB401"]


HANDLERS = "def load(event, context):\n    return 1\n\n\ndef store(event, context):\n    return 2\n"
SERVICE = """\
service: reports
provider: {name: aws, runtime: python3.12}
plugins: [serverless-python-requirements]
functions:
  load:
    handler: handler.load
"""


def service(text: str) -> dict[str, str]:
    return {"serverless.yml": text, "requirements.txt": SDK_LINES, "handler.py": HANDLERS}


def test_a_service_that_is_packaged_individually(tmp_path: Path) -> None:
    text = SERVICE + "package:\n  individually: true\n"
    after = fixed(tmp_path, service(text), "LMB401")
    assert after == {
        "serverless.yml": text.replace(
            "functions:", "custom:\n  pythonRequirements:\n    layer: true\nfunctions:"
        ).replace("handler.load\n", "handler.load\n    layers:\n      - Ref: PythonRequirementsLambdaLayer\n")
    }
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        SERVICE + "    module: src\n",
        SERVICE + "  store: ${file(store.json)}\n",
        SERVICE.replace("aws, ", "aws, layers: [a:1], "),
        SERVICE + "custom:\n  pythonRequirements:\n    zip: true\n",
        SERVICE + "    layers: ${self:custom.layers}\n",
        SERVICE + "    runtime: python3.11\n",
    ],
    ids=["module", "unknown function", "common layers", "zip", "variable", "other runtime"],
)
def test_services_that_are_left_alone(tmp_path: Path, text: str) -> None:
    more = {"src/requirements.txt": SDK_LINES, "src/handler.py": HANDLERS}
    assert fixed(tmp_path, service(text) | more, "LMB401") == {}
    assert left(tmp_path) == ["LMB401"]


TWO = f"{TEMPLATE}{REPORT.replace('Report', 'Other').replace('src', 'other')}"


def test_versions_that_differ_are_for_the_author_to_judge(tmp_path: Path) -> None:
    more = {"other/requirements.txt": "pandas==2.3.1\n", "other/app.py": APP}
    assert fixed(tmp_path, project(TWO, "pandas==2.3.3\n") | more, "LMB408") == {}
    assert left(tmp_path) == ["LMB408", "LMB408"]


def test_another_template_may_have_another_version(tmp_path: Path) -> None:
    more = {
        "other/requirements.txt": "pandas==2.3.3\n", "other/app.py": APP,
        "second/template.yaml": TWO.replace("CodeUri: other", "CodeUri: src"),
        "second/src/requirements.txt": "pandas==2.2.0\n", "second/src/app.py": APP,
    }  # fmt: skip
    after = fixed(tmp_path, project(TWO, "pandas==2.3.3\n") | more, "LMB408")
    assert after["layers/libraries/requirements.txt"] == "pandas==2.3.3\n"
    assert after["second/layers/libraries/requirements.txt"] == "pandas==2.2.0\n"


def test_a_function_that_would_be_left_alone(tmp_path: Path) -> None:
    more = {
        "other/requirements.txt": "pandas\n", "other/app.py": APP,
        "second/template.yaml": TEMPLATE.replace("Report", "Third"), "second/src/requirements.txt": "pandas\n",
        "second/src/app.py": APP,
    }  # fmt: skip
    assert fixed(tmp_path, project(TWO, "pandas\n") | more, "LMB408") == {}


def test_one_function_alone_gets_no_layer(tmp_path: Path) -> None:
    """The other one is in another template, which cannot refer to the layer."""
    more = {
        "second/template.yaml": TEMPLATE, "second/src/requirements.txt": "pandas\n", "second/src/app.py": APP
    }  # fmt: skip
    assert fixed(tmp_path, project(asked="pandas\n") | more, "LMB408") == {}
    assert left(tmp_path) == ["LMB408", "LMB408"]


def test_places_move_together_or_not_at_all(tmp_path: Path) -> None:
    more = {"other/requirements.txt": "-c pins.txt\npandas\n", "other/pins.txt": "six==1.17.0\n", "other/app.py": APP}
    assert fixed(tmp_path, project(TWO, "pandas\n") | more, "LMB408") == {}
    assert left(tmp_path) == ["LMB408", "LMB408"]


def test_sdk_and_libraries_of_several_files(tmp_path: Path) -> None:
    more = {"other/requirements.txt": "pandas\nboto3\nnumpy\n", "other/app.py": APP}
    after = fixed(tmp_path, project(TWO, "boto3\npandas\n") | more, "LMB401", "LMB408")
    assert after["layers/sdk/requirements.txt"] == "boto3\n"
    assert sorted(after["layers/libraries/requirements.txt"].split()) == ["numpy", "pandas"]
    assert (after["src/requirements.txt"], after["other/requirements.txt"]) == ("", "")
    assert left(tmp_path) == []
