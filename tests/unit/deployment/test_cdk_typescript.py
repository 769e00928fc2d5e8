"""CDK programs in TypeScript and JavaScript: which constructs are functions, and how their code is read as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cdk
from lambdalint.model import Deployment, Function, Manifest, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = """\
import * as cdk from 'aws-cdk-lib';
import { Duration, Size } from 'aws-cdk-lib';
import * as path from 'path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as python from '@aws-cdk/aws-lambda-python-alpha';
"""
FILES = {"cdk.json": "{}", "src/app.py": "", "src/index.py": "", "layer/python/x.py": ""}


def _read(root: Path, code: str, at: str = "lib/stack.ts", files: dict[str, str] | None = None) -> Deployment:
    everything = {**FILES, **(files or {}), at: code}
    for name, content in everything.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return cdk.read(Tree(root, tuple(everything)), Room())


def _function(root: Path, code: str, files: dict[str, str] | None = None) -> Function:
    found = _read(root, IMPORTS + code, files=files)
    assert found.problems == ()
    [function] = found.functions
    return function


def _declared(settings: str = "", code: str = "lambda.Code.fromAsset('src')") -> str:
    fixed = "handler: 'app.handler', runtime: lambda.Runtime.PYTHON_3_12"
    return f"new lambda.Function(this, 'Api', {{ {fixed}, code: {code}, {settings} }});\n"


def test_a_function_of_an_asset(tmp_path: Path) -> None:
    function = _function(tmp_path, "const fn = " + _declared("timeout: cdk.Duration.minutes(2)"))
    assert (function.name, function.handler, function.code_root) == ("Api", "app.handler", "src")
    assert (function.declared_by, function.confidence, function.build.complete) == ("cdk", "high", True)
    assert (function.source.path, function.source.line, function.source.column) == ("lib/stack.ts", 6, 38)
    assert function.source.end_column == 38 + len("'Api'")
    assert (function.room.runtime, function.room.timeout, function.room.env_complete) == ("python3.12", 120, True)


def test_a_python_function(tmp_path: Path) -> None:
    code = """
    new python.PythonFunction(this, "Api", {
      entry: path.join(__dirname, '../src'), // the code
      index: 'app.py',
      handler: 'run',
      runtime: lambda.Runtime.PYTHON_3_12,
      bundling: { assetExcludes: ['.venv', 'tests'] },
    });
    """
    function = _function(tmp_path, code, {"src/poetry.lock": "", "src/pyproject.toml": ""})
    assert (function.handler, function.code_root) == ("app.run", "src")
    assert function.build.manifests == (Manifest("src/pyproject.toml"),)
    assert (function.build.complete, function.build.left_out) == (True, ())
    assert function.packaged == ("!**/.venv", "!**/.venv/**", "!**/tests", "!**/tests/**")


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("import { Function, Code, Runtime } from 'aws-cdk-lib/aws-lambda';", "Function"),
        ('import { Function as F } from "aws-cdk-lib/aws-lambda"', "F"),
        ("import { aws_lambda as l } from 'aws-cdk-lib'", "l.Function"),
        ("import * as c from 'aws-cdk-lib'", "c.aws_lambda.Function"),
        ("import l = require('@aws-cdk/aws-lambda');", "l.Function"),
        ("const l = require('aws-cdk-lib/aws-lambda');", "l.Function"),
        ("const { Function: F, Code } = require('aws-cdk-lib/aws-lambda');", "F"),
        ("import type { X } from 'y'; import l, { z } from '@aws-cdk/aws-lambda';", "l.SingletonFunction"),
    ],
)
def test_the_construct_is_known_however_it_is_imported(tmp_path: Path, imports: str, name: str) -> None:
    code = f"{imports}\n" + _declared().replace("new lambda.Function", f"new {name}")
    assert _function(tmp_path, code).handler == "app.handler"


@pytest.mark.parametrize("name", ["Function", "other.Function", "lambda.Alias", "this.lambda.Function"])
def test_other_classes_are_no_functions(tmp_path: Path, name: str) -> None:
    assert _read(tmp_path, IMPORTS + _declared().replace("new lambda.Function", f"new {name}")) == Deployment()


@pytest.mark.parametrize(
    "folder",
    [
        '"./src"',
        "`src/`",
        "path.join(__dirname, '..', 'src')",
        "path.join(__dirname, '/../src')",
        "path.resolve('src')",
        "path.resolve(__dirname, '../src')",
        "path.join(path.dirname(__filename), '../src')",
        "__dirname + '/../src'",
        "`${__dirname}/../src`",
        "`${process.cwd()}/${'src'}`",
        "path.join(process.cwd(), './src')",
        "(HERE + '/src') as string",
        "SOURCE",
        "SOURCE!",
        "'\\x73\\u0072\\u{63}'",
    ],
)
def test_the_folder_of_the_code(tmp_path: Path, folder: str) -> None:
    constants = "const HERE: string = path.join(__dirname, '..'), SOURCE = path.join(HERE, 'src')\n"
    assert _function(tmp_path, constants + _declared("", f"lambda.Code.fromAsset({folder})")).code_root == "src"


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("'../../src'", "outside of the project"),
        ("path.resolve('/src')", "outside of the project"),
        ("props.folder", "not known"),
        ("`src/${name}`", "not known"),
        ("flag ? 'src' : 'layer'", "not known"),
        ("process.env.SRC ?? 'src'", "not known"),
        ("['src', 'x'][9]", "not known"),
    ],
)
def test_a_folder_that_is_not_there_or_not_known_is_noted(tmp_path: Path, folder: str, reason: str) -> None:
    found = _read(tmp_path, IMPORTS + _declared("", f"lambda.Code.fromAsset({folder})"))
    assert found.functions == ()
    [problem] = found.problems
    assert (problem.severity, problem.span.path, problem.span.line) == ("note", "lib/stack.ts", 6)
    assert reason in problem.message


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("function f(src: string) {{ {} }}", False),
        ("function f(a: A, src = 'y'): void {{ {} }}", False),
        ("const f = (src: string) => {{ {} }}", False),
        ("names.forEach(src => {{ {} }})", False),
        ("names.map((src) => {})", False),
        ("const src = 'src'; names.map(src => {})", False),
        ("for (const src of names) {{ {} }}", False),
        ("class A {{ constructor(scope: C, private readonly src: string) {{ {} }} }}", False),
        ("function f({{ src }}: P) {{ {} }}", False),
        ("let src = 'src'; src = 'other'; {}", False),
        ("let src = 's'; src += 'rc'; {}", False),
        ("const src = 'src'; function f(a: A) {{ {} }}", True),
        ("function f() {{ const src = 'src'; {} }}", True),
        ("if (x) {{ const src = 'src'; }} {}", False),
        ("const src = 'src'\nconst y = 1\n{}", True),
        ("const src = 'other'; {{ const src = 'src'; {} }}", True),
    ],
)
def test_names_are_looked_up_in_their_scopes(tmp_path: Path, code: str, found: bool) -> None:
    function = _declared("", "lambda.Code.fromAsset(src)").strip().rstrip(";")
    assert bool(_read(tmp_path, IMPORTS + code.format(function)).functions) is found


def test_attributes_of_the_instance_are_known_in_its_class_only(tmp_path: Path) -> None:
    function = _declared("", "lambda.Code.fromAsset(this.src)").strip()
    code = f"""
class A extends cdk.Stack {{
  private readonly src: string = 'src';
  build() {{ {function} }}
}}
class B extends cdk.Stack {{
  constructor() {{ super(); this.src = 'src' }}
  build() {{ {function} }}
}}
class C extends cdk.Stack {{
  build() {{ {function} }}
}}
"""
    found = _read(tmp_path, IMPORTS + code)
    assert ([one.source.line for one in found.functions], len(found.problems)) == ([9, 13], 1)


@pytest.mark.parametrize("text", ["// {}", "/* {} */", "const s = `{}`", "const r = /'/; // {}"])
def test_what_is_no_code_is_not_read(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, IMPORTS + text.format(_declared().strip())) == Deployment()


def test_a_regular_expression_with_quotes_and_brackets(tmp_path: Path) -> None:
    code = "const a = /[/'(]{/g; const b = 4 / 2; const c = x.replace(/\"/g, '') / 3;\n"
    assert _function(tmp_path, code + _declared()).code_root == "src"


def test_node_functions_are_skipped(tmp_path: Path) -> None:
    node = _declared().replace("PYTHON_3_12", "NODEJS_20_X")
    unknown = _declared().replace("lambda.Runtime.PYTHON_3_12", "props.runtime").replace("app.handler", "main.handler")
    assert _read(tmp_path, IMPORTS + node + unknown) == Deployment()


def test_the_room_of_a_function(tmp_path: Path) -> None:
    settings = """
      ephemeralStorageSize: Size.gibibytes(2), timeout: Duration.seconds(30), vpc,
      environment: { A: 'b', 'TABLE-X': table.tableName, [key]: 'c' },
      filesystem: lambda.FileSystem.fromEfsAccessPoint(point, '/mnt/x'),
    """
    room = _function(tmp_path, "const vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 2 });\n" + _declared(settings)).room
    assert (room.tmp_mb, room.timeout, room.vpc, room.env_complete) == (2048, 30, True, False)
    assert [(one.name, one.value) for one in room.env] == [("A", "b"), ("TABLE-X", None)]
    assert [(mount.path, mount.kind) for mount in room.mounts] == [("/mnt/x", "efs")]


def test_variables_that_are_added_later(tmp_path: Path) -> None:
    code = "const fn = " + _declared("environment: {}") + "fn.addEnvironment('A', 'b');\n"
    assert not _function(tmp_path, code).room.env_complete


def test_properties_may_be_spread(tmp_path: Path) -> None:
    common = "const common: lambda.FunctionProps = { timeout: Duration.seconds(9), handler: 'x.y' };\n"
    code = common + "new lambda.Function(this, 'Api', { ...common, handler: 'app.handler', "
    code += "runtime: lambda.Runtime.PYTHON_3_12, code: lambda.Code.fromAsset('src') });\n"
    function = _function(tmp_path, code)
    assert (function.handler, function.room.timeout, function.room.env_complete) == ("app.handler", 9, True)


@pytest.mark.parametrize(("order", "found"), [("...props, {}", True), ("{}, ...props", False)])
def test_a_spread_that_is_not_known(tmp_path: Path, order: str, found: bool) -> None:
    fixed = "handler: 'app.handler', runtime: lambda.Runtime.PYTHON_3_12, code: lambda.Code.fromAsset('src')"
    functions = _read(tmp_path, f"{IMPORTS}new lambda.Function(this, 'Api', {{ {order.format(fixed)} }})").functions
    assert bool(functions) is found
    assert all(one.room.vpc is None and not one.room.env_complete for one in functions)


def test_layers(tmp_path: Path) -> None:
    code = """
    const own = new lambda.LayerVersion(this, 'Own', { code: lambda.Code.fromAsset('layer') });
    const known = lambda.LayerVersion.fromLayerVersionArn(this, 'P', `arn:aws:lambda:${this.region}:1:layer:P:3`);
    """
    pip = "new python.PythonLayerVersion(this, 'Pip', { entry: 'deps' })"
    function = _function(tmp_path, code + _declared(f"layers: [own, {pip}, known]"), {"deps/requirements.txt": "x\n"})
    layers = function.room.layers
    assert [layer.name for layer in layers] == ["Own", "Pip", "arn:aws:lambda:*:1:layer:P:3"]
    assert [layer.directory for layer in layers] == ["layer", "deps", None]
    assert layers[1].build.manifests == (Manifest("deps/requirements.txt"),)


def test_compiled_files_are_not_read_twice(tmp_path: Path) -> None:
    compiled = 'const lambda = require("aws-cdk-lib/aws-lambda");\nclass S { constructor() { ' + _declared() + "}}"
    found = _read(tmp_path, IMPORTS + _declared(), files={"lib/stack.js": compiled, "lib/stack.d.ts": compiled})
    assert [one.source.path for one in found.functions] == ["lib/stack.ts"]
    assert [one.source.path for one in _read(tmp_path, compiled, at="lib/other.js").functions] == ["lib/other.js"]


@pytest.mark.parametrize(
    "code",
    [
        "new lambda.Function(",
        "new lambda.Function",
        "new lambda.Function()",
        "new lambda.Function(this, 'X', props)",
        "new lambda.Function(this, 'X', { code: lambda.Code.fromAsset(, runtime: })",
        "const a = b; const b = a; " + _declared("timeout: a", "lambda.Code.fromAsset(a)"),
        "const a0 = 'x';"
        + "".join(f"const a{n} = a{n - 1} + a{n - 1};" for n in range(1, 60))
        + _declared("", "lambda.Code.fromAsset(a59)"),
        "const a0 = {};"
        + "".join(f"const a{n} = {{ ...a{n - 1}, ...a{n - 1} }};" for n in range(1, 60))
        + "new lambda.Function(this, 'X', { ...a59 })",
        "(" * 20_000,
        "(" * 20_000 + ")" * 20_000,
        "const x = " + "[" * 20_000 + "]" * 20_000,
        "x = -" * 20_000,
        "x = {a(" * 5_000 + ")}" * 5_000,
        "`${" * 5_000,
        "`${`" * 50 + "`}`" * 50,
        "'" + "x" * 100_000,
        "/*" * 100_000,
        "\\" * 1_000,
        ")]}",
        _declared("", "lambda.Code.fromAsset(" + "'a' + " * 5_000 + "'b')"),
        _declared("", "lambda.Code.fromAsset(" + "path.join(" * 5_000 + ")" * 5_000 + ")"),
        _declared("timeout: Duration.seconds(" + "9" * 400 + ")"),
        _declared("timeout: Duration.seconds(1e999)"),
        _declared("", r"lambda.Code.fromAsset('/\0/../..')"),
        "import { a, b\n" * 1_000,
        "import",
        "const",
        "class",
        "this.",
        "=>",
        "{",
    ],
)
def test_odd_programs_do_no_harm(tmp_path: Path, code: str) -> None:
    found = _read(tmp_path, f"{IMPORTS}// fromAsset\n{code}")
    assert all(function.code_root == "src" for function in found.functions)


@pytest.mark.parametrize(
    ("code", "line", "why"),
    [
        ("f(\r\n  [1)", 2, ") closes nothing"),
        ("}", 1, "} closes nothing"),
        ("x = 1;\nf({ a: [1]", 2, "this is not closed"),
        ("x = 1;\n\nx = 'abc", 3, "a text that is not closed"),
        ("x = `a\n${1} b", 2, "a text that is not closed"),
        ("/* new lambda.Function(", 1, "a comment that is not closed"),
        ("x = '" + "a" * 1_000_000 + "'", 0, "larger than 1,000,000 characters"),
        ("x;" * 110_000, 1, "more than 200,000 words and marks"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, code: str, line: int, why: str) -> None:
    [problem] = _read(tmp_path, f"{IMPORTS}// fromAsset\n{code}").problems
    first = IMPORTS.count("\n") + 1
    assert (problem.span.line, problem.severity) == (first + line if line else 1, "note")
    assert problem.message == f"the CDK program cannot be read: {why}"


def test_names_may_have_letters_of_other_alphabets(tmp_path: Path) -> None:
    found = _read(tmp_path, f"{IMPORTS}const öffentlich = 1;\n{_declared()}")
    assert [one.code_root for one in found.functions] == ["src"]


@pytest.mark.parametrize("content", [b"\xff", b"\x00", "import 'é'".encode("latin-1")])
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "stack.ts").write_bytes(content + b"\n// aws-lambda fromAsset\nnew lambda.Function('")
    found = cdk.read(Tree(tmp_path, ("stack.ts",)), Room())
    assert (found.functions, [one.severity for one in found.problems]) == ((), ["note"])
