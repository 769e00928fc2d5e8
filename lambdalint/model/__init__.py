"""Plain frozen values that the stages hand to each other."""

from lambdalint.model.deployment import (
    Deployment,
    EntryPoint,
    EnvironmentVariable,
    Function,
    InlineSource,
    Layer,
    Mount,
    Phase,
    Problem,
    Room,
)
from lambdalint.model.effect import Effect, EffectKind, Excess, Guard, Lifetime, Removal, Step
from lambdalint.model.explanation import Answer, ExplainedCall, ExplainedEffect, Explanation
from lambdalint.model.finding import Confidence, Edit, Finding, Fix, Label, Safety, Severity
from lambdalint.model.place import LISTING, Base, Hole, HoleKind, Place
from lambdalint.model.report import FunctionReport, Report, Summary
from lambdalint.model.rule import Family, RuleMeta
from lambdalint.model.settings import ExplicitFunction, PerFileIgnore, Settings
from lambdalint.model.span import Span
from lambdalint.model.tree import Tree

__all__ = [
    "LISTING",
    "Answer",
    "Base",
    "Confidence",
    "Deployment",
    "Edit",
    "Effect",
    "EffectKind",
    "EntryPoint",
    "EnvironmentVariable",
    "Excess",
    "ExplainedCall",
    "ExplainedEffect",
    "Explanation",
    "ExplicitFunction",
    "Family",
    "Finding",
    "Fix",
    "Function",
    "FunctionReport",
    "Guard",
    "Hole",
    "HoleKind",
    "InlineSource",
    "Label",
    "Layer",
    "Lifetime",
    "Mount",
    "PerFileIgnore",
    "Phase",
    "Place",
    "Problem",
    "Removal",
    "Report",
    "Room",
    "RuleMeta",
    "Safety",
    "Settings",
    "Severity",
    "Span",
    "Step",
    "Summary",
    "Tree",
]
