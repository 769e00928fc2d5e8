"""The room that known sizes take up in ``/tmp`` at one time, and the call that makes it more than there is.

Sizes are kept in the state under ``SIZES``, by a file's path and the part of it that one call writes. Where ways meet,
the smallest size counts, so that of two alternatives neither does. A file counts as long as it lies in ``/tmp``; what
removes itself, as long as its ``with`` block runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.exits import live
from lambdalint.flow.overlap import may_coincide
from lambdalint.flow.store import SIZES
from lambdalint.flow.text import holes_in, shown
from lambdalint.flow.tmp_paths import is_at_or_above
from lambdalint.flow.values import Number
from lambdalint.model import Excess, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.model import Tree

MB = 2**20
"""What the platform calls a megabyte."""
_MOST_PARTS = 3
_CONFIGURABLE = "aws-lambda"
"""The platform whose functions choose the size of ``/tmp``, each for itself."""
_STATING = frozenset({"sam", "cloudformation", "serverless", "configuration"})
"""Declarations of functions that say how large ``/tmp`` is, or leave it as it is."""
_SETTING = re.compile(rb"ephemeral_?storage", re.IGNORECASE)
_SETTING_FILES = (".tf", ".json", ".hcl", ".ts", ".js", ".py", ".yaml", ".yml", ".toml", ".sh")
_MOST_FILES = 2_000
_LARGEST_FILE = 300_000
_ENTERED = "\0in "
_SPARSE = "~"


def grow(machine: Machine, number: int, part: str, size: int, *, sparse: bool = False) -> None:
    """Note that what an account tells of has a *part* of at least *size* bytes from now on.

    ``""`` is the file as a whole. ``sparse`` tells that only its length is set.
    """
    account = machine.ledger.accounts[number]
    machine.ledger.noted += 1
    if size <= 0 or machine.ledger.second:
        return
    name = f"{account.text}\0{part}{_SPARSE if sparse else ''}"
    if _number(machine, name) >= size:
        return
    before = _total(_present(machine))
    machine.store.set(SIZES, name, (Number(size),))
    account.size = max(account.size, size_of(machine, account.text))
    room = machine.deployed.room
    if room.tmp_mb is None or before // MB > room.tmp_mb or account.excess is not None:
        return
    present = _present(machine)
    written = _total(present) // MB
    if written > room.tmp_mb:
        platform = machine.catalogue.platforms.get(room.platform)
        largest = sorted(present.items(), key=lambda item: (-item[1][0], item[0]))
        account.excess = Excess(
            written,
            room.tmp_mb,
            tuple((shown(text), size // MB) for text, (size, _) in largest[:_MOST_PARTS] if size >= MB),
            most=platform.tmp_mb_max if platform is not None and room.platform == _CONFIGURABLE else None,
            stated=room.span_of("tmp_mb"),
            declared_by=machine.deployed.declared_by,
            assumed=machine.deployed.declared_by not in _STATING and _is_stated_elsewhere(machine.sources.tree),
            sparse=any(sparse for _, sparse in present.values()),
        )


def renew(machine: Machine, text: str) -> None:
    """Note that a file is opened anew, so that nothing is in it."""
    for name in machine.store.names(SIZES):
        if name.startswith(text + "\0"):
            machine.store.drop(SIZES, name)


def size_of(machine: Machine, text: str) -> int:
    """Return how large the file at a path in ``/tmp`` is at least."""
    return _files(machine).get(text, (0, False))[0]


def enter(machine: Machine, texts: list[str]) -> None:
    """Note that a ``with`` block of temporary objects begins, which remove themselves when it ends."""
    for text in texts:
        if machine.ledger.owns(text):
            machine.store.set(SIZES, _ENTERED + text, (Number(1),))


def leave(machine: Machine, texts: list[str]) -> None:
    """Note that such a block ends."""
    for text in texts:
        if machine.store.get(SIZES, _ENTERED + text) is not None:
            for name in machine.store.names(SIZES):
                if name == _ENTERED + text or is_at_or_above(text, name.partition("\0")[0]):
                    machine.store.drop(SIZES, name)


def _number(machine: Machine, name: str) -> int:
    known = machine.store.get(SIZES, name)
    return int(known[0].value) if known is not None and isinstance(known[0], Number) else 0


def _files(machine: Machine) -> dict[str, tuple[int, bool]]:
    """Return each file's size, and whether that is only its length: the whole's, or the sum of the parts'."""
    whole: dict[str, int] = {}
    parts: dict[str, int] = {}
    sparse: set[str] = set()
    for name in machine.store.names(SIZES):
        text, _, part = name.partition("\0")
        if not text:
            continue
        size = _number(machine, name)
        if part.endswith(_SPARSE):
            sparse.add(text)
        if part.rstrip(_SPARSE):
            parts[text] = parts.get(text, 0) + size
        else:
            whole[text] = max(whole.get(text, 0), size)
    return {
        text: (max(whole.get(text, 0), parts.get(text, 0)), text in sparse) for text in dict.fromkeys((*whole, *parts))
    }


def _present(machine: Machine) -> dict[str, tuple[int, bool]]:
    """Return the sizes of what lies in ``/tmp`` now, each place once; a folder's holds what is below it."""
    there = {atom.text for atom in live(machine)}
    entered = [name[len(_ENTERED) :] for name in machine.store.names(SIZES) if name.startswith(_ENTERED)]
    files = {
        text: size
        for text, size in _files(machine).items()
        if text in there or any(is_at_or_above(owner, text) for owner in entered)
    }
    below = dict.fromkeys(files, 0)
    for text in sorted(files, key=len, reverse=True):
        size, sparse = files[text]
        files[text] = (max(size, below[text]), sparse)
        folder = _folder_of(text, files)
        if folder is not None:
            below[folder] += files[text][0]
            files[folder] = (files[folder][0], files[folder][1] or sparse)
    apart: dict[str, tuple[int, bool]] = {}
    for text in sorted(files, key=lambda text: (-files[text][0], text)):
        if _folder_of(text, files) is None and not any(_may_be_one(text, other) for other in apart):
            apart[text] = files[text]
    return apart


def _folder_of(text: str, files: dict[str, tuple[int, bool]]) -> str | None:
    """Return the nearest one of some folders that a path lies in."""
    above = text.rpartition("/")[0]
    while above:
        if above in files:
            return above
        above = above.rpartition("/")[0]
    return None


def _may_be_one(text: str, other: str) -> bool:
    """Tell whether two paths may mean one file; a name that is new means none that another call has chosen."""
    unique = any(hole.kind is HoleKind.UNIQUE for one in (text, other) for hole in holes_in(one))
    return not unique and may_coincide(text, other)


def _total(present: dict[str, tuple[int, bool]]) -> int:
    return sum(size for size, _ in present.values())


def _is_stated_elsewhere(tree: Tree) -> bool:
    """Tell whether a file that may declare functions speaks of the size of ``/tmp``."""
    candidates = [path for path in tree.files if path.endswith(_SETTING_FILES)][:_MOST_FILES]
    contents = (tree.read(path) or b"" for path in candidates)
    return any(_SETTING.search(content[:_LARGEST_FILE]) for content in contents)
