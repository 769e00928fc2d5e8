"""What CDK programs in Python say of a function: its kind, its code and its room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cdk_program import HANDLER, functions, made, stack

if TYPE_CHECKING:
    from pathlib import Path


def test_the_room(tmp_path: Path) -> None:
    body = """
vpc = ec2.Vpc(self, "Vpc")
files = cdk.aws_efs.FileSystem(self, "Files", vpc=vpc)
point = files.add_access_point("Point", path="/export")
self.function = """ + made(
        "'Api'",
        "'functions/a'",
        ", vpc=vpc, filesystem=lambda_.FileSystem.from_efs_access_point(point, '/mnt/x'),"
        " snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS, ephemeral_storage_size=Size.gibibytes(1),"
        " layers=[lambda_.LayerVersion(self, 'Own', code=lambda_.Code.from_asset('functions/b'))]",
    )
    more = """
for name, value in {"A": "1", "B": "2"}.items():
    self.function.add_environment(name, value)
layer = lambda_.LayerVersion.from_layer_version_arn(self, "L", f"arn:aws:lambda:{self.region}:1:layer:l:1")
self.function.add_layers(layer)
"""
    [function] = functions(tmp_path, stack(body + more))
    room = function.room
    assert (room.vpc, room.tmp_mb, room.variants) == (True, 1024, ("snap-start",))
    assert [(one.path, one.kind) for one in room.mounts] == [("/mnt/x", "efs")]
    assert [(one.name, one.directory) for one in room.layers] == [
        ("Own", "functions/b"),
        ("arn:aws:lambda:*:1:layer:l:1", None),
    ]
    assert [(one.name, one.value) for one in room.env] == [("A", "1"), ("B", "2")]
    assert {"snap_start", "mounts", "layers", "tmp_mb", "vpc", "handler", "runtime", "code_root"} <= dict(
        room.spans
    ).keys()


def test_an_image(tmp_path: Path) -> None:
    body = """
code = lambda_.DockerImageCode.from_image_asset("image", file="Dockerfile.api", cmd=["app.handler"], target=None)
lambda_.DockerImageFunction(self, "Image", code=code, timeout=Duration.seconds(5))
"""
    dockerfile = "FROM public.ecr.aws/lambda/python:3.12\nCOPY app.py ${LAMBDA_TASK_ROOT}/\n"
    files = {**stack(body), "image/Dockerfile.api": dockerfile, "image/app.py": HANDLER}
    [function] = functions(tmp_path, files)
    assert (function.name, function.handler, function.code_root) == ("Image", "app.handler", "image")
    assert (function.room.package_type, function.room.timeout) == ("image", 5)


def test_inline_code_knows_its_lines(tmp_path: Path) -> None:
    body = '''
lambda_.Function(self, "Inline", runtime=PY, handler="index.handler", code=lambda_.Code.from_inline("""
def handler(event, context):
    open("x", "w")
"""))
'''
    files = stack(body)
    files["app.py"] = (
        files["app.py"].replace("        def handler(", "def handler(").replace("            open", "    open")
    )
    files["app.py"] = files["app.py"].replace('        """))', '"""))')
    [function] = functions(tmp_path, files)
    assert function.inline is not None
    lines = files["app.py"].split("\n")
    assert (function.handler, function.inline.path) == ("index.handler", "app.py")
    for text, (line, offset) in zip(function.inline.text.split("\n"), function.inline.lines, strict=True):
        assert text in lines[line - 1]
        assert not text or lines[line - 1].startswith(text, offset)


def test_inline_code_that_is_read_from_a_file(tmp_path: Path) -> None:
    body = """
with open("functions/a/app.py", encoding="utf8") as file:
    code = file.read()
lambda_.Function(self, "Cron", runtime=PY, handler="index.handler", code=lambda_.InlineCode(code))
"""
    [function] = functions(tmp_path, stack(body))
    assert (function.handler, function.code_root, function.inline) == ("app.handler", "functions/a", None)


def test_properties_of_cloudformation(tmp_path: Path) -> None:
    body = """
asset = assets.Asset(self, "Code", path="functions/a")
lambda_.CfnFunction(self, "Raw", runtime="python3.12", handler="app.handler", role="x", timeout=1000,
    code=lambda_.CfnFunction.CodeProperty(s3_bucket=asset.s3_bucket_name, s3_key=asset.s3_object_key),
    environment=lambda_.CfnFunction.EnvironmentProperty(variables={"A": "b"}),
    ephemeral_storage=lambda_.CfnFunction.EphemeralStorageProperty(size=256),
    file_system_configs=[lambda_.CfnFunction.FileSystemConfigProperty(arn="arn", local_mount_path="/mnt/x")],
    snap_start=lambda_.CfnFunction.SnapStartProperty(apply_on="PublishedVersions"))
lambda_.CfnFunction(self, "Text", runtime="python3.12", handler="index.handler",
    code={"zipFile": "def handler(event, context): pass"})
"""
    raw, text = functions(tmp_path, stack(body))
    room = raw.room
    assert (raw.code_root, room.runtime, room.timeout, room.tmp_mb) == ("functions/a", "python3.12", 1000, 256)
    assert (room.vpc, room.variants, [one.path for one in room.mounts]) == (False, ("snap-start",), ["/mnt/x"])
    assert [(one.name, one.value) for one in room.env] == [("A", "b")]
    assert text.inline is not None
    assert text.inline.text.startswith("def handler")


@pytest.mark.parametrize(
    "construct",
    [
        "lambda_.SingletonFunction(self, 'F', uuid='x', handler='app.handler', **MORE)",
        "triggers.TriggerFunction(self, 'F', handler='app.handler', **MORE)",
        "cdk.aws_cloudfront.experimental.EdgeFunction(self, 'F', handler='app.handler', **MORE)",
        "python_.PythonFunction(self, 'F', runtime=PY, entry='functions/a', index='app.py')",
        "Pattern(self, 'F', lambda_function_props=lambda_.FunctionProps(handler='app.handler', **MORE))",
    ],
)
def test_kinds_of_functions(tmp_path: Path, construct: str) -> None:
    before = "from aws_solutions_constructs.aws_lambda_dynamodb import LambdaToDynamoDB as Pattern\n"
    more = "MORE = {'runtime': PY, 'code': lambda_.Code.from_asset('functions/a')}\n"
    [function] = functions(tmp_path, stack(construct, before + more))
    assert (function.name, function.handler, function.code_root) == ("F", "app.handler", "functions/a")


def test_a_build_in_a_container_leaves_what_it_copies(tmp_path: Path) -> None:
    code = "lambda_.Code.from_docker_build('.', file='functions/Dockerfile')"
    body = f"lambda_.Function(self, 'Built', runtime=PY, handler='app.handler', code={code})"
    dockerfile = "FROM public.ecr.aws/sam/build-python3.12\nCOPY functions/b/app.py /asset/app.py\n"
    [function] = functions(tmp_path, {**stack(body), "functions/Dockerfile": dockerfile})
    assert (function.handler, function.code_root) == ("app.handler", "functions/b")


def test_an_image_from_a_registry_is_known_by_its_command(tmp_path: Path) -> None:
    code = "lambda_.DockerImageCode.from_ecr(repository, cmd=['functions.c.app.handler'])"
    [function] = functions(tmp_path, stack(f"lambda_.DockerImageFunction(self, 'Pulled', code={code})"))
    assert (function.handler, function.code_root, function.confidence) == ("functions.c.app.handler", "", "medium")
    assert (function.room.package_type, function.room.env_complete) == ("image", False)


def test_what_is_done_to_a_mapping_later_does_not_count(tmp_path: Path) -> None:
    body = "\n".join(
        [
            "variables = {'A': '1'}",
            made("'First'", "'functions/a'", ", environment=variables"),
            "variables['B'] = '2'",
            made("'Second'", "'functions/b'", ", environment=variables"),
        ]
    )
    first, second = functions(tmp_path, stack(body))
    assert [one.name for one in first.room.env] == ["A"]
    assert [one.name for one in second.room.env] == ["A", "B"]


def test_a_variable_that_a_function_may_get(tmp_path: Path) -> None:
    body = "\n".join(
        [
            made("'Other'", "'functions/b'"),
            "function = None",
            "if os.environ.get('STAGE'):",
            "    function = " + made("'Api'", "'functions/a'"),
            "    function.add_environment('SURE', '1')",
            "if os.environ.get('DEBUG'):",
            "    function.add_environment('DEBUG', '1')",
        ]
    )
    other, api = functions(tmp_path, stack(body))
    assert (other.room.env, other.room.env_complete) == ((), True)
    assert [(one.name, one.value) for one in api.room.env] == [("SURE", "1"), ("DEBUG", None)]
