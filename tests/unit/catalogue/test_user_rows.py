from __future__ import annotations

import msgspec
import pytest
import tomli

from lambdalint.catalogue import Catalogue, in_use, load
from lambdalint.catalogue.mistakes import mistakes
from lambdalint.catalogue.schema import CatalogueFile
from lambdalint.catalogue.user_rows import OPTIONAL, TABLES, encode


def rows(text: str) -> bytes:
    """Return the rows of a file of a user, complete and encoded."""
    fields = {field.encode_name: field.type.__args__[0] for field in msgspec.structs.fields(CatalogueFile)}
    parsed = tomli.loads(text)
    for table, found in parsed.items():
        known = {field.encode_name for field in msgspec.structs.fields(fields[table])}
        parsed[table] = [{name: "" for name in OPTIONAL if name in known} | row for row in found]
    return encode(msgspec.convert(parsed, CatalogueFile))


def laid_over(*texts: str) -> Catalogue:
    return in_use(tuple((f"{number}.toml", rows(text)) for number, text in enumerate(texts)))


def effect(call: str, path: str = "x@0") -> str:
    return f"[[effect]]\ncall = '{call}'\nkind = 'write'\npath = '{path}'\n"


def neutral(call: str) -> str:
    return f"[[neutral]]\ncall = '{call}'\nreason = 'none'\n"


def test_without_rows_it_is_the_catalogue() -> None:
    assert in_use(()) is load()


def test_tables_exist() -> None:
    assert set(TABLES) < {field.encode_name for field in msgspec.structs.fields(CatalogueFile)}


def test_the_rows_of_the_catalogue_would_be_taken() -> None:
    defaults = tuple(load().library_defaults.by_name)
    wrong = [
        (name, mistake)
        for name, content in load().files
        for table in TABLES
        for row in getattr(content, table.replace("-", "_"))
        for mistake in mistakes(table, row, lambda: defaults)
    ]
    assert wrong == []


def test_a_row_takes_the_place_of_all_rows_of_its_call() -> None:
    assert len(load().effects["builtins.open"]) > 1
    found = laid_over(effect("builtins.open", "mine@3"))
    assert [row.path for row in found.effects["builtins.open"]] == ["mine@3"]
    assert found.reads.get("builtins.open") == load().reads.get("builtins.open")
    assert found.effects["os.remove"] == load().effects["os.remove"]


def test_methods_of_unknown_receivers_follow() -> None:
    name = "pandas.DataFrame.to_parquet"
    assert name in {row.call for row in load().effect_methods["to_parquet"]}
    assert name not in {row.call for row in laid_over(neutral(name)).effect_methods.get("to_parquet", ())}
    found = laid_over(effect("acme.Frame.to_parquet") + "name-only = true\n")
    assert "acme.Frame.to_parquet" in {row.call for row in found.effect_methods["to_parquet"]}


def test_another_name_of_a_call_means_the_call() -> None:
    assert load().canonical("pandas.core.frame.DataFrame.to_csv") == "pandas.DataFrame.to_csv"
    found = laid_over(neutral("pandas.core.frame.DataFrame.to_csv"))
    assert "pandas.DataFrame.to_csv" in found.neutral
    assert "pandas.DataFrame.to_csv" not in found.effects


def test_effect_and_neutral_take_the_place_of_each_other() -> None:
    call = next(iter(load().neutral))
    found = laid_over(effect(call))
    assert call not in found.neutral
    assert call in found.effects


def test_the_first_file_lies_uppermost() -> None:
    found = laid_over(neutral("a.b"), effect("a.b") + effect("a.c", "first@0"), effect("a.c") + effect("a.d"))
    assert "a.b" not in found.effects
    assert [row.path for row in found.effects["a.c"]] == ["first@0"]
    assert "a.d" in found.effects


def test_a_command_takes_the_place_of_the_same_command_only() -> None:
    text = "[[command]]\nnames = ['aws s3 cp']\n"
    text += "effect = [{ kind = 'write', path = '{0}', example = '', gives = '', counter = '' }]\n"
    before = {name for row in load().commands["aws"] for name in row.names}
    after = laid_over(text).commands["aws"]
    assert {name for row in after for name in row.names} == before
    assert [row.effect[0].path for row in after if "aws s3 cp" in row.names] == ["{0}"]


def test_a_package_takes_the_place_of_all_releases() -> None:
    assert load().older_releases["botocore"]
    text = "[[package]]\ndistribution = 'botocore'\nversion = '99'\nunpacked-mb = 7\n"
    found = laid_over(text)
    assert found.packages["botocore"].unpacked_mb == 7
    assert "botocore" not in found.older_releases


def test_a_default_takes_the_place_of_that_of_the_same_name() -> None:
    text = "name = '{}'\nlibrary = 'Acme'\nimports = ['acme']\nlocation = '~/.acme'\nredirect = 'set ACME_HOME'\n"
    found = laid_over("[[library-default]]\n" + text.format("acme"))
    assert [row.library for row in found.library_defaults.imports["acme"]] == ["Acme"]
    assert len(found.library_defaults.by_name) == len(load().library_defaults.by_name) + 1
    again = laid_over("[[library-default]]\n" + text.format("acme"), "[[library-default]]\n" + text.format("acme"))
    assert len(again.library_defaults.imports["acme"]) == 1


def test_layers_of_the_user_come_first() -> None:
    arn = "arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:4"
    known = load().shared_layer(arn)
    assert known is not None
    text = "[[shared-layer]]\nname = 'Ours'\narns = ['AWSLambdaPowertools*']\ncomplete = false\n"
    found = laid_over(text).shared_layer(arn)
    assert found is not None
    assert known.name != found.name == "Ours"


def test_the_digest_knows_the_rows() -> None:
    digests = {load().digest, laid_over(effect("a.b")).digest, laid_over(effect("a.c")).digest}
    assert len(digests) == 3


@pytest.mark.parametrize("table", TABLES)
def test_nothing_else_is_lost(table: str) -> None:
    found = laid_over(effect("a.b"))
    key = table.replace("-", "_")

    def count(catalogue: Catalogue) -> int:
        return sum(len(getattr(content, key)) for _, content in catalogue.files)

    assert count(found) == count(load()) + (table == "effect")
