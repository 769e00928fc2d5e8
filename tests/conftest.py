"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox import Sandbox, unavailable_because

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """A room like Lambda's; the test is skipped where the machine cannot make one."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    return Sandbox()
