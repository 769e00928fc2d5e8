"""The base of the rules on imports that look at the code around them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Callable


def _no_text(path: str) -> str | None:
    return None


class ImportRule(ProjectRule):
    """A rule on what functions import.

    ``text_of`` returns the source code of a file by its path as spans name it, or None where there is none to be had;
    the engine sets it.
    """

    text_of: Callable[[str], str | None] = staticmethod(_no_text)
