"""What a worker believes of what it finds."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambdalint.flake8_plugin import handover
from lambdalint.flake8_plugin.analysis import Violation, Violations

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUND = Violations({"/p/a\udcff.py": (Violation(1, 2, "LMB101 é"),), "/p/b.py": ()}, ("once",))
OPTIONS = argparse.Namespace(filenames=["a.py", "b.py"])


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    handover.withdraw()


def received(options: argparse.Namespace = OPTIONS) -> Violations | None:
    """Return what a worker of this process receives."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: Violations | None = pool.apply(handover.receive, (options,))
        return found


def left() -> Path:
    handover.leave(FOUND, OPTIONS)
    return Path(os.environ["LAMBDALINT_FLAKE8"].partition(":")[2])


def test_a_worker_receives_what_its_parent_left() -> None:
    folder = left()
    assert received() == FOUND
    handover.withdraw()
    assert not folder.exists()
    assert "LAMBDALINT_FLAKE8" not in os.environ
    assert received() is None


def test_nobody_else_receives_it() -> None:
    left()
    assert handover.receive(OPTIONS) is None
    assert received(argparse.Namespace(filenames=["a.py"])) is None
    os.environ["LAMBDALINT_FLAKE8"] = os.environ["LAMBDALINT_FLAKE8"].replace(str(os.getpid()), "1", 1)
    assert received() is None


@pytest.mark.skipif(os.name == "nt", reason="folders have no such modes")
def test_a_folder_that_others_can_reach_is_not_trusted() -> None:
    folder = left()
    folder.chmod(0o750)
    assert received() is None
    folder.chmod(0o700)
    assert received() == FOUND


def test_a_folder_behind_a_link_is_not_trusted(tmp_path: Path) -> None:
    folder = left()
    (tmp_path / "link").symlink_to(folder)
    os.environ["LAMBDALINT_FLAKE8"] = f"{os.getpid()}:{tmp_path / 'link'}"
    assert received() is None


@pytest.mark.parametrize("content", ["", "[]", '{"run": 1}', "\xff", '{"run": [], "by_file": 1, "elsewhere": 1}'])
def test_what_is_damaged_is_as_nothing(content: str) -> None:
    file = left() / "violations.json"
    if content.startswith("{"):
        right = json.loads(file.read_text())
        content = json.dumps({**json.loads(content), "run": right["run"]})
    file.write_text(content, encoding="latin-1")
    assert received() is None


def test_a_later_run_takes_the_place_of_an_earlier_one() -> None:
    first, second = left(), left()
    assert not first.exists()
    assert second.stat().st_mode & 0o777 == 0o700 or os.name == "nt"
    assert received() == FOUND
