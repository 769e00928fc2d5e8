"""Reads the rows that a user adds to the catalogue, in a configuration and in the files that it names."""

from __future__ import annotations

import os
import typing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from lambdalint.catalogue import user_rows
from lambdalint.catalogue.mistakes import mistakes
from lambdalint.catalogue.schema import CatalogueFile
from lambdalint.config.discover import Source, read_tables, why_no_file
from lambdalint.config.error import ConfigError, nearest
from lambdalint.config.layer import relative
from lambdalint.config.wording import choices, describe_type, without_none
from lambdalint.model.configuration import dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.catalogue.user_rows import EncodedRows
    from lambdalint.config.position import KeyPath

_MAX_FILES = 20
_MAX_ROWS = 20_000
_SUBJECTS = ("call", "name", "names", "distribution")
_WORDS: tuple[tuple[type, str], ...] = (
    (str, "text"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a table"),
)
_ONCE = ("alias", "request-source", "library-default", "package")
"""Tables in which a name stands once."""


def read(source: Source, folder: Path) -> EncodedRows:
    """Return the rows of *source*, then those of each file that it names, whose names are relative to *folder*.

    Raises:
        ConfigError: a row, or a file, is not understood.
    """
    readings = []
    if "catalogue" in source.table:
        readings.append(_RowReading(source, ("catalogue",), relative(source.folder / source.path.name, folder)))
    named = source.table.get("catalogue-files", ())
    if len(named) > _MAX_FILES:
        raise _error(source, f"names more than {_MAX_FILES} files", ("catalogue-files",), expected="")
    for index, name in enumerate(named):
        path = _inside(source, name, ("catalogue-files", index))
        readings.append(_RowReading(_opened(source, path, index), (), relative(path, folder)))
    defined = tuple(
        str(row["name"]) for reading in readings for row in reading.tables("library-default") if "name" in row
    )
    found = []
    for reading in readings:
        content = reading.content(defined)
        if content != CatalogueFile():
            found.append((reading.shown, user_rows.encode(content)))
    return tuple(found)


def row_type(table: str) -> type[msgspec.Struct]:
    """Return the type of the rows of *table*."""
    return _types()[table]


@cache
def _types() -> dict[str, type[msgspec.Struct]]:
    fields = msgspec.structs.fields(CatalogueFile)
    return {field.encode_name: typing.get_args(field.type)[0] for field in fields}


def is_needed(field: msgspec.structs.FieldInfo) -> bool:
    """Tell whether a row of a user has to give *field*."""
    return field.required and field.encode_name not in user_rows.OPTIONAL


def _error(
    source: Source, problem: str, key: KeyPath, *, expected: str | None = None, nearest: str | None = None
) -> ConfigError:
    return ConfigError(
        problem,
        file=str(source.path),
        line=source.line(key),
        key=dotted(key) or None,
        expected=expected,
        nearest=nearest,
    )


def _inside(source: Source, name: str, key: KeyPath) -> Path:
    """Return the path of a file that *source* names: below its own folder, or in the same Git repository."""
    expected = "the path of a file in the project, relative to this file"
    if "\0" in name:
        raise _error(source, "a path cannot hold the character NUL", key, expected=expected)
    if Path(name).is_absolute():
        raise _error(source, f"{name!r} is an absolute path", key, expected=expected)
    path = Path(os.path.abspath(source.folder / name))  # noqa: PTH100 - resolve() would follow symbolic links
    around = next((one for one in (source.folder, *source.folder.parents) if os.path.lexists(one / ".git")), None)
    roots = [os.path.realpath(root) for root in (source.folder, around) if root is not None]
    real = Path(os.path.realpath(path))
    if not any(real.is_relative_to(root) for root in roots):
        raise _error(source, f"{name!r} lies outside of the project", key, expected=expected)
    return path


def _opened(source: Source, path: Path, index: int) -> Source:
    key: KeyPath = ("catalogue-files", index)
    problem = why_no_file(path)
    if problem is not None:
        meant = _neighbour(path)
        raise _error(source, f"{path} {problem}", key, expected="", nearest=meant)
    text, tables = read_tables(path)
    return Source(path, text, tables, ())


def _neighbour(path: Path) -> str | None:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix == ".toml"]
    except OSError:
        return None
    return nearest(path.name, sorted(names))


class _RowReading(msgspec.Struct, frozen=True):
    """The tables of one file while they are checked. ``prefix`` leads to them, ``shown`` is the name of the file."""

    source: Source
    prefix: KeyPath
    shown: str

    def tables(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of *table* as they stand there, as far as they are any."""
        found: Any = self.source.table
        for step in (*self.prefix, table):
            found = found.get(step, {}) if isinstance(found, dict) else {}
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def content(self, defined: Sequence[str]) -> CatalogueFile:
        """Return the rows, each complete; *defined* are the names of the user's own rows ``library-default``."""
        given = self.source.table
        for step in self.prefix:
            given = given[str(step)]
        found: dict[str, tuple[msgspec.Struct, ...]] = {}
        count = 0
        for table, rows in given.items():
            key: KeyPath = (*self.prefix, table)
            self._check_table(table, rows, key)
            count += len(rows)
            if count > _MAX_ROWS:
                raise _error(self.source, f"has more than {_MAX_ROWS:,} rows", key, expected="")
            checked = [self._row(table, row, (*key, index), defined) for index, row in enumerate(rows)]
            self._check_repetition(table, checked, key)
            found[table.replace("-", "_")] = tuple(checked)
        content = CatalogueFile(**found)  # type: ignore[arg-type]  # each row has the type of its table
        self._check_contradiction(content)
        return content

    def _check_table(self, table: str, rows: object, key: KeyPath) -> None:
        header = ".".join((*(("tool", "lambdalint") if self.source.prefix else ()), *map(str, self.prefix), table))
        if table not in user_rows.TABLES:
            expected = "one of " + ", ".join(user_rows.TABLES)
            if table in _types():
                raise _error(self.source, "rows of this kind are the catalogue's own", key, expected=expected)
            problem = "unknown kind of rows"
            raise _error(self.source, problem, key, expected=expected, nearest=nearest(table, user_rows.TABLES))
        if not isinstance(rows, list):
            raise _error(self.source, _is(rows), key, expected=f"an array of tables [[{header}]]")
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                raise _error(self.source, _is(row), (*key, index), expected=f"an array of tables [[{header}]]")

    def _row(self, table: str, given: dict[str, Any], key: KeyPath, defined: Sequence[str]) -> msgspec.Struct:
        kind = _types()[table]
        subject = _subject(given)

        def refuse(where: KeyPath, problem: str, expected: str | None, meant: str | None = None) -> NoReturn:
            row = f" (row of {subject})" if subject else ""
            raise _error(self.source, problem + row, where, expected=expected, nearest=meant)

        filled = {name: "" for name in user_rows.OPTIONAL if name in _keys(kind)} | given
        if "source" not in given:
            filled["source"] = self.shown + (f":{line}" if (line := self.source.line(key)) else "")
        for name in ("distribution", "requires", "distributions"):
            if name in given:
                filled[name] = _normalised(given[name])
        row = _converted(filled, kind, key, refuse)
        assert isinstance(row, msgspec.Struct)

        def names() -> tuple[str, ...]:
            from lambdalint.catalogue import load

            return (*defined, *load().library_defaults.by_name)

        for mistake in mistakes(table, row, names):
            text = _at(filled, mistake.key)
            meant = nearest(text, mistake.choices) if isinstance(text, str) and mistake.choices else None
            refuse((*key, *mistake.key), mistake.problem, mistake.expected, meant)
        return row

    def _check_repetition(self, table: str, rows: Sequence[msgspec.Struct], key: KeyPath) -> None:
        """Refuse a row that says what another one says, or something else of what only one row can be about."""
        first: dict[object, int] = {}
        for index, row in enumerate(rows):
            about: object = msgspec.to_builtins(msgspec.structs.replace(row, source="", note=""))
            name = getattr(row, "distribution", None) or getattr(row, "name", None)
            about = name if table in _ONCE else repr(about)
            if about in first:
                line = self.source.line((*key, first[about]))
                before = f", first in line {line}" if line else ""
                subject = _subject(msgspec.to_builtins(row))
                raise _error(self.source, f"is given twice{before} (row of {subject})", (*key, index), expected="")
            first[about] = index

    def _check_contradiction(self, content: CatalogueFile) -> None:
        effects = {row.call for row in content.effect}
        for index, row in enumerate(content.neutral):
            if row.call in effects:
                problem = f"the file has a row in effect for the same call (row of {row.call})"
                raise _error(self.source, problem, (*self.prefix, "neutral", index), expected="one of both")


class _Refuse(typing.Protocol):
    def __call__(self, where: KeyPath, problem: str, expected: str | None, meant: str | None = None) -> NoReturn: ...


def _converted(value: Any, annotation: Any, key: KeyPath, refuse: _Refuse) -> object:
    """Return *value* as the type *annotation*, or refuse the innermost key that is wrong."""
    annotation = without_none(annotation)
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _struct(value, annotation, key, refuse)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated and typing.get_origin(arguments[0]) is tuple:
        found = _converted(value, arguments[0], key, refuse)
        if not found:
            refuse(key, "is empty", describe_type(arguments[0]))
        return found
    if origin is tuple and arguments[-1] is Ellipsis:
        if not isinstance(value, list):
            refuse(key, _is(value), describe_type(annotation))
        return tuple(_converted(item, arguments[0], (*key, index), refuse) for index, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            refuse(key, _is(value), "a table of texts")
        return {name: _converted(item, arguments[1], (*key, name), refuse) for name, item in value.items()}
    try:
        return msgspec.convert(value, annotation)
    except (msgspec.ValidationError, OverflowError):
        allowed = choices(annotation)
        if allowed and isinstance(value, str):
            refuse(key, f"{_short(value)} is not valid", describe_type(annotation), nearest(value, allowed))
        same = isinstance(value, (str, int, float, list)) and not isinstance(value, bool) and _takes(annotation, value)
        refuse(key, f"{_short(value)} is not valid" if same else _is(value), describe_type(annotation))


def _struct(value: Any, model: type[msgspec.Struct], key: KeyPath, refuse: _Refuse) -> msgspec.Struct:
    if not isinstance(value, dict):
        refuse(key, _is(value), "a table with the keys " + ", ".join(_keys(model)))
    fields = {field.encode_name: field for field in msgspec.structs.fields(model)}
    for name in value:
        if name not in fields:
            refuse((*key, name), "unknown key", "one of " + ", ".join(sorted(fields)), nearest(name, fields))
    value = {name: "" for name in user_rows.OPTIONAL if name in fields} | value
    for name, field in fields.items():
        if field.required and name not in value:
            words = describe_type(without_none(field.type))
            refuse(key, f"the key {name} is missing", f"{name} = {words}")
    given = {
        fields[name].name: _converted(item, fields[name].type, (*key, name), refuse) for name, item in value.items()
    }
    return model(**given)


def _keys(model: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(model))


def _takes(annotation: Any, value: object) -> bool:
    """Tell whether *annotation* is of values like *value*, if not of this one."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _takes(typing.get_args(annotation)[0], value)
    if typing.get_origin(annotation) is tuple:
        return isinstance(value, list)
    return isinstance(annotation, type) and isinstance(value, (int, float) if annotation is float else annotation)


def _subject(row: dict[str, Any]) -> str:
    """Return what a row is about, for messages; empty if it does not say."""
    for name in _SUBJECTS:
        found = row.get(name)
        if isinstance(found, (list, tuple)) and found:
            found = found[0]
        if isinstance(found, str) and found.strip():
            return found if len(found) <= 80 else found[:77] + "..."
    return ""


def _normalised(value: Any) -> Any:
    from lambdalint.packaging.import_names import normalised

    if isinstance(value, list):
        return [_normalised(item) for item in value]
    return normalised(value) if isinstance(value, str) else value


def _at(value: Any, key: KeyPath) -> Any:
    for step in key:
        value = value[step]
    return value


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _is(value: object) -> str:
    """Say in words what *value*, as TOML has it, is."""
    if isinstance(value, bool):
        return f"is {str(value).lower()}"
    return next((f"is {words}" for kind, words in _WORDS if isinstance(value, kind)), "is a date or a time")
