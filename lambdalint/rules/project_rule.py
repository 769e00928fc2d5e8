"""The base of the rules that judge what functions ship and import, not what their calls do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdalint.model import Label
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lambdalint.model import Confidence, Finding, Fix, ForeignImport, FunctionPackage, Span
    from lambdalint.syntax.project import Project

_MOST_LABELS = 8


class ProjectRule(RuleDefinition):
    """A rule that is asked once for the whole project, in the main process.

    ``settings`` holds the options of all rules as configured, by code, and ``selected`` the codes of the project rules
    that run, for what rules decide together.
    """

    options: RuleDefinition.Options

    def __init__(
        self,
        options: RuleDefinition.Options,
        settings: Mapping[str, Mapping[str, object]],
        selected: Collection[str] = (),
    ) -> None:
        self.options = options
        self.settings = settings
        self.selected = selected

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterable[Finding]:
        """Yield the findings on *packages*, by the names of their functions, and on what functions import."""
        raise NotImplementedError

    def mend(self, finding: Finding, project: Project) -> Fix | None:
        """Return the fix of *finding*; None where there is no right one."""
        del finding, project
        return None

    def report(
        self,
        headline: str,
        span: Span,
        advice: str,
        packages: Sequence[FunctionPackage],
        *,
        labels: Sequence[Label] = (),
        confidence: Confidence | None = None,
    ) -> Finding:
        """Return a finding that concerns the functions of *packages*, with a label at the first of them.

        ``headline`` is a clause without a full stop, ``advice`` says what to do; *confidence* bounds the rule's own.
        """
        functions = [one.function for one in packages]
        names = tuple(sorted({one.name for one in functions}))
        sure = self.meta.confidence
        if confidence is not None and confidence.rank > sure.rank:
            sure = confidence
        declared = sorted({one.source for one in functions if one.source != span})[:_MOST_LABELS]
        known = {one.source: one.name for one in functions}
        return replace(
            self.finding(headline, span, advice=advice, functions=names),
            message=f"{headline} ({joined([shown(name) for name in names])}): {advice}",
            confidence=sure,
            labels=(*labels, *(Label(place, f"the function {shown(known[place])}") for place in declared)),
        )
