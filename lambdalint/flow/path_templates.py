"""Paths as the catalogue's rows write them: with ``~``, and words in angle brackets for what the room decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.text import hole_text
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

_WORD = re.compile(r"<(tempdir|cwd|home|package|unique)>")


def expanded(machine: Machine, template: str, unique: Hole | None = None) -> str:
    """Return the text of a template; ``<unique>`` becomes the hole *unique*."""

    def replace(match: re.Match[str]) -> str:
        if match[1] == "tempdir":
            return machine.temporary_directory
        if match[1] == "home":
            return machine.home
        if match[1] == "cwd":
            return next(iter(machine.cwds()), machine.deployed.room.cwd)
        if match[1] == "package":
            return machine.deployed.room.task_root
        return hole_text(unique or Hole(HoleKind.UNIQUE))

    text = _WORD.sub(replace, template)
    return machine.home + text[1:] if text.startswith("~") else text
