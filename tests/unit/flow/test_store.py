"""The abstract state: undoing, joining ways, and noting what was looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambdalint.flow.store import Store
from lambdalint.flow.values import NOTHING, Value, text

writes = st.lists(st.tuples(st.integers(1, 3), st.sampled_from("abc"), st.sampled_from("xyz")), max_size=8)


def _state(store: Store) -> dict[tuple[int, str], Value | None]:
    return {(owner, name): store.get(owner, name) for owner in (1, 2, 3) for name in "abc"}


@given(writes, writes)
def test_undo_returns_to_the_mark(before: list[tuple[int, str, str]], after: list[tuple[int, str, str]]) -> None:
    store = Store()
    for owner, name, value in before:
        store.set(owner, name, text(value))
    state = _state(store)
    mark = store.mark()
    for owner, name, value in after:
        store.set(owner, name, text(value))
    store.undo(mark)
    assert _state(store) == state


@given(writes)
def test_applying_the_changes_repeats_them(after: list[tuple[int, str, str]]) -> None:
    store = Store()
    mark = store.mark()
    for owner, name, value in after:
        store.set(owner, name, text(value))
    state, changes = _state(store), store.changes(mark)
    store.undo(mark)
    store.apply(changes)
    assert _state(store) == state


def test_ways_are_joined_with_what_was_there_before() -> None:
    store = Store()
    store.set(1, "path", text("before"))
    mark = store.mark()
    store.set(1, "path", text("left"))
    left = store.changes(mark)
    store.undo(mark)
    store.merge([left, {}])
    assert set(store.get(1, "path") or ()) == {*text("left"), *text("before")}


def test_one_way_replaces() -> None:
    store = Store()
    store.set(1, "path", text("before"))
    store.merge([{(1, "path"): text("after")}])
    assert store.get(1, "path") == text("after")


def test_a_variable_that_only_one_way_sets_keeps_its_value() -> None:
    store = Store()
    store.merge([{(1, "path"): text("set")}, {}])
    assert store.get(1, "path") == text("set")


def test_a_dropped_key_is_gone_and_comes_back() -> None:
    store = Store()
    store.set(1, "a", NOTHING)
    mark = store.mark()
    store.drop(1, "a")
    assert store.get(1, "a") is None
    assert store.names(1) == []
    store.undo(mark)
    assert store.get(1, "a") == NOTHING


def test_a_recording_notes_what_was_there_before_it_was_read() -> None:
    store = Store()
    store.set(1, "read", text("r"))
    store.set(1, "written", text("w"))
    store.start_recording()
    fresh = store.new_uid()
    store.get(1, "read")
    store.set(1, "written", text("new"))
    store.get(1, "written")
    store.set(fresh, "own", text("o"))
    store.get(fresh, "own")
    recording = store.stop_recording()
    assert recording.read == {(1, "read")}
    assert store.holds(recording)
    store.set(1, "written", text("anything"))
    assert store.holds(recording)
    store.set(1, "read", text("another"))
    assert not store.holds(recording)


def test_a_name_is_looked_up_in_the_first_owner_that_has_it() -> None:
    store = Store()
    scopes = inner, outer, outermost = store.new_uid(), store.new_uid(), store.new_uid()
    store.set(outer, "name", text("outer"))
    store.set(outermost, "name", text("outermost"))
    store.start_recording()
    assert store.lookup(scopes, "name") == text("outer")
    assert store.lookup(scopes, "other") is None
    recording = store.stop_recording()
    assert recording.read == {(inner, "name"), (outer, "name"), *((scope, "other") for scope in scopes)}
    store.set(inner, "name", text("inner"))
    assert not store.holds(recording)


def test_the_values_of_an_owner_are_listed_as_its_names_are() -> None:
    store = Store()
    for name in "cab":
        store.set(1, name, text(name))
    store.drop(1, "a")
    store.start_recording()
    assert store.values(1) == [text("c"), text("b")]
    recording = store.stop_recording()
    store.set(1, "d", text("d"))
    assert not store.holds(recording)


def test_what_one_branch_wrote_is_read_by_the_next_as_it_was_before() -> None:
    store = Store()
    store.set(1, "a", text("x"))
    store.start_recording()
    mark = store.mark()
    store.set(1, "a", text("y"))
    store.undo(mark)
    store.set(2, "b", text("z"))
    assert store.get(1, "a") == text("x")
    recording = store.stop_recording()
    assert recording.read == {(1, "a")}
    assert recording.touched[(1, "a")] == text("x")


def test_an_inner_recording_belongs_to_the_outer_one_too() -> None:
    store = Store()
    store.set(1, "a", text("x"))
    store.set(1, "b", text("x"))
    store.start_recording()
    store.set(1, "b", text("y"))
    store.start_recording()
    store.get(1, "a")
    store.get(1, "b")
    assert store.stop_recording().read == {(1, "a"), (1, "b")}
    outer = store.stop_recording()
    assert outer.read == {(1, "a")}
    assert outer.touched == {(1, "a"): text("x"), (1, "b"): text("x")}


def test_a_recording_notes_which_names_were_there() -> None:
    store = Store()
    store.set(1, "a", text("x"))
    store.start_recording()
    store.set(1, "b", text("y"))
    assert store.names(1) == ["a", "b"]
    recording = store.stop_recording()
    assert recording.listed == {1: ("a",)}
    assert not store.holds(recording)
    store.drop(1, "b")
    assert store.holds(recording)
