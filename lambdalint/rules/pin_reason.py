"""Whether a comment says why a distribution must be in a package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdalint.model import Requirement

_NOT_DEPLOYED = re.compile(r"\s*no-?deploy\b", re.IGNORECASE)
_PRAGMA = re.compile(
    r"(?:flake8:\s*)?noqa\b.*|(?:lambdalint|type|pylint|pyup|rq\.filter|renovate|fmt|pragma)\s*:.*|nosec\b.*"
    r"|(?:todo|fixme)\b.*|via\b.*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SAYS_NOTHING = frozenset(
    {
        "aiobotocore", "amazon", "and", "aws", "boto", "boto3", "botocore", "client", "for", "latest", "library", "pin",
        "pinned", "python", "sdk", "the", "version",
    }
)  # fmt: skip
_TICKET = re.compile(r"\b[A-Z][A-Z0-9]+-\d+\b|\b[A-Z]+#\d+|https?://\S{8}|[^\x00-\x7f]{4}")
_REASON = re.compile(
    r"\b(?:because|since|needs?|until|unless|due to|keep|newer|older|bugs?|fix(?:ed|es)?|features?|breaks?|broken"
    r"|incompatib\w+|compatib\w+)\b",
    re.IGNORECASE,
)
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.\[\],-]*\s*(?:[=<>~!]=|[<>]).*")


def is_explained(requirement: Requirement | None) -> bool:
    """Tell whether *requirement* is a pin and a comment says why, or is marked as not to be deployed.

    Beside the pin two words are a reason, or a ticket, unless they are a pragma of a tool or say only what it is; a
    comment above may be a heading, so that it must speak of a reason.
    """
    if requirement is None:
        return False
    if requirement.beside and _NOT_DEPLOYED.match(requirement.comment):
        return True
    if not requirement.specifier:
        return False
    pieces = (piece.strip() for line in requirement.comment.splitlines() for piece in line.split("#"))
    text = " ".join(one for one in pieces if not _PRAGMA.fullmatch(one) and not _REQUIREMENT.fullmatch(one))
    words = [word for word in _WORD.findall(text) if word.lower() not in _SAYS_NOTHING]
    if requirement.beside:
        return len(words) >= 2 or bool(_TICKET.search(text))
    return len(words) >= 3 and bool(_REASON.search(text))
