"""Defaults of libraries that are installed for the tests, run for real, with and without the redirect."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING

import pytest
from sandbox import Job

from lambdalint import catalogue

if TYPE_CHECKING:
    from sandbox import Outcome, Sandbox

    from lambdalint.catalogue.library_default_row import LibraryDefaultRow

_LARGEST = 8_000_000
"""Bytes of a library with what it requires, up to which it is copied into the sandbox."""
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)(.*)")
TOP_LEVEL = metadata.packages_distributions()
FILES = [content for _, content in catalogue.load().files]
USED = {row.library for content in FILES for row in content.effect}
"""The rows that effects refer to; one that nothing brings into force documents what another rule judges."""
ROWS = [
    row
    for content in FILES
    for row in content.library_default
    if (row.imports or row.calls or row.name in USED)
    and any(name.partition(".")[0] in TOP_LEVEL for name in (*row.imports, *row.calls, row.library))
]

every_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


def _required(distribution: str) -> frozenset[str]:
    """Return a distribution and all that it requires here, without extras."""
    found: set[str] = set()
    waiting = [distribution]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            requirements = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        for text in requirements:
            match = _REQUIREMENT.match(text)
            if match and "extra" not in match[2]:
                waiting.append(match[1])
    return frozenset(found)


@lru_cache
def _files(distribution: str) -> dict[str, bytes]:
    """Return the files of a distribution and of what it requires, as they lie in the package of a function."""
    found: dict[str, bytes] = {}
    for name in sorted(_required(distribution)):
        for path in metadata.files(name) or ():
            located = path.locate()
            if ".." not in path.parts and "__pycache__" not in path.parts and path.suffix != ".pth":
                found[path.as_posix()] = located.read_bytes()  # type: ignore[attr-defined]  # a Path of this system
    return found


def _outcome(sandbox: Sandbox, row: LibraryDefaultRow, code: str) -> Outcome:
    names = (name.partition(".")[0] for name in (*row.imports, *row.calls, row.library))
    distribution = next(TOP_LEVEL[name][0] for name in names if name in TOP_LEVEL)
    files = _files(distribution)
    if sum(map(len, files.values())) > _LARGEST:
        pytest.skip(f"{distribution} is too large to be copied")
    (outcome,) = sandbox.run([Job(row.name, files=files, code=code)])
    return outcome


@every_row
def test_the_default_place_is_refused(row: LibraryDefaultRow, sandbox: Sandbox) -> None:
    outcome = _outcome(sandbox, row, row.example)
    assert (outcome.error is not None) == (row.outcome == "fails"), str(outcome.error)


@every_row
def test_the_redirected_place_is_not(row: LibraryDefaultRow, sandbox: Sandbox) -> None:
    outcome = _outcome(sandbox, row, row.counter)
    assert outcome.error is None or not outcome.error.read_only, str(outcome.error)
