"""Every row of the standard library, run for real: what it says of the call is what the room does."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
from sandbox.examples import ROOMS, is_standard, job_for

from lambdalint import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox import Outcome, Sandbox

    from lambdalint.catalogue.schema import EffectRow

ROWS = {
    f"{file.removesuffix('.toml')}:{row.call}:{row.kind.value}:{number}": row
    for number, (file, row) in enumerate(
        (file, row) for file, content in catalogue.load().files for row in content.effect if is_standard(row)
    )
}
_ABSENT = ("ModuleNotFoundError", "AttributeError", "ImportError")
_UNSUPPORTED = (
    "unknown archive format",
    "TemporaryDirectory.__init__() got an unexpected keyword argument 'delete'",
)

Outcomes = dict[tuple[str, str, str], "Outcome"]

every_row = pytest.mark.parametrize("name", ROWS)


@pytest.fixture(scope="module")
def outcomes(sandbox: Sandbox) -> Mapping[tuple[str, str, str], Outcome]:
    """What came of each example and counter-example, by row, kind of code, and room.

    An example is tried in the next room only while none has refused it, and it has not run through either.
    """
    counters = [(name, "counter", ROOMS[0]) for name in ROWS]
    found = dict(
        zip(
            counters,
            sandbox.run([job_for(key[0], ROWS[key[0]].counter, key[2]) for key in counters]),
            strict=True,
        )
    )
    names = list(ROWS)
    for room in ROOMS:
        keys = [(name, "example", room) for name in names]
        found.update(zip(keys, sandbox.run([job_for(name, ROWS[name].example, room) for name in names]), strict=True))
        names = [key[0] for key in keys if found[key].error and not _refused(ROWS[key[0]], found[key])]
    return found


def _refused(row: EffectRow, outcome: Outcome) -> bool:
    """Tell whether the room refused; a missing path proves nothing, but where shared memory is missing."""
    error = outcome.error
    if error is None:
        return False
    if (row.place or "").startswith("/dev/shm"):
        return error.errno in (errno.ENOENT, errno.ENOSYS)
    return error.read_only and error.errno != errno.ENOENT


def _skip_what_this_python_lacks(row: EffectRow, outcome: Outcome) -> None:
    error = outcome.error
    if error is not None and (error.type in _ABSENT or error.message.startswith(_UNSUPPORTED)):
        pytest.skip(f"this Python has no {row.call}: {error.message}")


@every_row
def test_example(name: str, outcomes: Mapping[tuple[str, str, str], Outcome]) -> None:
    row = ROWS[name]
    found = [outcomes[name, "example", room] for room in ROOMS if (name, "example", room) in outcomes]
    _skip_what_this_python_lacks(row, found[0])
    errors = [str(outcome.error) for outcome in found]
    if row.kind.modifies and row.raises:
        assert any(_refused(row, outcome) for outcome in found), errors
    elif row.kind.modifies:
        assert not all(_refused(row, outcome) for outcome in found), errors
        assert any(outcome.error is None for outcome in found), errors
    else:
        assert not any(outcome.error and outcome.error.errno == errno.EROFS for outcome in found), errors


@every_row
def test_counter_example(name: str, outcomes: Mapping[tuple[str, str, str], Outcome]) -> None:
    outcome = outcomes[name, "counter", ROOMS[0]]
    _skip_what_this_python_lacks(ROWS[name], outcome)
    assert outcome.error is None or outcome.error.errno != errno.EROFS, str(outcome.error)
