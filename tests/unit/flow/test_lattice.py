"""The lattice of abstract values: joins, their bounds, and what widening keeps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambdalint.flow.text import confined_text, has_holes, hole_text, holes_in, literal, parts_of
from lambdalint.flow.values import (
    MOST_ATOMS,
    MOST_TEXTS,
    UNKNOWN,
    UNREACHABLE,
    External,
    Nothing,
    Number,
    Opaque,
    PathText,
    Text,
    Value,
    confined,
    join,
    join_all,
    text,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

REQUEST = Hole(HoleKind.REQUEST, "event['name']")

atoms = st.one_of(
    st.builds(Text, st.sampled_from(["/tmp/a", "/tmp/b", "out", "", "/data/x"])),
    st.builds(PathText, st.sampled_from(["/tmp", "a/b"])),
    st.builds(Number, st.integers(-2, 2)),
    st.just(Nothing()),
    st.just(Opaque(REQUEST)),
)
values = st.lists(atoms, max_size=5, unique=True).map(tuple)


@given(st.lists(st.integers(0, 30), min_size=9, max_size=19, unique=True), st.integers(0, 12))
def test_a_join_of_many_atoms_adds_what_is_new_at_the_end(numbers: list[int], start: int) -> None:
    left = tuple(Number(number) for number in numbers)
    right = tuple(Number(number) for number in range(start, start + 20))
    assert join(left, right) == (*left, *(atom for atom in right if atom not in left))


@given(values, values)
def test_a_join_holds_both_sides(left: Value, right: Value) -> None:
    joined = join(left, right)
    assert set(joined) == set(left) | set(right)


@given(values, values, values)
def test_joining_is_associative_up_to_order(first: Value, second: Value, third: Value) -> None:
    assert set(join(join(first, second), third)) == set(join(first, join(second, third)))


@given(values)
def test_joining_with_itself_or_nothing_changes_nothing(value: Value) -> None:
    assert join(value, value) == value
    assert join(value, UNREACHABLE) == value
    assert join(UNREACHABLE, value) == value


def test_too_many_texts_keep_their_common_directory() -> None:
    value = join_all([text(f"/tmp/work/{number}.csv") for number in range(MOST_TEXTS + 1)])
    [widened] = texts_of(value)
    assert widened.startswith("/tmp/work/")
    assert [hole.kind for hole in holes_in(widened)] == [HoleKind.LOOP]


def test_too_many_texts_without_a_common_directory_keep_nothing_literal() -> None:
    value = join_all([text(f"name-{number}") for number in range(MOST_TEXTS + 1)])
    [widened] = texts_of(value)
    assert has_holes(widened)
    assert len(widened) == 1


def test_too_many_things_are_unknown() -> None:
    assert join_all([(External(f"module.f{number}"),) for number in range(MOST_ATOMS + 1)]) == UNKNOWN


def test_confining_marks_every_hole_and_nothing_else() -> None:
    value = confined((Opaque(REQUEST), Text("/tmp/" + hole_text(REQUEST)), Text("a")))
    holes = [hole for rendered in texts_of(value) for hole in holes_in(rendered)]
    assert [hole.confined for hole in holes] == [True, True]
    assert Text("a") in value


def test_text_splits_into_literals_and_holes() -> None:
    unique = Hole(HoleKind.UNIQUE, "uuid4()")
    assert parts_of(f"/tmp/{hole_text(REQUEST)}-{hole_text(unique)}.csv") == ("/tmp/", REQUEST, "-", unique, ".csv")


def test_characters_of_the_source_are_never_taken_for_holes() -> None:
    hostile = f"a{hole_text(REQUEST)}b"
    assert not has_holes(literal(hostile))
    assert literal("gründe.csv") == "gründe.csv"


def test_confined_text_keeps_the_literal_rest() -> None:
    marked = confined_text("/tmp/" + hole_text(REQUEST) + ".csv")
    assert parts_of(marked) == ("/tmp/", Hole(REQUEST.kind, REQUEST.origin, confined=True), ".csv")
