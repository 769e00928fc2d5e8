"""What the catalogue says of libraries, compared with those that are installed; not part of the usual run.

It runs after ``pip install lambdalint[catalogue-check]``, where the variable ``CATALOGUE_CHECK`` is set.
"""

from __future__ import annotations

import os

import pytest
from catalogue_check import Verdict, check, claims_in, installed

from lambdalint import catalogue

ASKED_FOR = bool(os.environ.get("CATALOGUE_CHECK"))
LIBRARIES = sorted({claim.library for claim in claims_in(catalogue.load().files)}) if ASKED_FOR else []

pytestmark = pytest.mark.skipif(not ASKED_FOR, reason="CATALOGUE_CHECK is not set")


@pytest.mark.parametrize("library", LIBRARIES)
def test_rows_agree_with_the_installed_library(library: str) -> None:
    if not installed(library):
        pytest.skip("not installed")
    claims = [claim for claim in claims_in(catalogue.load().files) if claim.library == library]
    findings = [one for _, found in check(claims) for one in found]
    assert [str(one) for one in findings if one.verdict in (Verdict.WRONG, Verdict.NOT_THERE)] == []
