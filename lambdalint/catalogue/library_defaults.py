"""Finds where libraries write by default, by what brings it into force and by what redirects it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.catalogue.condition import Condition
    from lambdalint.catalogue.library_default_row import LibraryDefaultRow

_Key = TypeVar("_Key", bound=Hashable)
_Rows = tuple["LibraryDefaultRow", ...]


class LibraryDefaults(msgspec.Struct, frozen=True):
    """The rows ``library-default``: by name, by what brings them into force, and by what redirects them.

    ``imports`` and ``reads`` are by the module whose import counts, ``calls`` by the dotted name of the call,
    ``settings`` by the attribute or item that is assigned to. ``tellings`` are the calls that redirect, each with the
    row's name and the conditions.
    """

    by_name: Mapping[str, LibraryDefaultRow]
    imports: Mapping[str, _Rows]
    reads: Mapping[str, _Rows]
    calls: Mapping[str, _Rows]
    settings: Mapping[str, _Rows]
    tellings: Mapping[str, tuple[tuple[str, tuple[Condition, ...]], ...]]

    @classmethod
    def of(cls, rows: Iterable[LibraryDefaultRow]) -> LibraryDefaults:
        """Index *rows*."""
        all_rows = tuple(rows)
        tellings: defaultdict[str, list[tuple[str, tuple[Condition, ...]]]] = defaultdict(list)
        for row in all_rows:
            for telling in row.told_by:
                tellings[telling.call].append((row.name, telling.when))
        return cls(
            by_name={row.name: row for row in all_rows},
            imports=_by((key, row) for row in all_rows for key in row.imports),
            reads=_by((key, row) for row in all_rows for key in row.read_at),
            calls=_by((key, row) for row in all_rows for key in row.calls),
            settings=_by((key, row) for row in all_rows for key in row.settings),
            tellings={call: tuple(found) for call, found in tellings.items()},
        )


def _by(pairs: Iterable[tuple[_Key, LibraryDefaultRow]]) -> Mapping[_Key, _Rows]:
    found: defaultdict[_Key, list[LibraryDefaultRow]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return {key: tuple(rows) for key, rows in found.items()}
