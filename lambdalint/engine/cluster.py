"""What goes between this machine and the workers of a cluster, which need not see the project's files."""

from __future__ import annotations

import io
import os
import pickle
import sys
import threading
import zlib
from concurrent.futures import BrokenExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from lambdalint import __version__
from lambdalint.model import Tree
from lambdalint.model.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

Installation = tuple[tuple[str, str], ...]
"""What the result of a task depends on besides the task: what it is, and which one a machine has."""

_TREE = "tree"
_ONE_AT_A_TIME = threading.Lock()


class ClusterError(Exception):
    """A cluster that cannot do the work, or no longer; the message says why."""


class TaskLost(BrokenExecutor):
    """A task whose workers ended while they ran it; the cluster still works."""


class OtherInstallation(Exception):
    """A worker has another lambdalint or Python; the message says which."""


class Parcel(msgspec.Struct, frozen=True):
    """A call without the tree that it is about, which goes to each worker once."""

    content: bytes
    tree: Tree | None


@lru_cache(maxsize=1)
def installation() -> Installation:
    """Return what this machine has."""
    from importlib.metadata import version

    return (
        ("lambdalint", __version__),
        ("Python", ".".join(map(str, sys.version_info[:3]))),
        ("implementation of Python", sys.implementation.name),
        ("operating system", os.name),
        ("LibCST", version("libcst")),
        ("code of lambdalint", _digest_of_code()),
    )


def _digest_of_code() -> str:
    import hashlib
    from pathlib import Path

    from lambdalint import catalogue

    package = Path(__file__).parent.parent
    digest = hashlib.blake2b(catalogue.load().digest.encode(), digest_size=6)
    for path in sorted(package.rglob("*.py")):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def difference(theirs: Installation) -> str | None:
    """Return what differs between what a worker has and what this machine has; None where nothing does."""
    return _difference(theirs, installation())


def _difference(theirs: Installation, ours: Installation) -> str | None:
    there, here = dict(theirs), dict(ours)
    for name in here:
        if there.get(name) != here[name]:
            return f"{name} {there.get(name, 'unknown')} there, {here[name]} here"
    return None


def pack(tree: Tree) -> bytes:
    """Return what *tree* holds at this moment, to be sent."""
    return zlib.compress(pickle.dumps(Snapshot(tree), pickle.HIGHEST_PROTOCOL), 1)


def unpack(packed: bytes, sender: Installation) -> Snapshot:
    """Return what :func:`pack` was given, on a worker."""
    _require_same(sender)
    snapshot: Snapshot = pickle.loads(zlib.decompress(packed))
    return snapshot


def parcel(work: Callable[..., object], arguments: tuple[object, ...]) -> Parcel:
    """Return the call ``work(*arguments)``, to be sent."""
    out = io.BytesIO()
    pickler = _Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dump((work, arguments))
    return Parcel(out.getvalue(), pickler.tree)


def run(snapshot: Snapshot | None, content: bytes, sender: Installation) -> bytes | None:
    """Make the call of a parcel, on a worker; return its encoded result, or None if the snapshot did not suffice."""
    _require_same(sender)
    tree = None if snapshot is None else snapshot.view()
    with _ONE_AT_A_TIME:  # the analysis raises the process's limit of recursion, and lowers it again
        work, arguments = _Unpickler(io.BytesIO(content), tree).load()
        result = work(*arguments)
    return None if tree is not None and tree.missed else pickle.dumps(result, pickle.HIGHEST_PROTOCOL)


def decoded(result: bytes) -> Any:
    """Return the result that :func:`run` encoded."""
    return pickle.loads(result)


def _require_same(sender: Installation) -> None:
    differs = _difference(installation(), sender)
    if differs is not None:
        raise OtherInstallation(differs)


class _Pickler(pickle.Pickler):
    """Leaves the tree out, and remembers it."""

    def __init__(self, out: io.BytesIO, protocol: int) -> None:
        super().__init__(out, protocol)
        self.tree: Tree | None = None

    def persistent_id(self, value: object) -> str | None:
        """Return what stands for a tree; None for all that is not one."""
        if not isinstance(value, Tree):
            return None
        if self.tree is not None and self.tree is not value:
            raise pickle.PicklingError("a call is about one tree")
        self.tree = value
        return _TREE


class _Unpickler(pickle.Unpickler):
    """Puts the tree back in."""

    def __init__(self, content: io.BytesIO, tree: Snapshot | None) -> None:
        super().__init__(content)
        self._tree = tree

    def persistent_load(self, name: str) -> Snapshot:
        """Return the tree that *name* stands for."""
        if name != _TREE or self._tree is None:
            raise pickle.UnpicklingError(f"nothing is known of {name}")
        return self._tree
