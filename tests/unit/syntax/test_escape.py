"""What becomes of a local value: whether it, or something that still reads it, outlives its function."""

import libcst as cst
import pytest

from lambdalint.syntax.escape import Escape, Fate, escape_of
from lambdalint.syntax.module import Module

HELPERS = """\
import csv
import json
import os
import shutil
from threading import Thread

KEPT = []


def size_of(path):
    with open(path) as source:
        return len(source.read())


def opened(path):
    return open(path)


def remembered(path):
    KEPT.append(path)


async def sent(path):
    return os.path.getsize(path)


"""


def escape(body: str) -> Escape:
    """Return what becomes of ``path`` in a function with this *body*."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    module = Module.parse("app.py", f"{HELPERS}def function(given, client):\n    path = make()\n{lines}")
    assert module is not None
    function = module.tree.body[-1]
    assert isinstance(function, cst.FunctionDef)
    line = function.body.body[0]
    assert isinstance(line, cst.SimpleStatementLine)
    assign = line.body[0]
    assert isinstance(assign, cst.Assign)
    name = assign.targets[0].target
    assert isinstance(name, cst.Name)
    return escape_of(module, name)


@pytest.mark.parametrize(
    "body",
    [
        "os.remove(path)",
        "with open(path) as source:\n    return source.read()",
        "with open(path, 'w') as out:\n    json.dump(given, out)\nreturn os.path.getsize(path)",
        "with open(path) as source:\n    return json.load(source)",
        "for row in open(path):\n    print(row)",
        "return sum(len(row) for row in open(path))",
        "return [len(row) for row in open(path)]",
        "client.upload_file(path, 'bucket', 'key')\nreturn {'done': True}",
        "return size_of(path)",
        "raise ValueError(path)",
        "return given if path else None",
        "if path == given:\n    return 1",
        "def name():\n    return path\nname()",
        "other = os.path.join(path, 'a')\nshutil.rmtree(other)",
    ],
)
def test_it_stays(body: str) -> None:
    assert escape(body).fate is Fate.STAYS


@pytest.mark.parametrize(
    "body",
    [
        "return path",
        "return f'{path}.gz'",
        "return {'path': path}",
        "return open(path)",
        "return opened(path)",
        "names = [path]\nreturn names",
        "names = []\nnames.append(path)\nreturn names",
        "names = {}\nnames['a'] = path\nreturn names",
        "return csv.reader(open(path))",
        "return (row for row in open(path))",
        "return lambda: path",
        "def name():\n    return path\nreturn name",
        "yield path",
        "global path",
        "given.path = path",
        "given[path] = 1",
        "KEPT.append(path)",
        "remembered(path)",
        "Thread(target=size_of, args=(path,)).start()",
        "client.submit(size_of, path)",
        "return (other := path)",
        "first, *rest = given, path\nreturn rest",
        "return json.dumps({'path': path})",
        "return sent(path)",
        "class Named:\n    name = path\nreturn Named",
    ],
)
def test_it_leaves(body: str) -> None:
    assert escape(body).fate is Fate.LEAVES


@pytest.mark.parametrize(
    "body",
    [
        "client.process(path)",
        "return unknown(path)",
        "with open(path) as source:\n    unknown(source)",
        "size_of(*path)",
    ],
)
def test_calls_that_are_not_known_are_doubtful(body: str) -> None:
    assert escape(body).fate is Fate.DOUBTFUL


def test_an_awaited_result_holds_nothing() -> None:
    assert escape("async def inner():\n    return await sent(path)\ngiven = 1").fate is Fate.STAYS


def test_where_it_escapes_is_told() -> None:
    found = escape("print(path)\nreturn path")
    assert isinstance(found.node, cst.Return)
    assert (found.kept, found.returned) == (Fate.STAYS, Fate.LEAVES)


def test_uses_are_those_of_derived_names_too() -> None:
    found = escape("other = path + '.gz'\nwith open(other) as source:\n    text = source.read()\nreturn text")
    names = [node.value for node in found.uses if isinstance(node, cst.Name)]
    assert names == ["path", "other", "source"]
