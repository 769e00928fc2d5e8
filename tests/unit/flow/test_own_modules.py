"""Imports of the project's own modules: the nearest folder answers, and a choice that nothing decides is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint import catalogue, deployment, flow
from lambdalint.model import Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.flow import FlowResult

HANDLER = "from common import write\n\n\ndef handler(event, context):\n    write()\n"


def _analysed(root: Path, files: dict[str, str]) -> FlowResult:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    tree, rows, settings = Tree(root, tuple(sorted(files))), catalogue.load(), Settings(cache=False)
    return flow.analyse(tree, deployment.read(tree, settings, rows).functions, rows, settings)


def _writes(name: str) -> str:
    return f"def write():\n    open('/tmp/{name}', 'w')\n"


def test_the_nearest_folder_answers(tmp_path: Path) -> None:
    files = {"a/index.py": HANDLER, "a/layer/common.py": _writes("near"), "b/layer/common.py": _writes("far")}
    result = _analysed(tmp_path, files)
    assert [effect.place.path for effect in result.effects] == ["/tmp/near"]
    assert result.notes == ()


def test_a_choice_that_nothing_decides_is_told(tmp_path: Path) -> None:
    files = {"a/index.py": HANDLER, "one/common.py": _writes("one"), "two/common.py": _writes("two")}
    result = _analysed(tmp_path, files)
    assert result.effects == ()
    (note,) = result.notes
    assert (note.span.path, note.span.line) == ("a/index.py", 1)
    assert note.message == "import of common is not resolved: it may be in one or two; see search-path"


def test_a_path_that_is_put_first_wins(tmp_path: Path) -> None:
    code = "import os, sys\nsys.path.{}os.path.join(os.path.dirname(__file__), 'lib'))\n" + HANDLER
    files = {"index.py": code.format("insert(0, "), "common.py": _writes("own"), "lib/common.py": _writes("first")}
    assert [effect.place.path for effect in _analysed(tmp_path, files).effects] == ["/tmp/first"]
    files["index.py"] = code.format("append(")
    assert [effect.place.path for effect in _analysed(tmp_path, files).effects] == ["/tmp/own"]
