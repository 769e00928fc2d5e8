"""What is known of one line of code: the places that its calls lead to, and what each rule makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdalint.model.deployment import Problem
    from lambdalint.model.effect import Effect
    from lambdalint.model.finding import Confidence, Severity
    from lambdalint.model.span import Span


@dataclass(frozen=True, slots=True)
class Answer:
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


@dataclass(frozen=True, slots=True)
class ExplainedEffect:
    """One effect, with the answers of the rules in the order of their codes.

    ``functions`` are all the functions in which the call does the same; ``effect`` is that of the first.
    """

    effect: Effect
    functions: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    """One call, with its effects ordered by place."""

    span: Span
    effects: tuple[ExplainedEffect, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
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
