"""Findings, and the edits that mend them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.model.effect import Step  # noqa: TC001 - decoding looks at the fields' types
from lambdalint.model.span import Span  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Callable


class Severity(str, enum.Enum):
    """How bad it is: fails for certain, fails under load or later, advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return _SEVERITIES.index(self)


class Confidence(str, enum.Enum):
    """How sure the analysis is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the most confident."""
        return _CONFIDENCES.index(self)


_SEVERITIES = list(Severity)
_CONFIDENCES = list(Confidence)


class Safety(str, enum.Enum):
    """Whether a fix keeps the meaning of code that works, only probably does, or is only shown."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY_ONLY = "display_only"


class Edit(msgspec.Struct, frozen=True):
    """Replace what stands at ``span`` by ``text``."""

    span: Span
    text: str


class Fix(msgspec.Struct, frozen=True):
    """One way to mend a finding; ``edits`` may touch several files."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety


class Label(msgspec.Struct, frozen=True):
    """A further place that belongs to a finding, with what it contributes."""

    span: Span
    text: str


class Finding(msgspec.Struct, frozen=True):
    """One mistake at one place.

    ``message`` says all of it in one line. Where a format has room for more than a line, ``headline`` is its part that
    says what is wrong, and ``advice`` what to do instead. ``functions`` names the deployed functions that it concerns;
    ``trace`` leads from a handler to the place; ``fingerprint`` stays the same when lines above move.
    """

    code: str
    name: str
    message: str
    severity: Severity
    confidence: Confidence
    span: Span
    functions: tuple[str, ...] = ()
    trace: tuple[Step, ...] = ()
    labels: tuple[Label, ...] = ()
    fix: Fix | None = None
    fingerprint: str = ""
    headline: str = ""
    advice: str = ""

    @property
    def sort_key(self) -> tuple[Span, str, str]:
        """The order of reports: by place, then code, then message."""
        return self.span, self.code, self.message

    def moved(self, place: Callable[[Span], Span]) -> Finding:
        """Return this finding with *place* applied to each of its spans."""
        fix = self.fix
        if fix is not None:
            fix = replace(fix, edits=tuple(replace(edit, span=place(edit.span)) for edit in fix.edits))
        return replace(
            self,
            span=place(self.span),
            trace=tuple(replace(step, span=place(step.span)) for step in self.trace),
            labels=tuple(replace(label, span=place(label.span)) for label in self.labels),
            fix=fix,
        )
