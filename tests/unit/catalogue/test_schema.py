from __future__ import annotations

import pytest

from lambdalint.catalogue import CatalogueError, parse_file
from lambdalint.model import EffectKind

EFFECT = {
    "call": '"fakelib.save"',
    "path": '"file@0"',
    "kind": '"write"',
    "example": "\"import fakelib\\nfakelib.save('/opt/x')\"",
    "counter": "\"import fakelib\\nfakelib.load('/opt/x')\"",
    "source": '"https://example.org/fakelib"',
}


def effect(**changes: str | None) -> str:
    fields = {**EFFECT, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return "\n".join(["[[effect]]", *(f"{key} = {value}" for key, value in fields.items() if value is not None)])


def refusal(text: str) -> str:
    with pytest.raises(CatalogueError) as caught:
        parse_file("fakelib.toml", text)
    return str(caught.value)


def test_an_effect_row_needs_no_more_than_its_call_path_kind_tests_and_source() -> None:
    (row,) = parse_file("fakelib.toml", effect()).effect
    assert row.kind is EffectKind.WRITE
    assert (row.path, row.default, row.place, row.suffix) == ("file@0", None, None, "")
    assert (row.when, row.name_only, row.arity, row.raises) == ((), False, None, True)


def test_keys_are_written_with_hyphens() -> None:
    (row,) = parse_file("fakelib.toml", effect(name_only="true", arity="[1, 2]")).effect
    assert row.name_only
    assert row.arity == (1, 2)


@pytest.mark.parametrize("key", ["name_only", "pth", "Path"])
def test_an_unknown_key_names_file_and_row(key: str) -> None:
    message = refusal(effect() + "\n\n" + effect() + f'\n{key} = "x"')
    assert message.startswith("fakelib.toml: ")
    assert f"`{key}`" in message
    assert "$.effect[1]" in message


def test_an_unknown_table_is_refused() -> None:
    message = refusal('[[sink]]\ncall = "x"')
    assert message.startswith("fakelib.toml: ")
    assert "`sink`" in message


@pytest.mark.parametrize("missing", sorted({"call", "kind", "example", "counter", "source"}))
def test_a_missing_field_names_file_and_row(missing: str) -> None:
    message = refusal(effect(**{missing: None}))
    assert message.startswith("fakelib.toml: ")
    assert f"`{missing}`" in message
    assert "$.effect[0]" in message


def test_a_kind_outside_the_vocabulary_is_refused() -> None:
    message = refusal(effect(kind='"create-dir"'))
    assert message.startswith("fakelib.toml: ")
    assert "'create-dir'" in message
    assert "$.effect[0].kind" in message


def test_a_value_of_another_type_is_refused() -> None:
    message = refusal(effect(name_only='"yes"'))
    assert "$.effect[0].name-only" in message


def test_neither_a_path_nor_a_place_is_refused() -> None:
    assert refusal(effect(path=None)) == "fakelib.toml: fakelib.save: the key path or place is missing"


def test_a_place_stands_in_for_a_path() -> None:
    (row,) = parse_file("fakelib.toml", effect(path=None, place='"/dev/shm/x"')).effect
    assert row.place == "/dev/shm/x"


@pytest.mark.parametrize(
    "changes",
    [{"path": '"file@first"'}, {"when": '[{ argument = "mode@", matches = "w" }]'}],
    ids=["path", "condition"],
)
def test_a_bad_parameter_reference_names_file_and_call(changes: dict[str, str | None]) -> None:
    message = refusal(effect(**changes))
    assert message.startswith("fakelib.toml: fakelib.save: ")
    assert "is not a parameter reference" in message


def test_a_bad_pattern_names_file_call_and_pattern() -> None:
    message = refusal(effect(when='[{ argument = "mode@1", matches = "[wax" }]'))
    assert message.startswith("fakelib.toml: fakelib.save: '[wax' is no regular expression")


def test_a_condition_is_closed_as_well() -> None:
    message = refusal(effect(when='[{ argument = "mode@1", match = "w" }]'))
    assert "`match`" in message
    assert "$.effect[0].when[0]" in message


def test_text_that_is_no_toml_names_the_file_and_the_line() -> None:
    message = refusal("[[effect]\n")
    assert message.startswith("fakelib.toml: ")
    assert "line 1" in message


def test_a_row_of_every_other_table_is_read() -> None:
    source = 'source = "https://example.org"'
    parsed = parse_file(
        "fakelib.toml",
        f"""
        [[returns]]
        call = "fakelib.open"
        type = "fakelib.File"
        path = "file@0"
        suffix = ".txt"
        {source}
        [[passes]]
        call = "fakelib.same"
        value = "@0"
        {source}
        [[stores]]
        call = "fakelib.send"
        content = "body"
        {source}
        [[reads]]
        call = "fakelib.load"
        path = "file@0"
        {source}
        [[invokes]]
        call = "fakelib.run"
        function = "fn@0"
        arguments = ["*args", "**kwargs"]
        {source}
        [[neutral]]
        call = "fakelib.dump"
        reason = "It writes into the file object that it is given."
        {source}
        [[alias]]
        name = "fakelib.api.open"
        of = "fakelib.open"
        {source}
        [[request-source]]
        name = "fakelib.request"
        {source}
        [[library-default]]
        name = "fakelib"
        library = "Fake Library"
        imports = ["fakelib"]
        location = "~/.fakelib"
        variables = ["FAKELIB_HOME"]
        redirect = "set FAKELIB_HOME to a folder in /tmp before the import"
        example = "import fakelib"
        counter = "import os\\nos.environ['FAKELIB_HOME'] = '/tmp/x'\\nimport fakelib"
        {source}
        [[package]]
        distribution = "fakelib"
        version = "1.0"
        unpacked-mb = 1.5
        requires = ["otherlib"]
        {source}
        """,
    )
    assert parsed.returns[0].suffix == ".txt"
    assert parsed.invokes[0].arguments == ("*args", "**kwargs")
    assert parsed.request_source[0].name == "fakelib.request"
    assert parsed.library_default[0].variables == ("FAKELIB_HOME",)
    assert parsed.package[0].requires == ("otherlib",)
