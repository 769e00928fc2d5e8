from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.engine.consolidate import Places
from lambdalint.engine.functions import list_functions, name_apart, relocate
from lambdalint.model import EntryPoint, ExplicitFunction, Function, Phase, Room, Settings, Span, Tree

if TYPE_CHECKING:
    from pathlib import Path


def function(name: str, path: str, line: int = 1) -> Function:
    return Function(name, "app.handler", "", Room(), Span.point(path, line), "SAM")


def test_names_are_made_unique_where_templates_repeat_them() -> None:
    functions = [
        function("F", "a.yaml"),
        function("F", "b.yaml"),
        function("F", "b.yaml", 9),
        function("G", "a.yaml"),
    ]
    names = [item.name for item in name_apart([*functions, functions[0]])]
    assert names == ["F (a.yaml)", "F (b.yaml:1)", "F (b.yaml:9)", "G"]


def test_no_two_functions_share_a_name() -> None:
    first = function("F", "a.yaml")
    named = name_apart([first, replace(first, handler="app.other")])
    assert len({item.name for item in named}) == 2


def explicit(**changes: object) -> ExplicitFunction:
    base = ExplicitFunction("app.handler", Span.point("pyproject.toml", 4), code_root="src")
    return replace(base, **changes)


def test_paths_of_the_configuration_become_relative_to_the_root(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    declared = explicit(layers=("src/layer", "arn:aws:lambda:x"), search_path=("src/lib", "vendor"))
    settings, problems = relocate(Settings(functions=(declared,), config_dir=tmp_path), tmp_path / "src")
    (moved,) = settings.functions
    assert (moved.code_root, moved.layers, moved.search_path) == ("", ("layer", "arn:aws:lambda:x"), ("lib",))
    assert moved.span.path == "../pyproject.toml"
    assert problems == ()


def test_paths_below_the_root(tmp_path: Path) -> None:
    settings, _ = relocate(Settings(functions=(explicit(),), config_dir=tmp_path / "p"), tmp_path)
    assert settings.functions[0].code_root == "p/src"


def test_code_outside_the_root_is_named(tmp_path: Path) -> None:
    declared = explicit(code_root="other")
    settings, problems = relocate(Settings(functions=(declared,), config_dir=tmp_path), tmp_path / "src")
    assert settings.functions == ()
    assert "lies outside the analysed folder" in problems[0].message


def test_lists_functions_with_their_entry_points(tmp_path: Path) -> None:
    entries = [
        EntryPoint("F", "app", "handler", Phase.INVOKE),
        EntryPoint("F", "app", "index", Phase.INVOKE, route="GET /"),
        EntryPoint("G", "app", "handler", Phase.INVOKE),
    ]
    tree = Tree(tmp_path, ())
    (listed,) = list_functions([function("F", "p/t.yaml", 3)], entries, Places({}, {}, "p"), tree)
    assert (listed.path, listed.line, listed.entry_points) == ("t.yaml", 3, ("app.handler", "GET /"))
