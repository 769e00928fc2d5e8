"""The rules on settings of templates, where the literate fixtures do not reach: other formats, sureness, fixes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from literate.fixes import ALL, SAFE, files_of, fix_project
from literate.project import report_of, settings_for, write_project

from lambdalint.model import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambdalint.model import Finding

APP = 'def handler(event, context):\n    return "done"\n'
FUNCTION = """
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
"""
SAM = "Transform: AWS::Serverless-2016-10-31\nResources:" + FUNCTION.format(name="Report")
SNAP_START = "      SnapStart: {ApplyOn: PublishedVersions}\n"
VPC = "      VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}\n"
MOUNT = "      FileSystemConfigs:\n        - Arn: arn:aws:elasticfilesystem:eu-west-1:1:access-point/fsap-1\n"
EFS = f"{SAM}{VPC}{MOUNT}          LocalMountPath: "
PROGRAM = """\
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

class Reports extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    new lambda.Function(this, 'Report', {
      code: lambda.Code.fromAsset('src'),
      handler: 'app.handler',
      runtime: lambda.Runtime.PYTHON_3_13,
      @SETTING@
    });
  }
}

new Reports(new App(), 'reports');
"""
CODES = ("LMB501", "LMB502", "LMB503", "LMB504", "LMB505", "LMB509")


def found(root: Path, files: Mapping[str, str], *codes: str) -> list[Finding]:
    """Return what the rules on settings, or those named, find in a project of these *files* and a handler."""
    write_project(root, {path: text.encode() for path, text in {"app.py": APP, **files}.items()})
    return list(report_of(root, settings_for(codes or CODES)).findings)


def fixed(root: Path, files: Mapping[str, str], code: str) -> dict[str, str]:
    """Return the files that the unsafe fixes of *code* change, which the safe ones never do."""
    before = {"app.py": APP, **files}
    assert code in {one.code for one in found(root, before, code)}
    assert fix_project(root, settings_for((code,)), SAFE).files == {}
    assert not fix_project(root, settings_for((code,)), ALL).problems
    after = {path: content.decode() for path, content in files_of(root).items()}
    return {path: text for path, text in after.items() if before.get(path) != text}


def sam(settings: str) -> dict[str, str]:
    return {"template.yaml": SAM + settings}


def program(setting: str) -> dict[str, str]:
    return {
        "cdk.json": '{"app": "npx ts-node app.ts"}',
        "app.ts": PROGRAM.replace("@SETTING@", setting),
        "src/app.py": APP,
    }


def template(**properties: object) -> str:
    """Return a CloudFormation template in JSON."""
    common = {"Code": ".", "Handler": "app.handler", "Runtime": "python3.13", "Role": "arn:aws:iam::1:role/report"}
    function = {"Type": "AWS::Lambda::Function", "Properties": {**common, **properties}}
    return json.dumps({"Resources": {"Report": function}}, indent=2)


def test_what_is_said_of_a_size(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, sam("      EphemeralStorage: {Size: 20480}\n"))
    assert (finding.severity, finding.confidence, finding.functions) == (Severity.ERROR, Confidence.HIGH, ("Report",))
    assert str(finding.span) == "template.yaml:9:32"
    assert finding.message == (
        "states a /tmp of 20,480 MB, more than the largest that AWS Lambda takes, 10,240 MB (Report): "
        "set at most 10,240 MB; mount a file system for what is larger, or stream it"
    )


def test_what_is_said_of_snap_start(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, sam(f"{SNAP_START}      EphemeralStorage: {{Size: 20480}}\n"))
    assert finding.headline == "states a /tmp of 20,480 MB, but with SnapStart it has at most 512 MB"
    assert ("template.yaml:9:18", "SnapStart is asked for here") in [
        (str(one.span), one.text) for one in finding.labels
    ]


def test_functions_that_share_a_setting_are_named_together(tmp_path: Path) -> None:
    text = SAM.replace("Resources:", "Globals: {Function: {EphemeralStorage: {Size: 1}}}\nResources:")
    (finding,) = found(tmp_path, {"template.yaml": text + FUNCTION.format(name="Load").lstrip("\n")})
    assert finding.functions == ("Load", "Report")
    assert finding.span.line == 2


def test_one_of_the_functions_that_share_a_setting(tmp_path: Path) -> None:
    """SnapStart makes the size wrong for one function; to change it would change the others."""
    text = SAM.replace("Resources:", "Globals: {Function: {EphemeralStorage: {Size: 2048}}}\nResources:") + SNAP_START
    files = {"template.yaml": text + FUNCTION.format(name="Load").lstrip("\n")}
    assert [one.functions for one in found(tmp_path, files)] == [("Report",)]
    assert fixed(tmp_path, files, "LMB501") == {}


@pytest.mark.parametrize(
    ("head", "size", "line"),
    [
        ("Parameters: {Tmp: {Type: Number, Default: 20480}}\n", "!Ref Tmp", 1),
        ("Parameters: {Tmp: {Type: Number, Default: 20480}}\n", "{Ref: Tmp}", 1),
        ("Mappings: {Tmp: {all: {size: 20480}}}\n", "!FindInMap [Tmp, all, size]", 10),
        ("Conditions: {Big: !Equals [!Ref AWS::Region, eu-west-1]}\n", "!If [Big, 20480, 20481]", 10),
    ],
    ids=["parameter", "long form", "mapping", "condition"],
)
def test_sizes_that_a_deployment_may_change(tmp_path: Path, head: str, size: str, line: int) -> None:
    files = {"template.yaml": f"{head}{SAM}      EphemeralStorage: {{Size: {size}}}\n"}
    (finding,) = found(tmp_path, files)
    assert (finding.confidence, finding.span.line) == (Confidence.MEDIUM, line)
    assert fixed(tmp_path, files, "LMB501") == {}


def test_a_parameter_of_two_functions_is_one_mistake(tmp_path: Path) -> None:
    size = "      EphemeralStorage: {Size: !Ref Tmp}\n"
    text = f"Parameters: {{Tmp: {{Type: Number, Default: 99}}}}\n{SAM}{size}{FUNCTION.format(name='Load')[1:]}{size}"
    (finding,) = found(tmp_path, {"template.yaml": text})
    assert finding.functions == ("Load", "Report")


@pytest.mark.parametrize(
    "size", ["'12'", "1e9", "-5", "99999999999999999999", "~", "[600]", "{a: 1}", "*", "!Ref 'x", "0x7FFFF", "600.5"]
)
def test_odd_sizes_make_no_trouble(tmp_path: Path, size: str) -> None:
    findings = found(tmp_path, sam(f"      EphemeralStorage: {{Size: {size}}}\n      Timeout: {size}\n"))
    assert [one.code for one in findings] in ([], ["LMB501"])


@pytest.mark.parametrize(
    "settings",
    [
        "      EphemeralStorage: {Size: &tmp 20480}\n      Tags: {tmp: *tmp}\n",
        "      MemorySize: &tmp 100\n      EphemeralStorage: {Size: *tmp}\n",
    ],
    ids=["anchor", "alias"],
)
def test_numbers_that_stand_for_others_stay(tmp_path: Path, settings: str) -> None:
    assert fixed(tmp_path, sam(settings), "LMB501") == {}


def test_line_ends_and_signs_of_all_languages_stay(tmp_path: Path) -> None:
    text = SAM.replace("Resources:", "Description: Bücher 📚\u2028 und mehr\nResources:")
    text = f"{text}      EphemeralStorage: {{Name: 📚, Size: 7}}  # größer\n      Timeout: 3\n".replace("\n", "\r\n")
    assert fixed(tmp_path, {"template.yaml": text}, "LMB501") == {"template.yaml": text.replace("Size: 7", "Size: 512")}


def test_what_a_tool_writes_anew_is_not_changed(tmp_path: Path) -> None:
    """The assembly of a CDK program may be older than the program, too: the confidence is medium."""
    made = json.loads(template(EphemeralStorage={"Size": 100}, Code={"S3Bucket": "assets", "S3Key": "11.zip"}))
    place = {"current": {"bucketName": "assets", "objectKey": "11.zip"}}
    assets = {"files": {"11": {"source": {"path": "asset.11", "packaging": "zip"}, "destinations": place}}}
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Reports.template.json"}}
    files = {
        "cdk.json": '{"app": "node app.js"}',
        "cdk.out/manifest.json": json.dumps({"version": "36.0.0", "artifacts": {"Reports": stack}}),
        "cdk.out/Reports.assets.json": json.dumps({"version": "36.0.0", **assets}),
        "cdk.out/Reports.template.json": json.dumps(made, indent=1),
        "cdk.out/asset.11/app.py": APP,
    }
    (finding,) = found(tmp_path, files, "LMB501")
    assert (finding.span.path, finding.confidence) == ("cdk.out/Reports.template.json", Confidence.MEDIUM)
    assert fixed(tmp_path, files, "LMB501") == {}


def test_json(tmp_path: Path) -> None:
    text = template(EphemeralStorage={"Size": 100}, Timeout=60)
    assert fixed(tmp_path, {"template.json": text}, "LMB501") == {"template.json": text.replace("100", "512")}
    path = template(FileSystemConfigs=[{"Arn": "arn", "LocalMountPath": "/efs"}])
    assert fixed(tmp_path, {"template.json": path}, "LMB503") == {"template.json": path.replace("/efs", "/mnt/efs")}


@pytest.mark.parametrize(
    ("setting", "code", "after"),
    [
        ("ephemeralStorageSize: Size.mebibytes(20480),", "LMB501", "ephemeralStorageSize: Size.mebibytes(10240),"),
        ("ephemeralStorageSize: Size.gibibytes(11),", "LMB501", "ephemeralStorageSize: Size.gibibytes(10),"),
        ("ephemeralStorageSize: Size.mebibytes(64 * 4),", "LMB501", None),
        ("timeout: Duration.minutes(16),", "LMB505", None),
        ("timeout: Duration.hours(1),", "LMB505", None),
    ],
)
def test_typescript(tmp_path: Path, setting: str, code: str, after: str | None) -> None:
    files = program(setting)
    findings = found(tmp_path, files)
    if not findings:
        assert "*" in setting, "a product need not be understood"
        return
    assert [(one.code, one.span.path, one.span.line) for one in findings] == [(code, "app.ts", 11)]
    assert fixed(tmp_path, files, code) == ({} if after is None else {"app.ts": program(after)["app.ts"]})


def test_a_comment_silences_in_typescript(tmp_path: Path) -> None:
    assert not found(tmp_path, program("timeout: Duration.hours(1),  // noqa: LMB505"))
    assert not found(tmp_path, program("timeout: Duration.hours(1),  // lambdalint: ignore[LMB505] the account may"))
    assert not found(
        tmp_path, program("// lambdalint: ignore[LMB505] the account may\n      timeout: Duration.hours(1),")
    )


@pytest.mark.parametrize("comment", ["# noqa: LMB501", "# lambdalint: ignore[LMB501] the account may", "# noqa"])
def test_a_comment_silences_in_yaml(tmp_path: Path, comment: str) -> None:
    service = (
        "service: a\nprovider: {name: aws, runtime: python3.13}\nfunctions:\n  report:\n    handler: app.handler\n"
    )
    assert not found(tmp_path, {"serverless.yml": f"{service}    ephemeralStorageSize: 1  {comment}\n"})
    assert not found(tmp_path, sam(f"      EphemeralStorage:\n        Size: 20480  {comment}\n"))


def test_a_comment_above_silences_in_yaml(tmp_path: Path) -> None:
    comment = "# lambdalint: ignore[LMB501] the account may"
    assert not found(tmp_path, sam(f"      EphemeralStorage:\n        {comment}\n        Size: 20480\n"))


def test_zappa(tmp_path: Path) -> None:
    stage = {
        "app_function": "app.handler",
        "runtime": "python3.13",
        "timeout_seconds": 3000,
        "ephemeral_storage": {"Size": 11000},
        "efs_config": {"FileSystemId": "fs-1", "LocalMountPath": "/efs/data"},
        "layers": [f"arn:aws:lambda:eu-west-1:1:layer:tool{number}:1" for number in range(6)],
    }
    text = json.dumps({"dev": stage}, indent=2)
    findings = found(
        tmp_path, {"zappa_settings.json": text, "app.py": "from flask import Flask\n\nhandler = Flask('a')\n"}
    )
    assert sorted(one.code for one in findings) == ["LMB501", "LMB502", "LMB503", "LMB504", "LMB505"]
    assert {one.span.path for one in findings} == {"zappa_settings.json"}
    assert {one.confidence for one in findings} == {Confidence.HIGH}


def test_the_configuration_of_lambdalint_is_not_judged(tmp_path: Path) -> None:
    own = 'handler = "app.handler"\ncode-root = "."\ntmp-mb = 1\ntimeout = 5000\nvpc = false\nmounts = ["/x"]\n'
    assert not found(tmp_path, {"lambdalint.toml": f"[[functions]]\n{own}"})


@pytest.mark.parametrize("path", ["/", "/mnt", "/mnt/", "/mnt/..", "''", "/mnt/a b", "/mnt/x/y/", "/" + "a" * 300])
def test_odd_paths_make_no_trouble(tmp_path: Path, path: str) -> None:
    files = {"template.yaml": f"{EFS}{path}\n"}
    codes = [one.code for one in found(tmp_path, files)]
    assert codes == ([] if path == "/mnt/.." else ["LMB503"])
    if codes and path != "/mnt/x/y/":
        assert fixed(tmp_path, files, "LMB503") == {}


OLD = f"{EFS}/efs/models\n"


@pytest.mark.parametrize(
    "more",
    [
        {"app.py": APP.replace("done", "/efs/models/weights.bin")},
        {"app.py": APP.replace('"done"', 'open("/efs/" + event["name"])')},
        {"load.sh": "aws s3 sync s3://models /efs/models\n"},
        {"settings.json": '{"models": "/efs/models"}'},
        {"template.yaml": f"{OLD}      Environment: {{Variables: {{MODELS: /efs/models/large}}}}\n"},
        {"template.yaml": f"{OLD}      Environment: {{Variables: {{MODELS: !Join [/, ['', efs, models]]}}}}\n"},
        {"template.yaml": f"{OLD}# The models are in /efs/models.\n"},
        {"template.yaml": f"{OLD}        - {{Arn: arn, LocalMountPath: /mnt/models}}\n"},
        {"template.yaml": f"{EFS}&path /efs/models\n      Tags: {{path: *path}}\n"},
        {"template.yaml": f"Parameters: {{Path: {{Type: String, Default: /efs/models}}}}\n{EFS}!Ref Path\n"},
    ],
    ids=["code", "part", "script", "settings", "variable", "joined", "comment", "taken", "anchor", "parameter"],
)
def test_mount_paths_that_stay(tmp_path: Path, more: dict[str, str]) -> None:
    assert fixed(tmp_path, {"template.yaml": OLD, **more}, "LMB503") == {}


@pytest.mark.parametrize(
    "more",
    [
        {"README.md": "Put the models into `/efs/models`.\n"},
        {"app.py": APP.replace("done", "/mnt/models/weights.bin")},
        {"app.py": APP.replace("done", "s3://bucket/efs/models")},
        {"app.py": APP.replace("done", "/efs-of-old/models")},
    ],
    ids=["prose", "new path", "other place", "other name"],
)
def test_mount_paths_that_move(tmp_path: Path, more: dict[str, str]) -> None:
    after = fixed(tmp_path, {"template.yaml": OLD, **more}, "LMB503")
    assert after == {"template.yaml": OLD.replace("/efs/models", "/mnt/models")}


def test_two_functions_mount_the_same_path(tmp_path: Path) -> None:
    second = EFS.partition("Resources:")[2].replace("Report", "Load").lstrip("\n")
    text = f"{OLD}{second}/efs/models\n"
    after = fixed(tmp_path, {"template.yaml": text}, "LMB503")
    assert after == {"template.yaml": text.replace("/efs/models", "/mnt/models")}


def test_what_is_said_of_layers(tmp_path: Path) -> None:
    layers = "".join(f"        - arn:aws:lambda:eu-west-1:1:layer:tool{number}:1\n" for number in range(7))
    (finding,) = found(tmp_path, sam(f"      Layers:\n{layers}"))
    assert finding.headline == "attaches 7 layers, more than the 5 that AWS Lambda takes"
    assert finding.span.line == 15
    unknown = "Conditions: {Big: !Equals [!Ref AWS::Region, eu-west-1]}\n"
    maybe = "        - !If [Big, 'arn:aws:lambda:eu-west-1:1:layer:more:1', !Ref AWS::NoValue]\n"
    (finding,) = found(tmp_path, {"template.yaml": f"{unknown}{SAM}      Layers:\n{maybe}{layers}"})
    assert finding.headline == "attaches at least 7 layers, more than the 5 that AWS Lambda takes"


def test_network_that_a_deployment_may_bring(tmp_path: Path) -> None:
    head = "Parameters: {Network: {Type: String, Default: ''}}\nConditions: {Set: !Not [!Equals [!Ref Network, '']]}\n"
    network = "      VpcConfig: !If [Set, {SubnetIds: [!Ref Network]}, !Ref AWS::NoValue]\n"
    files = {"template.yaml": f"{head}{SAM}{network}{MOUNT}          LocalMountPath: /mnt/efs\n"}
    (finding,) = found(tmp_path, files)
    assert (finding.code, finding.confidence) == ("LMB502", Confidence.LOW)
    (finding,) = found(tmp_path, sam(f"      VpcConfig: {{}}\n{MOUNT}          LocalMountPath: /mnt/efs\n"))
    assert (finding.code, finding.confidence) == ("LMB502", Confidence.HIGH)


def test_snap_start_that_a_deployment_may_turn_off(tmp_path: Path) -> None:
    head = "Parameters: {Snap: {Type: String, Default: PublishedVersions}}\n"
    files = {"template.yaml": f"{head}{EFS}/mnt/efs\n      SnapStart: {{ApplyOn: !Ref Snap}}\n"}
    (finding,) = found(tmp_path, files)
    assert (finding.code, finding.confidence) == ("LMB509", Confidence.MEDIUM)


def test_an_image_with_snap_start(tmp_path: Path) -> None:
    text = SAM.replace("Runtime: python3.13", "PackageType: Image").replace("      Handler: app.handler\n", "")
    image = 'FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py ./\nCMD ["app.handler"]\n'
    build = "    Metadata: {DockerContext: ., Dockerfile: Dockerfile}\n"
    assert not found(tmp_path, {"template.yaml": text + SNAP_START + build, "Dockerfile": image})
