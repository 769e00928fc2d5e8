"""What is recalled is what was concluded, and only where the files answer as they did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from literate.fixture import parse_fixture
from literate.project import settings_for, write_project
from msgspec.structs import fields

from lambdalint import catalogue, deployment, packaging
from lambdalint.engine.cache import Cache
from lambdalint.engine.collect import collect
from lambdalint.engine.functions import name_apart
from lambdalint.engine.recall import Recall
from lambdalint.flow.analysis import evaluations
from lambdalint.model import Deployment, Tree
from lambdalint.model.flow_result import FunctionResult
from lambdalint.model.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURES = sorted((Path(__file__).parents[3] / "fixtures").rglob("*.md"))


def _differs(one: object, other: object) -> str:
    """Return where two values differ, also in their types, which a format may show; nothing where they do not."""
    if type(one) is not type(other):
        return f"{one!r} is not {other!r}"
    if isinstance(one, msgspec.Struct):
        pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
    elif isinstance(one, tuple) and isinstance(other, tuple):
        pairs = list(zip(one, other, strict=True))
    else:
        return "" if one == other else f"{one!r} is not {other!r}"
    return next((found for pair in pairs if (found := _differs(*pair))), "")


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_all_that_is_kept_comes_back_as_it_was(fixture: Path, tmp_path: Path) -> None:
    for number, case in enumerate(parse_fixture(fixture).cases):
        write_project(tmp_path / f"case{number:02d}", case.files)
    tree = collect([tmp_path], cwd=tmp_path).tree
    rows, settings = catalogue.load(), settings_for(("LMB",))
    deployed = deployment.read(tree, settings, rows, lambda doing, error: None)
    functions = name_apart(deployed.functions)
    results = tuple(one.result for one in evaluations(tree, functions, rows, settings) if one is not None)
    packages = packaging.read(tree, functions, rows, settings)
    kept: list[tuple[object, type]] = [
        (deployed, Deployment),
        (results, tuple[FunctionResult, ...]),
        (packages, packaging.Packages),
    ]
    for value, of in kept:
        assert _differs(value, msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=of)) == ""


def _tree(root: Path, **texts: str) -> Tree:
    for name, text in texts.items():
        path = root / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(root, tuple(path.relative_to(root).as_posix() for path in root.rglob("*.py")))


QUESTIONS: dict[str, Callable[[Tree], object]] = {
    "the content of a file": lambda tree: tree.read("a/b.py"),
    "the size of a file": lambda tree: tree.size("a/b.py"),
    "whether there is a file": lambda tree: "a/c.py" in tree,
    "whether there is a folder": lambda tree: "a/c" in tree.directories,
    "all folders": lambda tree: sorted(tree.directories),
    "all files": lambda tree: tree.files,
    "files by name": lambda tree: list(tree.named("c*.py")),
    "files below": lambda tree: tree.below("a"),
    "names inside": lambda tree: tree.inside("a"),
    "folders of a module": lambda tree: tree.folders_of_module("c"),
    "modules": lambda tree: tree.modules_in("a"),
}
CHANGES: dict[str, dict[str, str]] = {
    "the content of a file": {"a__b_py": "x = 2\n"},
    "the size of a file": {"a__b_py": "x = 100\n"},
    "whether there is a file": {"a__c_py": ""},
    "whether there is a folder": {"a__c__d_py": ""},
    "all folders": {"a__c__d_py": ""},
    "all files": {"d_py": ""},
    "files by name": {"e__cc_py": ""},
    "files below": {"a__f_py": ""},
    "names inside": {"a__g_py": ""},
    "folders of a module": {"h__c_py": ""},
    "modules": {"a__j_py": ""},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_conclusion_holds_until_an_answer_changes(question: str, tmp_path: Path) -> None:
    root = tmp_path / "project"

    def concluded(tree: Tree) -> str:
        cache = Cache(tmp_path / "cache", "test")
        recall = Recall(tree, cache)
        made = recall.concluded("test", (), str, tree, lambda watched: repr(QUESTIONS[question](watched)))
        cache.save()
        return made

    first = concluded(_tree(root, a__b_py="x = 1\n", z_py=""))
    assert first == repr(QUESTIONS[question](_tree(root)))
    assert concluded(_tree(root)) == first
    changed = _tree(root, **CHANGES[question])
    assert concluded(changed) == repr(QUESTIONS[question](changed)) != first


def test_what_was_not_asked_does_not_matter(tmp_path: Path) -> None:
    tree = _tree(tmp_path, a_py="1", b_py="2")
    watched = Watched(tree)
    watched.read("a.py")
    asked = watched.begin()
    assert "b.py" in watched
    assert list(asked) == ["f:b.py"]


def test_a_file_that_changes_while_it_is_read_is_not_concluded_from(tmp_path: Path) -> None:
    tree = _tree(tmp_path, a_py="1")
    cache = Cache(tmp_path / "cache", "test")
    recall = Recall(tree, cache)

    def look_twice(watched: Tree) -> str:
        first = watched.read("a.py")
        (tmp_path / "a.py").write_text("2", encoding="utf-8")
        return f"{first!r} {watched.read('a.py')!r}"

    assert recall.concluded("test", (), str, tree, look_twice) == "b'1' b'2'"
    assert recall.get("test", "", str) is None
    assert recall.concluded("test", (), str, tree, lambda watched: repr(watched.read("a.py"))) == "b'2'"
