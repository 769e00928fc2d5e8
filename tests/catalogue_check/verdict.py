"""What came of comparing one claim of the catalogue with an installed library."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalogue_check.claims import Claim


class Verdict(enum.Enum):
    """How a claim and the installed library agree."""

    CHECKED = "checked"
    CANNOT_TELL = "cannot tell"
    WRONG = "wrong"
    NOT_THERE = "not there"
    OTHER_RELEASES = "other releases"
    """The claim does not hold here, and the row's note says of which releases it does."""
    NOT_INSTALLED = "not installed"


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its verdict, and why it is not ``checked``."""

    claim: Claim
    verdict: Verdict
    why: str = ""

    @property
    def installed(self) -> bool:
        """Tell whether the library was there to compare with."""
        return self.verdict is not Verdict.NOT_INSTALLED

    def __str__(self) -> str:
        why = f": {self.why}" if self.why else ""
        return f"{self.claim.file}: {self.claim.kind} {self.claim}: {self.verdict.value}{why}"
