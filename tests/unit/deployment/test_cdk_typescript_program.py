"""CDK programs in TypeScript over several files: what functions, classes and loops make of what they are given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cdk
from lambdalint.model import Deployment, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = """\
import * as cdk from 'aws-cdk-lib';
import * as path from 'path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { PythonFunction, PythonFunctionProps } from '@aws-cdk/aws-lambda-python-alpha';
import { Construct } from 'constructs';
"""
FILES = {"cdk.json": "{}", **{f"src/{name}/app.py": f"NAME = '{name}'\n" for name in "abcd"}}
FIXED = "runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler'"


def _read(root: Path, files: dict[str, str]) -> Deployment:
    everything = {**FILES, **{path: f"{IMPORTS}{_written_out(code)}" for path, code in files.items()}}
    for name, content in everything.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return cdk.read(Tree(root, tuple(everything)), Room())


def _found(root: Path, code: str, **others: str) -> set[tuple[str, str]]:
    """Return the names and the folders of the functions of a stack, beside other files of ``lib``."""
    deployment = _read(root, {"lib/stack.ts": code, **{f"lib/{name}.ts": text for name, text in others.items()}})
    assert deployment.problems == ()
    return {(one.name, one.code_root) for one in deployment.functions}


def _made(name: str, folder: str, more: str = "") -> str:
    return f"new lambda.Function(this, {name}, {{ {FIXED}, code: lambda.Code.fromAsset({folder}), {more} }})"


def _written_out(code: str) -> str:
    """Return *code* with ``@name|folder|more@`` written out as a function."""
    return re.sub(r"@([^@\n]+\|[^@\n]+)@", lambda match: _made(*match[1].split("|")), code)


@pytest.mark.parametrize(
    "loop",
    [
        "for (const name of ['a', 'b']) { @name|`src/${name}`@; }",
        "const names = ['a', 'b'] as const;\nnames.forEach((name) => @name|`src/${name}`@);",
        "['a', 'b'].map(async name => { @name|`src/${name}`@; });",
        (
            "for (const { id, dir } of [{ id: 'a', dir: 'a' }, { id: 'b', dir: 'b' }]) "
            "{ const at = path.join('src', dir); @id|at@; }"
        ),
        "for (const [id, dir] of Object.entries({ a: 'src/a', b: 'src/b' })) { @id|dir@; }",
        "Object.keys({ a: 1, b: 2 }).forEach((id, index) => { @id|`src/${id}`@; });",
        (
            "const all = { a: { dir: 'src/a' }, b: { dir: 'src/b' } };\n"
            "Object.entries(all).forEach(([id, { dir }]) => { @id|dir@; });"
        ),
    ],
)
def test_a_loop_makes_a_function_for_each_element(tmp_path: Path, loop: str) -> None:
    assert _found(tmp_path, loop) == {("a", "src/a"), ("b", "src/b")}


@pytest.mark.parametrize(
    "code",
    [
        (
            "function make(id: string, dir: string): lambda.Function { return @id|dir@; }\n"
            "make('a', 'src/a'); const b = make('b', 'src/b');"
        ),
        "const make = (id: string, dir = `src/${id}`) => @id|dir@;\nmake('a'); make('b', 'src/b');",
        (
            "class S extends cdk.Stack {\n constructor(scope: Construct, id: string) { super(scope, id);\n"
            "  this.make('a'); const b = this.make('b'); }\n"
            " private make(id: string) { return @id|`src/${id}`@; }\n}"
        ),
        (
            "class S extends cdk.Stack {\n constructor(scope: Construct, id: string) { super(scope, id);\n"
            "  for (const one of ['a', 'b']) this.make({ id: one, dir: 'src/' + one }); }\n"
            " private make = (props: Props) => { const { id, ...rest } = props; @id|rest.dir@; };\n}"
        ),
        (
            "function make({ id, dir = 'src/b' }: Props) { @id|dir@; }\n"
            "make({ id: 'a', dir: 'src/a' }); make({ id: 'b' });"
        ),
    ],
)
def test_a_function_is_read_for_each_call(tmp_path: Path, code: str) -> None:
    assert _found(tmp_path, code) == {("a", "src/a"), ("b", "src/b")}


def test_classes_that_extend_a_function(tmp_path: Path) -> None:
    own = f"""
    export interface Props extends lambda.FunctionOptions {{ dir: string }}
    export class Own extends lambda.Function {{
      constructor(scope: Construct, id: string, props: Props) {{
        const {{ dir, ...rest }} = props;
        super(scope, id, {{ {FIXED}, code: lambda.Code.fromAsset(path.join(__dirname, '..', 'src', dir)), ...rest }});
      }}
    }}
    export class Deeper extends Own {{}}
    export class Fixed extends Own {{
      constructor(scope: Construct, id: string) {{ super(scope, id, {{ dir: 'c' }}); }}
    }}
    """
    code = """
    import { Own, Deeper, Fixed } from './own';
    new Own(this, 'A', { dir: 'a', timeout: cdk.Duration.seconds(9) });
    new Deeper(this, 'B', { dir: 'b' });
    new Fixed(this, 'C');
    """
    deployment = _read(tmp_path, {"lib/stack.ts": code, "lib/own.ts": own})
    assert deployment.problems == ()
    found = {one.name: one for one in deployment.functions}
    assert {name: one.code_root for name, one in found.items()} == {"A": "src/a", "B": "src/b", "C": "src/c"}
    assert {one.source.path for one in found.values()} == {"lib/stack.ts"}
    assert [found[name].room.timeout for name in "ABC"] == [9, None, None]


def test_a_construct_keeps_what_it_was_made_with(tmp_path: Path) -> None:
    own = """
    export class Service extends Construct {
      private readonly root = path.join(__dirname, '../src');
      constructor(scope: Construct, id: string, private readonly props: { dir: string; index?: string }) {
        super(scope, id);
        this.make('Inner');
      }
      make(id: string) {
        return new PythonFunction(this, id, { entry: `${this.root}/${this.props.dir}`, handler: 'run',
          index: this.props.index ?? 'app.py', runtime: lambda.Runtime.PYTHON_3_12 });
      }
    }
    """
    code = (
        "import { Service } from './own';\nnew Service(this, 'A', { dir: 'a' });\nnew Service(this, 'B', { dir: 'b' });"
    )
    assert _found(tmp_path, code, own=own) == {("Inner", "src/a"), ("Inner", "src/b")}


def test_values_of_other_files(tmp_path: Path) -> None:
    constants = """
    export const RUNTIME = lambda.Runtime.PYTHON_3_11;
    export const COMMON = { runtime: RUNTIME, handler: 'app.handler' };
    export enum Folder { A = 'a' }
    export const folderOf = (name: string) => path.join(__dirname, `../src/${name}`);
    export default { b: 'src/b' };
    """
    code = """
    import config, { COMMON, Folder } from './index';
    import * as all from './constants';
    new lambda.Function(this, 'A', { ...COMMON, code: lambda.Code.fromAsset(`src/${Folder.A}`) });
    new lambda.Function(this, 'B', { ...all.COMMON, code: lambda.Code.fromAsset(config.b) });
    new lambda.Function(this, 'C', { ...COMMON, code: lambda.Code.fromAsset(all.folderOf('c')) });
    """
    index = "export * from './constants';\nexport { default } from './constants';"
    deployment = _read(tmp_path, {"lib/stack.ts": code, "lib/constants.ts": constants, "lib/index.ts": index})
    assert deployment.problems == ()
    assert {one.name: one.code_root for one in deployment.functions} == {"A": "src/a", "B": "src/b", "C": "src/c"}
    assert {one.room.runtime for one in deployment.functions} == {"python3.11"}


def test_a_stack_of_several_stages_has_its_function_once(tmp_path: Path) -> None:
    stack = """
    export class S extends cdk.Stack {
      constructor(scope: Construct, id: string, props: { stage: string; size: cdk.Size }) {
        super(scope, id);
        @'A'|'src/a'|environment: { STAGE: props.stage, ALL: 'x' }, ephemeralStorageSize: props.size@;
      }
    }
    """
    app = """
    import { S } from '../lib/stack';
    new S(app, 'Dev', { stage: 'dev', size: cdk.Size.mebibytes(512) });
    new S(app, 'Prod', { stage: 'prod', size: cdk.Size.gibibytes(2) });
    """
    [function] = _read(tmp_path, {"lib/stack.ts": stack, "bin/app.ts": app}).functions
    assert {one.name: one.value for one in function.room.env} == {"STAGE": None, "ALL": "x"}
    assert function.room.tmp_mb is None
    assert function.room.env_complete


@pytest.mark.parametrize(
    "code",
    [
        "for (const name of names()) { @name|`src/${name}`@; }",
        "function make(dir: string) { @'A'|dir@; }\nmake(process.env.DIR!);",
        "function make(dir: string) { @'A'|dir@; make(dir + 'a'); }\nmake(other());",
        "let dir = 'src/a'; if (flag) { dir = 'src/b'; }\n@'A'|dir@;",
        "const where = () => { if (flag) { return 'src/a'; } return 'src/b'; };\n@'A'|where()@;",
        "const given = { dir: 'src/a' };\ngiven.dir = 'src/b';\n@'A'|given.dir@;",
        "const { dir } = this.node.tryGetContext('settings');\n@'A'|dir@;",
        "@'A'|flag ? 'src/a' : 'src/b'@;",
    ],
)
def test_what_stays_unknown_is_noted(tmp_path: Path, code: str) -> None:
    deployment = _read(tmp_path, {"lib/stack.ts": code})
    assert deployment.functions == ()
    assert deployment.problems
    assert {problem.severity for problem in deployment.problems} == {"note"}
    assert all("is not read: the folder of its code is not known" in one.message for one in deployment.problems)


def test_a_list_that_grows_is_not_known(tmp_path: Path) -> None:
    code = "const layers: lambda.ILayerVersion[] = [];\nlayers.push(extra);\n@'A'|'src/a'|layers@;"
    [function] = _read(tmp_path, {"lib/stack.ts": code}).functions
    assert [layer.name for layer in function.room.layers] == ["unknown"]


def test_code_that_an_asset_of_its_own_stores(tmp_path: Path) -> None:
    code = f"""
    import {{ Asset }} from 'aws-cdk-lib/aws-s3-assets';
    const asset = new Asset(this, 'Code', {{ path: path.join(__dirname, '../src/a') }});
    new lambda.Function(this, 'A', {{ {FIXED}, code: lambda.Code.fromBucket(asset.bucket, asset.s3ObjectKey) }});
    """
    assert _found(tmp_path, code) == {("A", "src/a")}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (
            "import { B } from './other'; export const A = B; new lambda.Function(this, A, A);",
            "export * from './stack';",
        ),
        ("class A extends B {} class B extends A {} new A(this, 'A', {});", ""),
        ("const f = () => g(); const g = () => f(); new lambda.Function(this, f(), f());", ""),
        ("const a = b.x; const b = a.x; new lambda.Function(this, a, { ...b, code: a.y });", ""),
        ("class A extends lambda.Function { constructor(...all) { super(...all); new A(...all); } }", ""),
        ("for (const a of a) { for (const b of b) { new lambda.Function(this, b, { code: a }); } }", ""),
        ("new lambda.Function(this, 'A', x); const x =", ""),
        ("const y = 1 +", "const z = `${1 +}`; new lambda.Function(this, 'A',"),
        ("const x = { ...x, ...x }; new lambda.Function(this, 'A', x);", ""),
        ("(".join(["x => "] * 400) + "new lambda.Function(this, x, x)" + ")" * 399, ""),
        (f"function f(x: {'A<' * 300}) {{ new lambda.Function(this, x, x); }}\n" + "f(f(f(1)));" * 300, ""),
    ],
)
def test_what_leads_to_itself_ends(tmp_path: Path, here: str, there: str) -> None:
    deployment = _read(tmp_path, {"lib/stack.ts": here, "lib/other.ts": there})
    assert deployment.functions == ()
    assert {problem.severity for problem in deployment.problems} <= {"note"}


def test_many_ways_are_bounded(tmp_path: Path) -> None:
    listed = ", ".join(f"'{number}'" for number in range(40))
    code = "".join(f"for (const v{depth} of [{listed}]) {{\n" for depth in range(5))
    code += _made("`f${v0}${v1}${v2}${v3}${v4}`", "'src/a'") + "}" * 5
    assert 0 < len(_read(tmp_path, {"lib/stack.ts": code}).functions) <= 300


def test_variables_that_are_added_later(tmp_path: Path) -> None:
    code = """
    const fn = @'A'|'src/a'|environment: { FIRST: '1' }@;
    fn.addEnvironment('SECOND', `${'2'}`);
    fn.addEnvironment('THIRD', table.tableName);
    if (flag) { fn.addEnvironment('FOURTH', '4'); }
    this.other = @'B'|'src/b'@;
    this.other.addEnvironment('FIFTH', '5');
    """
    found = {one.name: one.room for one in _read(tmp_path, {"lib/stack.ts": code}).functions}
    assert {one.name: one.value for one in found["A"].env} == {
        "FIRST": "1",
        "SECOND": "2",
        "THIRD": None,
        "FOURTH": None,
    }
    assert [(one.name, one.value) for one in found["B"].env] == [("FIFTH", "5")]


def test_a_long_chain_of_files(tmp_path: Path) -> None:
    chain = {f"lib/f{n}.ts": f"import {{ A as B }} from './f{n + 1}';\nexport const A = B;" for n in range(300)}
    code = "import { A } from './f280';\nimport { A as far } from './f0';\n@'A'|A@;\n@'B'|far@;"
    deployment = _read(tmp_path, {**chain, "lib/f300.ts": "export const A = 'src/a';", "lib/stack.ts": code})
    assert [(one.name, one.code_root) for one in deployment.functions] == [("A", "src/a")]
    assert [one.message for one in deployment.problems] == [
        "the function B is not read: the folder of its code is not known"
    ]
