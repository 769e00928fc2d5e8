"""What ``docs/catalogue-rows.md`` shows works, and it describes every key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdalint import loading
from lambdalint.catalogue.condition import Condition
from lambdalint.catalogue.schema import CommandEffect
from lambdalint.catalogue.user_rows import OPTIONAL, TABLES
from lambdalint.config.catalogue_rows import is_needed, row_type
from lambdalint.engine.run import check

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT = (Path(__file__).parent.parent / "docs" / "catalogue-rows.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(?:toml|python)\n(?:# (\S+\.\w+)\n)?(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = _BLOCK.findall(TEXT)


def _described(section: str) -> dict[str, str]:
    """Return what the tables of a part of the page say, by the key."""
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", section, re.MULTILINE)
    return {key: words for keys, words in rows for key in re.findall(r"`([\w-]+)`", keys)}


def _section(start: str) -> str:
    """Return the page from *start* to the next description of a table."""
    assert TEXT.count(start) == 1, start
    rest = TEXT.partition(start)[2]
    return re.split(r"^(?:## |`[\w-]+`: |`[\w-]+` says )", rest, maxsplit=1, flags=re.MULTILINE)[0]


def _start(table: str) -> str:
    starts = (f"\n## `{table}`: ", f"\n`{table}`: ", f"\n`{table}` says ")
    return next(start for start in starts if start in TEXT)


def _keys(fields: Iterable[msgspec.structs.FieldInfo]) -> set[str]:
    return {field.encode_name for field in fields} - {"source", "note", "example", "counter"}


@pytest.mark.parametrize("table", TABLES)
def test_each_key_is_described(table: str) -> None:
    fields = msgspec.structs.fields(row_type(table))
    described = _described(_section(_start(table)).partition("\nAn effect of a command")[0])
    assert described.keys() == _keys(fields)
    for field in fields:
        if is_needed(field):
            assert re.search(r"needed$", described[field.encode_name]), field.encode_name
        elif field.encode_name in described:
            assert not described[field.encode_name].endswith("; needed"), field.encode_name


def test_each_key_of_an_effect_of_a_command_is_described() -> None:
    described = _described(_section("\nAn effect of a command"))
    assert described.keys() == _keys(msgspec.structs.fields(CommandEffect))


def test_each_key_of_a_condition_is_described() -> None:
    words = _section("\nA condition has ")
    assert [field.name for field in msgspec.structs.fields(Condition) if f"`{field.name}" not in words] == []


def test_what_the_page_calls_optional_is() -> None:
    assert set(OPTIONAL) == {"source", "example", "counter", "gives"}


def test_the_example(tmp_path: Path) -> None:
    files = {name: text for name, text in BLOCKS if name}
    assert files.keys() == {"app.py", "lambdalint.toml", "lambdalint-catalogue.toml"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (batch,) = loading.load([tmp_path])
    found = check(batch.paths, batch.loaded.settings, cwd=tmp_path)
    lines = (line.partition("  # reported: ")[2] for line in files["app.py"].splitlines())
    assert [(finding.span.line, finding.code) for finding in found.findings] == [
        (number, code) for number, code in enumerate(lines, 1) if code
    ]


@pytest.mark.parametrize("text", [text for name, text in BLOCKS if not name])
def test_other_examples_are_understood(text: str, tmp_path: Path) -> None:
    (tmp_path / "rows.toml").write_text(text, encoding="utf-8")
    (tmp_path / "lambdalint.toml").write_text('catalogue-files = ["rows.toml"]\n', encoding="utf-8")
    (batch,) = loading.load([tmp_path])
    assert [name for name, _ in batch.loaded.settings.catalogue_rows] == ["rows.toml"]
