"""The base of the rules that are asked once for the whole project, in the main process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import Label
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Confidence, Finding, Fix, Function, Severity, Span
    from lambdalint.syntax.project import Project

_MOST_LABELS = 8


class AskedOnce(RuleDefinition):
    """A rule on functions as a whole: what they ship, how they are declared."""

    options: RuleDefinition.Options

    def mend(self, finding: Finding, project: Project) -> Fix | None:
        """Return the fix of *finding*; None where there is no right one."""
        del finding, project
        return None

    def finding_on(
        self,
        headline: str,
        span: Span,
        advice: str,
        functions: Sequence[Function],
        *,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        labels: Sequence[Label] = (),
    ) -> Finding:
        """Return a finding at *span* that concerns *functions*, with a label where each of them is declared.

        ``headline`` is a clause without a full stop, ``advice`` says what to do; *severity* takes the place of the
        rule's own, *confidence* bounds it.
        """
        names = tuple(sorted({one.name for one in functions}))
        sure = self.meta.confidence
        if confidence is not None and confidence.rank > sure.rank:
            sure = confidence
        known = {one.source: one.name for one in functions if one.source != span}
        return replace(
            self.finding(headline, span, advice=advice, functions=names),
            message=f"{headline} ({joined([shown(name) for name in names])}): {advice}",
            severity=severity or self.meta.severity,
            confidence=sure,
            labels=(
                *labels,
                *(Label(place, f"the function {shown(known[place])}") for place in sorted(known)[:_MOST_LABELS]),
            ),
        )
