"""Turns Python code that stands inside a configuration into source whose lines know their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.model import InlineSource

if TYPE_CHECKING:
    from lambdalint.deployment.terraform.expression import Heredoc

_HOLE = re.compile(r"(?<!\$)\$\{[^}\n]*\}")


def read_inline(heredoc: Heredoc, name: str) -> InlineSource | None:
    """Return the code in *heredoc*, of the function *name*; None where directives decide what stands there.

    What only the deployment knows is replaced by a name of the same length.
    """
    if re.search(r"(?<!%)%\{", heredoc.text):
        return None
    stand_ins: dict[str, None] = {}

    def fill(hole: re.Match[str]) -> str:
        stand_in = re.sub(r"[^0-9A-Za-z_]", "_", hole[0])
        stand_ins[stand_in] = None
        return stand_in

    text = _HOLE.sub(fill, heredoc.text)
    lines = tuple((heredoc.first_line + number, heredoc.margin) for number in range(text.count("\n") + 1))
    return InlineSource(heredoc.span.path, f"{heredoc.span.path}::{name}", text, lines, tuple(stand_ins))
