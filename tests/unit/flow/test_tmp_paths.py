"""Paths below ``/tmp`` as text: what a removal covers, what is the same but for its holes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalint.flow.text import hole_text
from lambdalint.flow.tmp_paths import (
    LISTED,
    Wipe,
    canonical,
    canonical_text,
    is_at_or_above,
    pattern,
    removes,
    unbounded,
    wipe_of,
)
from lambdalint.model import Base, Hole, HoleKind, Place

UNIQUE = Hole(HoleKind.UNIQUE, "uuid4()")
KEY = Hole(HoleKind.REQUEST, "event['key']")
UNKNOWN = Hole(HoleKind.UNKNOWN, "row")
U, K = hole_text(UNIQUE), hole_text(KEY)

segments = st.sampled_from(["a", "b.csv", "in", U, K, U + ".csv", LISTED])
paths = st.lists(segments, min_size=1, max_size=4).map(lambda parts: "/tmp/" + "/".join(parts))
known_paths = paths.filter(lambda text: LISTED not in text)


def _place(*parts: str | Hole, base: Base = Base.TMP) -> Place:
    return Place(base, parts)


@given(paths)
def test_the_pattern_of_a_path_keeps_what_is_literal(text: str) -> None:
    shown = pattern(text)
    assert len(shown) == len(text)
    assert shown.isascii()
    assert all(one == other or one == "\0" for one, other in zip(shown, text, strict=True))


def test_the_pattern_of_a_path_does_not_tell_its_holes_apart() -> None:
    assert pattern(f"/tmp/{U}.csv") == pattern(f"/tmp/{K}.csv") != pattern(f"/tmp/{K}.txt")
    assert pattern("/tmp/a") == "/tmp/a"


def test_holes_that_differ_in_what_is_known_of_them_are_the_same() -> None:
    checked = Hole(HoleKind.REQUEST, "event['key']", confined=True)
    fresh = Hole(HoleKind.REQUEST, "event['key']", fresh=True)
    texts = {canonical(_place("/tmp/", hole, ".csv")) for hole in (KEY, checked, fresh)}
    assert len(texts) == 1
    assert canonical_text(f"/tmp/{hole_text(fresh)}.csv") in texts
    assert canonical(_place("/tmp/", UNIQUE, ".csv")) not in texts


def test_a_slash_at_the_end_means_the_same_folder() -> None:
    assert canonical(_place("/tmp/a/")) == canonical(_place("/tmp/a"))


@pytest.mark.parametrize(
    ("hole", "new"),
    [
        (UNIQUE, True),
        (KEY, True),
        (Hole(HoleKind.UNKNOWN, "answer", fresh=True), True),
        (UNKNOWN, False),
        (Hole(HoleKind.ENVIRONMENT, "$X"), False),
        (Hole(HoleKind.LOOP, "number"), False),
    ],
)
def test_a_path_is_unbounded_by_its_holes(hole: Hole, new: bool) -> None:
    assert unbounded(f"/tmp/{hole_text(hole)}/a") is new


@given(paths, paths)
def test_a_path_is_at_or_above_itself_and_all_below_it(text: str, other: str) -> None:
    assert is_at_or_above(text, text)
    assert is_at_or_above(text, text + "/" + other.removeprefix("/tmp/"))
    assert not is_at_or_above(text, text + ".part")


WIPES = [
    (f"/tmp/{LISTED}", False, Wipe("/tmp/", "", deep=False, folders=False)),
    (f"/tmp/in-{LISTED}", False, Wipe("/tmp/in-", "", deep=False, folders=False)),
    (f"/tmp/{LISTED}.csv", False, Wipe("/tmp/", ".csv", deep=False, folders=False)),
    (f"/tmp/{LISTED}/{LISTED}", False, Wipe("/tmp/", "", deep=True, folders=False)),
    (f"/tmp/{LISTED}", True, Wipe("/tmp/", "", deep=True, folders=True)),
    ("/tmp/work", True, Wipe("/tmp/work/", "", deep=True, folders=True)),
    (f"/tmp/{K}", True, Wipe(f"/tmp/{K}/", "", deep=True, folders=True)),
]


@pytest.mark.parametrize(("removed", "tree", "wipe"), WIPES)
def test_a_removal_of_what_a_folder_lists_is_a_wipe(removed: str, tree: bool, wipe: Wipe) -> None:
    assert wipe_of(removed, tree=tree) == wipe


@given(known_paths)
def test_the_removal_of_one_file_is_no_wipe(text: str) -> None:
    assert wipe_of(text, tree=False) is None


COVERED = [
    (f"/tmp/{LISTED}", False, f"/tmp/{U}", False, True),
    (f"/tmp/{LISTED}", False, f"/tmp/{U}", True, False),
    (f"/tmp/{LISTED}", True, f"/tmp/{U}", True, True),
    (f"/tmp/{LISTED}", False, f"/tmp/a/{U}", False, False),
    (f"/tmp/{LISTED}", True, f"/tmp/a/{U}", False, True),
    (f"/tmp/{LISTED}/{LISTED}", False, f"/tmp/a/{U}", False, True),
    (f"/tmp/{LISTED}", False, "/tmp", True, False),
    (f"/tmp/{LISTED}.csv", False, f"/tmp/{U}.csv", False, True),
    (f"/tmp/{LISTED}.csv", False, f"/tmp/{U}.txt", False, False),
    (f"/tmp/{LISTED}.csv", False, f"/tmp/{U}", False, True),
    (f"/tmp/in-{LISTED}", False, f"/tmp/in-{U}", False, True),
    (f"/tmp/in-{LISTED}", False, f"/tmp/out-{U}", False, False),
    (f"/tmp/{U}{LISTED}", False, f"/tmp/{U}.csv", False, True),
    (f"/tmp/{U}{LISTED}", False, f"/tmp/{U}", False, True),
    (f"/tmp/{U}{LISTED}", False, f"/tmp/{K}", False, False),
    ("/tmp/work", True, "/tmp/work", True, True),
    ("/tmp/work", True, "/tmp/work/a/b", False, True),
    ("/tmp/work", True, "/tmp/work-old", True, False),
    ("/tmp/work", True, "/tmp", True, False),
]


@pytest.mark.parametrize(("removed", "tree", "text", "folder", "covered"), COVERED)
def test_a_wipe_covers_files_and_folders(removed: str, tree: bool, text: str, folder: bool, covered: bool) -> None:
    wipe = wipe_of(removed, tree=tree)
    assert wipe is not None
    assert wipe.covers(text, folder=folder) is covered


@given(known_paths, st.booleans(), st.booleans())
def test_a_path_is_removed_by_its_own_name(text: str, tree: bool, folder: bool) -> None:
    assert removes(_place(text), text, tree=tree, folder=folder)


@given(known_paths, known_paths, st.booleans())
def test_only_a_tree_is_removed_with_what_lies_below(text: str, other: str, folder: bool) -> None:
    below = text + "/" + other.removeprefix("/tmp/")
    assert removes(_place(text), below, tree=True, folder=folder)
    assert not removes(_place(text), below, tree=False, folder=folder)
    assert not removes(_place(below), text, tree=True, folder=folder)


@pytest.mark.parametrize(
    ("place", "removed"),
    [
        (_place("/tmp/a"), True),
        (_place("/tmp/b"), False),
        (_place("/tmp/a", base=Base.MOUNT), False),
        (_place("/tmp/", LISTED), True),
        (_place(UNKNOWN, base=Base.UNKNOWN), True),
        (_place(KEY, base=Base.UNKNOWN), False),
        (_place(base=Base.UNKNOWN), True),
    ],
)
def test_an_unknown_path_may_be_any_unless_the_request_sent_it(place: Place, removed: bool) -> None:
    assert removes(place, "/tmp/a", tree=False, folder=False) is removed
