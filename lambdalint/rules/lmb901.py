"""LMB901 unused-suppression."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Finding, RuleMeta, Safety, Severity
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.model import Fix, Span


class UnusedSuppression(RuleDefinition):
    """Reports a code in a suppression comment that silences no finding.

    ## What it does

    Reports a code of lambdalint in `# noqa: ...`, `# flake8: noqa: ...`, `# lambdalint: ignore[...]` or
    `# lambdalint: ignore-file[...]` that no finding stands behind, and a code that no rule has. Codes of
    other tools, and a `noqa` without codes, are left alone.

    The fix removes the code, or the comment where nothing else is left of it.

    ## Why it fails on Lambda

    It does not. But the comment says of its line what is not true any more, and it will hide the next
    mistake that is made there. A code that no rule has, such as one with a digit too many, silences
    nothing although it looks as if it did.

    ## Example

    ```python
    import tempfile


    def handler(event, context):
        with open(f"{tempfile.gettempdir()}/report.csv", "w") as out:  # noqa: LMB102
            out.write("nothing to report")
    ```

    ## Use instead

    ```python
    import tempfile


    def handler(event, context):
        with open(f"{tempfile.gettempdir()}/report.csv", "w") as out:
            out.write("nothing to report")
    ```

    `# noqa: LMB102, LMB901` keeps a comment that is needed only at times. Only the whole code silences
    this rule, neither `LMB9` nor a `noqa` without codes.

    ## Options

    None.

    ## Known limits

    Nothing is reported where not everything was judged: with an LMB900 or LMB999, or where the code was not
    followed to its end; in files that no function reaches; and of codes whose rules were not selected.

    Where code is in use on one machine only, say with another version of Python, so may be its comment.
    """

    meta = RuleMeta(
        code="LMB901",
        name="unused-suppression",
        family=Family.LAMBDALINT,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Reports a code in a suppression comment that silences no finding.",
        since="0.1.0",
        fix=Safety.SAFE,
    )


def silences_nothing(code: str, where: str, span: Span, fix: Fix | None) -> Finding:
    """Return the finding for *code*, or a prefix, of which nothing is found *where* ("in this statement")."""
    what = f"no {code}" if len(code) == len(UnusedSuppression.meta.code) else f"nothing of {code}"
    return UnusedSuppression.finding(
        f"suppresses {code}, but {what} is found {where}",
        span,
        advice="remove it, for its cause is gone or elsewhere, or no function reaches it any more",
        fix=fix,
    )


def stands_alone(code: str, span: Span, fix: Fix | None) -> Finding:
    """Return the finding for *code* in a ``noqa`` on a line of its own."""
    return UnusedSuppression.finding(
        f"suppresses {code}, but no code stands on the line of this noqa",
        span,
        advice=f"put it behind the statement, or write 'lambdalint: ignore[{code}]' for the statement below",
        fix=fix,
    )


def unknown(code: str, names: Mapping[str, str], span: Span, fix: Fix | None) -> Finding:
    """Return the finding for *code* as written, which is that of no rule; *names* are those of the rules by code."""
    meant = _nearest(code.upper(), names)
    advice = f"did you mean {meant}?" if meant else "'lambdalint rules' lists the codes"
    headline = f"suppresses {shown(code)}, which is the code of no rule"
    return UnusedSuppression.finding(headline, span, advice=advice, fix=fix)


def _nearest(code: str, names: Mapping[str, str]) -> str | None:
    """Return the code that is most like *code*, which may be a rule's name; None if none is."""
    by_name = {name.upper(): known for known, name in names.items()}
    likely = difflib.get_close_matches(code, [*names, *by_name], n=1)
    return by_name.get(likely[0], likely[0]) if likely else None
