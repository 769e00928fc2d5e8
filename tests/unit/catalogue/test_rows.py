"""What every row of the shipped catalogue must keep, whoever wrote it."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdalint.catalogue import load, parse_parameter
from lambdalint.catalogue.schema import CatalogueFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.catalogue.row import Row

FILES = dict(load().files)
every_file = pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())


def rows(content: CatalogueFile) -> Iterator[tuple[str, Row]]:
    """Yield each row with the table it stands in and its subject."""
    for table in CatalogueFile.__struct_fields__:
        for number, row in enumerate(getattr(content, table)):
            subject = getattr(row, "call", None) or getattr(row, "name", None) or table
            yield f"{table}[{number}] {subject}", row


def unparsable(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return True
    return False


@every_file
def test_a_row_names_its_source(content: CatalogueFile) -> None:
    without = [
        where
        for where, row in rows(content)
        if not all(part.startswith(("https://", "sandbox: ")) for part in row.source.split("; "))
    ]
    assert without == []


@every_file
def test_an_example_and_a_counter_are_python(content: CatalogueFile) -> None:
    broken = [
        f"{row.call}: {code}" for row in content.effect for code in (row.example, row.counter) if unparsable(code)
    ]
    others = (item for item in rows(content) if not item[0].startswith("command["))
    broken += [where for where, row in others if unparsable(getattr(row, "example", ""))]
    assert broken == []


@every_file
def test_an_example_holds_the_call_and_the_counter_is_another_text(content: CatalogueFile) -> None:
    wrong = [
        row.call
        for row in content.effect
        if row.call.rpartition(".")[2] not in row.example or row.example == row.counter or not row.counter.strip()
    ]
    assert wrong == []


@every_file
def test_references_name_parameters(content: CatalogueFile) -> None:
    references = [row.path for row in content.returns if row.path]
    references += [row.value for row in content.passes]
    references += [row.content for row in content.stores]
    references += [row.path for row in content.reads]
    references += [row.into for row in content.fetches if row.into]
    for row in content.invokes:
        references.append(row.function)
        forwarded = (argument.removeprefix("()").lstrip("*") for argument in row.arguments)
        references += [reference for reference in forwarded if reference]
    for reference in references:
        parse_parameter(reference)


@every_file
def test_results_and_contexts_keep_to_their_vocabulary(content: CatalogueFile) -> None:
    assert {row.enters for row in content.returns} <= {"self", "value"}
    assert {row.result for row in content.invokes} <= {"value", "list", "future", "none"}


def test_no_row_is_there_twice() -> None:
    seen = Counter(
        (table, msgspec.json.encode(row))
        for content in FILES.values()
        for table in CatalogueFile.__struct_fields__
        for row in getattr(content, table)
    )
    assert [row for row, count in seen.items() if count > 1] == []


def test_no_two_rows_say_different_things_of_one_result_or_name() -> None:
    subjects = Counter(
        (table, where.partition(" ")[2])
        for content in FILES.values()
        for where, _ in rows(content)
        for table in [where.partition("[")[0]]
        if table in ("passes", "alias", "request_source", "platform")
    )
    assert [subject for subject, count in subjects.items() if count > 1] == []


def test_an_alias_leads_to_a_name_that_is_none() -> None:
    aliases = load().aliases
    assert [name for name, target in aliases.items() if target in aliases or target == name] == []


def test_no_row_hides_behind_an_alias() -> None:
    catalogue = load()
    tables = (
        catalogue.effects,
        catalogue.returns,
        catalogue.passes,
        catalogue.stores,
        catalogue.fetches,
        catalogue.reads,
        catalogue.invokes,
        catalogue.neutral,
        catalogue.request_sources,
    )
    assert [name for table in tables for name in table if catalogue.canonical(name) != name] == []


def test_a_type_that_a_call_returns_is_named_as_its_rows_name_it() -> None:
    catalogue = load()
    hidden = {row.type for group in catalogue.returns.values() for row in group if row.type} & catalogue.aliases.keys()
    assert hidden == set()
