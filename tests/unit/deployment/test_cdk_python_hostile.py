"""CDK programs in Python that never end, take all memory, or make no sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cdk_program import HEADER, made, read, stack

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "harm",
    [
        "while True:\n    pass",
        "while True:\n    x = os.environ.get('X')",
        "for one in range(10**9):\n    pass",
        "for a in range(200):\n    for b in range(200):\n        for c in range(200):\n            x = a + b + c",
        "def f(n):\n    return f(n + 1) + f(n + 2)\nf(0)",
        "def f(n):\n    return [f(n), f(n)] if os.environ.get(n) else g(n)\ndef g(n):\n    return f(n) or f(n)\nf(0)",
        "x = 'a' * 10**9\ny = [0] * 10**9\nz = 10**10**10\nw = 'a'.ljust(10**10)",
        "x = 'ab'\nfor one in range(60):\n    x = x.replace('a', x)",
        "x = [1]\nfor one in range(60):\n    x = x + x",
        "d = {}\nd['d'] = d\nl = []\nl.append(l)\nprint(d, l)",
        "class A:\n    def __getattr__(self, name):\n        return getattr(self, name)\nA().x.y.z",
        "class A(A2):\n    pass\nA2 = A\nclass B(B):\n    pass",
        "x = " + "(" * 90 + "1" + ")" * 90,
        "x = " + "-" * 400 + "1",
        "raise ValueError('no')",
        "import app\nfrom app import *\nimport infra.missing.module",
        "len(1, 2, 3)\nrange('a')\nzip(1)\nsorted()\nopen()\nPath(1, [])\nos.listdir(7)",
        "{}['a']\n[][9]\nint('x')\n'%s %s' % 1\n[][1:'a']\n'abc'[::0]",
        "'{'.format(1)\n'{0.x}'.format(1)\n'%d%%%s' % (1,)\nf'{1:>{10**9}}'\n'x'.join(1)\n''.split('')",
        "json.loads('[' * 100000)\njson.loads(open('/etc/passwd').read())\nopen('../../x').read()",
        "(a, *b), c = 1\n[d, e] = [1]\n*f, = 5\ndel g\nself = 1\nNone.x = 2",
        "exec('import os')\neval('1')\n__import__('os').system('true')",
        "match os.environ:\n    case {'a': 1}:\n        pass\n    case [1, *rest] | _:\n        pass",
        "from pydantic import *\nclass M(BaseModel):\n    a: list = Field(default_factory=list)\nM().a\nM(b=1)",
    ],
)
def test_hostile_programs_do_no_harm(tmp_path: Path, harm: str) -> None:
    body = made("'Api'", "'functions/a'")
    found = read(tmp_path, {**stack(body, harm), "other.py": HEADER + f"def f(self):\n    {body}\n"})
    assert {one.code_root for one in found.functions} == {"functions/a"}
    assert {one.severity for one in found.problems} <= {"note"}
    assert not any("fails" in one.message for one in found.problems)


def test_a_program_that_takes_too_long_is_noted_once(tmp_path: Path) -> None:
    harm = "for a in range(200):\n    for b in range(200):\n        for c in range(200):\n            x = a + b + c"
    found = read(tmp_path, stack(made("'Api'", "'functions/a'"), harm))
    assert ["too many steps" in one.message for one in found.problems] == [True]
    assert [one.code_root for one in found.functions] == ["functions/a"]


@pytest.mark.parametrize("folder", ["'../secret'", "'/etc'", "Path(__file__).parents[5] / 'x'", "os.listdir('/')[0]"])
def test_code_outside_of_the_project_is_not_read(tmp_path: Path, folder: str) -> None:
    found = read(tmp_path, stack(made("'Api'", folder)))
    assert found.functions == ()
    assert [one.severity for one in found.problems] == ["note"]


@pytest.mark.parametrize(
    "configuration",
    [
        "",
        "[]",
        "{",
        "\x00",
        '{"app": ["python", "app.py"]}',
        '{"app": 1, "context": []}',
        '{"app": "python ../../app.py"}',
        '{"app": "python app.py \'"}',
        '{"app": "' + "x" * 5000 + '"}',
        '{"context": ' + "[" * 2000 + "]" * 2000 + "}",
    ],
)
def test_odd_configurations_do_no_harm(tmp_path: Path, configuration: str) -> None:
    found = read(tmp_path, {**stack(made("'Api'", "'functions/a'")), "cdk.json": configuration})
    assert [one.code_root for one in found.functions] == ["functions/a"]


def test_a_huge_module_is_left_out(tmp_path: Path) -> None:
    files = stack(made("'Api'", "'functions/a'"), "import huge\nfrom huge import *")
    files["huge.py"] = "from aws_cdk import aws_lambda\n# from_asset\n" + "x = 1\n" * 1_700_000
    found = read(tmp_path, files)
    assert [one.code_root for one in found.functions] == ["functions/a"]
    assert [(one.severity, one.span.path) for one in found.problems] == [("note", "huge.py")]


def test_more_functions_than_are_read_are_noted_once(tmp_path: Path) -> None:
    many = "\n".join(made(f"'F{number}'", "'functions/a'") for number in range(5_003))
    found = read(tmp_path, {"stack.py": HEADER + "".join(f"{line}\n" for line in many.splitlines())})
    assert len([one for one in found.problems if "more than 5000 functions" in one.message]) == 1
