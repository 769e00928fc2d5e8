"""CDK programs in Python: which constructs are functions, where their code lies, and in which rooms they run."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cdk
from lambdalint.model import Deployment, EnvironmentVariable, Function, Manifest, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = """\
import os
import pathlib
from os import path
from pathlib import Path
import aws_cdk as cdk
from aws_cdk import Duration, Size, Stack, BundlingOptions, aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_python_alpha as python_
"""
FILES = {"cdk.json": "{}", "src/app.py": "", "src/index.py": "", "src/run.sh": "", "layer/python/x.py": ""}


def _read(root: Path, code: str, files: dict[str, str] | None = None, at: str = "stacks/stack.py") -> Deployment:
    everything = {**FILES, **(files or {}), at: IMPORTS + dedent(code)}
    for name, content in everything.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return cdk.read(Tree(root, tuple(everything)), Room())


def _function(root: Path, code: str, files: dict[str, str] | None = None) -> Function:
    found = _read(root, code, files)
    assert found.problems == ()
    [function] = found.functions
    return function


def _declared(settings: str, code: str = 'lambda_.Code.from_asset("src")') -> str:
    runtime = "" if "runtime" in settings else ", runtime=lambda_.Runtime.PYTHON_3_12"
    return f'lambda_.Function(self, "Api", code={code}, handler="app.handler"{runtime}, {settings})\n'


def test_a_function_of_an_asset(tmp_path: Path) -> None:
    function = _function(tmp_path, "\n" + _declared("timeout=Duration.minutes(2)"))
    assert (function.name, function.handler, function.code_root) == ("Api", "app.handler", "src")
    assert (function.declared_by, function.confidence, function.build.complete) == ("cdk", "high", True)
    assert (function.source.path, function.source.line, function.source.column) == ("stacks/stack.py", 10, 24)
    assert (function.room.runtime, function.room.timeout, function.room.tmp_mb) == ("python3.12", 120, 512)
    assert (function.room.vpc, function.room.env_complete, function.room.layers) == (False, True, ())


def test_a_python_function(tmp_path: Path) -> None:
    code = 'python_.PythonFunction(self, "Api", entry="src", runtime=lambda_.Runtime.PYTHON_3_9)'
    function = _function(tmp_path, code, {"src/requirements.txt": "boto3\n"})
    assert (function.handler, function.code_root) == ("index.handler", "src")
    assert function.build.manifests == (Manifest("src/requirements.txt"),)
    assert (function.build.complete, function.build.confidence) == (True, "high")


def test_the_index_of_a_python_function_is_a_file(tmp_path: Path) -> None:
    code = 'python_.PythonFunction(self, "Api", entry="src", index="web/app.py", handler="run")'
    assert _function(tmp_path, code, {"src/web/app.py": ""}).handler == "web.app.run"


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("from aws_cdk.aws_lambda import Function, Code, Runtime", "Function"),
        ("from aws_cdk.aws_lambda import Function as F", "F"),
        ("import aws_cdk.aws_lambda", "aws_cdk.aws_lambda.Function"),
        ("import aws_cdk.aws_lambda as _lambda", "_lambda.Function"),
        ("", "cdk.aws_lambda.Function"),
        ("", "lambda_.SingletonFunction"),
    ],
)
def test_the_construct_is_known_however_it_is_imported(tmp_path: Path, imports: str, name: str) -> None:
    code = f"{imports}\n" + _declared("").replace("lambda_.Function", name)
    assert _function(tmp_path, code).handler == "app.handler"


@pytest.mark.parametrize("name", ["Function", "other.Function", "lambda_.Alias", "self.Function"])
def test_other_classes_are_no_functions(tmp_path: Path, name: str) -> None:
    assert _read(tmp_path, _declared("").replace("lambda_.Function", name)) == Deployment()


@pytest.mark.parametrize(
    "folder",
    [
        '"./src/"',
        '"stacks/../src"',
        'os.path.join(os.path.dirname(__file__), "..", "src")',
        'os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src")',
        'path.join(path.dirname(path.dirname(path.realpath(__file__))), "src")',
        'os.path.join(os.getcwd(), "src")',
        'str(Path(__file__).parent.parent / "src")',
        'str(pathlib.Path(__file__).resolve().parents[1] / "src")',
        'Path(__file__).parent.parent.joinpath("src").as_posix()',
        'f"{os.path.dirname(__file__)}/../src"',
        'os.path.dirname(__file__) + "/../src"',
        'f"{HERE}/src"',
        "SOURCE",
    ],
)
def test_the_folder_of_the_code(tmp_path: Path, folder: str) -> None:
    constants = 'HERE = Path(__file__).parent.parent\nSOURCE = os.path.join(str(HERE), "src")\n'
    assert _function(tmp_path, constants + _declared("", f"lambda_.Code.from_asset({folder})")).code_root == "src"


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ('"missing"', "missing is not in the project"),
        ('"../../src"', "outside of the project"),
        ('"/opt/src"', "outside of the project"),
        ('os.path.join(os.path.dirname(__file__), "/src")', "outside of the project"),
        ("folder", "not known"),
        ('f"src/{name}"', "not known"),
        ('os.environ["SRC"]', "not known"),
    ],
)
def test_a_folder_that_is_not_there_or_not_known_is_noted(tmp_path: Path, folder: str, reason: str) -> None:
    found = _read(tmp_path, _declared("", f"lambda_.Code.from_asset({folder})"))
    assert found.functions == ()
    [problem] = found.problems
    assert (problem.severity, problem.span.path, problem.span.line) == ("note", "stacks/stack.py", 9)
    assert reason in problem.message
    assert "Api" in problem.message


@pytest.mark.parametrize("path", ["build/code.zip", "build", "src/package", "src/.build/lambda"])
def test_what_a_build_makes_is_read_from_its_source(tmp_path: Path, path: str) -> None:
    function = _function(tmp_path, _declared("", f"lambda_.Code.from_asset('{path}')"))
    assert (function.code_root, function.confidence, function.build.complete) == ("src", "medium", False)


@pytest.mark.parametrize("path", ["build/code.zip", "build"])
def test_what_a_build_makes_of_several_folders_is_noted(tmp_path: Path, path: str) -> None:
    found = _read(tmp_path, _declared("", f"lambda_.Code.from_asset('{path}')"), {"other/app.py": ""})
    assert (found.functions, [one.severity for one in found.problems]) == ((), ["note"])


def test_published_code_is_read_from_the_folder_of_its_name(tmp_path: Path) -> None:
    files = {"lambdas/resize/app.py": "", "lambdas/other/app.py": ""}
    code = "lambda_.Code.from_bucket(bucket, 'v1/resize.zip')"
    [function] = _read(tmp_path, _declared("", code), files).functions
    assert (function.code_root, function.confidence) == ("lambdas/resize", "medium")


def test_relative_folders_start_where_the_program_runs(tmp_path: Path) -> None:
    files = {"app/cdk.json": "{}", "app/src/app.py": "", "app/stacks/other.py": ""}
    found = _read(tmp_path, _declared(""), files, at="app/stacks/stack.py")
    assert [function.code_root for function in found.functions] == ["app/src"]


def test_without_a_cdk_json_no_relative_folder_is_known(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("", encoding="utf-8")
    here = 'os.path.dirname(__file__) + "/src"'
    code = IMPORTS + _declared("") + _declared("", f"lambda_.Code.from_asset({here})")
    (tmp_path / "stack.py").write_text(code, encoding="utf-8")
    found = cdk.read(Tree(tmp_path, ("src/app.py", "stack.py")), Room())
    assert [function.code_root for function in found.functions] == ["src"]
    assert ["cdk.json" in problem.message for problem in found.problems] == [True]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(self, src):\n    {}\n", False),
        ("def f(self):\n    src = 'src'\n    {}\n", True),
        ("class S(Stack):\n    src = 'src'\n    def f(self):\n        {}\n", False),
        ("src = 'src'\nfor src in names:\n    {}\n", False),
        ("src = 'src'\nsrc = 'other'\n{}\n", False),
        ("src = 'src'\ndef f(self):\n    {}\n", True),
        ("src = 'src'\n[{} for src in names]\n", False),
        ("src = 's'\nsrc += 'rc'\n{}\n", True),
        ("with open('x') as src:\n    {}\n", False),
    ],
)
def test_names_are_looked_up_in_their_scopes(tmp_path: Path, code: str, found: bool) -> None:
    function = _declared("", "lambda_.Code.from_asset(src)").strip()
    assert bool(_read(tmp_path, code.format(function)).functions) is found


def test_attributes_of_the_instance_are_known_in_its_class_only(tmp_path: Path) -> None:
    function = _declared("", "lambda_.Code.from_asset(self.src)").strip()
    code = f"""
class A(Stack):
    def __init__(self):
        self.src = "src"
    def build(self):
        {function}
class B(Stack):
    def build(self):
        {function}
"""
    found = _read(tmp_path, code)
    assert ([one.source.line for one in found.functions], len(found.problems)) == ([14], 1)


@pytest.mark.parametrize("runtime", ["lambda_.Runtime.NODEJS_20_X", 'lambda_.Runtime("java21")'])
def test_other_runtimes_are_skipped(tmp_path: Path, runtime: str) -> None:
    assert _read(tmp_path, _declared(f"runtime={runtime}")) == Deployment()


def test_without_a_known_runtime_the_handler_has_to_be_there(tmp_path: Path) -> None:
    assert _function(tmp_path, _declared("runtime=choose()")).room.runtime is None
    code = _declared("runtime=choose()").replace("app.handler", "server.handler")
    assert _read(tmp_path, code) == Deployment()


@pytest.mark.parametrize("code", ["lambda_.Code.from_bucket(b, 'k')", "lambda_.Code.from_cfn_parameters()"])
def test_code_from_elsewhere_is_skipped(tmp_path: Path, code: str) -> None:
    extra = "# from_asset\n"
    assert _read(tmp_path, extra + _declared("", code)) == Deployment()


def test_the_room_of_a_function(tmp_path: Path) -> None:
    code = """
    vpc = ec2.Vpc(self, "Vpc")
    """
    settings = (
        'ephemeral_storage_size=Size.gibibytes(2), timeout=Duration.seconds(30), vpc=vpc, environment={"A": "b", '
        '"TABLE": table.table_name}, filesystem=lambda_.FileSystem.from_efs_access_point(point, "/mnt/x")'
    )
    room = _function(tmp_path, dedent(code) + _declared(settings)).room
    assert (room.tmp_mb, room.timeout, room.vpc, room.env_complete) == (2048, 30, True, True)
    assert [(one.name, one.value) for one in room.env] == [("A", "b"), ("TABLE", None)]
    assert [(mount.path, mount.kind) for mount in room.mounts] == [("/mnt/x", "efs")]
    span = room.span_of("tmp_mb")
    assert span is not None
    assert span.line == 11


def test_what_the_program_does_not_show_is_not_known(tmp_path: Path) -> None:
    room = _function(tmp_path, _declared("environment=variables, vpc=vpc, timeout=t, **more")).room
    assert (room.env_complete, room.vpc, room.timeout, room.tmp_mb) == (False, None, None, None)
    assert [layer.name for layer in room.layers] == ["unknown"]


@pytest.mark.parametrize("call", ['fn.add_environment("A", "b")', 'for f in (fn,):\n    f.add_environment("A", "b")\n'])
def test_variables_that_are_added_later(tmp_path: Path, call: str) -> None:
    room = _function(tmp_path, "fn = " + _declared("environment={'B': 'c'}") + call).room
    assert [(one.name, one.value) for one in room.env] == [("B", "c"), ("A", "b")]
    assert room.env_complete


def test_a_variable_that_some_unknown_function_gets(tmp_path: Path) -> None:
    room = _function(tmp_path, "fn = " + _declared("environment={}") + 'find_one().add_environment("A", "b")\n').room
    assert (room.env, room.env_complete) == ((), False)


def test_properties_may_be_spread(tmp_path: Path) -> None:
    code = """
    common = dict(runtime=lambda_.Runtime.PYTHON_3_12, timeout=Duration.seconds(9), handler="other.handler")
    lambda_.Function(self, "Api", **{**common, "handler": "app.handler"}, code=lambda_.Code.from_asset("src"))
    """
    function = _function(tmp_path, code)
    assert (function.handler, function.room.timeout, function.room.env_complete) == ("app.handler", 9, True)


def test_a_spread_that_is_not_known_may_override_what_stands_before(tmp_path: Path) -> None:
    settings = '"code": lambda_.Code.from_asset("src"), "handler": "app.handler", **more'
    assert _read(tmp_path, f'lambda_.Function(self, "Api", **{{{settings}}})').functions == ()


def test_layers(tmp_path: Path) -> None:
    code = """
    class S(Stack):
        def __init__(self):
            self.own = lambda_.LayerVersion(self, "Own", code=lambda_.Code.from_asset("layer"))
            pip = python_.PythonLayerVersion(self, "Pip", entry="deps")
            known = lambda_.LayerVersion.from_layer_version_arn(self, "P", f"arn:aws:lambda:{self.region}:1:layer:P:3")
            """
    end = _declared('layers=[self.own, pip, known, make(self, "Y"), lambda_.LayerVersion(self, "Z", code="x")]')
    function = _function(tmp_path, code.rstrip(" ") + "            " + end, {"deps/requirements.txt": "x\n"})
    layers = function.room.layers
    assert [layer.name for layer in layers] == ["Own", "Pip", "arn:aws:lambda:*:1:layer:P:3", "unknown", "Z"]
    assert [layer.directory for layer in layers] == ["layer", "deps", None, None, None]
    assert layers[0].build.complete
    assert layers[1].build.manifests == (Manifest("deps/requirements.txt"),)
    assert function.search_path == ("deps",)


@pytest.mark.parametrize("extra", ["layers=layers", "layers=[*more]", "insights_version=x"])
def test_layers_that_are_not_known(tmp_path: Path, extra: str) -> None:
    assert [one.name for one in _function(tmp_path, _declared(extra)).room.layers] == ["unknown"]


def test_excluded_files_are_not_packaged(tmp_path: Path) -> None:
    asset = 'lambda_.Code.from_asset("src", exclude=["*.md", "old/"])'
    function = _function(tmp_path, _declared("", asset))
    assert function.packaged == ("!**/*.md", "!**/*.md/**", "!**/old", "!**/old/**")
    asset = 'lambda_.Code.from_asset("src", exclude=["**", "!app.py"])'
    assert _function(tmp_path, _declared("", asset)).packaged == ()


def test_a_start_script_of_the_web_adapter(tmp_path: Path) -> None:
    wrapper = 'environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap"}'
    code = _declared(wrapper).replace("app.handler", "run.sh")
    assert _function(tmp_path, code, {"src/run.sh": "exec uvicorn app:web\n"}).handler == "app.web"
    assert _read(tmp_path, _declared("").replace("app.handler", "run.sh")).functions == ()


def test_the_name_is_that_of_the_construct(tmp_path: Path) -> None:
    assert _function(tmp_path, _declared("").replace('"Api"', 'f"{prefix}-api"')).name == "src/app.handler"
    assert _function(tmp_path, _declared("").replace('self, "Api"', 'scope=self, id="X"')).name == "X"


@pytest.mark.parametrize("folder", ["tests", "cdk.out", "node_modules/x"])
def test_programs_of_tests_do_not_count(tmp_path: Path, folder: str) -> None:
    assert _read(tmp_path, _declared(""), at=f"{folder}/stack.py") == Deployment()


@pytest.mark.parametrize(
    "code",
    [
        "lambda_.Function(",
        "lambda_.Function()",
        "lambda_.Function(self)",
        "lambda_.Function(*args, **kwargs)",
        'lambda_.Function(self, "X", code=lambda_.Code.from_asset(), handler=1, runtime=2)',
        "a = b\nb = a\n" + _declared("timeout=a", "lambda_.Code.from_asset(a)"),
        "a = 'x'" + "".join(f"\na{n} = a{n - 1} + a{n - 1}" for n in range(1, 60)) + "\n" + _declared("", "a59"),
        _declared("", "lambda_.Code.from_asset(" + "'a' + " * 900 + "'b')"),
        _declared("", "lambda_.Code.from_asset(" + "os.path.join(" * 80 + ")" * 80 + ")"),
        _declared("timeout=Duration.seconds(" + "9" * 400 + ")"),
        _declared("timeout=Duration.seconds(1e999), ephemeral_storage_size=Size.mebibytes(-1)"),
        _declared("", "lambda_.Code.from_asset('src\\0')"),
        _declared("", r"lambda_.Code.from_asset('/\0/../..')"),
    ],
)
def test_odd_programs_do_no_harm(tmp_path: Path, code: str) -> None:
    found = _read(tmp_path, "# from_asset\n" + code)
    assert all(function.code_root == "src" for function in found.functions)


def test_a_program_that_cannot_be_parsed_is_noted(tmp_path: Path) -> None:
    found = _read(tmp_path, _declared("") + "def f(:\n")
    assert (found.functions, [one.severity for one in found.problems]) == ((), ["note"])


def test_a_variable_with_a_place(tmp_path: Path) -> None:
    room = _function(tmp_path, _declared('environment={"É": "x", "B": 1}')).room
    [first, second] = room.env
    assert isinstance(first, EnvironmentVariable)
    assert second.value == "1"
    assert first.span is not None
    assert second.span is not None
    assert second.span.column - first.span.column == len('"É": "x", ')


PROGRAM = "import aws_cdk as cdk\napp = cdk.App()\n"


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({"infra/cdk.json.template": "{}"}, "infra"),
        ({"infra/cdk.dev.json": "{}"}, "infra"),
        ({"infra/app.py": PROGRAM}, "infra"),
        ({"infra/bin/main.ts": "const app = new cdk.App();", "package.json": "{}"}, "infra"),
        ({"infra/app.py": PROGRAM, "requirements.txt": "", "src/app.py": ""}, None),
        ({"infra/app.py": "print('hi')\n"}, None),
        ({"infra/package.json": "{}"}, None),
        ({"other/cdk.json.template": "{}"}, None),
    ],
)
def test_other_signs_may_show_where_a_program_runs(tmp_path: Path, files: dict[str, str], folder: str | None) -> None:
    code = IMPORTS + _declared("handler='app.handler'")
    everything = {"infra/src/app.py": "", "infra/stacks/stack.py": code, **files}
    for name, content in everything.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    found = cdk.read(Tree(tmp_path, tuple(everything)), Room())
    assert [one.code_root for one in found.functions] == ([f"{folder}/src"] if folder else [])
    assert any("no cdk.json" in problem.message for problem in found.problems) is (folder is None)
