"""Rows that tell where content comes from and goes to prove themselves, too: each one's example makes its call."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.flow import externals
from lambdalint.model import EffectKind, ExplicitFunction, Settings, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambdalint.catalogue.schema import FetchesRow, InvokesRow, ReadsRow, StoresRow
    from lambdalint.model import Effect

TABLES = ("stores", "fetches", "reads", "invokes")


@dataclass(frozen=True)
class Numbered:
    """A row, the file and table that it stands in, and its position among all rows."""

    number: int
    file: str
    table: str
    row: StoresRow | FetchesRow | ReadsRow | InvokesRow

    def __str__(self) -> str:
        return f"{self.file.removesuffix('.toml')}:{self.table}:{self.row.call}:{self.number}"

    @property
    def path(self) -> str:
        """The file of the row's example."""
        return f"example_{self.number}.py"

    @property
    def reference(self) -> str | None:
        """The parameter that the row speaks of."""
        names = {"stores": "content", "fetches": "into", "reads": "path", "invokes": "function"}
        reference: str | None = getattr(self.row, names[self.table])
        return reference


def _numbered() -> Iterator[Numbered]:
    number = 0
    for file, content in catalogue.load().files:
        for table in TABLES:
            for row in getattr(content, table):
                number += 1
                if row.example or table != "invokes":
                    yield Numbered(number, file, table, row)


ROWS = tuple(_numbered())
EXAMPLES = tuple(one for one in ROWS if one.row.example)


@dataclass(frozen=True)
class Seen:
    """What the analysis saw of all examples, by file: the calls with the references that they give, and the effects."""

    calls: Mapping[str, frozenset[tuple[str, str | None]]]
    effects: Mapping[str, list[Effect]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Analyse all examples, each a handler in a file of its own."""
    root = tmp_path_factory.mktemp("examples")
    references: defaultdict[str, set[str | None]] = defaultdict(set)
    for one in EXAMPLES:
        references[one.row.call].add(one.reference)
        (root / one.path).write_text(f"def handler(event, context):\n{textwrap.indent(one.row.example, '    ')}\n")
    tree = Tree(root, tuple(path.name for path in root.iterdir()))
    declared = tuple(ExplicitFunction(one.path.replace(".py", ".handler"), Span.point(one.path)) for one in EXAMPLES)
    settings, rows = Settings(cache=False, functions=declared), catalogue.load()
    calls: defaultdict[str, set[tuple[str, str | None]]] = defaultdict(set)

    def record(external: externals.ExternalCall) -> None:
        for reference in references.get(external.name, ()):
            if reference is None or external.argument(reference):
                calls[external.span.path].add((external.name, reference))
        emit(external)

    emit = externals.emit_effects
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(externals, "emit_effects", record)
        functions = deployment.read(tree, settings, rows).functions
        assert len(functions) == len(EXAMPLES)
        found = flow.analyse(tree, functions, rows, settings).effects
    effects: defaultdict[str, list[Effect]] = defaultdict(list)
    for effect in found:
        effects[effect.span.path].append(effect)
    return Seen({path: frozenset(names) for path, names in calls.items()}, effects)


@pytest.mark.parametrize("one", ROWS, ids=str)
def test_a_row_s_example_makes_its_call(one: Numbered, seen: Seen) -> None:
    assert one.row.example, f"an example is missing: {one.reference}"
    made = seen.calls.get(one.path, frozenset())
    assert (one.row.call, one.reference) in made, f"seen: {sorted(map(str, made))}"


@pytest.mark.parametrize("one", [one for one in ROWS if one.table == "reads" and not one.row.exists], ids=str)  # type: ignore[union-attr]  # a ReadsRow by its table
def test_a_read_is_an_effect_on_its_path(one: Numbered, seen: Seen) -> None:
    reads = [effect for effect in seen.effects.get(one.path, ()) if effect.kind is EffectKind.READ]
    assert any(effect.callee == one.row.call and effect.place.path.startswith("/opt") for effect in reads)
