"""What the evaluations of several functions share."""

from __future__ import annotations

from lambdalint.flow.module_outcomes import ModuleOutcomes
from lambdalint.flow.outcomes import Outcomes


class Common:
    """What calls and imports did that rests on nothing of one function's own."""

    def __init__(self) -> None:
        self.outcomes = Outcomes()
        self.module_outcomes = ModuleOutcomes()
