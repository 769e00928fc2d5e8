"""Which paths may mean the same file, or a folder and what lies in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalint.flow.account import Account
from lambdalint.flow.overlap import covers, may_coincide, provides
from lambdalint.flow.text import hole_text
from lambdalint.flow.tmp_paths import LISTED
from lambdalint.model import EffectKind, Hole, HoleKind

U = hole_text(Hole(HoleKind.UNIQUE, "uuid4()"))
K = hole_text(Hole(HoleKind.REQUEST, "event['key']"))

parts = st.sampled_from(["a", "b", ".csv", "/", "-", U, K])
texts = st.lists(parts, max_size=5).map(lambda found: "/tmp/" + "".join(found))
fillings = st.text("ab-./", min_size=1, max_size=3)


def _filled(text: str, filling: str) -> str:
    return text.replace(U, filling).replace(K, filling)


@given(texts)
def test_a_path_may_be_itself(text: str) -> None:
    assert may_coincide(text, text)


@given(texts, texts)
def test_it_does_not_matter_which_path_comes_first(one: str, other: str) -> None:
    assert may_coincide(one, other) == may_coincide(other, one)


@given(texts, fillings)
def test_a_path_may_be_what_its_holes_stand_for(text: str, filling: str) -> None:
    assert may_coincide(text, _filled(text, filling))


@given(texts, texts, fillings)
def test_paths_that_can_be_filled_to_the_same_may_coincide(one: str, other: str, filling: str) -> None:
    if _filled(one, filling) == _filled(other, filling):
        assert may_coincide(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/tmp/a", "/tmp/a", True),
        ("/tmp/a", "/tmp/b", False),
        ("/tmp/a", "/tmp/a/b", False),
        (f"/tmp/{U}", f"/tmp/{K}", True),
        (f"/tmp/{U}.csv", f"/tmp/{K}.txt", False),
        (f"/tmp/in/{U}", f"/tmp/out/{K}", False),
        (f"/tmp/{U}.csv", "/tmp/a.csv", True),
        (f"/tmp/{U}.csv", "/tmp/.csv", False),
        (f"/tmp/{U}.csv", "/tmp/a.txt", False),
        (f"/tmp/{U}.csv", "/tmp/a+csv", False),
        (f"/tmp/{U}-{K}", "/tmp/a-b", True),
        (f"/tmp/{U}-{K}", "/tmp/ab", False),
        (f"/tmp/{U}/a", f"/tmp/{K}/b", False),
    ],
)
def test_what_is_literal_has_to_agree(one: str, other: str, same: bool) -> None:
    assert may_coincide(one, other) is same


PROVIDING = [
    (EffectKind.WRITE, "/tmp/a", "/tmp/a", True),
    (EffectKind.WRITE, "/tmp/a", "/tmp/b", False),
    (EffectKind.WRITE, f"/tmp/{U}", "/tmp/a", True),
    (EffectKind.WRITE, "/tmp/a", "/tmp", False),
    (EffectKind.WRITE, "/tmp/a", "/tmp/a/b", True),
    (EffectKind.EXTRACT, "/tmp/a", "/tmp/a/b", True),
    (EffectKind.EXTRACT, "/tmp/a", "/tmp/ab", False),
    (EffectKind.CREATE_DIR, "/tmp/a", "/tmp/a", True),
    (EffectKind.CREATE_DIR, "/tmp/a", "/tmp/a/b", False),
]


@pytest.mark.parametrize(("kind", "made", "read", "provided"), PROVIDING)
def test_an_empty_folder_provides_nothing_in_it(kind: EffectKind, made: str, read: str, provided: bool) -> None:
    assert provides(Account(made, kind, None), read) is provided


@pytest.mark.parametrize(
    ("done", "made", "covered"),
    [
        ("/tmp/a", "/tmp/a", True),
        ("/tmp/a", "/tmp/a/b", True),
        ("/tmp/a/b", "/tmp/a", True),
        ("/tmp/a", "/tmp/ab", False),
        ("/tmp/a", f"/tmp/{U}", False),
        (f"/tmp/a/{LISTED}", "/tmp/a/b", True),
        (f"/tmp/a/{LISTED}", f"/tmp/a/{U}.csv", True),
        (f"/tmp/a/{LISTED}", "/tmp/b/c", False),
        (f"/tmp/a/{LISTED}.csv", "/tmp/a/b.txt", False),
    ],
)
def test_what_is_done_with_a_folder_is_done_with_what_lies_in_it(done: str, made: str, covered: bool) -> None:
    assert covers(done, Account(made, EffectKind.WRITE, None)) is covered
