"""Tells which comments belong to a line of a manifest, and leaves out those that a tool wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LINES = 50
"""How many lines of a block of comments are read."""

_VIA = re.compile(r"\s*via\b")
_GENERATED = re.compile(
    r"auto-?generated\b|\bgenerated (?:by|using|with)\b|following requirements were added by pip freeze"
    r"|considered to be unsafe in a requirements file",
    re.IGNORECASE,
)


class CommentLine(msgspec.Struct, frozen=True):
    """The ``text`` of one comment without its first ``#``; ``alone`` tells that nothing else is on the line."""

    text: str
    alone: bool


def comment_of(comments: Mapping[int, CommentLine], first: int, last: int) -> tuple[str, bool]:
    """Return the comment that belongs to the lines from *first* to *last*, and whether it stands on one of them.

    *comments* are those of the file by line. A comment on the lines comes before the block right above them. What a
    tool writes to tell the origin of a requirement (``# via boto3``) or of the file belongs to nothing.
    """
    beside = _text([comments[line] for line in range(first, min(last, first + MAX_LINES) + 1) if line in comments])
    if beside:
        return beside, True
    block: list[CommentLine] = []
    line = first - 1
    while line in comments and comments[line].alone and len(block) < MAX_LINES:
        block.append(comments[line])
        line -= 1
    return _text(block[::-1]), False


def _text(block: list[CommentLine]) -> str:
    if any(_GENERATED.search(comment.text) for comment in block):
        return ""
    kept: list[str] = []
    in_via = False
    for comment in block:
        # pip-compile and uv write "# via" over lines of names that are indented by three spaces
        in_via = _VIA.match(comment.text) is not None or (in_via and comment.text.startswith("  "))
        if not in_via:
            kept.append(comment.text.lstrip("#").strip())
    return "\n".join(kept).strip()
