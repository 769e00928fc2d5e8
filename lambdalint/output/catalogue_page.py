"""What the catalogue knows of a name, and the list of its libraries: for people and as JSON."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from lambdalint.output import json_report
from lambdalint.output.escape import escape
from lambdalint.output.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.model.catalogue_page import CatalogueEntry, CatalogueLibrary, CataloguePage

_HEADER = ("LIBRARY", "DISTRIBUTION", "CALLS", "WRITES BY DEFAULT TO")
_WIDTH = 100
_ASPECT = 17


def render_text(page: CataloguePage, *, color: bool = False) -> str:
    """Return what is known for people; *color* adds the escape sequences of a terminal."""
    style = Style(color)
    blocks = []
    for subject, entries in groupby(page.entries, key=lambda entry: entry.subject):
        lines = [style.strong(escape(subject))]
        for entry in entries:
            lines += _entry(entry, style)
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _entry(entry: CatalogueEntry, style: Style) -> Iterator[str]:
    yield f"  {escape(entry.headline)}"
    own = " (a row of your own)" if entry.own else ""
    for aspect, words in (*entry.facts, ("source", entry.source + own)):
        lines = textwrap.wrap(escape(words), _WIDTH - _ASPECT, break_long_words=False, break_on_hyphens=False)
        for number, line in enumerate(lines):
            title = f"{aspect}:" if not number else ""
            yield f"    {style.quiet(title.ljust(_ASPECT - 4))}{line}"


def render_json(page: CataloguePage) -> str:
    """Return what is known as a JSON object, each row as TOML has it."""
    return json_report.dump(
        {
            "version": json_report.VERSION,
            "name": page.asked,
            "names": list(page.names),
            "rows": [
                {
                    "table": entry.table,
                    "subject": entry.subject,
                    "summary": entry.headline,
                    "source": entry.source,
                    "own": entry.own,
                    "row": entry.row,
                }
                for entry in page.entries
            ],
        }
    )


def render_list(libraries: Sequence[CatalogueLibrary], programs: Sequence[str]) -> str:
    """Return one line for each library, then the programs."""
    rows = [
        (
            escape(one.name) + (" *" if one.own else ""),
            "(standard library)" if one.standard else escape(one.distribution),
            f"{one.calls:,}",
            escape(", ".join(one.places)),
        )
        for one in libraries
    ]
    widths = [max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (_HEADER, *rows)]
    if any(one.own for one in libraries):
        lines += ["", "* with rows of your own"]
    lines += ["", *textwrap.wrap("Programs: " + escape(", ".join(programs)), _WIDTH, break_on_hyphens=False)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def render_json_list(libraries: Sequence[CatalogueLibrary], programs: Sequence[str]) -> str:
    """Return the libraries and the programs as a JSON object."""
    return json_report.dump(
        {
            "version": json_report.VERSION,
            "libraries": [
                {
                    "name": one.name,
                    "distribution": one.distribution or None,
                    "standard": one.standard,
                    "calls": one.calls,
                    "default_places": list(one.places),
                    "own": one.own,
                }
                for one in libraries
            ],
            "programs": list(programs),
        }
    )
