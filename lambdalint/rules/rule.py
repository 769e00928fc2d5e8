"""The base of the rules that look at calls and their effects."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, ClassVar

import libcst as cst
from libcst.metadata import PositionProvider

from lambdalint.rules import reasons, verdict
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.effect_provider import EffectProvider
from lambdalint.rules.lmb999 import rule_failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from libcst.metadata import CodeRange, MetadataWrapper

    from lambdalint.model import Confidence, Effect, Finding, Fix, Severity, Span
    from lambdalint.rules.effect_provider import EffectsInExcerpt
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.project import Project


class Rule(RuleDefinition, cst.BatchableCSTVisitor):
    """A visitor that judges the effects of one file.

    A rule says in ``concerns`` which effects it may report, from the effect alone: only calls with such
    an effect are parsed. Its ``visit_...`` methods look at ``self.effects(node)`` and call
    ``self.report``. A rule that raises is stopped for the file, and what it found so far stands.
    """

    METADATA_DEPENDENCIES = (EffectProvider,)
    options: RuleDefinition.Options
    passes_over: ClassVar[str] = ""
    """Which code around a call keeps the rule from reporting an effect that concerns it."""
    mends_calls: ClassVar[bool] = True
    """Whether the fix is made at the finding's call, by ``mend``; else ``mend_effects`` makes it."""

    def __init__(self, path: str, options: RuleDefinition.Options) -> None:
        super().__init__()
        self.path = path
        self.options = options
        self.failure: Finding | None = None
        self._verdicts: list[verdict.Verdict] = []
        self._looked_for: EffectsInExcerpt | None = None
        self._positions: Mapping[cst.CSTNode, CodeRange] = {}

    def concerns(self, effect: Effect) -> bool:
        """Tell whether the rule may have something to say of *effect*."""
        raise NotImplementedError

    def why_silent(self, effect: Effect) -> str | None:
        """Return why *effect* does not concern the rule, of the effects that it is about; None of all others."""
        return None if self.may_report(effect) else reasons.why_silent(self.meta.code, effect)

    def mend(self, site: Site) -> Fix | None:
        """Return the fix of the finding at *site*; None where there is no right one."""
        del site
        return None

    def mend_effects(self, effects: tuple[Effect, ...], project: Project) -> Fix | None:
        """Return the fix of a finding with these *effects*, of a rule that does not mend calls."""
        del effects, project
        return None

    def effects(self, node: cst.CSTNode) -> tuple[Effect, ...]:
        """Return the effects of *node* that concern this rule."""
        known: tuple[Effect, ...] = self.get_metadata(EffectProvider, node, ())
        return tuple(effect for effect in known if self.concerns(effect))

    def span(self, node: cst.CSTNode) -> Span:
        """Return where *node* stands in the file."""
        assert self._looked_for is not None, "a span is known during a visit only"
        return self._looked_for.span_of(self._positions[node])

    def report(
        self,
        node: cst.CSTNode,
        effect: Effect,
        message: str,
        advice: str,
        *,
        confidence: Confidence | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Report *effect*, which *node* has.

        ``message`` is a clause without a full stop ("writes /x, which is read-only at run time") and
        ``advice`` says what to do instead; the functions concerned are put between them. What becomes of
        a refusal that is no ``OSError`` at the call is added. ``confidence`` bounds the rule's own;
        ``severity`` takes the place of the rule's.
        """
        limits = [self.meta.confidence, *([confidence] if confidence else [])]
        if effect.failure and effect.place.writable is False and effect.library is None:
            message = f"{message}: the call {effect.failure}"
        sure = verdict.certainty(effect, max(limits, key=lambda limit: limit.rank))
        self._verdicts.append(verdict.Verdict(effect, message, advice, sure, severity))

    def findings(self) -> list[Finding]:
        """Return what was reported, one finding a call, and the rule's failure if it failed."""
        return [*verdict.findings(self.meta, self._verdicts), *([self.failure] if self.failure else [])]

    def may_report(self, effect: Effect) -> bool:
        """Tell whether ``concerns`` holds, of a rule that has not failed; a failure is kept, not raised."""
        if self.failure is not None:
            return False
        try:
            return self.concerns(effect)
        except Exception as error:
            self.failure = rule_failed(self.meta.code, effect.span, error)
            return False

    def enter(self, wrapper: MetadataWrapper, looked_for: EffectsInExcerpt) -> None:
        """Prepare for the visit of one excerpt."""
        self._looked_for = looked_for
        self._positions = wrapper.resolve(PositionProvider)

    def get_visitors(self) -> Mapping[str, Callable[[cst.CSTNode], None]]:
        """Return the visitor's own methods, each guarded against its failure."""
        return {name: partial(self._guarded, getattr(self, name)) for name in _visitor_methods(type(self))}

    def _guarded(self, method: Callable[[cst.CSTNode], object], node: cst.CSTNode) -> None:
        if self.failure is not None:
            return
        try:
            method(node)
        except Exception as error:
            self.failure = rule_failed(self.meta.code, self.span(node), error)


@cache
def _visitor_methods(rule: type[Rule]) -> tuple[str, ...]:
    """Return the names of *rule*'s visitor methods; LibCST's own search takes a millisecond a visitor."""
    return tuple(
        name
        for name in dir(rule)
        if name.startswith(("visit_", "leave_")) and not getattr(getattr(rule, name), "_is_no_op", False)
    )
