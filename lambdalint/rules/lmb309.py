"""LMB309 fixed-name-race."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, Family, Phase, Removal, RuleMeta, Severity
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect


class FixedNameRace(Rule):
    """Flags fixed names in `/tmp` where requests are served at the same time.

    ## What it does

    Flags writes and extractions under a fixed name in `/tmp`, in an invocation, for functions on a platform
    whose environments serve several requests at the same time: Lambda Managed Instances and Vercel. A file
    that is written once in an environment, at import or where a test finds it absent, is not flagged.

    ## Why it fails on Lambda

    A classic environment of AWS Lambda serves one request at a time, so that a fixed name is safe there
    and even advisable. Where requests share an environment they share its `/tmp`: one request overwrites
    the file that the other has just written and is about to read, so that a response holds another
    customer's data, or half a file.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          CapacityProviderConfig:
            Arn: arn:aws:lambda:eu-central-1:123456789012:capacity-provider:orders
    ```

    ```python
    import json


    def handler(event, context):
        with open("/tmp/order.json", "w") as out:
            json.dump(event["order"], out)
        with open("/tmp/order.json") as order:
            return order.read()
    ```

    ## Use instead

    ```python
    import json
    import os
    import tempfile


    def handler(event, context):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "order.json")
            with open(path, "w") as out:
                json.dump(event["order"], out)
            with open(path) as order:
                return order.read()
    ```

    A file that all requests may share is written under a unique name and put in place by `os.replace`.

    ## Options

    None.

    ## Known limits

    Locks around the file are not seen.
    """

    meta = RuleMeta(
        code="LMB309",
        name="fixed-name-race",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        summary="Flags fixed names in `/tmp` where requests are served at the same time.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what concurrent requests write under one name."""
        lifetime = effect.lifetime
        return (
            effect.kind in {EffectKind.WRITE, EffectKind.EXTRACT}
            and effect.place.base is Base.TMP
            and not effect.place.holes
            and effect.phase is Phase.INVOKE
            and lifetime is not None
            and lifetime.shared
            and not lifetime.once
            and not (lifetime.cached and lifetime.removed is Removal.NEVER)
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(
                node,
                effect,
                f"{action(effect)}, a fixed name that requests which are served at the same time share",
                "write below a tempfile.TemporaryDirectory(), or under a name of the request's own",
            )
