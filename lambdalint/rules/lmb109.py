"""LMB109 unresolved-write-path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, Family, RuleMeta, Severity
from lambdalint.rules.read_only import refused
from lambdalint.rules.rule import Rule
from lambdalint.rules.shared_memory import unverified_memory
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect


class UnresolvedWritePath(Rule):
    """Flags reachable writes whose path stays unknown.

    ## What it does

    Flags calls that create, change or delete something at a path of which the analysis cannot tell where
    it points: it comes from the event as a whole, from a configuration file, or from code that is not
    part of the project.

    ## Why it fails on Lambda

    It need not fail. Everything but `/tmp` and mounted file systems is read-only, so the path must lie
    there. The finding has low confidence and is hidden by default; show it with `--min-confidence low` to
    review what the other rules cannot decide.

    ## Example

    ```python
    import os

    import boto3


    def handler(event, context):
        boto3.client("s3").download_file("uploads", "orders.csv", event["target"])
        return os.path.getsize(event["target"])
    ```

    ## Use instead

    ```python
    import os
    import tempfile

    import boto3


    def handler(event, context):
        target = os.path.join(tempfile.gettempdir(), "orders.csv")
        boto3.client("s3").download_file("uploads", "orders.csv", target)
        return os.path.getsize(target)
    ```

    ## Options

    None.

    ## Known limits

    A path that starts in an unknown directory is unknown, whatever follows.
    """

    meta = RuleMeta(
        code="LMB109",
        name="unresolved-write-path",
        family=Family.READ_ONLY,
        severity=Severity.WARNING,
        confidence=Confidence.LOW,
        summary="Flags reachable writes whose path stays unknown.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with writes to an unknown place that the code itself names."""
        return (
            effect.place.base is Base.UNKNOWN
            and not effect.defaulted
            and not unverified_memory(effect)
            and refused(effect)
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(
                node,
                effect,
                f"{action(effect)}, and it is not known whether that is writable at run time",
                "make sure that the path lies below tempfile.gettempdir() or a mounted file system",
            )
