"""LMB203 read-before-write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, Family, Guard, RuleMeta, Severity
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect

_PREPARED = frozenset({Guard.CHECKED, Guard.PROVIDED, Guard.FALLBACK, Guard.MAYBE})
"""The file may be there, another may be read in its place, or the code goes on without it."""


class ReadBeforeWrite(Rule):
    """Flags reads of files in `/tmp` that nothing has put there.

    ## What it does

    Flags a read of a fixed path in `/tmp` where no code of the function writes, downloads or unpacks the file,
    no command is given its path, and no test or handler is prepared for its absence.

    ## Why it fails on Lambda

    `/tmp` is empty when an execution environment starts. Neither the deployment package nor a container image
    can put anything there, and the `/tmp` of another function is another one, also in the same application. The
    read raises `FileNotFoundError`.

    ## Example

    ```python
    import json


    def handler(event, context):
        with open("/tmp/prices.json") as stream:
            prices = json.load(stream)
        return prices[event["article"]]
    ```

    ## Use instead

    ```python
    import json
    import os

    import boto3

    PRICES = "/tmp/prices.json"


    def handler(event, context):
        if not os.path.exists(PRICES):
            boto3.client("s3").download_file("shop-data", "prices.json", PRICES)
        with open(PRICES) as stream:
            prices = json.load(stream)
        return prices[event["article"]]
    ```

    What does not change between deployments can be shipped with the code, and is read from there.

    ## Options

    None.

    ## Known limits

    A path with an unknown part is not judged. A file that an extension of Lambda puts into `/tmp` is not known.
    """

    meta = RuleMeta(
        code="LMB203",
        name="read-before-write",
        family=Family.PERSISTENCE,
        severity=Severity.ERROR,
        confidence=Confidence.MEDIUM,
        summary="Flags reads of files in `/tmp` that nothing has put there.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with reads of fixed paths below `/tmp` for which nothing is prepared."""
        return (
            effect.kind is EffectKind.READ
            and effect.place.base is Base.TMP
            and not effect.place.holes
            and not effect.defaulted
            and effect.place.path.rstrip("/").count("/") > 1
            and not effect.guards & _PREPARED
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(
                node,
                effect,
                f"reads {shown(effect.place.path)}, which no code of the function has put there",
                "fetch it first where it is missing, or ship it with the package and read it from there",
            )
