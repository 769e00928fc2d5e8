from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flake8_plugin.programs import OLDEST, Program, Unavailable, installed, oldest

if TYPE_CHECKING:
    from pathlib import Path

APP = """\
import os


def handler(event, context):
    open("report.csv", "w")
"""
PLAIN = "def total(values):\n    return sum(values)\n"


@pytest.fixture(scope="session")
def oldest_flake8(tmp_path_factory: pytest.TempPathFactory) -> Program:
    try:
        return oldest(tmp_path_factory.mktemp("flake8") / OLDEST)
    except Unavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def newest_flake8() -> Program:
    return installed("flake8")


@pytest.fixture(params=["newest", "oldest"])
def flake8(request: pytest.FixtureRequest, newest_flake8: Program) -> Program:
    """Each of the two: for what depends on how flake8 works inside."""
    if request.param == "newest":
        return newest_flake8
    program: Program = request.getfixturevalue("oldest_flake8")
    return program


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose ``app.py`` has one finding on line 5, LMB102, and one of flake8's own, F401."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "lambdalint.toml").write_text('[[functions]]\nhandler = "app.handler"\n')
    (root / "app.py").write_text(APP)
    (root / "plain.py").write_text(PLAIN)
    return root
