"""LMB999 internal-error."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Finding, RuleMeta, Severity, Span
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Effect


class InternalError(RuleDefinition):
    """Reports that lambdalint itself failed, and what it could not check.

    ## What it does

    Reports that one rule failed on one file, or that a call which may be a mistake could not be judged.
    The other rules and files are checked as usual, and the exit code is 2.

    ## Why it fails on Lambda

    It says nothing of your code. It is a finding so that the gap is not overlooked: what it names was not
    checked.

    ## Example

    ```text
    src/app.py:12:5: LMB999 rule LMB102 failed on src/app.py, line 12, with KeyError: 'x' ...
    ```

    ## Use instead

    Report it, with the message and, if you may, the line of code that it names. Until it is mended,
    ignore the failing rule, or suppress LMB999 on that line.

    ## Options

    None.

    ## Known limits

    A rule that failed on a file is not tried again on the rest of that file.
    """

    meta = RuleMeta(
        code="LMB999",
        name="internal-error",
        family=Family.LAMBDALINT,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports that lambdalint itself failed, and what it could not check.",
        since="0.1.0",
    )


_PLEA = "please report this to the developers of lambdalint"


def rule_failed(code: str, span: Span, error: Exception) -> Finding:
    """Return the finding for rule *code*, which raised *error* when it looked at *span*."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    what = shown(f"{type(error).__name__}: {error}".rstrip(": "))
    return InternalError.finding(
        f"rule {code} failed on {shown(span.path)}, line {span.line}, with {what}{where}; "
        f"the rest of the file was not checked by it: {_PLEA}",
        span,
    )


def cannot_judge(effects: Sequence[Effect], reason: str) -> Finding:
    """Return the finding for *effects*, all of one file, which the rules could not see for *reason*."""
    spans = sorted({effect.span for effect in effects})
    lines = [str(line) for line in sorted({span.line for span in spans})]
    calls = "a call that may be a mistake was" if len(spans) == 1 else f"{len(spans)} calls that may be mistakes were"
    functions = tuple(sorted({effect.entry.function for effect in effects}))
    return InternalError.finding(
        f"{calls} not checked in {shown(spans[0].path)}, line {joined(lines)}: {reason}; {_PLEA}",
        spans[0],
        functions=functions,
    )
