"""Abstract interpretation from every entry point: what each call does, to which place, and by which way."""

from lambdalint.flow.analyse import FlowResult, analyse

__all__ = ["FlowResult", "analyse"]
