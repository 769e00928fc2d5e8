"""What the rows of third-party libraries say together, seen through the loaded catalogue."""

from __future__ import annotations

import ast
import re
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import load, parse_parameter
from lambdalint.model import EffectKind

if TYPE_CHECKING:
    from lambdalint.catalogue.condition import Condition
    from lambdalint.catalogue.schema import EffectRow

CATALOGUE = load()
OURS = [
    (name, content) for name, content in CATALOGUE.files if name.startswith(("libraries/", "packages/", "commands/"))
]
EFFECTS = [row for _, content in OURS for row in content.effect]
BARE_NAMES = {"save", "write", "dump", "export", "run", "get", "download", "open", "load", "render", "output"}


def holds(condition: Condition, value: str | None) -> bool:
    """Judge a condition on a known *value*; None stands for an argument that is not given."""
    if value is None:
        value = condition.default
    if value is None:
        return condition.unknown
    return (re.search(condition.matches, value) is not None) != condition.negate


def kinds(call: str, **given: str) -> list[EffectKind]:
    """The kinds of the rows of *call* whose conditions hold for the *given* arguments."""
    return [
        row.kind
        for row in CATALOGUE.effects[call]
        if all(holds(condition, given.get(parse_parameter(condition.argument).name)) for condition in row.when)
    ]


def overlap(first: EffectRow, second: EffectRow) -> bool:
    if first.arity is None or second.arity is None:
        return True
    return first.arity[0] <= second.arity[1] and second.arity[0] <= first.arity[1]


@pytest.mark.parametrize(
    ("given", "owner", "position"),
    [(1, "boto3.resource.s3.Object", 0), (2, "boto3.resource.s3.Bucket", 1), (3, "boto3.client.s3", 2)],
)
def test_the_number_of_arguments_tells_the_bare_download_file_apart(given: int, owner: str, position: int) -> None:
    rows = [
        row
        for row in CATALOGUE.effect_methods["download_file"]
        if row.arity is not None and row.arity[0] <= given <= row.arity[1]
    ]
    assert [row.call for row in rows] == [f"{owner}.download_file"]
    assert rows[0].path is not None
    assert parse_parameter(rows[0].path).position == position


@pytest.mark.parametrize("owner", ["boto3.resource.s3.Object", "boto3.resource.s3.Bucket", "boto3.client.s3"])
def test_a_typed_download_file_matches_one_row_with_and_without_extras(owner: str) -> None:
    rows = CATALOGUE.effects[f"{owner}.download_file"]
    assert not any(overlap(first, second) for first, second in combinations(rows, 2))
    accepted = {count for row in rows if row.arity for count in range(row.arity[0], row.arity[1] + 1)}
    assert accepted == set(range(min(accepted), min(accepted) + 4))


def test_a_bare_method_name_leads_to_one_call_for_each_number_of_arguments() -> None:
    clashes = [
        (first.call, second.call)
        for rows in CATALOGUE.effect_methods.values()
        for first, second in combinations(rows, 2)
        if first in EFFECTS and first.call != second.call and overlap(first, second)
    ]
    assert clashes == []


def test_a_name_that_many_things_have_never_stands_for_a_method() -> None:
    assert BARE_NAMES.isdisjoint({row.call.rpartition(".")[2] for row in EFFECTS if row.name_only})


def test_examples_and_counters_are_python_and_examples_name_a_refused_path() -> None:
    for row in EFFECTS:
        ast.parse(row.example)
        ast.parse(row.counter)
        assert row.example != row.counter, row.call
        if row.path is not None and row.default is None and row.library is None:
            assert "/opt/" in row.example or row.kind is EffectKind.EXEC, row.call


def test_an_alias_leads_to_a_name_that_is_no_alias() -> None:
    assert [name for name, of in CATALOGUE.aliases.items() if of in CATALOGUE.aliases] == []


def test_no_row_is_filed_under_a_name_that_resolves_to_another() -> None:
    unreachable = [
        row.call
        for _, content in OURS
        for table in (
            content.effect,
            content.returns,
            content.passes,
            content.stores,
            content.reads,
            content.invokes,
            content.neutral,
        )
        for row in table
        if CATALOGUE.canonical(row.call) != row.call
    ]
    assert unreachable == []


@pytest.mark.parametrize("call", ["aiofiles.open", "anyio.open_file", "smart_open.open", "fsspec.open"])
@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("r", EffectKind.READ),
        ("rb", EffectKind.READ),
        ("w", EffectKind.WRITE),
        ("xb", EffectKind.WRITE),
        ("r+", EffectKind.WRITE),
        ("w+b", EffectKind.WRITE),
        ("a", EffectKind.APPEND),
        ("ab+", EffectKind.APPEND),
    ],
)
def test_an_opened_file_has_one_effect_for_each_mode(call: str, mode: str, kind: EffectKind) -> None:
    assert kinds(call, mode=mode) == [kind]


def test_an_opened_file_is_read_where_no_mode_is_given() -> None:
    assert kinds("aiofiles.open") == kinds("fsspec.open") == [EffectKind.READ]


@pytest.mark.parametrize(
    ("url", "writes"),
    [
        ("sqlite:///x.db", True),
        ("sqlite:////opt/x.db", True),
        ("sqlite+pysqlite:///x.db", True),
        ("sqlite://", False),
        ("sqlite:///:memory:", False),
        ("sqlite:///file:x.db?mode=ro&uri=true", False),
        ("postgresql://user@host/db", False),
    ],
)
@pytest.mark.parametrize("call", ["sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine"])
def test_an_engine_is_a_database_only_for_a_file(call: str, url: str, writes: bool) -> None:
    assert kinds(call, url=url) == ([EffectKind.DATABASE] if writes else [])


@pytest.mark.parametrize(
    ("name", "cached"),
    [
        ("bert-base-uncased", True),
        ("org/name.v2", True),
        ("/opt/model", False),
        ("./model", False),
        ("models/bert", False),
        ("/mnt/models/org/name", False),
    ],
)
def test_only_a_name_on_the_hub_fills_the_cache(name: str, cached: bool) -> None:
    call = CATALOGUE.canonical("transformers.AutoModel.from_pretrained")
    assert (EffectKind.CACHE in kinds(call, pretrained_model_name_or_path=name)) is cached


def test_a_hub_download_goes_to_the_named_directory_instead_of_the_cache() -> None:
    cache, directory = CATALOGUE.effects["huggingface_hub.hf_hub_download"]
    assert all(holds(condition, None) for condition in cache.when)
    assert not all(holds(condition, {"local_dir": "/tmp/m"}.get(condition.argument)) for condition in cache.when)
    assert (directory.path, directory.default) == ("local_dir", None)


@pytest.mark.parametrize("call", ["pandas.DataFrame.to_csv", "geopandas.GeoDataFrame.to_csv"])
def test_frames_are_written_or_appended_by_mode(call: str) -> None:
    call = CATALOGUE.canonical(call)
    assert kinds(call) == [EffectKind.WRITE]
    assert kinds(call, mode="a") == [EffectKind.APPEND]


@pytest.mark.parametrize(
    ("given", "effect"),
    [({}, True), ({"read_only": "True"}, False), ({"database": "md:shared"}, False)],
)
def test_duckdb_is_judged_by_what_it_opens(given: dict[str, str], effect: bool) -> None:
    assert bool(kinds("duckdb.connect", **({"database": "x.duckdb"} | given))) is effect
    assert CATALOGUE.effects["duckdb.connect"][0].default is None


def test_every_session_makes_the_same_typed_clients() -> None:
    factories = [
        "boto3.client",
        CATALOGUE.canonical("boto3.Session.client"),
        "aioboto3.Session.client",
        "aiobotocore.session.AioSession.create_client",
        "botocore.session.Session.create_client",
    ]
    assert {CATALOGUE.returns[name][0].type for name in factories} == {"boto3.client.{service_name@0}"}


def test_cleaned_names_are_confined_and_cleaned_paths_are_not() -> None:
    confined = ["werkzeug.secure_filename", "slugify.slugify", "django.utils.text.get_valid_filename"]
    assert all(CATALOGUE.passes[CATALOGUE.canonical(name)][0].confined for name in confined)
    assert not CATALOGUE.passes["pathvalidate.sanitize_filepath"][0].confined
    assert not CATALOGUE.passes["unidecode.unidecode"][0].confined


def test_numpy_adds_an_extension_only_where_it_is_missing() -> None:
    suffixes = {
        name: [
            row.suffix
            for row in CATALOGUE.effects["numpy.save"]
            if all(holds(condition, name) for condition in row.when)
        ]
        for name in ("/opt/x", "/opt/x.npy")
    }
    assert suffixes == {"/opt/x": [".npy"], "/opt/x.npy": [""]}
