"""What is said of a rule."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.model.finding import Confidence, Safety, Severity


class Family(str, enum.Enum):
    """The kinds of mistakes, by the first digit of their codes."""

    READ_ONLY = "read-only file system"
    PERSISTENCE = "persistence"
    GROWTH = "growth"
    PACKAGING = "packaging"
    CONFIGURATION = "storage configuration"
    LAMBDALINT = "lambdalint itself"


NOT_JUDGED = frozenset({"LMB900", "LMB999"})
"""Codes of the findings that say that something was not judged: a run with one of them has not done its work."""


class RuleMeta(msgspec.Struct, frozen=True):
    """A rule's declaration. ``name`` reads as "allow <name>"; ``since`` is the version that brought it.

    A rule that is not ``on`` by default runs where a selection names its whole code.
    """

    code: str
    name: str
    family: Family
    severity: Severity
    confidence: Confidence
    summary: str
    since: str
    fix: Safety | None = None
    on: bool = True
