"""What the rows of the catalogue say that the signature of an installed library can prove or disprove."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.catalogue import parse_parameter
from lambdalint.catalogue.library_default_row import LibraryDefaultRow
from lambdalint.catalogue.schema import (
    AliasRow,
    EffectRow,
    FetchesRow,
    InvokesRow,
    NeutralRow,
    PassesRow,
    ReadsRow,
    ReturnsRow,
    StoresRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.catalogue.row import Row
    from lambdalint.catalogue.schema import CatalogueFile

_SOME_RELEASES = re.compile(
    r"\b(?:gone|new|named [\w.]+|until|before|since)(?: in| until| before| since)? v?\d", re.IGNORECASE
)
"""How a note says of which releases a row speaks: "Gone in 5.0.", "Before 2.0 the parameter is `file`."."""


@dataclass(frozen=True, slots=True)
class Claim:
    """There is a callable, type or attribute ``name``, which has the parameters ``references``.

    With ``same_as``, both are names of one thing. ``some_releases`` tells that the row does not speak of all releases
    of the library.
    """

    file: str
    kind: str
    name: str
    references: tuple[str, ...] = ()
    same_as: str = ""
    some_releases: bool = False

    @property
    def library(self) -> str:
        """The name of the package that is imported."""
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        if self.same_as:
            return f"{self.name} = {self.same_as}"
        return f"{self.name}({', '.join(self.references)})" if self.references else self.name


def claims_in(files: Iterable[tuple[str, CatalogueFile]]) -> tuple[Claim, ...]:
    """Return what the rows of *files* say of third-party libraries, each claim once."""
    found = (claim for name, content in files if name.startswith("libraries/") for claim in _of_file(name, content))
    return tuple(dict.fromkeys(found))


def _of_file(name: str, content: CatalogueFile) -> Iterator[Claim]:
    for table in content.__struct_fields__:
        rows = getattr(content, table)
        for row in rows if isinstance(rows, tuple) else ():
            some_releases = _SOME_RELEASES.search(row.note) is not None
            for called, references, same_as in _of_row(row):
                checked = tuple(dict.fromkeys(one for one in references if _is_reference(one)))
                yield Claim(name, table.replace("_", "-"), called, checked, same_as, some_releases)


def _is_reference(text: str) -> bool:
    try:
        parse_parameter(text)
    except ValueError:
        return False
    return True


def _of_row(row: Row) -> Iterator[tuple[str, list[str], str]]:
    """Give each name in *row*, the parameters that it has to have, and the other name of the same thing."""
    if isinstance(row, AliasRow):
        yield row.name, [], row.of
    elif isinstance(row, LibraryDefaultRow):
        yield from ((module, [], "") for module in row.imports)
        yield from ((call, list(row.arguments), "") for call in row.calls)
        yield from ((one.call, [when.argument for when in one.when], "") for one in row.told_by)
        yield from ((setting.partition("[")[0], [], "") for setting in row.settings)
    elif isinstance(row, ReturnsRow):
        yield row.call, [one for one in (row.path, *row.attributes.values()) if one], ""
        if row.type is not None and "{" not in row.type:
            yield row.type, [], ""
    elif isinstance(row, (EffectRow, FetchesRow, InvokesRow, NeutralRow, PassesRow, ReadsRow, StoresRow)):
        yield row.call, [one for one in _parameters(row) if one], ""


def _parameters(
    row: EffectRow | FetchesRow | InvokesRow | NeutralRow | PassesRow | ReadsRow | StoresRow,
) -> list[str | None]:
    if isinstance(row, EffectRow):
        return [row.path, row.moves, row.limit, *(when.argument for when in row.when)]
    if isinstance(row, ReadsRow):
        return [row.path, row.file]
    if isinstance(row, StoresRow):
        return [row.content]
    if isinstance(row, FetchesRow):
        return [row.into]
    if isinstance(row, PassesRow):
        return [row.value]
    return [row.function] if isinstance(row, InvokesRow) else []
