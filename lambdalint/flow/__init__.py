"""Abstract interpretation from every entry point: what each call does, to which place, and by which way."""

from lambdalint.flow.analysis import analyse, evaluations
from lambdalint.model.flow_result import FlowResult

__all__ = ["FlowResult", "analyse", "evaluations"]
