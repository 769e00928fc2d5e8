"""Which functions a run on some paths looks at."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.engine.collect import collect
from lambdalint.engine.concern import concerned
from lambdalint.model import Function, Layer, Room, Span


def write(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def function(name: str, *layers: str) -> Function:
    room = Room(layers=tuple(Layer(folder, folder) for folder in layers))
    return Function(name, f"{name}.handler", name, room, Span.point("template.yaml"), "sam")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    write(
        tmp_path,
        a__a="from shared.store import save\n",
        b__b="import importlib\nstore = importlib.import_module('middle')\n",
        c__c="import json\n",
        lib__shared__store="x = 1\n",
        lib__middle="from shared import store\n",
        layer__python__tools="y = 1\n",
    )
    return tmp_path


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("a/a.py", ["a"]),
        ("lib/shared/store.py", ["a", "b"]),
        ("lib/middle.py", ["b"]),
        ("layer", ["c"]),
        ("template.yaml", ["a", "b", "c"]),
    ],
)
def test_functions_that_may_lead_there_are_kept(project: Path, path: str, names: list[str]) -> None:
    functions = (function("a"), function("b"), function("c", "layer"))
    kept = concerned(functions, collect([Path(path)], cwd=project))
    assert [one.name for one in kept] == names


def test_all_are_kept_where_the_whole_project_is_asked_for(project: Path) -> None:
    functions = (function("a"), function("c"))
    assert concerned(functions, collect([Path()], cwd=project)) == functions
