"""LMB902 suppression-without-reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Finding, RuleMeta, Severity
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Span


class SuppressionWithoutReason(RuleDefinition):
    """Reports a comment that suppresses findings of lambdalint and does not say why.

    ## What it does

    Reports `# noqa: ...`, `# flake8: noqa: ...`, `# lambdalint: ignore[...]` and
    `# lambdalint: ignore-file[...]` with a code of lambdalint and no text behind it. It is for projects
    that want each exception explained: it runs only where `select` or `extend-select` names the whole
    code.

    ## Why it fails on Lambda

    It does not. But whoever changes the code next cannot know whether the exception still holds: whether
    the mount is still there, or the function still runs in its own image.

    ## Example

    ```python
    def handler(event, context):
        with open("report.csv", "w") as out:  # noqa: LMB102
            out.write(event["report"])
    ```

    ## Use instead

    ```python
    def handler(event, context):
        with open("report.csv", "w") as out:  # noqa: LMB102 the image makes this folder writable
            out.write(event["report"])
    ```

    The reason may also stand in a comment behind it: `# noqa: E501, LMB102  # the image ...`.

    ## Options

    None.

    ## Known limits

    Any text counts as a reason. What is known as a comment for another tool, such as `# type: ignore`,
    does not.
    """

    meta = RuleMeta(
        code="LMB902",
        name="suppression-without-reason",
        family=Family.LAMBDALINT,
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        summary="Reports a comment that suppresses findings of lambdalint and does not say why.",
        since="0.1.0",
        on=False,
    )


def without_reason(codes: Sequence[str], span: Span) -> Finding:
    """Return the finding for a comment that suppresses *codes*."""
    headline = f"suppresses {joined([shown(code) for code in codes])} without a reason"
    return SuppressionWithoutReason.finding(headline, span, advice="say behind the codes why")
