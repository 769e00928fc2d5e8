"""The base of the rules that judge what functions ship and import, not what their calls do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.rules.asked_once import AskedOnce

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lambdalint.model import Confidence, Finding, ForeignImport, FunctionPackage, Label, Span
    from lambdalint.rules.definition import RuleDefinition


class ProjectRule(AskedOnce):
    """A rule that is asked once for the whole project, in the main process.

    ``settings`` holds the options of all rules as configured, by code, and ``selected`` the codes of the project rules
    that run, for what rules decide together.
    """

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
        """Return a finding that concerns the functions of *packages*, see ``finding_on``."""
        functions = [one.function for one in packages]
        return self.finding_on(headline, span, advice, functions, labels=labels, confidence=confidence)
