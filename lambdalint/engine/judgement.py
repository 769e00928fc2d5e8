"""Puts one file before the rules, and turns whatever goes wrong into a finding of its own."""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.source_text import decode_leniently
from lambdalint.model import Confidence, Finding, Severity, Span
from lambdalint.model.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.model import Effect, InlineSource, Tree


class FileTask(msgspec.Struct, frozen=True):
    """One file with its effects, and the codes of the rules to ask.

    ``inline`` holds the code of a file that stands inside a template.
    """

    tree: Tree
    path: str
    inline: InlineSource | None
    effects: tuple[Effect, ...]
    rules: tuple[str, ...]
    options: Mapping[str, Mapping[str, object]]


def internal_error(span: Span, doing: str, error: BaseException | None, functions: tuple[str, ...] = ()) -> Finding:
    """Return the finding that says that lambdalint itself failed, with what a report of it needs."""
    if error is None:
        cause = "a worker process ended unexpectedly"
    else:
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        cause = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}{place}"
    return Finding(
        code="LMB999",
        name="internal-error",
        message=f"lambdalint failed while {doing}: {cause}; please report it with the code in question",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        span=span,
        functions=functions,
    )


class Judgement(msgspec.Struct, frozen=True):
    """What the rules find in a file, and what was asked of the tree for it."""

    findings: tuple[Finding, ...]
    asked: Mapping[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether no rule has failed."""
        return all(finding.code != "LMB999" for finding in self.findings)


def judge_file(task: FileTask) -> Judgement:
    """Return what the rules find in one file; an exception becomes an ``LMB999`` finding."""
    from lambdalint import rules

    tree = Watched(task.tree)
    content = b"" if task.inline is not None else tree.read(task.path)
    if content is None:
        return Judgement((), tree.asked)
    text = task.inline.text if task.inline is not None else decode_leniently(task.path, content)
    try:
        registry = rules.registry()
        asked = [registry[code] for code in task.rules]
        found = rules.judge(task.path, text, task.effects, asked, task.options)
    except Exception as error:  # the boundary of one file: the run goes on, and says so
        found = [internal_error(Span.point(task.path), "judging this file", error)]
    return Judgement(tuple(found), tree.asked)


def judge_lost(task: FileTask) -> Judgement:
    """Return the finding for a file whose judgement took its process down."""
    return Judgement((internal_error(Span.point(task.path), "judging this file", None),), {})
