"""Rows that tell where content comes from and goes to prove themselves, too: each one's example makes its call."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.catalogue.schema import FetchesRow, InvokesRow, ReadsRow, RequestSourceRow, StoresRow
from lambdalint.flow import externals
from lambdalint.flow.external_call import ExternalCall
from lambdalint.model import EffectKind, ExplicitFunction, HoleKind, Settings, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambdalint.flow.calls import Arguments
    from lambdalint.flow.external_call import Called
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.values import Atom
    from lambdalint.model import Effect

ExampleRow: TypeAlias = FetchesRow | InvokesRow | ReadsRow | RequestSourceRow | StoresRow


@dataclass(frozen=True)
class Numbered:
    """A row, the file that it stands in, and its position among all rows."""

    number: int
    file: str
    row: ExampleRow

    def __str__(self) -> str:
        return f"{self.file.removesuffix('.toml')}:{self.subject}:{self.number}"

    @property
    def subject(self) -> str:
        """The name of the call or the attribute."""
        return self.row.name if isinstance(self.row, RequestSourceRow) else self.row.call

    @property
    def path(self) -> str:
        """The file of the row's example."""
        return f"example_{self.number}.py"

    @property
    def reference(self) -> str | None:
        """The parameter that the row speaks of."""
        if isinstance(self.row, StoresRow):
            return self.row.content
        if isinstance(self.row, FetchesRow):
            return self.row.into
        if isinstance(self.row, ReadsRow):
            return self.row.path
        return self.row.function if isinstance(self.row, InvokesRow) else None


def _rows() -> Iterator[tuple[str, ExampleRow]]:
    for file, content in catalogue.load().files:
        for group in (content.stores, content.fetches, content.reads, content.invokes, content.request_source):
            for row in group:
                yield file, row


ROWS = tuple(Numbered(number, file, row) for number, (file, row) in enumerate(_rows()))
EXAMPLES = tuple(one for one in ROWS if one.row.example)
CALLS = tuple(one for one in ROWS if isinstance(one.row, (StoresRow, FetchesRow, ReadsRow)))


@dataclass(frozen=True)
class Seen:
    """What the analysis saw of all examples, by file: the calls with the references that they give, and the effects."""

    calls: Mapping[str, frozenset[tuple[str, str | None]]]
    effects: Mapping[str, list[Effect]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Analyse all examples, each a handler in a file of its own.

    A handler that imports what nobody knows is run, even if nothing else in it can do anything to the file system.
    """
    root = tmp_path_factory.mktemp("examples")
    references: defaultdict[str, set[str | None]] = defaultdict(set)
    for one in EXAMPLES:
        references[one.subject].add(one.reference)
        (root / one.path).write_text(
            f"def handler(event, context):\n    __import__(event)\n{textwrap.indent(one.row.example, '    ')}\n"
        )
    tree = Tree(root, tuple(path.name for path in root.iterdir()))
    declared = tuple(ExplicitFunction(one.path.replace(".py", ".handler"), Span.point(one.path)) for one in EXAMPLES)
    settings, rows = Settings(cache=False, functions=declared), catalogue.load()
    calls: defaultdict[str, set[tuple[str, str | None]]] = defaultdict(set)

    class Recorded(ExternalCall):
        def __init__(self, machine: Machine, called: Called, receiver: Atom | None, arguments: Arguments) -> None:
            super().__init__(machine, called, receiver, arguments)
            for reference in references.get(self.name, ()):
                if reference is None or self.argument(reference):
                    calls[self.span.path].add((self.name, reference))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(externals, "ExternalCall", Recorded)
        functions = deployment.read(tree, settings, rows).functions
        assert len(functions) == len(EXAMPLES)
        found = flow.analyse(tree, functions, rows, settings).effects
    effects: defaultdict[str, list[Effect]] = defaultdict(list)
    for effect in found:
        effects[effect.span.path].append(effect)
    return Seen({path: frozenset(names) for path, names in calls.items()}, effects)


@pytest.mark.parametrize("one", CALLS, ids=str)
def test_a_row_s_example_makes_its_call(one: Numbered, seen: Seen) -> None:
    assert one.row.example, f"an example is missing: {one.reference}"
    made = seen.calls.get(one.path, frozenset())
    assert (one.subject, one.reference) in made, f"seen: {sorted(map(str, made))}"


@pytest.mark.parametrize("one", [one for one in CALLS if getattr(one.row, "exists", None) is False], ids=str)
def test_a_read_is_an_effect_on_its_path(one: Numbered, seen: Seen) -> None:
    reads = [effect for effect in seen.effects.get(one.path, ()) if effect.kind is EffectKind.READ]
    assert any(effect.callee == one.subject and effect.place.path.startswith("/opt") for effect in reads)


@pytest.mark.parametrize("one", [one for one in EXAMPLES if isinstance(one.row, InvokesRow)], ids=str)
def test_what_an_example_registers_runs_unless_the_row_says_never(one: Numbered, seen: Seen) -> None:
    assert isinstance(one.row, InvokesRow)
    written = [effect for effect in seen.effects.get(one.path, ()) if effect.kind is EffectKind.WRITE]
    assert bool(written) == (one.row.runs != "never")


@pytest.mark.parametrize("one", [one for one in EXAMPLES if isinstance(one.row, RequestSourceRow)], ids=str)
def test_what_a_request_holds_is_a_hole_of_that_kind(one: Numbered, seen: Seen) -> None:
    assert isinstance(one.row, RequestSourceRow)
    holes = [hole for effect in seen.effects.get(one.path, ()) for hole in effect.place.holes]
    assert [(hole.kind, hole.confined) for hole in holes] == [(HoleKind.REQUEST, one.row.confined)]
