"""What the rows say of a file's lifetime: temporaries, removals, moves, rotation, limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import CatalogueError, load, parse_file, parse_parameter
from lambdalint.model import EffectKind

if TYPE_CHECKING:
    from lambdalint.catalogue.condition import Condition
    from lambdalint.catalogue.schema import EffectRow

CATALOGUE = load()
EFFECTS = [row for _, content in CATALOGUE.files for row in content.effect]


def holds(condition: Condition, given: dict[str, str]) -> bool:
    value = given.get(parse_parameter(condition.argument).name, condition.default)
    if value is None:
        return condition.negate
    return (re.search(condition.matches, value) is not None) != condition.negate


def rows(call: str, **given: str) -> list[EffectRow]:
    """Return the rows of *call* that apply to the *given* arguments."""
    return [row for row in CATALOGUE.effects[call] if all(holds(condition, given) for condition in row.when)]


@pytest.mark.parametrize(
    "call",
    [
        "tempfile.NamedTemporaryFile",
        "tempfile.TemporaryDirectory",
        "aiofiles.tempfile.NamedTemporaryFile",
        "anyio.NamedTemporaryFile",
        "anyio.TemporaryDirectory",
    ],
)
@pytest.mark.parametrize(
    ("given", "temporary"), [({}, "removed"), ({"delete": "True"}, "removed"), ({"delete": "False"}, "kept")]
)
def test_delete_tells_what_removes_itself(call: str, given: dict[str, str], temporary: str) -> None:
    assert [row.temporary for row in rows(call, **given)] == [temporary]


@pytest.mark.parametrize("call", ["tempfile.NamedTemporaryFile", "tempfile.TemporaryDirectory"])
def test_an_unknown_delete_is_taken_for_the_default(call: str) -> None:
    unknown = [row.temporary for row in CATALOGUE.effects[call] if all(condition.unknown for condition in row.when)]
    assert unknown == ["removed"]


def test_what_has_only_a_name_is_kept() -> None:
    kept = {row.call.rpartition(".")[2] for row in EFFECTS if row.temporary == "kept" and not row.when}
    assert kept == {"mkstemp", "mkdtemp"}


@pytest.mark.parametrize(
    ("call", "given", "rotates"),
    [
        ("logging.FileHandler", {}, False),
        ("logging.handlers.WatchedFileHandler", {}, False),
        ("logging.handlers.RotatingFileHandler", {}, False),
        ("logging.handlers.RotatingFileHandler", {"maxBytes": "1000"}, False),
        ("logging.handlers.RotatingFileHandler", {"backupCount": "3"}, False),
        ("logging.handlers.RotatingFileHandler", {"maxBytes": "1000", "backupCount": "3"}, True),
        ("logging.handlers.TimedRotatingFileHandler", {}, False),
        ("logging.handlers.TimedRotatingFileHandler", {"backupCount": "10"}, True),
        ("loguru.logger.add", {"rotation": "1 MB"}, False),
        ("loguru.logger.add", {"retention": "2 days"}, False),
        ("loguru.logger.add", {"rotation": "1 MB", "retention": "2"}, True),
        ("logbook.RotatingFileHandler", {}, True),
    ],
)
def test_a_log_rotates_only_with_a_bound_on_what_stays(call: str, given: dict[str, str], rotates: bool) -> None:
    applying = rows(call, **given)
    assert applying
    assert any(row.rotates for row in applying) is rotates


def test_fields_stand_on_rows_of_their_kind() -> None:
    making = {EffectKind.WRITE, EffectKind.CREATE_DIR, EffectKind.CACHE}
    assert [row.call for row in EFFECTS if row.tree and row.kind is not EffectKind.DELETE] == []
    assert [row.call for row in EFFECTS if row.moves and row.kind is not EffectKind.RENAME] == []
    assert [row.call for row in EFFECTS if row.rotates and row.kind is not EffectKind.LOG] == []
    assert [row.call for row in EFFECTS if row.temporary and row.kind not in making] == []
    limits = [row for row in EFFECTS if row.limit or row.limited or row.limit_mb]
    assert [row.call for row in limits if row.kind is not EffectKind.CACHE] == []


def test_every_rename_tells_what_it_takes_away() -> None:
    assert [row.call for row in EFFECTS if row.kind is EffectKind.RENAME and row.moves is None] == []


@pytest.mark.parametrize(
    ("call", "tree"),
    [("shutil.rmtree", True), ("os.remove", False), ("os.rmdir", False), ("os.removedirs", False)],
)
def test_only_a_removal_of_a_tree_says_so(call: str, tree: bool) -> None:
    assert [row.tree for row in CATALOGUE.effects[call]] == [tree]


@pytest.mark.parametrize(
    ("call", "given", "limited", "size"),
    [
        ("diskcache.Cache", {}, True, 1024),
        ("diskcache.Cache", {"eviction_policy": "none"}, False, None),
        ("cachelib.FileSystemCache", {}, True, None),
        ("joblib.Memory", {}, False, None),
        ("requests_cache.CachedSession", {}, False, None),
    ],
)
def test_a_cache_is_limited_or_not(call: str, given: dict[str, str], limited: bool, size: int | None) -> None:
    assert [(row.limited, row.limit_mb) for row in rows(call, **given)] == [(limited, size)]


def test_what_is_fetched_is_made() -> None:
    assert [row.call for row in EFFECTS if row.fetches and not row.kind.modifies] == []
    assert CATALOGUE.effects["boto3.client.s3.download_file"][0].fetches
    assert not any(row.fetches for row in CATALOGUE.effects["builtins.open"])


def test_a_text_is_a_path_only_where_the_row_says_so() -> None:
    upload, put = CATALOGUE.stores["boto3.client.s3.upload_file"][0], CATALOGUE.stores["boto3.client.s3.put_object"][0]
    assert upload.by_path
    assert not put.by_path


@pytest.mark.parametrize("field", ["moves", "limit"])
def test_a_bad_reference_is_refused(field: str) -> None:
    row = 'call = "a.b"\npath = "x@0"\nkind = "cache"\nexample = "a"\ncounter = "b"\nsource = "s"'
    with pytest.raises(CatalogueError, match=r"a\.b"):
        parse_file("a.toml", f'[[effect]]\n{row}\n{field} = "x@"')
