"""The evaluation ends, whatever the code, and says where it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.model import Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path


def _analysed(root: Path, code: str, max_steps: int = 150_000) -> flow.FlowResult:
    (root / "app.py").write_text(code)
    tree = Tree(root, ("app.py",))
    settings = Settings(max_steps=max_steps)
    functions = deployment.read(tree, settings, catalogue.load()).functions
    return flow.analyse(tree, functions, catalogue.load(), settings)


@pytest.mark.parametrize(
    "body",
    [
        "    return handler(event, context)\n",
        "    while True:\n        event = event + event\n",
        "    path = 'a'\n    while event:\n        path = path + '/b'\n    open(path, 'w')\n",
        "    f = lambda x: f(f(x))\n    return f(event)\n",
        "    for a in event:\n        for b in a:\n            open('/tmp/' + a + b, 'w')\n",
        "    def g():\n        yield from g()\n    return list(g())\n",
        "    class A(A):\n        pass\n    return A()\n",
    ],
)
def test_hostile_code_ends(body: str, tmp_path: Path) -> None:
    result = _analysed(tmp_path, "def handler(event, context):\n" + body)
    assert [str(entry) for entry in result.entry_points] == ["app.handler"]
    assert result.broken == ()


def test_a_spent_budget_is_said_and_what_was_found_before_is_kept(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    open('/data/x', 'w')\n" + "    print(event)\n" * 500
    result = _analysed(tmp_path, code, max_steps=100)
    assert result.unfinished == 1
    assert [effect.place.path for effect in result.effects] == ["/data/x"]
    assert "stopped after 100 steps" in result.notes[0].message


def test_code_that_is_called_often_is_still_judged(tmp_path: Path) -> None:
    calls = "".join(f"    save('/data/{number}')\n" for number in range(60))
    code = f"def save(path):\n    open(path, 'w')\n\n\ndef handler(event, context):\n{calls}"
    result = _analysed(tmp_path, code)
    assert {effect.place.path for effect in result.effects} == {f"/data/{number}" for number in range(60)}


def test_a_cycle_of_imports_ends(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("import app\n\nPATH = '/data/x'\n")
    (tmp_path / "app.py").write_text("import other\n\n\ndef handler(event, context):\n    open(other.PATH, 'w')\n")
    tree = Tree(tmp_path, ("app.py", "other.py"))
    functions = deployment.read(tree, Settings(), catalogue.load()).functions
    result = flow.analyse(tree, functions, catalogue.load(), Settings())
    assert [effect.place.path for effect in result.effects] == ["/data/x"]


def test_a_handler_of_too_many_parts_is_none(tmp_path: Path) -> None:
    handler = "app." * 20_000 + "handler"
    template = f"functions: {{job: {{handler: {handler}}}}}\nprovider: {{name: aws, runtime: python3.12}}\n"
    (tmp_path / "serverless.yml").write_text(template)
    (tmp_path / "app.py").write_text("app = 1\n")
    tree = Tree(tmp_path, ("app.py", "serverless.yml"))
    functions = deployment.read(tree, Settings(), catalogue.load()).functions
    result = flow.analyse(tree, functions, catalogue.load(), Settings())
    assert result.entry_points == ()
    assert [note.message == f"handler {handler} is not found" for note in result.notes] == [True]
