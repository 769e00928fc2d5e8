"""Plain frozen values that the stages hand to each other."""

from lambdalint.model.configuration import Configuration, Origin, Setting
from lambdalint.model.deployment import (
    Deployment,
    EntryPoint,
    EnvironmentVariable,
    Function,
    ImageFile,
    InlineSource,
    Layer,
    Mount,
    Phase,
    Problem,
    Room,
)
from lambdalint.model.effect import Effect, EffectKind, Excess, Guard, LibraryDefault, Lifetime, Removal, Step
from lambdalint.model.explanation import Answer, ExplainedCall, ExplainedEffect, Explanation
from lambdalint.model.finding import Confidence, Edit, Finding, Fix, Label, Safety, Severity
from lambdalint.model.function_package import FunctionPackage, LayerContents
from lambdalint.model.package import (
    Build,
    Contents,
    Distribution,
    ForeignImport,
    MakeStep,
    Manifest,
    Provenance,
    Requirement,
    Vendored,
)
from lambdalint.model.place import LISTING, Base, Hole, HoleKind, Place
from lambdalint.model.report import FunctionReport, MountReport, Report, Summary
from lambdalint.model.rule import NOT_JUDGED, Family, RuleMeta
from lambdalint.model.settings import BASELINE_NAME, ExplicitFunction, PerFileIgnore, Settings
from lambdalint.model.span import Span
from lambdalint.model.tree import Tree

__all__ = [
    "BASELINE_NAME",
    "LISTING",
    "NOT_JUDGED",
    "Answer",
    "Base",
    "Build",
    "Confidence",
    "Configuration",
    "Contents",
    "Deployment",
    "Distribution",
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
    "ForeignImport",
    "Function",
    "FunctionPackage",
    "FunctionReport",
    "Guard",
    "Hole",
    "HoleKind",
    "ImageFile",
    "InlineSource",
    "Label",
    "Layer",
    "LayerContents",
    "LibraryDefault",
    "Lifetime",
    "MakeStep",
    "Manifest",
    "Mount",
    "MountReport",
    "Origin",
    "PerFileIgnore",
    "Phase",
    "Place",
    "Problem",
    "Provenance",
    "Removal",
    "Report",
    "Requirement",
    "Room",
    "RuleMeta",
    "Safety",
    "Setting",
    "Settings",
    "Severity",
    "Span",
    "Step",
    "Summary",
    "Tree",
    "Vendored",
]
