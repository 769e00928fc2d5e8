from __future__ import annotations

from lambdalint.catalogue import Catalogue, build, load, parse_file
from lambdalint.model import EffectKind

SOURCE = 'source = "https://example.org"'


def catalogue(text: str) -> Catalogue:
    return build((("fakelib.toml", parse_file("fakelib.toml", text)),))


def save(call: str, kind: str = "write", extra: str = "") -> str:
    return f"""
    [[effect]]
    call = "{call}"
    path = "file@0"
    kind = "{kind}"
    example = "save('/opt/x')"
    counter = "load('/opt/x')"
    {SOURCE}
    {extra}
    """


def test_rows_of_one_call_stay_together_and_in_order() -> None:
    found = catalogue(save("fakelib.save") + save("fakelib.other") + save("fakelib.save", "append"))
    assert [row.kind for row in found.effects["fakelib.save"]] == [EffectKind.WRITE, EffectKind.APPEND]


def test_rows_of_several_files_are_merged() -> None:
    parts = [(name, parse_file(name, save("fakelib.save", kind))) for name, kind in (("a", "write"), ("b", "append"))]
    assert len(build(tuple(parts)).effects["fakelib.save"]) == 2


def test_only_name_only_rows_are_found_by_a_bare_method_name() -> None:
    found = catalogue(save("fakelib.Table.to_fake", extra="name-only = true") + save("fakelib.Table.write"))
    assert [row.call for row in found.effect_methods["to_fake"]] == ["fakelib.Table.to_fake"]
    assert "write" not in found.effect_methods


def test_an_alias_stands_for_a_callable_and_for_the_owner_of_a_method() -> None:
    found = catalogue(f'[[alias]]\nname = "fakelib.api.Table"\nof = "fakelib.Table"\n{SOURCE}')
    assert found.canonical("fakelib.api.Table") == "fakelib.Table"
    assert found.canonical("fakelib.api.Table.save") == "fakelib.Table.save"
    assert found.canonical("fakelib.api.Tables") == "fakelib.api.Tables"
    assert found.canonical("fakelib.api.Table.rows.save") == "fakelib.api.Table.rows.save"


def test_the_shipped_catalogue_is_read_once_and_has_a_digest() -> None:
    assert load() is load()
    assert len(load().digest) == 32


def test_the_shipped_catalogue_knows_the_platforms() -> None:
    assert {"aws-lambda", "genezio", "vercel"} <= set(load().platforms)


def test_the_shipped_catalogue_follows_aliases_of_paths_and_files() -> None:
    assert load().canonical("pathlib.PosixPath.write_text") == "pathlib.Path.write_text"
    assert load().canonical("io.open") == "builtins.open"
