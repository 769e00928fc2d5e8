"""The pages of the catalogue hold what its rows say, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from lambdalint.catalogue import load, words
from lambdalint.engine.look_up import index

DOCS = Path(__file__).parent.parent / "docs"
INDEX = (DOCS / "catalogue.md").read_text(encoding="utf-8")
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((DOCS / "catalogue").glob("*.md"))}


def test_each_library_has_a_section() -> None:
    headings = [heading for page in PAGES.values() for heading in re.findall(r"^## (\S+)$", page, re.MULTILINE)]
    assert sorted(headings) == sorted(index().libraries)


def test_links_lead_to_sections() -> None:
    anchors = {
        (name, re.sub(r"[^\w-]", "", heading.lower()))
        for name, page in PAGES.items()
        for heading in re.findall(r"^## (\S+)$", page, re.MULTILINE)
    }
    links = re.findall(r"\]\(catalogue/([\w-]+\.md)#([^)]*)\)", INDEX)
    assert len(links) > 300
    assert [link for link in links if link not in anchors] == []


def test_each_default_is_in_the_table_with_its_redirect() -> None:
    table = INDEX.partition("## Where libraries write by default")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!Library |---)(.*) \|$", table, re.MULTILINE)
    defaults = load().library_defaults.by_name.values()
    assert len(rows) == len(defaults)
    plain = table.replace("`", "").replace("\\|", "|")
    assert [row.name for row in defaults if row.redirect.rstrip(".") not in plain] == []
    assert [row.name for row in defaults if words.place(row.location) not in plain] == []


def test_each_call_is_on_a_page_with_its_source() -> None:
    text = "".join(PAGES.values())
    tables = ("effect", "reads", "stores", "fetches", "returns", "passes", "invokes", "neutral")
    rows = [row for _, content in load().files for table in tables for row in getattr(content, table)]
    assert [row.call for row in rows if f"| `{row.call}`" not in text] == []
    assert [row.call for row in rows if not all(part in text for part in _addresses(row.source))] == []


def _addresses(source: str) -> list[str]:
    parts = (part for part in source.split("; ") if part.startswith("https://"))
    return [part.replace("(", "%28").replace(")", "%29") for part in parts]


def test_each_program_is_on_its_page() -> None:
    names = {name for _, content in load().files for row in content.command for name in row.names}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGES["programs.md"]] == []
