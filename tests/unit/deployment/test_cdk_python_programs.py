"""CDK programs in Python that make functions in loops, with helper functions, in subclasses and other modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cdk_program import FILES, HEADER, folders, functions, made, read, stack

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "loop",
    [
        "for name in ['a', 'b']:",
        "for name in ('a', 'b'):",
        "for name in {'a': 1, 'b': 2}:",
        "for name, size in {'a': 1, 'b': 2}.items():",
        "for name in {'x': 'a', 'y': 'b'}.values():",
        "for number, name in enumerate(['a', 'b']):",
        "for name, size in zip(['a', 'b'], [1, 2]):",
        "for name in sorted(['b', 'a']):",
        "for name in ['ab'[number] for number in range(2)]:",
        "for name in [one for one in 'abc' if one != 'c']:",
        "for name in self.node.try_get_context('names'):",
        "for name in ['x' + one for one in ('a', 'b')]:\n    name = name[1:]",
        "for entry in [{'name': 'a'}, {'name': 'b'}]:\n    name = entry['name']",
        "for entry in [dict(name='a'), dict(name='b')]:\n    name = entry.get('name', 'c')",
        "for name in os.listdir('functions'):\n    if name == 'c':\n        continue",
        "for path in sorted(Path('functions').iterdir()):\n    name = path.name\n    if name == 'c': break",
        "for path in Path(__file__).parent.glob('functions/[ab]'):\n    name = path.stem",
        "for name in (*['a'], *('b',)):",
        "count = 0\nwhile count < 2:\n    name = 'ab'[count]\n    count += 1",
    ],
)
def test_one_function_for_each_round(tmp_path: Path, loop: str) -> None:
    body = loop + "\n    " + made("f'{name}-fn'", "f'functions/{name}'")
    assert folders(tmp_path, stack(body)) == [("a-fn", "a"), ("b-fn", "b")]


def test_a_comprehension_makes_functions(tmp_path: Path) -> None:
    body = "self.made = [" + made("name", "os.path.join('functions', name)") + " for name in ('a', 'b')]"
    assert folders(tmp_path, stack(body)) == [("a", "a"), ("b", "b")]


def test_a_loop_over_what_is_not_known_runs_once(tmp_path: Path) -> None:
    body = "for name in os.environ['NAMES'].split(','):\n    " + made("f'{name}-fn'", "'functions/a'")
    assert folders(tmp_path, stack(body)) == [("functions/a/app.handler", "a")]


@pytest.mark.parametrize(
    "helper",
    [
        "def make(scope, name, folder='a', **more):\n    self = scope\n    return {}",
        "def make(scope, name, *, folder='a', **more):\n    self = scope\n    made = {}\n    return made",
        "make = lambda self, name, folder='a', **more: {}",
    ],
)
def test_helper_functions(tmp_path: Path, helper: str) -> None:
    before = helper.replace("{}", made("name", "f'functions/{folder}'", ", **more"))
    body = "make(self, 'First')\nmake(self, 'Second', folder='b', timeout=Duration.seconds(7))"
    first, second = functions(tmp_path, stack(body, before))
    assert [(first.name, first.code_root), (second.name, second.code_root)] == [
        ("First", "functions/a"),
        ("Second", "functions/b"),
    ]
    assert (first.room.timeout, second.room.timeout) == (None, 7)
    assert (first.source.path, first.source.column) == ("app.py", len("        make(self, ") + 1)
    assert first.source.line < second.source.line


def test_methods_and_attributes_of_the_instance(tmp_path: Path) -> None:
    body = """
    self.prefix = "functions"
    self.made = self.build("a")
    self.made.add_environment("LATER", "yes")

def build(self, name):
    common = dict(runtime=PY, handler="app.handler")
    common["timeout"] = Duration.minutes(1)
    return lambda_.Function(self, name, code=lambda_.Code.from_asset(f"{self.prefix}/{name}"), **common)
"""
    lines = body.strip("\n").split("\n")
    source = "\n".join(line.removeprefix("    ") if line.startswith("    ") else line for line in lines[:3])
    files = stack(source)
    method = "\n".join(f"    {line}" for line in lines[4:])
    files["app.py"] = files["app.py"].replace("\n\napp = ", f"\n{method}\n\napp = ")
    [function] = functions(tmp_path, files)
    assert (function.name, function.code_root, function.room.timeout) == ("a", "functions/a", 60)
    assert [(one.name, one.value) for one in function.room.env] == [("LATER", "yes")]
    assert function.room.env_complete


MODULES = {
    "app.py": HEADER + "from infra.stacks.api import ApiStack\napp = cdk.App()\nApiStack(app, 'Api', folder='a')\n",
    "infra/__init__.py": "",
    "infra/settings.py": "RUNTIME = None\nROOT = 'functions'\nLIMITS = {'tmp': 2048}\n",
    "infra/stacks/__init__.py": "",
    "infra/stacks/api.py": f"""{HEADER}
from ..functions import Worker
from infra import settings
class ApiStack(Stack):
    def __init__(self, scope, construct_id, *, folder, **kwargs):
        super().__init__(scope, construct_id, **kwargs)
        Worker(self, "Main", folder=folder, environment={{"A": "b"}})
        Nested(self, "Nested", folder="b")
class Nested(Construct):
    def __init__(self, scope, id, folder):
        super().__init__(scope, id)
        self.worker = Worker(self, "Inner", folder=folder, tmp=settings.LIMITS["tmp"])
""",
    "infra/functions.py": f"""{HEADER}
from infra.settings import ROOT
class Base(lambda_.Function):
    def __init__(self, scope, id, **kwargs):
        kwargs.setdefault("runtime", PY)
        super().__init__(scope, id, handler="app.handler", **kwargs)
class Worker(Base):
    def __init__(self, scope, id, folder, tmp=512, **kwargs):
        code = lambda_.Code.from_asset(os.path.join(ROOT, folder))
        super().__init__(scope, id, code=code, ephemeral_storage_size=Size.mebibytes(tmp), **kwargs)
        self.add_environment("WORKER", id)
""",
}


def test_subclasses_and_stacks_in_other_modules(tmp_path: Path) -> None:
    main, inner = sorted(functions(tmp_path, MODULES), key=lambda one: one.name)
    assert [(one.name, one.code_root, one.room.tmp_mb) for one in (main, inner)] == [
        ("Main", "functions/a", 512),
        ("Nested/Inner", "functions/b", 2048),
    ]
    assert [(one.name, one.value) for one in main.room.env] == [("A", "b"), ("WORKER", "Main")]
    assert (main.room.runtime, main.room.env_complete, main.room.vpc) == ("python3.12", True, False)
    assert (main.source.path, inner.source.path) == ("infra/stacks/api.py", "infra/stacks/api.py")
    span = inner.room.span_of("tmp_mb")
    assert span is not None
    assert span.path == "infra/functions.py"


def test_a_stack_that_is_made_for_several_stages_counts_once(tmp_path: Path) -> None:
    loop = "for stage in ('dev', 'prod'):\n    App(app, f'App-{stage}', stage=stage)\n"
    body = made("'Api'", "'functions/a'", ", environment={'STAGE': stage, 'KIND': 'api'}")
    files = stack(body)
    files["app.py"] = (
        files["app.py"]
        .replace("App(app, 'App')\n", loop)
        .replace("(self, scope, id, **kw", "(self, scope, id, stage, **kw")
    )
    [function] = functions(tmp_path, files)
    assert [(one.name, one.value) for one in function.room.env] == [("STAGE", None), ("KIND", "api")]


def test_stages_of_a_pipeline(tmp_path: Path) -> None:
    before = f"""
    class Service(Stack):
        def __init__(self, scope, id, tmp):
            super().__init__(scope, id)
            {made("'Api'", "'functions/a'", ", ephemeral_storage_size=Size.mebibytes(tmp)")}
    class MyStage(cdk.Stage):
        def __init__(self, scope, id, tmp):
            super().__init__(scope, id)
            Service(self, "Service", tmp)
    """
    body = "pipeline = cdk.pipelines.CodePipeline(self, 'P', synth=x)\n" + "\n".join(
        f"pipeline.add_stage(MyStage(self, '{name}', {tmp}))"
        for name, tmp in (("dev", 600), ("beta", 600), ("prod", 900))
    )
    assert [one.room.tmp_mb for one in functions(tmp_path, stack(body, before))] == [600, 900]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("True", ["a"]),
        ("False", ["b"]),
        ("self.node.try_get_context('stage') == 'dev'", ["a"]),
        ("self.node.try_get_context('stage') in ('prod', 'live')", ["b"]),
        ("self.node.try_get_context('missing')", ["a", "b"]),
        ("os.environ.get('STAGE', 'dev') == 'dev'", ["a", "b"]),
        ("not kwargs.get('other')", ["a"]),
        ("kwargs is not None and len('ab') == 2", ["a"]),
        ("isinstance('x', str)", ["a"]),
    ],
)
def test_conditions(tmp_path: Path, condition: str, names: list[str]) -> None:
    first, second = made("'A'", "'functions/a'"), made("'B'", "'functions/b'")
    body = f"if {condition}:\n    {first}\nelse:\n    {second}"
    assert [folder for _, folder in folders(tmp_path, stack(body))] == names


def test_what_an_unknown_condition_adds_is_not_certain(tmp_path: Path) -> None:
    body = f"""
variables = {{"A": "b"}}
layers = []
if os.environ.get("DEBUG"):
    variables["A"] = "c"
    variables["DEBUG"] = "1"
    layers.append(lambda_.LayerVersion.from_layer_version_arn(self, "L", "arn:aws:lambda:x:1:layer:l:1"))
{made("'Api'", "'functions/a'", ", environment=variables, layers=layers")}
"""
    [function] = functions(tmp_path, stack(body))
    assert [(one.name, one.value) for one in function.room.env] == [("A", None), ("DEBUG", None)]
    assert [one.name for one in function.room.layers] == ["unknown"]


@pytest.mark.parametrize(
    "config",
    [
        "@dataclass\nclass Config:\n    folder: str = 'a'\n    tmp: int = 700\nCONFIG = Config(tmp=800)",
        "class Config:\n    folder = 'a'\n    tmp = 800\nCONFIG = Config",
        "class Config:\n    def __init__(self):\n        self.folder = 'a'\n        self.tmp = 800\nCONFIG = Config()",
        "class Config(Enum):\n    A = 'a'\nclass CONFIG:\n    folder = Config.A.value\n    tmp = 2 * 400",
        "class Config:\n    tmp = 800\n    @property\n    def folder(self):\n        return 'a'\nCONFIG = Config()",
        "@dataclass\nclass C:\n    folder: str\n    tmp: int\nCONFIG = C(**{'folder': 'a', 'tmp': 800})",
    ],
)
def test_configuration_objects_of_other_modules(tmp_path: Path, config: str) -> None:
    size = ", ephemeral_storage_size=Size.mebibytes(CONFIG.tmp)"
    files = stack(made("'Api'", "f'functions/{CONFIG.folder}'", size), "from config import CONFIG")
    files["config.py"] = HEADER + config
    [function] = functions(tmp_path, files)
    assert (function.code_root, function.room.tmp_mb) == ("functions/a", 800)


def test_a_configuration_file(tmp_path: Path) -> None:
    body = """
with open(os.path.join(os.path.dirname(__file__), "functions.json")) as file:
    listed = json.load(file)
for one in listed["functions"]:
    """ + made("one['name']", "one['folder']")
    listed = '{"functions": [{"name": "A", "folder": "functions/a"}, {"name": "B", "folder": "functions/b"}]}'
    assert folders(tmp_path, {**stack(body), "functions.json": listed}) == [("A", "a"), ("B", "b")]


@pytest.mark.parametrize(
    "command",
    [
        "python app.py",
        "python3 -m app",
        "uv run app.py",
        "poetry run python3 app.py",
        "sh -c 'python app.py'",
        "make synth",
    ],
)
def test_the_command_of_the_program(tmp_path: Path, command: str) -> None:
    files = {**stack("make(self, 'F')", "def make(self, name): " + made("name", "'functions/a'"))}
    files["cdk.json"] = f'{{"app": "{command}"}}'
    assert folders(tmp_path, files) == [("F", "a")]


def test_a_package_of_the_project_may_be_named_as_a_library(tmp_path: Path) -> None:
    worker = (
        "class Worker(Construct):\n    def __init__(self, scope, id, folder):\n        super().__init__(scope, id)\n"
    )
    files = stack("Worker(self, 'First', 'a')\nWorker(self, 'Second', 'b')", "from constructs.worker import Worker")
    files["constructs/worker.py"] = HEADER + worker + "        " + made("id", "f'functions/{folder}'")
    assert folders(tmp_path, files) == [("First/First", "a"), ("Second/Second", "b")]


def test_one_construct_made_twice_holds_two_functions(tmp_path: Path) -> None:
    worker = (
        "class Worker(Construct):\n    def __init__(self, scope, id):\n        super().__init__(scope, id)\n        "
    )
    files = stack("Worker(self, 'Now')\nWorker(self, 'Historic')", worker + made("'function'", "'functions/a'"))
    assert folders(tmp_path, files) == [("Historic/function", "a"), ("Now/function", "a")]


def test_a_program_in_a_folder_of_its_own(tmp_path: Path) -> None:
    files = {f"infra/{name}": content for name, content in {**FILES, **MODULES}.items()}
    files["cdk.json"] = "{}"
    assert {one.code_root for one in functions(tmp_path, files)} == {"infra/functions/a", "infra/functions/b"}


def test_what_no_program_reaches_is_read_by_itself(tmp_path: Path) -> None:
    files = {
        "library.py": f"""{HEADER}
class Unused(Construct):
    def __init__(self, scope, id, prefix):
        super().__init__(scope, id)
        for name in ("a", "b"):
            {made("f'{prefix}-{name}'", "f'functions/{name}'")}
def unused(self, folder):
    {made("'C'", "'functions/c'")}
    {made("'D'", "folder")}
"""
    }
    found = read(tmp_path, {**stack("pass"), **files})
    assert sorted(one.code_root for one in found.functions) == ["functions/a", "functions/b", "functions/c"]
    assert ["the function D" in one.message for one in found.problems] == [True]
