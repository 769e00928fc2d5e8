"""What a run has to say: the only thing that renderers see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.model.deployment import Problem
    from lambdalint.model.finding import Finding


class FunctionReport(msgspec.Struct, frozen=True):
    """A function as the report lists it; ``path`` and ``line`` say where it is declared.

    ``code`` is the file that holds the handler, None where no file of the project does. ``environment`` are the names
    of the variables that the project sets; ``timeout`` is in seconds.
    """

    name: str
    handler: str | None
    path: str
    line: int
    platform: str
    tmp_mb: int | None
    declared_by: str
    entry_points: tuple[str, ...]
    code: str | None = None
    confidence: str = "high"
    runtime: str | None = None
    package_type: str = "zip"
    timeout: int | None = None
    variants: tuple[str, ...] = ()
    mounts: tuple[MountReport, ...] = ()
    layers: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()


class MountReport(msgspec.Struct, frozen=True):
    """A file system as the report lists it, ``efs`` or ``s3files``."""

    path: str
    kind: str


class Summary(msgspec.Struct, frozen=True):
    """Counts of a run.

    ``unresolved`` are handlers, imports and paths that could not be resolved; ``unfinished`` the entry points that were
    not followed to their end, because the bound on steps or depth was hit. ``suppressed``, ``baselined`` and
    ``unchanged`` count the findings that are left out because of a comment, the baseline, or lines that did not change.
    """

    files: int
    functions: int
    findings: int
    fixable: int
    unresolved: int
    unfinished: int = 0
    suppressed: int = 0
    baselined: int = 0
    unchanged: int = 0


class Report(msgspec.Struct, frozen=True):
    """All that one run found.

    ``problems`` are warnings about input that could not be understood; ``notes`` are shown with ``-v``. ``limited``
    tells that only a part of the project was asked for. ``sources`` holds the text of each file that a finding stands
    in, so that a renderer can show the line, and of each that a fix changes. ``undeclared`` are those of the problems
    and notes that are about functions: what could not be understood of declarations, and handlers that are not there.
    """

    tool: str
    findings: tuple[Finding, ...]
    functions: tuple[FunctionReport, ...]
    summary: Summary
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    undeclared: tuple[Problem, ...] = ()
    sources: Mapping[str, str] = msgspec.field(default_factory=dict)
    limited: bool = False
