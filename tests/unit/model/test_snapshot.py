"""A snapshot answers like the tree that it was made of, without the disk, and says what it cannot answer."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from lambdalint.model import Tree
from lambdalint.model.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "app.py": b"x = '" + b"\0" * 5000 + b"'\n",
    "template.yaml": b"Resources: {}\n" * 1000,
    "pointer.bin": b"\0" * 1024,
    "model.bin": b"\0" * 1025,
}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return Tree(tmp_path, (*FILES, "gone.py", "gone.bin"), {"template.yaml": b"Resources: {A: 1}\n"})


def _sent(tree: Tree) -> Snapshot:
    """Return a snapshot as it arrives where there is no such folder."""
    snapshot: Snapshot = pickle.loads(pickle.dumps(Snapshot(tree)))
    for name in FILES:
        (tree.root / name).unlink()
    return snapshot


def test_it_answers_like_the_tree(tree: Tree) -> None:
    held = ("app.py", "template.yaml", "pointer.bin", "gone.py", "gone.bin", "unlisted.py")
    contents = {path: tree.read(path) for path in held}
    sizes = {path: tree.size(path) for path in (*held, "model.bin")}
    assert contents["template.yaml"] == b"Resources: {A: 1}\n"
    assert sizes["template.yaml"] == 18
    snapshot = _sent(tree)
    assert snapshot.files == tree.files
    assert {path: snapshot.read(path) for path in held} == contents
    assert {path: snapshot.size(path) for path in sizes} == sizes
    opened = {path: snapshot.open(path) for path in held}
    assert {path: file and file.read() for path, file in opened.items()} == contents
    assert snapshot.missed == set()


def test_it_says_what_it_does_not_hold(tree: Tree) -> None:
    snapshot = _sent(tree)
    assert snapshot.view().missed == set()
    assert snapshot.read("model.bin") is None
    assert snapshot.missed == {"model.bin"}
    view = snapshot.view()
    assert view.missed == set()
    assert view.open("model.bin") is None
    assert view.missed == {"model.bin"}
