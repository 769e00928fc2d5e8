"""Whatever stands in a file with rows, there is either a catalogue with them or one clear error."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdalint.catalogue import in_use, load, words
from lambdalint.catalogue.user_rows import TABLES
from lambdalint.config import ConfigError
from lambdalint.config.catalogue_rows import row_type
from lambdalint.model.configuration import plain
from lambdalint.output.configuration import _value as as_toml

from .sample import loaded

if TYPE_CHECKING:
    from lambdalint.catalogue.user_rows import EncodedRows

_TEXTS = st.sampled_from(
    [
        "write",
        "a.b",
        "x@0",
        "self",
        "(",
        "{-o}",
        "<tempdir>/x",
        "~",
        "",
        ".",
        "cache",
        "{0:x}",
        "*x",
        "\x00",
        "\u202e",
        "a b",
    ]
)
_PLAIN = st.one_of(_TEXTS, st.text(max_size=8), st.integers(), st.floats(), st.booleans())
_NESTED = {"argument": "x@0", "matches": "a", "kind": "write", "path": "{0}", "call": "a.b"}
_VALUES = st.one_of(
    _PLAIN,
    st.lists(_PLAIN, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(sorted(_NESTED)), _PLAIN, max_size=3), max_size=2),
    st.just([_NESTED]),
    st.dictionaries(st.text(max_size=3), _PLAIN, max_size=2),
)


_ROWS = [
    (table, words.as_toml(row))
    for _, content in load().files
    for table in TABLES
    for row in getattr(content, table.replace("-", "_"))[:3]
]


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Return a row of the catalogue, of which some keys are missing, or have another value, or are unknown."""
    table, row = draw(st.sampled_from(_ROWS))
    keys = [field.encode_name for field in msgspec.structs.fields(row_type(table))]
    changed = draw(st.dictionaries(st.sampled_from([*keys, "x y"]), _VALUES, max_size=2))
    missing = draw(st.lists(st.sampled_from(keys), max_size=1))
    lines = (f"{plain(key)} = {as_toml(value)}" for key, value in (row | changed).items() if key not in missing)
    return "\n".join((f"[[{table}]]", *lines, ""))


@settings(max_examples=150, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=2))
def test_rows_are_understood_or_refused(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "lambdalint.toml").write_text("catalogue-files = ['rows.toml']\n")
        (root / "rows.toml").write_text("".join(texts), encoding="utf-8")
        try:
            found = loaded(root).settings.catalogue_rows
        except ConfigError as error:
            place = (error.file, error.line is not None)
        else:
            place = (str(root / "rows.toml"), True)
            _describe(found)
        assert place == (str(root / "rows.toml"), True)


def _describe(found: EncodedRows) -> None:
    """Use the rows, and say them in words."""
    for _, content in in_use(found).files[: len(found)]:
        for table in TABLES:
            for row in getattr(content, table.replace("-", "_")):
                assert words.headline(row)
                words.facts(row)
