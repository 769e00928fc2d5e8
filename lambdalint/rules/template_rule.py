"""The base of the rules on what templates declare, and what they may look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdalint.model import Label
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.catalogue.schema import PlatformRow, PlatformVariant
    from lambdalint.model import Confidence, Effect, EntryPoint, Finding, Fix, Function, Room, Severity, Span, Tree
    from lambdalint.syntax.project import Project

_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Declared:
    """The functions of a project, the files around them, and what their code does.

    ``text_of`` gives the text of a file by the path that spans have; ``effects`` and ``entry_points`` are those of all
    functions.
    """

    functions: Sequence[Function]
    entry_points: Sequence[EntryPoint]
    effects: Sequence[Effect]
    tree: Tree
    text_of: Callable[[str], str | None]
    catalogue: Catalogue

    def platform(self, room: Room) -> PlatformRow | None:
        """Return what is known of the platform of *room*; None for one that the catalogue does not have."""
        return self.catalogue.platforms.get(room.platform)

    def variants(self, room: Room) -> tuple[PlatformVariant, ...]:
        """Return the ways of running that the template of *room* asks for and its platform knows."""
        platform = self.platform(room)
        return tuple(one for one in platform.variant if one.name in room.variants) if platform is not None else ()


class TemplateRule(RuleDefinition):
    """A rule that is asked once for all functions, of the settings that their templates state."""

    options: RuleDefinition.Options

    def __init__(self, options: RuleDefinition.Options) -> None:
        self.options = options

    def judge(self, declared: Declared) -> Iterable[Finding]:
        """Yield the findings on the functions of a project."""
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
