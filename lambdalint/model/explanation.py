"""What is known of one line of code: the places that its calls lead to, and what each rule makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.model.deployment import Problem
    from lambdalint.model.effect import Effect
    from lambdalint.model.finding import Confidence, Severity
    from lambdalint.model.span import Span


class Answer(msgspec.Struct, frozen=True):
    """What one rule makes of one effect.

    ``text`` is the message of a rule that reports it, else the reason why it does not. ``hidden`` says why a report of
    ``severity`` and ``confidence`` is left out of the findings, ``""`` where it is not. Both are None of a rule that is
    silent.
    """

    code: str
    name: str
    text: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    hidden: str = ""

    @property
    def reports(self) -> bool:
        """Whether the rule reports the effect."""
        return self.severity is not None


class ExplainedEffect(msgspec.Struct, frozen=True):
    """One effect, with the answers of the rules in the order of their codes.

    ``functions`` are all the functions in which the call does the same; ``effect`` is that of the first.
    """

    effect: Effect
    functions: tuple[str, ...]
    answers: tuple[Answer, ...]


class ExplainedCall(msgspec.Struct, frozen=True):
    """One call, with its effects ordered by place."""

    span: Span
    effects: tuple[ExplainedEffect, ...]


class Explanation(msgspec.Struct, frozen=True):
    """What is known of a line.

    ``note`` says why there are no ``calls`` where there are none. ``source`` is the text of the file.
    """

    tool: str
    path: str
    line: int
    calls: tuple[ExplainedCall, ...]
    note: str = ""
    source: str = ""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
