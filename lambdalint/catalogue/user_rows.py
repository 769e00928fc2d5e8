"""Lays the rows of a user over the catalogue: which tables these may fill, and what takes the place of what."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from lambdalint.catalogue.library_default_row import Telling
from lambdalint.catalogue.loader import Catalogue, build, load
from lambdalint.catalogue.schema import CatalogueFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdalint.catalogue.row import Row

_Row = TypeVar("_Row", bound="Row")

EncodedRows = tuple[tuple[str, bytes], ...]
"""Files with the rows of a user, the nearest first: the name of each, and its content as ``encode`` writes it."""

TABLES = (
    "effect",
    "returns",
    "passes",
    "stores",
    "fetches",
    "reads",
    "invokes",
    "neutral",
    "command",
    "alias",
    "request-source",
    "library-default",
    "package",
    "shared-layer",
)
"""The tables that a user may fill. What platforms, their runtimes and the SDK are is for the catalogue to say."""

OPTIONAL = ("source", "example", "counter", "gives")
"""Keys that a row of the catalogue needs, for its tests and its proof, and a row of a user does not."""

_OF_CALLS = ("effect", "returns", "passes", "stores", "fetches", "reads", "invokes", "neutral")


def encode(rows: CatalogueFile) -> bytes:
    """Return *rows* as bytes, which settings can carry to other processes."""
    return msgspec.msgpack.encode(rows)


@lru_cache(maxsize=4)
def in_use(rows: EncodedRows) -> Catalogue:
    """Return the catalogue with the *rows* of a user laid over it."""
    if not rows:
        return load()
    import hashlib

    digest = hashlib.blake2b(load().digest.encode(), digest_size=16)
    files: list[tuple[str, CatalogueFile]] = []
    for name, content in rows:
        digest.update(content)
        files.append((name, msgspec.msgpack.decode(content, type=CatalogueFile)))
    return with_rows(load(), tuple(files), digest.hexdigest())


def with_rows(catalogue: Catalogue, files: tuple[tuple[str, CatalogueFile], ...], digest: str = "") -> Catalogue:
    """Return *catalogue* with the rows of *files* laid over it; the first of them lies uppermost.

    What a file says of a call takes the place of all that lies below, table by table; but a row in ``neutral`` takes
    the place of those in ``effect``, and the other way round. So do commands, aliases, packages and the others by their
    name. The files stand before those of the catalogue.
    """
    aliases = dict(catalogue.aliases)
    own: list[tuple[str, CatalogueFile]] = []
    for name, content in reversed(files):
        aliases |= {row.name: row.of for row in content.alias}
        own.insert(0, (name, content))
    own = [(name, _canonical(content, aliases)) for name, content in own]
    kept: list[tuple[str, CatalogueFile]] = []
    said: list[_Said] = []
    for name, content in (*own, *catalogue.files):
        for above in said:
            content = above.taken_from(content)
        if len(said) < len(own):
            said.append(_Said.by(content))
        kept.append((name, content))
    return build(tuple(kept), digest)


class _Said(msgspec.Struct, frozen=True):
    """What one file says something of: calls by the table, and the names of other things."""

    calls: Mapping[str, frozenset[str]]
    commands: frozenset[str]
    names: Mapping[str, frozenset[str]]

    @classmethod
    def by(cls, content: CatalogueFile) -> _Said:
        calls = {table: frozenset(row.call for row in getattr(content, table)) for table in _OF_CALLS}
        calls["effect"] = calls["neutral"] = calls["effect"] | calls["neutral"]
        packages = frozenset(row.distribution for row in content.package)
        return cls(
            calls={table: found for table, found in calls.items() if found},
            commands=frozenset(name for row in content.command for name in row.names),
            names={
                "alias": frozenset(row.name for row in content.alias),
                "request_source": frozenset(row.name for row in content.request_source),
                "library_default": frozenset(row.name for row in content.library_default),
                "package": packages,
                "older_release": packages,
            },
        )

    def taken_from(self, content: CatalogueFile) -> CatalogueFile:
        """Return *content* without the rows that these take the place of."""
        changed: dict[str, tuple[object, ...]] = {}
        for table, calls in self.calls.items():
            rows = getattr(content, table)
            if any(row.call in calls for row in rows):
                changed[table] = tuple(row for row in rows if row.call not in calls)
        for table, names in self.names.items():
            rows = getattr(content, table)
            if names and any(_name(row) in names for row in rows):
                changed[table] = tuple(row for row in rows if _name(row) not in names)
        if any(not self.commands.isdisjoint(row.names) for row in content.command):
            left = ((row, tuple(name for name in row.names if name not in self.commands)) for row in content.command)
            changed["command"] = tuple(msgspec.structs.replace(row, names=names) for row, names in left if names)
        return msgspec.structs.replace(content, **changed) if changed else content


def _name(row: object) -> str:
    """Return what a row is about, other than a call."""
    name = getattr(row, "distribution", None) or getattr(row, "name", "")
    return str(name)


def _canonical(content: CatalogueFile, aliases: Mapping[str, str]) -> CatalogueFile:
    """Return *content* with each call under the name by which calls are looked up."""

    def canonical(name: str) -> str:
        if name in aliases:
            return aliases[name]
        owner, dot, member = name.rpartition(".")
        return f"{aliases[owner]}.{member}" if dot and owner in aliases else name

    def renamed(rows: Iterable[_Row]) -> tuple[_Row, ...]:
        return tuple(msgspec.structs.replace(row, call=canonical(row.call)) for row in rows)  # type: ignore[attr-defined]

    return msgspec.structs.replace(
        content,
        **{table: renamed(getattr(content, table)) for table in _OF_CALLS},
        alias=tuple(msgspec.structs.replace(row, of=canonical(row.of)) for row in content.alias),
        library_default=tuple(
            msgspec.structs.replace(
                row,
                calls=tuple(map(canonical, row.calls)),
                told_by=tuple(Telling(call=canonical(one.call), when=one.when) for one in row.told_by),
            )
            for row in content.library_default
        ),
    )
